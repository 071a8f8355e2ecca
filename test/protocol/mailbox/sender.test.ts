// Without a session: one-shot sending, registering, taking a registration back, listing the users.

import { describe, expect, test } from 'bun:test';

import type { Ending, SendResult } from '../../../src/protocol/dialect';
import { limits } from '../../../src/protocol/limits';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { TestHost } from './client';
import { code, nul } from './support';

const target = { host: 'localhost', port: 8888, path: '', user: 'alice' };

describe('send', () => {
  test.each([
    [`${code(0)}132\0`, { ending: 'done', line: 's> SEND OK - MESSAGE 132', id: '132' }],
    [`${code(0)}132`, { ending: 'done', line: 's> SEND OK - MESSAGE 132', id: '132' }],
    ['0132\0', { ending: 'done', line: 's> SEND OK - MESSAGE 132', id: '132' }],
    ['0\x00132\0', { ending: 'done', line: 's> SEND OK - MESSAGE 132', id: '132' }],
    [`${code(0)}132\0surplus\0`, { ending: 'done', line: 's> SEND OK - MESSAGE 132', id: '132' }],
    [code(1), { ending: 'unknown-user', line: 's> SEND FAIL / USER DOES NOT EXIST' }],
    ['1\0', { ending: 'unknown-user', line: 's> SEND FAIL / USER DOES NOT EXIST' }],
    [code(2), { ending: 'try-later', line: 's> SEND FAIL' }],
    [code(3), { ending: 'try-later', line: 's> SEND FAIL' }],
    ['', { ending: 'unreachable', line: 's> SEND FAIL', isUncertain: true }],
  ] as const)('reply %j', (answer, expected) => {
    const host = new TestHost();
    const result: SendResult[] = [];
    mailbox.client.send(host, target).send({ to: 'bob', text: 'hi' }, (each) => result.push(each));
    expect(host.answer(answer)).toEqual(['SEND', 'alice', 'bob', 'hi']);
    expect(result).toEqual([expected]);
    expect(host.shown).toEqual([]);
  });

  test('what is no reply is shown as it came, and the message is not sent again', () => {
    const host = new TestHost();
    const results: SendResult[] = [];
    const sender = mailbox.client.send(host, target);
    sender.send({ to: 'bob', text: 'hi' }, (result) => results.push(result));
    host.answer('nonsense');
    expect(results).toEqual([{ ending: 'try-later', line: 's> SEND FAIL', isUncertain: true }]);
    expect(host.takeLines()).toEqual([
      'The server answered what is no reply of this protocol: nonsense',
    ]);
    sender.send({ to: 'bob', text: 'hi' }, (result) => results.push(result));
    host.answer(code(0));
    expect(results[1]).toEqual({ ending: 'done', line: 's> SEND OK' });
  });

  test('messages are sent in order, one after the other, and then it is closed', () => {
    const host = new TestHost();
    const sender = mailbox.client.send(host, target);
    const told: string[] = [];
    sender.send({ to: 'bob', text: 'one' }, ({ line }) => told.push(line));
    sender.send({ to: 'bob', text: 'two' }, ({ line }) => told.push(line));
    sender.close(() => told.push('closed'));
    expect(host.connections.length).toBe(1);
    host.answer(`${code(0)}1\0`);
    host.answer(`${code(0)}2\0`);
    expect(told).toEqual(['s> SEND OK - MESSAGE 1', 's> SEND OK - MESSAGE 2', 'closed']);
  });

  test('no server, and one that says nothing in time', () => {
    const host = new TestHost();
    const sender = mailbox.client.send(host, target);
    const endings: Ending[] = [];
    sender.send({ to: 'bob', text: 'one' }, ({ ending }) => endings.push(ending));
    host.refuse();
    sender.send({ to: 'bob', text: 'two' }, ({ ending }) => endings.push(ending));
    host.request();
    const connection = host.connections.at(-1);
    expect(connection?.wakeMs).toBe(30_000);
    connection?.events?.woke?.();
    expect(connection?.ending).toBe('aborted');
    expect(endings).toEqual(['unreachable', 'unreachable']);
  });

  test('refused before the server is asked: a long text, no sender, a file that cannot be read', () => {
    const host = new TestHost();
    const endings: Ending[] = [];
    const done = ({ ending }: SendResult): void => void endings.push(ending);
    const sender = mailbox.client.send(host, target);
    sender.send({ to: 'bob', text: 'x'.repeat(256) }, done);
    mailbox.client.send(host, { host: 'h', port: 1, path: '' }).send({ to: 'bob', text: '' }, done);
    expect(host.connections.length).toBe(0);
    sender.send({ to: 'bob', text: '', attach: 'none' }, done);
    host.request();
    expect(endings).toEqual(['bad-data', 'usage', 'bad-data']);
  });

  test('a file', () => {
    const host = new TestHost();
    host.files.set('/tmp/a.png', { name: 'a.png', size: 3, close() {} });
    const result: SendResult[] = [];
    const sender = mailbox.client.send(host, target);
    sender.send({ to: 'bob', text: 'look', attach: '/tmp/a.png' }, (each) => result.push(each));
    expect(host.request()).toEqual(['SENDATTACH', 'alice', 'bob', 'look', 'a.png', '3']);
    host.connections.at(-1)?.sent?.({ ok: true, value: undefined });
    host.answer(`${code(0)}9\0`);
    expect(result).toEqual([{ ending: 'done', line: 's> SENDATTACH OK - MESSAGE 9', id: '9' }]);
  });
});

