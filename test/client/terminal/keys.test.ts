// The bytes of a keyboard become the same keys, wherever reads cut them.

import { expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { type Key, KeyDecoder } from '../../../src/client/terminal/keys';
import { HandClock } from '../../support/hand_clock';

const encoder = new TextEncoder();
const text = (value: string): Key => ({ kind: 'text', value });
const press = (value: string): Key => ({ kind: 'press', value });
const paste = (value: string): Key => ({ kind: 'paste', value });

/** The keys of bytes that are cut at these places. Texts that were cut in two are joined. */
function decode(bytes: Uint8Array, cuts: readonly number[] = [], pasteMax?: number): Key[] {
  const keys: Key[] = [];
  const clock = new HandClock();

  const decoder = new KeyDecoder((some) => keys.push(...some), {
    clock,
    ...(pasteMax === undefined ? {} : { pasteMax }),
  });
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  places.forEach((place, index) => decoder.push(bytes.subarray(place, places[index + 1])));
  clock.pass(1000);
  return joined(keys);
}

function joined(keys: readonly Key[]): Key[] {
  const all: Key[] = [];
  for (const key of keys) {
    const last = all.at(-1);
    if (last !== undefined && last.kind === key.kind && key.kind !== 'press') {
      all[all.length - 1] = { kind: key.kind, value: last.value + key.value };
    } else all.push(key);
  }
  return all;
}

const examples: readonly (readonly [string, readonly Key[]])[] = [
  ['abc', [text('abc')]],
  ['漢字😀é', [text('漢字😀é')]],
  ['a\rb\n', [text('a'), press('enter'), text('b'), press('enter')]],
  [
    '\x01\x05\x7f\x08\t\x03',
    ['ctrl-a', 'ctrl-e', 'backspace', 'backspace', 'tab', 'ctrl-c'].map(press),
  ],
  [
    '\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F',
    ['up', 'down', 'right', 'left', 'home', 'end'].map(press),
  ],
  ['\x1bOA\x1bOH\x1bOF', ['up', 'home', 'end'].map(press)],
  [
    '\x1b[1~\x1b[4~\x1b[3~\x1b[5~\x1b[6~',
    ['home', 'end', 'delete', 'pageup', 'pagedown'].map(press),
  ],
  [
    '\x1b[1;5D\x1b[1;5C\x1b[1;3D\x1b[1;2A',
    ['ctrl-left', 'ctrl-right', 'alt-left', 'shift-up'].map(press),
  ],
  ['\x1b[3;5~\x1b[1;8A', ['ctrl-delete', 'ctrl-alt-shift-up'].map(press)],
  [
    '\x1b[c\x1bOd\x1bOc\x1b[3^',
    ['shift-right', 'ctrl-left', 'ctrl-right', 'ctrl-delete'].map(press),
  ],
  [
    '\x1bb\x1bf\x1b\x7f\x1bé\x1b\x01',
    ['alt-b', 'alt-f', 'alt-backspace', 'alt-é', 'ctrl-alt-a'].map(press),
  ],
  ['\x1b\x1b[D', [press('alt-left')]],
  ['\x1b[97;5u\x1b[27;5;107~\x1b[13;2u', ['ctrl-a', 'ctrl-k', 'shift-enter'].map(press)],
  ['\x1b[Z', [press('shift-tab')]],
  ['\x1b[?1;2cx\x1b[[Ay', [text('xy')]],
  ['\x1b[200~a\rb\x1b[Cc\x1b[201~d', [paste('a\rb\x1b[Cc'), text('d')]],
  ['\x1b', [press('escape')]],
  ['\x1b[', [press('alt-[')]],
  ['\x1bO', [press('alt-O')]],
  ['\x1b[1;5', []],
];

test.each(examples)('%j', (input, keys) => {
  expect(decode(encoder.encode(input))).toEqual([...keys]);
});

test('cut anywhere, the keys are the same', () => {
  const pieces = fc.array(fc.constantFrom(...examples.slice(0, -4).map(([input]) => input)));
  fc.assert(
    fc.property(pieces, fc.array(fc.nat()), (some, places) => {
      const bytes = encoder.encode(some.join(''));
      const cuts = places.map((place) => place % (bytes.length + 1));
      expect(decode(bytes, cuts)).toEqual(decode(bytes));
    }),
  );
});

test('any bytes at all: no exception, nothing stuck, no control in a text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const keys = decode(
        bytes,
        [3, 7, 11].filter((cut) => cut < bytes.length),
      );
      for (const key of keys) if (key.kind === 'text') expect(key.value).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test('a lone ESC waits for its rest, and no longer', () => {
  const keys: Key[] = [];
  const clock = new HandClock();
  const decoder = new KeyDecoder((some) => keys.push(...some), {
    clock,
    escapeMs: 50,
  });
  decoder.push(encoder.encode('\x1b'));
  clock.pass(49);
  expect(keys).toEqual([]);
  decoder.push(encoder.encode('[A'));
  expect(keys).toEqual([press('up')]);
  decoder.push(encoder.encode('\x1b'));
  clock.pass(50);
  expect(keys).toEqual([press('up'), press('escape')]);
});

test('a paste without an end is held within its bound', () => {
  const bytes = encoder.encode(`\x1b[200~${'x'.repeat(10_000)}`);
  const keys = decode(bytes, [100, 2000, 4000], 1000);
  const length = keys.reduce((sum, key) => sum + key.value.length, 0);
  expect(length).toBeGreaterThan(8000);
});
