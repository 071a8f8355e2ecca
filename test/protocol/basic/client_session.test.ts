// The basic client: all of the text, then the end; connected, line by line.

import { expect, test } from 'bun:test';

import { basic } from '../../../src/protocol/basic/index';
import type { SendResult } from '../../../src/protocol/dialect';
import { FakeClientHost } from '../../support/fake_client_host';

const target = { host: 'localhost', port: 12345, path: '' };

function sending(text: string, attach?: string) {
  const host = new FakeClientHost();
  const results: SendResult[] = [];
  const message = { to: '', text, ...(attach !== undefined && { attach }) };
  basic.client.send(host, target).send(message, (result) => results.push(result));
  return { host, results };
}

test('sends the text and ends, and is done when the server has ended', () => {
  const { host, results } = sending('I am a student in CS168.');
  host.connection.events?.opened?.();
  expect(host.connection.take().toString()).toBe('I am a student in CS168.');
  expect(host.connection.ending).toBe('ended');
  expect(results).toEqual([]);
  host.connection.events?.ended();
  host.connection.events?.lost('closed');
  expect(results).toEqual([{ ending: 'done', line: '' }]);
});

test('gives back the line end that standard input lost', () => {
  const { host } = sending('one\ntwo\n');
  host.connection.events?.opened?.();
  expect(host.connection.take().toString()).toBe('one\ntwo\n\n');
});

test('a server that is not there, or is gone before it has taken all', () => {
  const absent = sending('hi');
  absent.host.connection.events?.lost('refused');
  expect(absent.results).toEqual([
    { ending: 'unreachable', line: 'Unable to connect to localhost:12345' },
  ]);
  const gone = sending('hi');
  gone.host.connection.events?.opened?.();
  gone.host.connection.events?.lost('reset');
  expect(gone.results).toEqual([
    {
      ending: 'unreachable',
      line: 'Server at localhost:12345 has disconnected',
      isUncertain: true,
    },
  ]);
});

test('a server that keeps its side open has the text, as soon as its system has it', () => {
  const { host, results } = sending('hi');
  const { connection } = host;
  connection.isAcknowledged = false;
  connection.events?.opened?.();
  connection.events?.woke?.();
  expect(results).toEqual([]);
  connection.isAcknowledged = true;
  connection.events?.woke?.();
  expect(results).toEqual([{ ending: 'done', line: '', isUnanswered: true }]);
});

test('sends no files', () => {
  const { host, results } = sending('hi', '/etc/hostname');
  expect(results[0]?.ending).toBe('usage');
  expect(host.connections).toEqual([]);
});

function connecting() {
  const host = new FakeClientHost();
  const options = { target, interactive: true, takeover: false };
  return { host, session: basic.client.connect(host, options) };
}

test('connected, sends each line as it is typed, and ends in the end', () => {
  const { host, session } = connecting();
  const endings: string[] = [];
  session.typed('early', (ending) => endings.push(ending));
  host.connection.events?.opened?.();
  session.typed('later', (ending) => endings.push(ending));
  expect(host.connection.take().toString()).toBe('early\nlater\n');
  session.leave();
  expect(host.connection.ending).toBe('ended');
  host.connection.events?.ended();
  expect(host.endings).toEqual(['done']);
  expect(endings).toEqual(['done', 'done']);
});

test('left before it stood, still sends what was typed', () => {
  const { host, session } = connecting();
  session.typed('early', () => {});
  session.leave();
  host.connection.events?.opened?.();
  expect(host.connection.take().toString()).toBe('early\n');
  expect(host.connection.ending).toBe('ended');
});

test.each(['refused', 'reset'] as const)('a server that is away: %s', (why) => {
  const { host } = connecting();
  if (why === 'reset') host.connection.events?.opened?.();
  host.connection.events?.lost(why);
  expect(host.endings).toEqual(['unreachable']);
  expect(host.takeLines().at(-1)).toBe(
    why === 'reset'
      ? 'Server at localhost:12345 has disconnected'
      : 'Unable to connect to localhost:12345',
  );
});

test('helps a person, who may quit; a script and --plain send those words', () => {
  const { host, session } = connecting();
  host.connection.events?.opened?.();
  expect(host.takeLines().join('\n')).toContain('/help');
  session.typed('/help', () => {});
  expect(host.takeLines().join('\n')).toContain('/quit');
  session.typed('/Quit', () => {});
  expect(host.connection.take().toString()).toBe('');
  expect(host.connection.ending).toBe('ended');
  for (const options of [{ interactive: false }, { interactive: true, plain: true }]) {
    const script = new FakeClientHost();
    const plain = basic.client.connect(script, { target, takeover: false, ...options });
    script.connection.events?.opened?.();
    plain.typed('/help', () => {});
    expect(script.connection.take().toString()).toBe('/help\n');
    expect(script.takeLines()).toEqual([]);
  }
});
