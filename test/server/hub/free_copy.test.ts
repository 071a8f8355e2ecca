// Numbered copies of a name: a free one is found in few looks, whichever are taken.

import { expect, test } from 'bun:test';

import * as fc from 'fast-check';

import type { NameRequest } from '../../../src/protocol/commands';
import { numberedName } from '../../../src/protocol/model';
import { freeCopy } from '../../../src/server/hub/free_copy';
import { named, sessionOf, type TestHub } from '../../support/journal';
import { leave, testHub } from './commands';

/** Looks that 2^20 holders may cost. */
const mostLooks = 50;

function find(taken: ReadonlySet<number> | ((copy: number) => boolean)) {
  let looks = 0;
  const copy = freeCopy((number) => {
    looks++;
    return typeof taken === 'function' ? taken(number) : taken.has(number);
  });
  return { copy, looks };
}

test('where the copies follow each other the lowest free one is found', () => {
  for (const holders of [0, 1, 2, 3, 10, 1000, 50_000]) {
    const { copy, looks } = find((number) => number < 2 + holders);
    expect(copy).toBe(2 + holders);
    expect(looks).toBeLessThan(mostLooks);
  }
});

test('whatever is taken, a free one is found in few looks', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 2, max: 300 })), (numbers) => {
      const taken = new Set(numbers);
      const { copy, looks } = find(taken);
      expect(taken.has(copy)).toBe(false);
      expect(looks).toBeLessThan(mostLooks);
    }),
  );
});

/** Enters and gives the name that the session got. */
function enter(hub: TestHub, session: string, wanted: NameRequest): string {
  const outcome = hub.ask({
    do: 'enter',
    session: sessionOf(session),
    wanted,
    collision: 'rename',
    dialect: 'test',
    machine: 'm1',
    address: { host: 'h', port: 1 },
  });
  return outcome.ok ? outcome.value.name : outcome.why;
}

test('a thousand of one name get a name each', () => {
  const hub = testHub('Scott');
  const names = Array.from({ length: 1000 }, (_, at) =>
    enter(hub, `s${at}`, { name: named('Scott') }),
  );
  expect(names).toEqual(Array.from({ length: 1000 }, (_, at) => `Scott~${at + 2}`));
});

test('the lowest free number is kept in a table: taken, given back, never tried one by one', () => {
  const hub = testHub();
  // Taken before the range is known, and outside of it.
  enter(hub, 'two', { name: numberedName(2) });
  enter(hub, 'far', { name: numberedName(5000) });
  const lowest = (session: string) => enter(hub, session, { lowest: [1, 999] });
  expect(lowest('a')).toBe('#1');
  expect(lowest('b')).toBe('#3');
  enter(hub, 'four', { name: numberedName(4) });
  expect(lowest('c')).toBe('#5');
  hub.must(leave('two'));
  hub.must(leave('far'));
  expect(lowest('d')).toBe('#2');
  expect(lowest('e')).toBe('#6');
  expect(
    hub.db.query('SELECT min(number) AS least, max(number) AS most FROM live.free_number').get(),
  ).toEqual({ least: 7, most: 999 });
});
