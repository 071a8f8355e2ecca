// The edition of 2025-26: REGISTER by alias alone, USERS with addresses, files that stay with their senders.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { mailbox } from '../../../src/protocol/mailbox/index';
import type { Name, User } from '../../../src/protocol/model';
import { ok, refused } from '../../../src/protocol/model';
import { type Answers, yes } from '../../support/fake_host';
import { code, nul, open, replyTo } from './support';

const nothing = ok(undefined);
const alice = 'alice' as Name;

/** Both waits for fields that may be missing are over. */
function late({ host, session }: ReturnType<typeof open>): void {
  expect(host.wakeMs).toBe(limits.mailbox.optionalFieldMs);
  session.woke?.();
  expect(host.commands).toEqual([]);
  expect(host.wakeMs).toBe(limits.mailbox.lastLookMs);
  session.woke?.();
}

describe('REGISTER', () => {
  test('by alias alone, when no more comes in time', () => {
    const opened = open({ register: () => nothing });
    opened.feed.push(nul('REGISTER', 'alice'));
    late(opened);
    expect(opened.host.text).toBe(code(0));
    expect(opened.host.printed).toEqual(['s> REGISTER alice OK']);
    const { host } = opened.host.remote;
    expect(opened.host.commands).toEqual([
      { do: 'register', name: alice, fullName: 'alice', born: '', host, servesFiles: true },
    ]);
  });

  test('1: the alias is taken', () => {
    const opened = open({ register: () => refused('name-taken') });
    opened.feed.push(nul('REGISTER', 'alice'));
    late(opened);
    expect(opened.host.text).toBe(code(1));
  });

  test('fields that come while the server is busy are the long form', () => {
    const { host, session, feed } = open({ register: () => nothing });
    feed.push(nul('REGISTER', 'Alice'));
    session.woke?.();
    feed.push(nul('alice'));
    expect(host.wakeMs).toBe(limits.net.requestMs);
    feed.push(nul('01/02/2000'));
    expect(host.commands).toMatchObject([{ fullName: 'Alice', name: 'alice', born: '01/02/2000' }]);
  });

  test('2: a second field without the third, an end after the first, an empty date', () => {
    const half = open();
    half.feed.push(nul('REGISTER', 'Alice', 'alice'));
    expect(half.host.wakeMs).toBe(limits.net.requestMs);
    half.session.woke?.();
    expect(half.host.text).toBe(code(2));
    const begun = open();
    begun.feed.push(`${nul('REGISTER', 'Alice')}al`);
    begun.session.woke?.();
    expect(begun.host.text).toBe(code(2));
    const ended = open();
    ended.feed.push(nul('REGISTER', 'alice'));
    ended.session.ended();
    expect(ended.host.text).toBe(code(2));
    expect(replyTo(nul('REGISTER', 'Alice', 'alice', '')).bytes).toEqual(Buffer.from(code(2)));
  });

  test('2: with --strict, after a second', () => {
    const { host, session, feed } = open({}, { strict: true });
    feed.push(nul('REGISTER', 'alice'));
    expect(host.wakeMs).toBe(limits.mailbox.strictMs);
    session.woke?.();
    expect(host.text).toBe(code(2));
    expect(host.commands).toEqual([]);
  });
});

const user = (name: string, dialect: string, host: string, servesFiles = false): User => ({
  name: name as Name,
  kind: 'account',
  dialect,
  address: { host, port: 4000 },
  ...(servesFiles && { servesFiles: true }),
});

describe('USERS', () => {
  const answers = (users: readonly User[]): Answers => ({
    'account-serves-files': () => nothing,
    users: () => yes<'users'>({ users }),
  });

  test('each with an address: its own where it hands out files, else the server’s', () => {
    const users = [
      user('alice', 'mailbox', '10.0.0.7', true),
      user('bob', 'mailbox', '10.0.0.8'),
      user('eve', 'web', '10.0.0.9'),
      user('here', 'mailbox', '127.0.0.1', true),
      user('a :: b', 'mailbox', '10.0.0.7'),
      user('m :: :: 6.6.6.6 :: :: 66', 'mailbox', '10.0.0.7'),
    ];
    const { host, feed } = open(answers(users));
    host.remote = { host: '10.0.0.7', port: 9 };
    host.local = { host: '10.0.0.1', port: 8888 };
    feed.push(nul('USERS', 'alice'));
    const list = nul(
      '6',
      'alice :: 10.0.0.7 :: 4000',
      'bob :: 10.0.0.1 :: 8888',
      'eve :: 10.0.0.1 :: 8888',
      'here :: 10.0.0.1 :: 8888',
      'a b :: 10.0.0.1 :: 8888',
      'm  6.6.6.6  66 :: 10.0.0.1 :: 8888',
    );
    expect(host.text).toBe(`\0${list}`);
    expect(host.printed).toEqual(['s> CONNECTEDUSERS OK']);
    expect(host.commands).toEqual([
      { do: 'account-serves-files', account: alice },
      { do: 'users', asker: { account: alice } },
    ]);
  });

  test('the same list is made once, and another for who reaches the server elsewhere', () => {
    const users = [user('bob', 'mailbox', '127.0.0.1', true)];
    const told = (local: string, remote: string): string => {
      const { host, feed } = open(answers(users));
      host.remote = { host: remote, port: 9 };
      host.local = { host: local, port: 8888 };
      feed.push(nul('USERS', 'alice'));
      return host.text.slice(3);
    };
    expect(told('10.0.0.1', '10.0.0.7')).toBe(nul('bob :: 10.0.0.1 :: 8888'));
    expect(told('10.0.0.1', '10.0.0.7')).toBe(nul('bob :: 10.0.0.1 :: 8888'));
    expect(told('10.0.0.2', '10.0.0.7')).toBe(nul('bob :: 10.0.0.2 :: 8888'));
    expect(told('10.0.0.2', '127.0.0.1')).toBe(nul('bob :: 127.0.0.1 :: 4000'));
  });

  test.each([
    ['not-connected', 1],
    ['unknown-user', 2],
  ] as const)('%s: %i', (why, answer) => {
    const { bytes, printed } = replyTo(nul('USERS', 'alice'), {
      'account-serves-files': () => refused('unknown-user'),
      users: () => refused(why),
    });
    expect(bytes).toEqual(Buffer.from(code(answer)));
    expect(printed).toEqual(['s> CONNECTEDUSERS FAIL']);
  });

  test('with --strict it is no operation', () => {
    for (const request of [nul('USERS', 'alice'), nul('GET_FILE', 'alice', 'a')]) {
      const { bytes, host } = replyTo(request, {}, { strict: true });
      expect(bytes.length).toBe(0);
      expect(host.ending).toBe('ended');
    }
  });
});

