// What a command shows: of one that does one thing the results at the end; what programs get has its time.

import { expect, test } from 'bun:test';

import { objectOf, OneShotView } from '../../src/client/view';
import { note } from '../../src/protocol/client_kit/note';

function stream() {
  const written: string[] = [];
  const write = (text: string): void => void written.push(text);
  return { written, sink: { write, isTerminal: false, color: false } };
}

test('a note does not wait until the ending is known, and is told once', () => {
  const [out, err] = [stream(), stream()];
  const view = new OneShotView(undefined, err.sink);
  view.show({ kind: 'result', lines: ['sent'], json: {} });
  view.show(note('says nothing'));
  expect([out.written, err.written]).toEqual([[], ['says nothing\n']]);
  const input = { stream: () => new ReadableStream<Uint8Array>(), isTerminal: false };
  view.flush({ out: out.sink, err: err.sink, env: {}, input }, true);
  expect([out.written, err.written]).toEqual([['sent\n'], ['says nothing\n']]);
});

test('what arrives has its time for a program, and what it asked for itself has none', () => {
  const json = { type: 'message', text: 'hi' };
  const before = Date.now();
  const { at, ...rest } = objectOf({ kind: 'incoming', lines: [], json }) as { at: string };
  expect(rest).toEqual(json);
  expect(Date.parse(at)).toBeWithin(before, Date.now() + 1);
  expect(objectOf({ kind: 'result', lines: [], json })).toEqual(json);
});
