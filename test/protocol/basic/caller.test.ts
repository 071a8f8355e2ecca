// The basic client: all of the text, then the end; connected, line by line.

import { expect, test } from 'bun:test';

import { basic } from '../../../src/protocol/basic/index';
import type { Posted } from '../../../src/protocol/dialect';
import { FakeCallerHost } from '../../support/fake-caller';

const target = { host: 'localhost', port: 12345, path: '' };

function posting(text: string, attach?: string) {
  const host = new FakeCallerHost();
  const posted: Posted[] = [];
  const letter = { to: '', text, ...(attach !== undefined && { attach }) };
  basic.caller.post(host, target).post(letter, (result) => posted.push(result));
  return { host, posted };
}

test('sends the text and ends, and is done when the server has ended', () => {
  const { host, posted } = posting('I am a student in CS168.');
  host.wire.events?.opened?.();
  expect(host.wire.take().toString()).toBe('I am a student in CS168.');
  expect(host.wire.ending).toBe('ended');
  expect(posted).toEqual([]);
  host.wire.events?.ended();
  host.wire.events?.lost('closed');
  expect(posted).toEqual([{ ending: 'done', line: '' }]);
});

test('gives back the line end that standard input lost', () => {
  const { host } = posting('one\ntwo\n');
  host.wire.events?.opened?.();
  expect(host.wire.take().toString()).toBe('one\ntwo\n\n');
});

test('a server that is not there, or is gone before it has taken all', () => {
  const absent = posting('hi');
  absent.host.wire.events?.lost('refused');
  expect(absent.posted).toEqual([
    { ending: 'unreachable', line: 'Unable to connect to localhost:12345' },
  ]);
  const gone = posting('hi');
  gone.host.wire.events?.opened?.();
  gone.host.wire.events?.lost('reset');
  expect(gone.posted).toEqual([
    { ending: 'unreachable', line: 'Server at localhost:12345 has disconnected' },
  ]);
});

test('sends no files', () => {
  const { host, posted } = posting('hi', '/etc/hostname');
  expect(posted[0]?.ending).toBe('usage');
  expect(host.wires).toEqual([]);
});

function connecting() {
  const host = new FakeCallerHost();
  const options = { target, interactive: true, takeover: false };
  return { host, session: basic.caller.connect(host, options) };
}

test('connected, sends each line as it is typed, and ends in the end', () => {
  const { host, session } = connecting();
  const endings: string[] = [];
  session.typed('early', (ending) => endings.push(ending));
  host.wire.events?.opened?.();
  session.typed('later', (ending) => endings.push(ending));
  expect(host.wire.take().toString()).toBe('early\nlater\n');
  session.leave();
  expect(host.wire.ending).toBe('ended');
  host.wire.events?.ended();
  expect(host.endings).toEqual(['done']);
  expect(endings).toEqual(['done', 'done']);
});

test('left before it stood, still sends what was typed', () => {
  const { host, session } = connecting();
  session.typed('early', () => {});
  session.leave();
  host.wire.events?.opened?.();
  expect(host.wire.take().toString()).toBe('early\n');
  expect(host.wire.ending).toBe('ended');
});

test.each(['refused', 'reset'] as const)('a server that is away: %s', (why) => {
  const { host } = connecting();
  if (why === 'reset') host.wire.events?.opened?.();
  host.wire.events?.lost(why);
  expect(host.endings).toEqual(['unreachable']);
  expect(host.takeLines()).toEqual([
    why === 'reset'
      ? 'Server at localhost:12345 has disconnected'
      : 'Unable to connect to localhost:12345',
  ]);
});
