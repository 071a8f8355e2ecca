// A script is read one line at a time, as fast as its lines are handled.

import { expect, test } from 'bun:test';
import { EventEmitter } from 'node:events';

import * as fc from 'fast-check';

import type { Dialogue } from '../../../src/client/terminal/dialogue';
import { readLines } from '../../../src/client/terminal/read_lines';
import { openScript } from '../../../src/client/terminal/script';
import { TestOutput } from './test_output';

const encoder = new TextEncoder();

/** A script in chunks, which counts how many were taken. */
class TestInput {
  taken = 0;
  readonly #chunks: readonly string[];

  constructor(...chunks: string[]) {
    this.#chunks = chunks;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (const chunk of this.#chunks) {
      this.taken++;
      await Promise.resolve();
      yield encoder.encode(chunk);
    }
  }
}

function open(input: AsyncIterable<Uint8Array>, isTTY = false) {
  const output = new TestOutput({ isTTY });
  const signals = new EventEmitter();
  const script = openScript({ input, output, process: signals });
  return { script, output, signals };
}

const ended = (script: Dialogue): Promise<void> => new Promise((resolve) => script.onEnd(resolve));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('lines come one at a time: the next is not read before the last is handled', async () => {
  const input = new TestInput('one\n', 'two\n', 'three');
  const { script } = open(input);
  const received: string[] = [];
  let finish = (): void => {};
  script.onLine((line) => {
    received.push(line);
    return new Promise((resolve) => (finish = resolve));
  });
  const end = ended(script);
  for (const [index, line] of ['one', 'two', 'three'].entries()) {
    while (received.length <= index) await turn();
    await turn();
    expect(received.at(-1)).toBe(line);
    expect(input.taken).toBe(index + 1);
    finish();
  }
  await end;
  expect(received).toHaveLength(3);
});

test('the end comes when the last line is handled, and to a handler that is set late', async () => {
  const { script } = open(new TestInput('only\n'));
  const order: string[] = [];
  script.onLine(async (line) => {
    for (let turns = 0; turns < 10; turns++) await turn();
    order.push(line);
  });
  await ended(script);
  expect(order).toEqual(['only']);
  await ended(script);
});

test('a question takes the next line, inside a command too; it has no answer at the end', async () => {
  const { script } = open(new TestInput('first answer\nregister\nAlice\n', 'more\n'));
  expect(await script.ask('Who? ')).toBe('first answer');
  const received: (string | undefined)[] = [];
  script.onLine(async (line) => {
    received.push(
      line,
      await script.ask('Name? '),
      line === 'more' ? await script.ask('More? ') : '',
    );
  });
  await ended(script);
  expect(received).toEqual(['register', 'Alice', '', 'more', undefined, undefined]);
  expect(await script.ask('Late? ')).toBeUndefined();
});

test('prints plain lines, those of one turn in one write; a terminal gets them escaped', async () => {
  for (const isTTY of [false, true]) {
    const { script, output } = open(new TestInput(), isTTY);
    script.print(['a\x1b[2J', 'b']);
    script.print(['c']);
    expect(output.writes).toEqual([]);
    await turn();
    expect(output.writes).toEqual([isTTY ? 'a\\x1b[2J\nb\nc\n' : 'a\x1b[2J\nb\nc\n']);
    script.print(['d']);
    script.close();
    expect(output.writes.at(-1)).toBe('d\n');
  }
});

test('a reader that is behind is reported, and waited for', async () => {
  const { script, output } = open(new TestInput());
  output.isKeepingUp = false;
  expect(script.print(['a'])).toBe(true);
  await turn();
  expect(script.print(['b'])).toBe(false);
  const drained = script.drained();
  output.drain();
  await drained;
  expect(script.print(['c'])).toBe(true);
});

test('interrupts come until it is closed; a reader that closes the pipe is the end', async () => {
  const { script, output, signals } = open(new TestInput('never read\n'));
  let interrupts = 0;
  script.onInterrupt(() => interrupts++);
  signals.emit('SIGINT');
  const end = ended(script);
  output.emit('error', new Error('EPIPE'));
  await end;
  script.close();
  signals.emit('SIGINT');
  expect(interrupts).toBe(1);
  expect(signals.listenerCount('SIGINT')).toBe(0);
});

test('lines are the same however the bytes are cut', async () => {
  const all = async (chunks: Iterable<Uint8Array>): Promise<string[]> =>
    Array.fromAsync(readLines(streamOf(chunks)));
  const lines = fc.array(fc.string({ unit: fc.constantFrom('a', '漢', '😀', ' ', '\t') }), {
    minLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.array(fc.nat()),
      fc.constantFrom('\n', '\r\n'),
      async (some, places, end) => {
        const bytes = encoder.encode(some.map((line) => line + end).join(''));
        const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
        const chunks = [0, ...cuts].map((from, index) =>
          bytes.subarray(from, cuts[index] ?? bytes.length),
        );
        expect(await all(chunks)).toEqual(some);
      },
    ),
  );
});

async function* streamOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}
