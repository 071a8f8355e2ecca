// The lanes of the journal: connections take turns by what their commands cost, and each keeps its own order.

import { expect, test } from 'bun:test';

import { array, assert, integer, nat, property, record } from 'fast-check';

import { limits } from '../../src/protocol/limits';
import { Lane, Lanes } from '../../src/server/journal/lanes';
import { roomNamed, sessionOf, TestHub } from '../support/journal';

const inARow = limits.journal.commandsInARow;

test('who asks for one thing waits for a few of each other, not for all of theirs', () => {
  const lanes = new Lanes<string>();
  const flooders = ['x', 'y', 'z'].map((name) => ({ name, lane: new Lane<string>() }));
  for (const { name, lane } of flooders)
    for (let count = 0; count < 100; count++) lanes.add(name, lane);
  lanes.add('healthy', new Lane());
  const first = Array.from({ length: 4 * inARow + 1 }, () => lanes.take() ?? '');
  const turns = ['x', 'y', 'z'].flatMap((name) => Array<string>(inARow).fill(name));
  expect(first).toEqual([...turns, 'healthy', ...Array<string>(inARow).fill('x')]);
  expect(lanes.size).toBe(301 - first.length);
});

test('who has asked for much waits as long as it has cost, also where it asks for one thing at a time', () => {
  const lanes = new Lanes<string>();
  const [costly, cheap] = [new Lane<string>(), new Lane<string>()];
  const taken: string[] = [];
  lanes.add('costly', costly);
  lanes.add('cheap', cheap);
  for (let count = 0; count < 22; count++) {
    const item = lanes.take() ?? '';
    taken.push(item);
    lanes.charge(item === 'costly' ? 10 : 1);
    lanes.add(item, item === 'costly' ? costly : cheap);
  }
  expect(taken.filter((item) => item === 'costly').length).toBe(2);
});

test("the server's own commands come first, in their order", () => {
  const lanes = new Lanes<string>();
  lanes.add('a', new Lane());
  lanes.add('own 1');
  lanes.add('own 2');
  expect([lanes.take(), lanes.take(), lanes.take(), lanes.take()]).toEqual([
    'own 1',
    'own 2',
    'a',
    undefined,
  ]);
});

test('whatever is added, taken and charged: each lane keeps its order, and nothing is lost', () => {
  const steps = array(record({ lane: integer({ min: -1, max: 5 }), takes: nat(3), cost: nat(50) }));
  assert(
    property(steps, (list) => {
      const lanes = new Lanes<{ lane: number; number: number }>();
      const all = Array.from({ length: 6 }, () => new Lane<{ lane: number; number: number }>());
      const seen = new Map<number, number>();
      let added = 0;
      const take = (cost: number): boolean => {
        const item = lanes.take();
        if (!item) return false;
        lanes.charge(cost);
        expect(item.number).toBeGreaterThan(seen.get(item.lane) ?? -1);
        seen.set(item.lane, item.number);
        added--;
        return true;
      };
      list.forEach(({ lane, takes, cost }, number) => {
        lanes.add({ lane, number }, all[lane]);
        added++;
        for (let count = 0; count < takes; count++) take(cost);
      });
      while (take(1));
      expect(added).toBe(0);
      expect(lanes.size).toBe(0);
    }),
  );
});

test('a list of many rooms costs a batch as much as many commands, and others go before the next one', () => {
  const hub = new TestHub();
  const rooms = limits.hub.roomsPerCreator;
  const users = Math.ceil(
    (2 * limits.journal.batchCommands * limits.journal.itemsPerCommand) / rooms,
  );
  for (let user = 0; user < users; user++) {
    hub.enter(`s${user}`, `user${user}`);
    for (let room = 0; room < rooms; room++) {
      const name = roomNamed(`room-${user}-${room}`);
      hub.must({ do: 'room-create', session: sessionOf(`s${user}`), room: name });
    }
  }
  const answers: string[] = [];
  const lanes = [new Lane(), new Lane()];
  for (const [index, lane] of lanes.entries()) {
    for (let count = 0; count < 3; count++) {
      const command = { do: 'rooms', session: sessionOf(`s${index}`) } as const;
      hub.journal.submit(command, () => answers.push(`list ${index}`), undefined, lane);
    }
  }
  hub.step();
  hub.step();
  // One list is as much as a batch may be.
  expect(answers).toEqual(['list 0']);
  const funds = { do: 'funds', session: sessionOf('s2') } as const;
  hub.journal.submit(funds, () => answers.push('healthy'), undefined, new Lane());
  hub.turn();
  expect(answers.indexOf('healthy')).toBeLessThanOrEqual(2);
  expect(answers.length).toBe(7);
});

test('a lane that is held waits, counts for nobody, and goes on in its order', () => {
  const lanes = new Lanes<string>();
  const [held, other] = [new Lane<string>(), new Lane<string>()];
  for (const item of ['a', 'b', 'c']) lanes.add(item, held);
  lanes.add('x', other);
  expect(lanes.take()).toBe('a');
  held.isHeld = true;
  expect([lanes.take(), lanes.take(), lanes.size]).toEqual(['x', undefined, 0]);
  lanes.add('d', held);
  lanes.add('y', other);
  expect([lanes.take(), lanes.take(), lanes.size]).toEqual(['y', undefined, 0]);
  lanes.release(held);
  expect(lanes.size).toBe(3);
  expect([lanes.take(), lanes.take(), lanes.take(), lanes.take()]).toEqual([
    'b',
    'c',
    'd',
    undefined,
  ]);
});

test('a lane that is held and released before its turn loses nothing', () => {
  const lanes = new Lanes<string>();
  const lane = new Lane<string>();
  lanes.add('a', lane);
  lane.isHeld = true;
  lanes.release(lane);
  expect([lanes.take(), lanes.take(), lanes.size]).toEqual(['a', undefined, 0]);
});
