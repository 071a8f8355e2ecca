// What a command that does one thing shows: its results at the end, its own notes at once.

import { expect, test } from 'bun:test';

import { OneShotView } from '../../src/client/view';
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
