// One-shot sending: enters, says, knows what became of it, leaves.

import { describe, expect, test } from 'bun:test';

import type { OutgoingMessage, SendResult, Target } from '../../../src/protocol/dialect';
import { market } from '../../../src/protocol/market/index';
import { texts } from '../../../src/protocol/market/wire/messages';
import { FakeClientHost } from '../../support/fake_client_host';

const target: Target = { user: 'alice', host: '127.0.0.1', port: 8891, path: '' };

function makeSender(to: Target = target) {
  const host = new FakeClientHost();
  const made = market.client.send(host, to);
  const results: SendResult[] = [];
  const send = (message: OutgoingMessage): void =>
    made.send(message, (result) => results.push(result));
  const hear = (...lines: string[]): void =>
    host.connection.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  const sent = (): string => host.connection.take().toString();
  const enter = (): void => {
    host.connection.events?.opened?.();
    hear(texts.welcome, texts.question, texts.question);
    if (to.user !== undefined) hear(texts.funds(70), texts.question);
    hear(texts.balanceSet(70));
  };
  return { host, sender: made, results, send, hear, sent, enter };
}

test('enters with its name and the money that it had, says it to one, and waits for the word that it was', () => {
  const { host, results, send, hear, sent, sender: made } = makeSender();
  send({ to: 'bob', text: 'hi' });
  host.connection.events?.opened?.();
  hear(texts.welcome, texts.question);
  expect(sent()).toBe('alice\n');
  hear(texts.question);
  expect(sent()).toBe(':funds\n');
  hear(texts.funds(700), texts.question);
  expect(sent()).toBe('700\n');
  hear(texts.balanceSet(700));
  expect(sent()).toBe(':p - <bob> - hi\n:funds\n');
  hear('<carol>: noise', texts.joined('dave'));
  expect(results).toEqual([]);
  hear(texts.funds(0));
  expect(results).toEqual([{ ending: 'done', line: 'Me: hi' }]);
  let closed = 0;
  made.close(() => closed++);
  expect(sent()).toBe(':q\n');
  hear(texts.farewell);
  host.connection.events?.ended();
  host.connection.events?.lost('closed');
  expect(closed).toBe(1);
});

test('several in order over one connection, each with its own outcome', () => {
  const { host, results, send, hear, sent, enter } = makeSender();
  send({ to: 'bob', text: 'one' });
  send({ to: 'nobody', text: 'two' });
  enter();
  expect(sent()).toBe('alice\n:funds\n70\n:p - <bob> - one\n:funds\n');
  hear(texts.funds(0));
  expect(sent()).toBe(':p - <nobody> - two\n:funds\n');
  hear(texts.notConnected('nobody'), texts.funds(0));
  expect(results.map(({ ending }) => ending)).toEqual(['done', 'unknown-user']);
  expect(results[1]?.line).toBe('[SERVER] Client: <nobody> is not connected.');
  expect(host.connections).toHaveLength(1);
});

test('a server that cannot tell what the name has is entered without money', () => {
  for (const answer of [texts.badName, texts.badBalance, 'What?']) {
    const { host, send, hear, sent } = makeSender();
    send({ to: 'bob', text: 'hi' });
    host.connection.events?.opened?.();
    hear(texts.welcome, texts.question, texts.question, answer, texts.question);
    expect(sent()).toBe('alice\n:funds\n0\n');
  }
});

test('a name that was taken while its balance was asked: nothing is said under another', () => {
  const { host, results, send, hear, sent } = makeSender();
  send({ to: 'bob', text: 'hi' });
  host.connection.events?.opened?.();
  hear(texts.welcome, texts.question, texts.question, texts.inUse('alice'), texts.question);
  expect(sent()).toBe('alice\n:funds\n');
  expect(results).toEqual([{ ending: 'not-allowed', line: texts.inUse('alice') }]);
});

test('aloud: every line by itself, none of them a command', () => {
  const { send, sent, enter } = makeSender({ host: 'h', port: 1, path: '' });
  send({ to: '', text: 'hola :smile\n:q\n\n:t - bob - 5\r\n:smile' });
  enter();
  expect(sent()).toBe('0\nhola :smile\n :q\n :t - bob - 5\n:smile\n:funds\n');
});

describe('what cannot be', () => {
  test.each([
    [{ to: 'bob', text: 'hi', attach: 'file' }, 'usage'],
    [{ to: 'bob', text: ' \n' }, 'bad-data'],
  ] as const)('%j', (message, ending) => {
    const { host, results, send } = makeSender();
    send(message);
    expect(results).toMatchObject([{ ending }]);
    expect(host.connections).toEqual([]);
  });

  test('a name that would be taken for money', () => {
    const { host, results, send } = makeSender({ ...target, user: '42' });
    send({ to: 'bob', text: 'hi' });
    expect(results).toEqual([{ ending: 'bad-data', line: '42 cannot be an identifier here.' }]);
    expect(host.connections).toEqual([]);
  });

  test('a name in use: nothing is said under another', () => {
    const { host, results, send, hear, sent } = makeSender();
    send({ to: 'bob', text: 'hi' });
    host.connection.events?.opened?.();
    hear(texts.welcome, texts.question, texts.inUse('alice'), texts.question);
    expect(results).toEqual([{ ending: 'not-allowed', line: texts.inUse('alice') }]);
    expect(sent()).toBe('alice\n');
    expect(host.connection.ending).toBe('aborted');
    host.connection.events?.lost('closed');
    send({ to: 'carol', text: 'hi' });
    expect(results).toHaveLength(2);
    expect(results[1]?.ending).toBe('not-allowed');
  });

  test('a server that is not there, goes, or does not answer', () => {
    const absent = makeSender();
    absent.send({ to: 'bob', text: 'hi' });
    absent.host.connection.events?.lost('refused');
    expect(absent.results).toEqual([
      { ending: 'unreachable', line: 'Unable to connect to 127.0.0.1:8891' },
    ]);
    const gone = makeSender();
    gone.send({ to: 'bob', text: 'hi' });
    gone.enter();
    gone.host.connection.events?.ended();
    gone.host.connection.events?.lost('closed');
    gone.send({ to: 'bob', text: 'again' });
    const lost = { ending: 'unreachable', line: 'Disconnected from 127.0.0.1:8891' } as const;
    expect(gone.results).toEqual([{ ...lost, isUncertain: true }, lost]);
    const silent = makeSender();
    silent.send({ to: 'bob', text: 'hi' });
    silent.enter();
    // What its system has not even acknowledged is lost.
    silent.host.connection.isAcknowledged = false;
    for (let count = 0; count < 10; count++) silent.host.ring();
    expect(silent.host.connection.ending).toBe('aborted');
  });

  test('closing what was never opened, or is being opened', () => {
    let closed = 0;
    makeSender().sender.close(() => closed++);
    const dialling = makeSender();
    dialling.send({ to: 'bob', text: 'hi' });
    dialling.sender.close(() => closed++);
    dialling.host.connection.events?.lost('closed');
    expect(closed).toBe(2);
  });
});
