// One-shot sending: what goes over the wire, and when it is known that it was said.

import { expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels/index';
import { texts } from '../../../src/protocol/channels/wire/messages';
import type { OutgoingMessage, SendResult } from '../../../src/protocol/dialect';
import { limits } from '../../../src/protocol/limits';
import { FakeClientHost } from '../../support/fake_client_host';
import { padded, textsOf } from './support';

const target = { user: 'Scott', host: '127.0.0.1', port: 55555, path: '168_tas' };

function makeSender(path = '168_tas') {
  const host = new FakeClientHost();
  const sender = channels.client.send(host, { ...target, path });
  const results: SendResult[] = [];
  const send = (message: Partial<OutgoingMessage>): void =>
    sender.send({ to: '168_tas', text: 'hi', ...message }, (result) => results.push(result));
  const sent = (): string[] => textsOf(host.connection.take());
  const answer = (...frames: string[]): void =>
    host.connection.push(Buffer.concat(frames.map(padded)));
  return { host, sender, results, send, sent, answer };
}

test('joins, says, and asks what shows that it was said', () => {
  const { host, results, send, sent, answer } = makeSender();
  send({});
  host.connection.events?.opened?.();
  expect(sent()).toEqual(['Scott', '/join 168_tas', 'hi', '/join']);
  answer('Alice has joined', '[Alice] ' + texts.joinNameless);
  expect(results).toEqual([]);
  answer(texts.joinNameless);
  expect(results).toEqual([{ ending: 'done', line: '[Me] hi' }]);
});

test('takes the channel of the URL where the message names none', () => {
  const { host, send, sent } = makeSender('other');
  send({ to: '' });
  host.connection.events?.opened?.();
  expect(sent()).toContain('/join other');
});

test('a channel that is not there is refused with the text of the server', () => {
  const { host, results, send, answer } = makeSender();
  send({});
  host.connection.events?.opened?.();
  answer(texts.unknownChannel('168_tas'), texts.outside, texts.joinNameless);
  expect(results).toEqual([{ ending: 'unknown-user', line: texts.unknownChannel('168_tas') }]);
});

test.each([[texts.muted], [texts.banned('168_tas')]])('%p is a refusal', (text) => {
  const { host, results, send, answer } = makeSender();
  send({});
  host.connection.events?.opened?.();
  answer(text, texts.joinNameless);
  expect(results).toEqual([{ ending: 'not-allowed', line: text }]);
});

test('who is kept out is told so, and not that the server is gone', () => {
  const { host, results, send, answer } = makeSender();
  send({});
  host.connection.events?.opened?.();
  answer(texts.bannedHere);
  host.connection.events?.ended();
  expect(results).toMatchObject([{ ending: 'not-allowed', line: texts.bannedHere }]);
});

test('further messages use the connection, and one to another channel is said there or nowhere', () => {
  const { host, results, send, sent, answer } = makeSender();
  send({ text: 'one' });
  send({ text: 'two' });
  send({ to: 'nowhere', text: 'three' });
  send({ to: 'other', text: 'four' });
  host.connection.events?.opened?.();
  sent();
  answer(texts.joinNameless);
  expect(sent()).toEqual(['two', '/join']);
  answer(texts.joinNameless);
  expect(sent()).toEqual(['/join nowhere', '/join']);
  answer(texts.unknownChannel('nowhere'), texts.joinNameless);
  expect(sent()).toEqual(['/join other', '/join']);
  answer(texts.joinNameless);
  expect(sent()).toEqual(['four', '/join']);
  answer(texts.joinNameless);
  expect(results.map(({ ending }) => ending)).toEqual(['done', 'done', 'unknown-user', 'done']);
  expect(host.connections.length).toBe(1);
});

test('every line of a text is said, and none of them controls', () => {
  const { host, send, sent } = makeSender();
  send({ text: '/list\nhi\n/join x\n' });
  host.connection.events?.opened?.();
  expect(sent().slice(2)).toEqual([' /list', 'hi', ' /join x', '/join']);
});

test('a server that cannot be reached, or goes away before it is known', () => {
  const unreachable = makeSender();
  unreachable.send({});
  unreachable.host.connection.events?.lost('refused');
  unreachable.send({});
  expect(unreachable.results[0]).toEqual({
    ending: 'unreachable',
    line: 'Unable to connect to 127.0.0.1:55555',
  });
  expect(unreachable.results[1]?.ending).toBe('unreachable');

  const gone = makeSender();
  gone.send({});
  gone.host.connection.events?.opened?.();
  gone.host.connection.events?.ended();
  gone.host.connection.events?.lost('closed');
  expect(gone.results).toEqual([
    {
      ending: 'unreachable',
      line: 'Server at 127.0.0.1:55555 has disconnected',
      isUncertain: true,
    },
  ]);
});

test('a server that acknowledges nothing is left after a while', () => {
  const { host, results, send } = makeSender();
  send({});
  host.connection.isAcknowledged = false;
  host.connection.events?.opened?.();
  while (host.timers.length > 0) host.ring();
  expect(host.connection.ending).toBe('aborted');
  expect(results[0]).toMatchObject({ ending: 'unreachable', isUncertain: true });
});

test('what a server has and never answers counts as sent, and the next one waits less', () => {
  const { host, results, send } = makeSender();
  send({ text: 'one' });
  send({ text: 'two' });
  host.connection.events?.opened?.();
  expect(host.timers.map(({ ms }) => ms)).toEqual([limits.client.unansweredMs]);
  host.ring();
  expect(results).toEqual([{ ending: 'done', line: '[Me] one', isUnanswered: true }]);
  expect(host.timers.map(({ ms }) => ms)).toContain(limits.client.otherWordsMs);
  host.ring();
  expect(results[1]).toMatchObject({ ending: 'done', isUnanswered: true });
});

test('an answer that came too late is no answer to the next message', () => {
  const { host, results, send, answer } = makeSender();
  send({ text: 'one' });
  host.connection.events?.opened?.();
  host.ring();
  send({ to: 'other', text: 'two' });
  answer(texts.joinNameless);
  expect(results.length).toBe(1);
  answer(texts.unknownChannel('other'), texts.joinNameless);
  expect(results[1]?.ending).toBe('unknown-user');
});

test.each<[string, string[], SendResult['ending']]>([
  ['the question in other words', ['ERROR: no name given, usage: /join NAME'], 'done'],
  ['a channel without a name', [texts.unknownChannel('')], 'done'],
  ['a greeting before that', ['Welcome, Scott!', 'Invalid command'], 'done'],
  ['a refusal in other words', ['No such channel: 168_tas', 'Invalid command'], 'not-allowed'],
  ['one without the name', ['Unknown channel', 'Invalid command'], 'not-allowed'],
  ['one of the source, and no answer', [texts.unknownChannel('168_tas')], 'unknown-user'],
  ['no such command at all', [texts.unknownControl('/join')], 'done'],
])('%s', (_, frames, ending) => {
  const { host, results, send, answer } = makeSender();
  send({});
  host.connection.events?.opened?.();
  answer(...frames);
  expect(results).toEqual([]);
  host.ring();
  expect(results.map((result) => result.ending)).toEqual([ending]);
  expect(results[0]?.isUnanswered).toBeUndefined();
});

test('no channel, a channel with a space, a file: refused before anything is dialled', () => {
  const { host, results, send } = makeSender('');
  send({ to: '' });
  send({ to: 'a b' });
  send({ attach: '/etc/hostname' });
  expect(results.map(({ ending }) => ending)).toEqual(['usage', 'usage', 'usage']);
  expect(host.connections).toEqual([]);
});

test('closing ends the connection and waits for its end', () => {
  const { host, sender, send, answer } = makeSender();
  const closed: string[] = [];
  sender.close(() => closed.push('unused'));
  send({});
  host.connection.events?.opened?.();
  answer(texts.joinNameless);
  sender.close(() => closed.push('used'));
  expect(host.connection.ending).toBe('ended');
  expect(closed).toEqual(['unused']);
  host.connection.events?.ended();
  expect(closed).toEqual(['unused', 'used']);
});
