// Commands of moderators and short forms that the tests of moderation share.

import type { ModerationAct, RoomAct } from '../../../src/protocol/moderation';
import { named, roomNamed, sessionOf, type TestHub } from '../../support/journal';

export const yes = { ok: true, value: undefined } as const;
export const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;
export const counted = (count: number) => ({ ok: true, value: { count } }) as const;

/** Asks as the operator, or as a session. */
export const act = (hub: TestHub, what: ModerationAct, session?: string) =>
  hub.ask({
    do: 'moderate',
    by: session === undefined ? { operator: true } : { session: sessionOf(session) },
    act: what,
  });
export const inRoom = (hub: TestHub, session: string, what: RoomAct, room = 'lobby') =>
  hub.ask({
    do: 'room-moderate',
    session: sessionOf(session),
    room: roomNamed(room),
    act: what,
  });

export const list = (
  hub: TestHub,
  of: 'sessions' | 'accounts' | 'bans' | 'mutes' | 'rooms' | 'groups' | 'files' | 'audit',
  session?: string,
) => {
  const by =
    session === undefined ? ({ operator: true } as const) : { session: sessionOf(session) };
  const outcome = hub.ask({ do: 'moderation-list', by, of, most: 100 });
  if (!outcome.ok) return outcome.why;
  return outcome.value.rows;
};

export const say = (session: string, room = 'lobby', text = 'hi') =>
  ({ do: 'say', session: sessionOf(session), room: roomNamed(room), text }) as const;
export const join = (session: string, room = 'lobby') =>
  ({ do: 'room-join', session: sessionOf(session), room: roomNamed(room) }) as const;
export const direct = (session: string, to: string, text = 'hi') =>
  ({
    do: 'direct',
    from: { session: sessionOf(session) },
    to: named(to),
    text,
    origin: 'test',
  }) as const;
export const enter = (session: string, name: string, host = '10.0.0.2') =>
  ({
    do: 'enter',
    session: sessionOf(session),
    wanted: { name: named(name) },
    collision: 'refuse',
    dialect: 'test',
    machine: 'm1',
    address: { host, port: 4000 },
  }) as const;

/** What was told, and to whom: `kicked ben to b`. */
export const told = (hub: TestHub): string[] =>
  hub.takeEvents().flatMap((event) => {
    if (event.is === 'expelled') return [`expelled ${event.session}: ${event.removed.why}`];
    if (event.is !== 'notice') return [];
    const { notice, to } = event;
    const whom =
      typeof to === 'string'
        ? to
        : 'room' in to
          ? `${to.room} but ${[...(to.others ?? [])].join(' ')}`
          : Object.values(to).join(' ');
    const name = 'name' in notice ? ` ${notice.name}` : '';
    const change = notice.is === 'standing' ? ` ${notice.change}` : '';
    return [`${notice.is}${name}${change} to ${whom}`];
  });

/** ann, who leads the room lobby, ben and cat in it. */
export function lobby(hub: TestHub): TestHub {
  for (const name of ['ann', 'ben', 'cat']) hub.enter(name[0] ?? '', name);
  hub.must({ do: 'room-create', session: sessionOf('a'), room: roomNamed('lobby') });
  for (const session of ['a', 'b', 'c']) hub.must(join(session));
  hub.takeEvents();
  return hub;
}
