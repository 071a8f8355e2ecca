// Open rooms in the hub: created, joined, spoken in and left.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { type Desk, roomNamed, sessionOf } from '../../support/journal';
import { desk, join, kinds, leave, no, yes } from './commands';

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

  function two(): Desk {
    const made = desk();
    made.enter('s1', 'panda');
    made.enter('s2', 'alice');
    made.takeEvents();
    return made;
  }

  test('are created once; reserved names are taken; strangers create nothing', () => {
    const made = two();
    expect(made.ask(create('s9', 'r'))).toEqual(no('not-entered'));
    expect(made.ask(create('s1', 'r'))).toEqual(yes);
    expect(made.ask(create('s2', 'r'))).toEqual(no('room-exists'));
    expect(made.ask(create('s2', 'square'))).toEqual(no('room-exists'));
  });

  test('a reserved one is listed while it has members', () => {
    const made = two();
    const rooms = () => made.ask({ do: 'rooms', session: sessionOf('s1') });
    made.must(create('s1', 'b'));
    made.must(create('s1', 'a'));
    expect(rooms()).toMatchObject({ value: { rooms: ['b', 'a'] } });
    made.must(join('s1', 'square'));
    expect(rooms()).toMatchObject({ value: { rooms: ['square', 'b', 'a'] } });
    made.must(leave('s1'));
    expect(rooms()).toMatchObject({ value: { rooms: ['b', 'a'] } });
  });

  test('moving says left to the old room before joined to the new one', () => {
    const made = two();
    made.must(create('s1', 'r1'));
    made.must(create('s1', 'r2'));
    expect(made.ask(join('s1', 'nowhere'))).toEqual(no('unknown-room'));
    made.must(join('s1', 'r1', true));
    expect(kinds(made)).toEqual(['room-in', 'joined']);
    made.must(join('s1', 'r2', true));
    expect(kinds(made)).toEqual(['room-out', 'left', 'room-in', 'joined']);
    made.must(join('s1', 'r2', true));
    expect(kinds(made)).toEqual(['room-out', 'left', 'room-in', 'joined']);
  });

  test('only members speak, and an error changes nothing', () => {
    const made = two();
    made.must(create('s1', 'r1'));
    expect(made.ask(said('s1'))).toEqual(no('not-member'));
    expect(made.ask(said('s1', 'r1'))).toEqual(no('not-member'));
    expect(made.ask(said('s9'))).toEqual(no('not-entered'));
    made.must(join('s1', 'r1'));
    made.takeEvents();
    expect(made.ask(said('s1'))).toEqual({ ok: true, value: { room: roomNamed('r1') } });
    expect(made.takeEvents()).toMatchObject([
      { is: 'notice', to: { room: 'r1', except: 's1' }, notice: { is: 'said', from: 'panda' } },
    ]);
  });

  test('leaving a room, and the server', () => {
    const made = two();
    const out = { do: 'room-leave', session: sessionOf('s1'), room: roomNamed('square') } as const;
    expect(made.ask(out)).toEqual(no('not-member'));
    made.must(join('s1', 'square'));
    made.takeEvents();
    expect(made.ask(out)).toEqual(yes);
    expect(kinds(made)).toEqual(['room-out', 'left']);
    made.must(join('s1', 'square'));
    made.takeEvents();
    made.must(leave('s1'));
    expect(kinds(made)).toEqual(['room-out', 'left', 'departed', 'forgotten']);
  });

  test('there is an end to how many', () => {
    const made = two();
    for (let index = 0; index < limits.hub.rooms; index++) {
      made.journal.submit(create('s1', `r${index}`), () => {});
    }
    made.turn();
    expect(made.ask(create('s1', 'one-more'))).toEqual(no('too-many'));
  });
});
