// A hub that keeps history, and what its tests ask of it.

import type { Command } from '../../../src/protocol/commands';
import { named, roomNamed, sessionOf, TestHub } from '../../support/journal';

export const day = 24 * 3_600_000;

export function keepingHub(...accounts: string[]): TestHub {
  const hub = new TestHub();
  hub.must({ do: 'history-keep', ms: 30 * day, bytes: 1 << 30 });
  for (const name of accounts) hub.logIn(`${name} here`, name);
  hub.takeEvents();
  return hub;
}

export const by = (name: string) => ({ session: sessionOf(`${name} here`) });
export const write = (from: string, to: string, text: string) =>
  ({ do: 'direct', from: by(from), to: named(to), text, origin: 'test' }) as const;
export type Of = Command<'history'>['of'];
export const withUser = (name: string): Of => ({ with: named(name) });
export const inRoom = (name: string): Of => ({ room: roomNamed(name) });

export function history(hub: TestHub, asker: string, of: Of, more: object = {}) {
  return hub.ask({ do: 'history', asker: by(asker), of, most: 100, ...more });
}
export function texts(...asked: Parameters<typeof history>): string[] | string {
  const outcome = history(...asked);
  return outcome.ok ? outcome.value.entries.map(({ text }) => text) : outcome.why;
}

/** What is said in rooms comes in a command of its own. */
export function say(hub: TestHub, who: string, room: string, text: string): number | undefined {
  const outcome = hub.ask({ do: 'say', session: by(who).session, room: roomNamed(room), text });
  if (!outcome.ok) throw new Error(outcome.why);
  const said = hub.takeEvents().flatMap((event) =>
    event.is === 'notice' && event.notice.is === 'said' && event.kept
      ? [
          {
            ...event.kept,
            room: event.notice.room,
            serial: event.notice.serial ?? 0,
            name: event.notice.from,
            text: event.notice.text,
            origin: event.notice.origin,
          },
        ]
      : [],
  );
  if (said.length > 0) hub.must({ do: 'history-add', said });
  return outcome.value.serial;
}

export const makeGroup = (
  hub: TestHub,
  group: string,
  creator: string,
  ...members: string[]
): void => {
  const room = roomNamed(group);
  hub.must({ do: 'group-create', session: by(creator).session, group: room });
  for (const name of members) {
    hub.must({ do: 'group-invite', session: by(creator).session, group: room, to: named(name) });
    hub.must({ do: 'group-accept', session: by(name).session, group: room });
  }
};

/** What a search gives, newest first. */
export function found(hub: TestHub, asker: string, words: string, more: object = {}) {
  const outcome = hub.ask({ do: 'search', asker: by(asker), words, most: 100, ...more });
  return outcome.ok ? outcome.value.found.map(({ entry }) => entry.text) : outcome.why;
}