describe('register, unregister, users', () => {
  const who = { alias: 'alice', fullName: 'Alice Liddell', born: '04/05/1852' };

  test('register', () => {
    const host = new TestHost();
    const endings: Ending[] = [];
    mailbox.client.register(host, target, who, (ending) => endings.push(ending));
    expect(host.answer(code(0))).toEqual(['REGISTER', 'Alice Liddell', 'alice', '04/05/1852']);
    mailbox.client.register(host, target, who, (ending) => endings.push(ending));
    host.answer(code(1));
    mailbox.client.register(host, target, { ...who, born: 'x' }, (ending) => endings.push(ending));
    expect(endings).toEqual(['done', 'not-allowed', 'bad-data']);
    expect(host.takeLines().filter((line) => line.startsWith('s>'))).toEqual([
      's> REGISTER OK',
      's> USERNAME IN USE',
      's> REGISTER FAIL',
    ]);
  });

  test('unregister', () => {
    const host = new TestHost();
    const endings: Ending[] = [];
    mailbox.client.unregister(host, target, 'alice', (ending) => endings.push(ending));
    expect(host.answer(code(1))).toEqual(['UNREGISTER', 'alice']);
    expect(endings).toEqual(['unknown-user']);
    expect(host.takeLines()).toEqual(['c> UNREGISTER alice', 's> USER DOES NOT EXIST']);
  });

  test('users: the names, or the line of the refusal', () => {
    const host = new TestHost();
    const results: unknown[] = [];
    const ask = (alias: string | undefined, answer: string): string[] => {
      mailbox.client.users(host, target, alias, (result) => results.push(result));
      return host.answer(answer);
    };
    expect(ask('alice', `${code(0)}${nul('2', 'alice', 'bob')}`)).toEqual([
      'CONNECTEDUSERS',
      'alice',
    ]);
    expect(host.takeLines()).toEqual([]);
    ask('bad', `${code(0)}${nul('1', 'bad')}`);
    expect(results.pop()).toEqual({ ok: true, value: ['bad'] });
    expect(ask(undefined, `${code(0)}${nul('0')}`)).toEqual(['CONNECTEDUSERS']);
    ask('alice', code(1));
    ask('alice', code(2));
    ask(undefined, code(2));
    ask('alice', '');
    expect(results).toEqual([
      { ok: true, value: ['alice', 'bob'] },
      { ok: true, value: [] },
      { ok: false, why: 'not-allowed' },
      { ok: false, why: 'unknown-user' },
      { ok: false, why: 'try-later' },
      { ok: false, why: 'unreachable' },
    ]);
    expect(host.takeLines()).toEqual([
      's> CONNECTED USERS FAIL / USER IS NOT CONNECTED',
      's> CONNECTED USERS FAIL',
      's> CONNECTED USERS FAIL',
      's> CONNECTED USERS FAIL',
    ]);
  });

  test.each(['a reset', 'silence'])('a list that is whole, and then %s', (what) => {
    const host = new TestHost();
    const results: unknown[] = [];
    mailbox.client.users(host, target, 'alice', (result) => results.push(result));
    host.request();
    const { connection } = host;
    connection.push(Buffer.from(`${code(0)}${nul('1', 'bob')}`));
    expect(connection.wakeMs).toBe(limits.mailbox.surplusMs);
    if (what === 'silence') connection.events?.woke?.();
    else connection.events?.lost('reset');
    expect(results).toEqual([{ ok: true, value: ['bob'] }]);
  });

  test('a list that stops before its end is shown after a while', () => {
    const host = new TestHost();
    const results: unknown[] = [];
    mailbox.client.users(host, target, 'alice', (result) => results.push(result));
    host.request();
    const { connection } = host;
    connection.push(Buffer.from(`${code(0)}${nul('3', 'bob')}`));
    expect(connection.wakeMs).toBe(limits.mailbox.restMs);
    connection.events?.woke?.();
    expect(results).toEqual([{ ok: true, value: ['bob'] }]);
    expect(host.takeLines()).toEqual(['The server announced 3 users and named 1.']);
  });

  test('a reply that is no list of users', () => {
    const host = new TestHost();
    const results: unknown[] = [];
    for (const answer of [
      nul('\0x'),
      nul('\x001000001'),
      `${code(0)}${'9'.repeat(20_000)}`,
      `${code(0)}1\0${'x'.repeat(20_000)}`,
    ]) {
      mailbox.client.users(host, target, 'alice', (result) => results.push(result));
      host.answer(answer);
      expect(host.connections.at(-1)?.ending).not.toBe('open');
    }
    expect(results).toEqual([
      { ok: true, value: ['x'] },
      { ok: true, value: [] },
      { ok: false, why: 'try-later' },
      { ok: false, why: 'try-later' },
    ]);
  });
});
