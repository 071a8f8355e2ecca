// What a peer may send that is no whole request, and how replies and the banner are written.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { type Answers, yes } from '../../support/fake_host';
import { nul, open, replyTo } from './support';

const nothing = yes<'register'>(undefined);
const code = (...bytes: number[]) => Buffer.from(bytes);

describe('replies as text', () => {
  test('a digit and NUL in place of the raw byte, with what follows unchanged', () => {
    const settings = { replies: 'text' };
    expect(replyTo(nul('UNREGISTER', ''), {}, settings).bytes.toString()).toBe('1\0');
    const direct: Answers = { direct: () => yes<'direct'>({ id: 132, serial: 1, waiting: false }) };
    expect(replyTo(nul('SEND', 'a', 'b', 'c'), direct, settings).bytes.toString()).toBe(
      '0\x00132\0',
    );
  });
});

describe('bad input', () => {
  test('an unknown operation gets no reply', () => {
    for (const bytes of [
      'HELLO\0',
      '\0',
      'register\0a\0b\0',
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    ]) {
      const { host, session, feed } = open();
      feed.push(bytes);
      session.ended();
      expect(host.bytes.length).toBe(0);
      expect(host.ending).toBe('ended');
      expect(host.printed).toEqual([]);
    }
  });

  test('a mebibyte without NUL is not collected', () => {
    const mebibyte = Buffer.alloc(1024 * 1024, 'a');
    const { host, feed } = open();
    feed.push(mebibyte);
    expect(host.ending).toBe('ended');
    expect(feed.inbox.size).toBe(0);
    const known = open();
    known.feed.push('REGISTER\0');
    known.feed.push(mebibyte);
    expect(Buffer.from(known.host.bytes)).toEqual(code(2));
    expect(known.feed.inbox.size).toBe(0);
    known.feed.push(mebibyte);
    expect(known.feed.inbox.size).toBe(0);
  });

  test.each([
    ['REGISTER', 2],
    ['UNREGISTER', 2],
    ['CONNECT', 3],
    ['DISCONNECT', 3],
    ['SEND', 2],
    ['CONNECTEDUSERS', 2],
    ['SENDATTACH', 2],
    ['GETFILE', 2],
    ['ATTACHES', 2],
  ] as const)('%s: %i for what is not UTF-8, too long, or never whole', (operation, answer) => {
    const latin1 = replyTo(Buffer.from(`${operation}\0Jos\xe9\0`, 'latin1'));
    expect(latin1.bytes).toEqual(code(answer));
    const long = replyTo(`${operation}\0${'x'.repeat(256)}`);
    expect(long.bytes).toEqual(code(answer));
    for (const stop of ['ended', 'woke'] as const) {
      const { host, session, feed } = open();
      feed.push(`${operation}\0x`);
      expect(host.wakeMs).toBe(limits.net.requestMs);
      session[stop]?.();
      expect(Buffer.from(host.bytes)).toEqual(code(answer));
      expect(host.ending).toBe('ended');
    }
  });

  test('an alias that is not UTF-8 is shown with what can be read of it', () => {
    const { printed } = replyTo(Buffer.from('CONNECT\0Jos\xe9\x00123\0', 'latin1'));
    expect(printed).toEqual(['s> CONNECT Jos\ufffd FAIL']);
  });

  test('nothing at all, and then an end or the deadline', () => {
    for (const stop of ['ended', 'woke'] as const) {
      const { host, session } = open();
      expect(host.wakeMs).toBe(limits.net.requestMs);
      session[stop]?.();
      // Whose server this is, to a peer that asks by saying nothing.
      expect(host.text).toBe(stop === 'ended' ? nul('CHAT', 'KEY', 'INVITE', 'ONCE') : '');
      expect(host.ending).toBe('ended');
    }
  });

  test('what comes behind a request is ignored', () => {
    const { host, feed } = open({ unregister: () => nothing });
    host.hold = true;
    feed.push(nul('UNREGISTER', 'alice', 'UNREGISTER', 'bob'));
    feed.push('more');
    expect(feed.inbox.size).toBe(0);
    host.release();
    feed.push('more');
    expect(Buffer.from(host.bytes)).toEqual(code(0));
    expect(host.commands.length).toBe(1);
  });

  test('a peer that ends its side still gets the reply', () => {
    const { host, session, feed } = open({ unregister: () => nothing });
    host.hold = true;
    feed.push(nul('UNREGISTER', 'alice'));
    session.ended();
    host.release();
    expect(Buffer.from(host.bytes)).toEqual(code(0));
  });
});

test('the banner and the prompt', () => {
  expect(mailbox.server.banner({ host: '192.168.1.7', port: 8888 })).toEqual([
    's> init server 192.168.1.7:8888',
  ]);
  expect(mailbox.server.banner({ host: '::1', port: 8888 })).toEqual(['s> init server [::1]:8888']);
  expect(mailbox.server.prompt).toBe('s> ');
});
