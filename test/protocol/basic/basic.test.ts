// The basic protocol without a network: bytes to stdout on one side, from stdin on the other.

import { expect, test } from 'bun:test';

import { basic } from '../../../src/protocol/basic/index';
import { FakeHost, Feed } from '../../support/fake_host';

const printed = (host: FakeHost): string => Buffer.concat(host.outputs).toString('latin1');

function served() {
  const host = new FakeHost();
  const session = basic.server.open(host);
  return { host, session, feed: new Feed(session, host) };
}

test('clients are served one after the other', () => {
  expect(basic.server.oneAtATime).toBe(true);
});

test('prints all that comes, as it comes', () => {
  const { host, session, feed } = served();
  feed.push('I am a student in CS168. ');
  feed.push('This class is awesome!\n');
  expect(printed(host)).toBe('I am a student in CS168. This class is awesome!\n');
  session.ended();
  session.lost();
  expect(printed(host)).toBe('I am a student in CS168. This class is awesome!\n');
  expect(host.ending).toBe('ended');
});

test.each([
  ['Why is Shenker so bad at drawing?', 'Why is Shenker so bad at drawing?\n'],
  ['one\ntwo', 'one\ntwo\n'],
  ['', ''],
  ['\n', '\n'],
])('a final newline is added where it lacks: %j', (sent, expected) => {
  const { host, session, feed } = served();
  if (sent !== '') feed.push(sent);
  session.ended();
  expect(printed(host)).toBe(expected);
});

test('a client that is lost has its newline too', () => {
  const { host, session, feed } = served();
  feed.drip('half');
  session.lost();
  expect(printed(host)).toBe('half\n');
});

test('bytes that are no text are printed as they are', () => {
  const { host, session, feed } = served();
  feed.push(Uint8Array.of(0xff, 0x00, 0x1b));
  session.ended();
  expect(printed(host)).toBe('\xff\0\x1b\n');
});

test('a server that stops ends the line and the connection', () => {
  const { host, session, feed } = served();
  feed.push('half');
  session.closing();
  session.lost();
  expect(printed(host)).toBe('half\n');
  expect(host.ending).toBe('ended');
});
