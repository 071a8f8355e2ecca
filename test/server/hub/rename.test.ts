// A guest who takes another name, and what goes on under it.

import { describe, expect, test } from 'bun:test';

import type { RoomName } from '../../../src/protocol/model';
import { named, sessionOf, TestHub } from '../../support/journal';

const tea = 'tea' as RoomName;

const enter = (hub: TestHub, session: string, name: string): unknown =>
  hub.must({
    do: 'enter',
    session: sessionOf(session),
    wanted: { name: named(name) },
    collision: 'refuse',
    dialect: 'lines',
    machine: 'm1',
    address: { host: 'h', port: 1 },
  });
const rename = (hub: TestHub, session: string, name: string) =>
  hub.ask({ do: 'rename', session: sessionOf(session), name: named(name) });
const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;

/** Alice, who made a room, and bob in it. */
function stage(): TestHub {
  const hub = new TestHub();
  enter(hub, 's1', 'alice');
  enter(hub, 's2', 'bob');
  hub.must({ do: 'room-create', session: sessionOf('s1'), room: tea });
  for (const session of ['s1', 's2']) {
    hub.must({ do: 'room-join', session: sessionOf(session), room: tea });
  }
  hub.takeEvents();
  return hub;
}

describe('a new name', () => {
  test('is told in each room, and is what others find', () => {
    const hub = stage();
    expect(rename(hub, 's1', 'anna')).toEqual({ ok: true, value: { name: named('anna') } });
    expect(hub.takeEvents()).toMatchObject([
      { to: { room: tea, except: 's1' }, notice: { is: 'left', name: 'alice' } },
      { to: { room: tea, except: 's1' }, notice: { is: 'joined', name: 'anna' } },
    ]);
    const from = { session: sessionOf('s2') };
    const direct = { do: 'direct', from, text: 'hi', origin: 'lines' } as const;
    expect(hub.ask({ ...direct, to: named('alice') })).toEqual(no('unknown-user'));
    expect(hub.ask({ ...direct, to: named('anna') }).ok).toBe(true);
    expect(hub.ask({ do: 'room-info', session: sessionOf('s2'), room: tea })).toMatchObject({
      value: { creator: 'anna' },
    });
    expect(hub.ask({ do: 'room-members', session: sessionOf('s2'), room: tea })).toMatchObject({
      value: { members: [{ name: 'anna', kind: 'guest', dialect: 'lines' }, { name: 'bob' }] },
    });
    // The old one is free, and the new one is not, nor what looks like it.
    expect(hub.ask({ do: 'name-free', name: named('alice') })).toMatchObject({
      value: { free: true },
    });
    expect(rename(hub, 's2', 'ANNA')).toEqual(no('name-taken'));
    expect(rename(hub, 's2', '\u0430nna')).toEqual(no('name-taken'));
    expect(rename(hub, 's1', 'Anna').ok).toBe(true);
  });

  test('that is refused changes nothing', () => {
    const hub = stage();
    expect(rename(hub, 's1', 'bob')).toEqual(no('name-taken'));
    expect(hub.ask({ do: 'name-free', name: named('alice') })).toMatchObject({
      value: { free: false },
    });
    expect(rename(hub, 's1', 'alice').ok).toBe(true);
    expect(hub.takeEvents()).toEqual([]);
    expect(rename(hub, 's9', 'carl')).toEqual(no('not-entered'));
  });

  test('is not taken by who may not speak', () => {
    const hub = stage();
    hub.must({
      do: 'room-moderate',
      session: sessionOf('s1'),
      room: tea,
      act: { do: 'mute', name: named('bob'), reason: '' },
    });
    expect(rename(hub, 's2', 'rob')).toEqual(no('muted'));
    expect(rename(hub, 's1', 'anna').ok).toBe(true);
  });
});
