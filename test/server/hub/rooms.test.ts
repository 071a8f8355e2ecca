// Open rooms in the hub: created, joined, spoken in and left.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { roomNamed, sessionOf, type TestHub } from '../../support/journal';
import { join, kinds, leave, no, testHub, yes } from './commands';

describe('rooms', () => {
  const said = (session: string, room?: string) =>
    ({
      do: 'say',
      session: sessionOf(session),
      text: 'hello',
      ...(room !== undefined && { room: roomNamed(room) }),
    }) as const;
  const create = (session: string, room: string) =>
    ({ do: 'room-create', session: sessionOf(session), room: roomNamed(room) }) as const;

  function two(): TestHub {
    const hub = testHub();
    hub.enter('s1', 'panda');
    hub.enter('s2', 'alice');
    hub.takeEvents();
    return hub;
  }

  test('are created once; reserved names are taken; strangers create nothing', () => {
    const hub = two();
    expect(hub.ask(create('s9', 'r'))).toEqual(no('not-entered'));
    expect(hub.ask(create('s1', 'r'))).toEqual(yes);
    expect(hub.ask(create('s2', 'r'))).toEqual(no('room-exists'));
    expect(hub.ask(create('s2', 'square'))).toEqual(no('room-exists'));
  });

  test('the list is one object until something is written or undone', () => {
    const hub = two();
    const list = () => {
      const outcome = hub.ask({ do: 'rooms', session: sessionOf('s1') });
      return outcome.ok ? outcome.value.rooms : [];
    };
    hub.must(create('s1', 'a'));
    const first = list();
    expect(list()).toBe(first);
    hub.must(create('s1', 'b'));
    expect(list()).toEqual([...first, roomNamed('b')]);
    const second = list();
    expect(hub.ask(create('s2', 'b'))).toEqual(no('room-exists'));
    expect(list()).not.toBe(second);
    expect(list()).toEqual(second);
  });

  test('a reserved one is listed while it has members', () => {
    const hub = two();
    const rooms = () => hub.ask({ do: 'rooms', session: sessionOf('s1') });
    hub.must(create('s1', 'b'));
    hub.must(create('s1', 'a'));
    expect(rooms()).toMatchObject({ value: { rooms: ['b', 'a'] } });
    hub.must(join('s1', 'square'));
    expect(rooms()).toMatchObject({ value: { rooms: ['square', 'b', 'a'] } });
    hub.must(leave('s1'));
    expect(rooms()).toMatchObject({ value: { rooms: ['b', 'a'] } });
  });

  test('moving says left to the old room before joined to the new one', () => {
    const hub = two();
    hub.must(create('s1', 'r1'));
    hub.must(create('s1', 'r2'));
    expect(hub.ask(join('s1', 'nowhere'))).toEqual(no('unknown-room'));
    hub.must(join('s1', 'r1', true));
    expect(kinds(hub)).toEqual(['room-in', 'joined']);
    hub.must(join('s1', 'r2', true));
    expect(kinds(hub)).toEqual(['room-out', 'left', 'room-in', 'joined']);
    hub.must(join('s1', 'r2', true));
    expect(kinds(hub)).toEqual(['room-out', 'left', 'room-in', 'joined']);
  });

  test('only members speak, and an error changes nothing', () => {
    const hub = two();
    hub.must(create('s1', 'r1'));
    expect(hub.ask(said('s1'))).toEqual(no('not-member'));
    expect(hub.ask(said('s1', 'r1'))).toEqual(no('not-member'));
    expect(hub.ask(said('s9'))).toEqual(no('not-entered'));
    hub.must(join('s1', 'r1'));
    hub.takeEvents();
    expect(hub.ask(said('s1'))).toEqual({ ok: true, value: { room: roomNamed('r1') } });
    expect(hub.takeEvents()).toMatchObject([
      { is: 'notice', to: { room: 'r1', except: 's1' }, notice: { is: 'said', from: 'panda' } },
    ]);
  });

  test('leaving a room, and the server', () => {
    const hub = two();
    const out = { do: 'room-leave', session: sessionOf('s1'), room: roomNamed('square') } as const;
    expect(hub.ask(out)).toEqual(no('not-member'));
    hub.must(join('s1', 'square'));
    hub.takeEvents();
    expect(hub.ask(out)).toEqual(yes);
    expect(kinds(hub)).toEqual(['room-out', 'left']);
    hub.must(join('s1', 'square'));
    hub.takeEvents();
    hub.must(leave('s1'));
    expect(kinds(hub)).toEqual(['room-out', 'left', 'departed', 'forgotten']);
  });

  test('of one user are bounded; others create theirs', () => {
    const hub = two();
    for (let index = 0; index < limits.hub.roomsPerCreator; index++) {
      hub.must(create('s1', `r${index}`));
    }
    expect(hub.ask(create('s1', 'one-more'))).toEqual(no('too-many'));
    expect(hub.ask(create('s2', 'one-more'))).toEqual(yes);
  });

  test('of too many in all the oldest in which nobody is gives its place', () => {
    const hub = two();
    hub.must(create('s1', 'lived-in'));
    hub.must(join('s2', 'lived-in'));
    const fill = hub.db.prepare(
      'INSERT INTO live.room (name, look, creator, reserved) VALUES (?1, ?1, ?2, 0)',
    );
    for (let index = 1; index < limits.hub.rooms; index++) fill.run(`r${index}`, 'somebody');
    hub.must(create('s1', 'one-more'));
    const names = hub.ask({ do: 'rooms', session: sessionOf('s1') });
    const rooms = names.ok ? names.value.rooms : [];
    expect(rooms.length).toBe(limits.hub.rooms);
    expect(rooms.slice(0, 2)).toEqual(['lived-in', 'r2'].map(roomNamed));
    expect(rooms.at(-1)).toBe(roomNamed('one-more'));
    hub.db.run(
      `INSERT INTO live.member (room, session, mute)
       SELECT name, 's2', 0 FROM live.room WHERE reserved = 0 AND name <> 'lived-in'`,
    );
    expect(hub.ask(create('s1', 'two-more'))).toEqual(no('too-many'));
  });
});