describe('SENDATTACH without a size', () => {
  test('tells the file, which stays with its sender', () => {
    const opened = open({
      'account-serves-files': () => nothing,
      direct: () => yes<'direct'>({ id: 7, serial: 9, waiting: false }),
    });
    opened.feed.push(nul('SENDATTACH', 'alice', 'bob', 'look', 'a.txt'));
    late(opened);
    expect(opened.host.text).toBe(`\0${nul('7')}`);
    expect(opened.host.commands).toEqual([
      { do: 'account-serves-files', account: alice },
      {
        do: 'direct',
        from: { account: alice },
        to: 'bob' as Name,
        text: 'look',
        origin: 'mailbox',
        fileAtSender: 'a.txt',
      },
    ]);
  });

  test('2: a path is no name of a file', () => {
    const opened = open();
    opened.feed.push(nul('SENDATTACH', 'alice', 'bob', 'look', '../a'));
    late(opened);
    expect(opened.host.text).toBe(code(2));
  });

  const message = {
    is: 'direct',
    serial: 1,
    id: 7,
    from: alice,
    to: 'bob' as Name,
    text: 'look',
    origin: 'mailbox',
    at: 0,
    fileAtSender: 'a.txt',
  } as const;
  const { callback } = mailbox.server;
  const calls = (wantsFiles: boolean): string[] =>
    callback.calls(message, wantsFiles, true).map((bytes) => Buffer.from(bytes).toString());

  test('its recipient gets a call with the name, or a note', () => {
    expect(calls(true)).toEqual([nul('SEND_MESSAGE_ATTACH', 'alice', '7', 'look', 'a.txt')]);
    expect(calls(false)).toEqual([
      nul('SEND_MESSAGE', 'alice', '7', 'look (file a.txt, kept by its sender)'),
    ]);
  });
});

describe('GET_FILE', () => {
  test('the size and the bytes, and no code', () => {
    const file = { hash: 'ab', size: 5, name: 'a.txt', serial: 3 } as never;
    const { host } = replyTo(nul('GET_FILE', 'alice', 'a.txt'), {
      'file-named': () => yes<'file-named'>(file),
    });
    expect(host.text).toStartWith(nul('5'));
    expect(host.commands[0]).toMatchObject({
      do: 'file-named',
      account: 'alice',
      fileName: 'a.txt',
    });
  });

  test('nothing where there is none', () => {
    const { bytes, host } = replyTo(nul('GET_FILE', 'alice', 'a.txt'), {
      'file-named': () => refused('unknown-file'),
    });
    expect(bytes.length).toBe(0);
    expect(host.ending).toBe('ended');
  });
});

describe('a text that is not UTF-8', () => {
  const raw = Buffer.from('ma\xf1ana \x80', 'latin1');
  const request = Buffer.concat([Buffer.from(nul('SEND', 'alice', 'bob')), raw, Buffer.of(0)]);

  test('is Latin-1 to other doors, and its own bytes to this one', () => {
    const { bytes, host } = replyTo(request, {
      direct: () => yes<'direct'>({ id: 1, serial: 9, waiting: false }),
    });
    expect(bytes.toString()).toBe(`\0${nul('1')}`);
    expect(host.commands[0]).toMatchObject({ text: 'mañana €', raw });
    const message = {
      ...({ is: 'direct', serial: 1, id: 1, from: alice, to: 'bob' as Name, at: 0 } as const),
      text: 'mañana €',
      origin: 'mailbox',
      raw,
    };
    const [call] = mailbox.server.callback.calls(message, false, true);
    expect(Buffer.from(call ?? []).toString('latin1')).toBe(
      nul('SEND_MESSAGE', 'alice', '1', raw.toString('latin1')),
    );
    // Until the client has ended a call, no line end is sent to it.
    const lines = { ...message, text: 'a\nñ', raw: Buffer.from('a\n\xf1', 'latin1') };
    const unproved = mailbox.server.callback.calls(lines, false, false);
    expect(unproved.map((bytes) => Buffer.from(bytes).toString())).toEqual([
      nul('SEND_MESSAGE', 'alice', '1', 'a'),
      nul('SEND_MESSAGE', 'alice', '1', 'ñ'),
    ]);
  });
});
