// The server's side of attachments: sending them, fetching them, asking to be told of them.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { FileHash, Name } from '../../../src/protocol/model';
import { refused } from '../../../src/protocol/model';
import { type Answers, yes } from '../../support/fake_host';
import { nul, open, replyTo } from './support';

const nothing = yes<'register'>(undefined);
const code = (...bytes: number[]) => Buffer.from(bytes);

describe('attachments', () => {
  const bytes = Buffer.from('\0one\xfftwo\0', 'latin1');
  const attach = (size: string, name = 'photo.jpg'): Buffer =>
    Buffer.from(nul('SENDATTACH', 'alice', 'bob', 'look', name, size));
  const stored: Answers = {
    direct: () => yes<'direct'>({ id: 3, serial: 7, waiting: true }),
    'may-send-file': () => nothing,
  };

  test('SENDATTACH: 0 and the id once all of it is on disk', () => {
    const { bytes: answer, printed, host } = replyTo(Buffer.concat([attach('9'), bytes]), stored);
    expect(host.received).toEqual([bytes]);
    expect(answer.toString('latin1')).toBe('\x003\0');
    expect(printed).toEqual(['s> MESSAGE 3 FROM alice TO bob STORED']);
    const hash = new Bun.CryptoHasher('sha256').update(bytes).digest('hex');
    expect(host.commands).toMatchObject([
      { do: 'may-send-file', from: { account: 'alice' }, to: 'bob' },
      { do: 'direct', text: 'look', file: { hash, size: 9, name: 'photo.jpg' } },
    ]);
  });

  test('SENDATTACH: in any pieces, with more behind it, and empty', () => {
    const { host, feed } = open(stored);
    feed.drip(Buffer.concat([attach('9'), bytes]));
    expect(host.received).toEqual([bytes]);
    expect(replyTo(Buffer.concat([attach('2'), Buffer.from('abc')]), stored).host.received).toEqual(
      [Buffer.from('ab')],
    );
    expect(replyTo(attach('0'), stored).host.received).toEqual([Buffer.alloc(0)]);
  });

  test.each(['', '-1', 'x', '1e3', '9007199254740992', '99999999999999999999'])(
    'SENDATTACH: 2 for a size of %j',
    (size) => {
      expect(replyTo(attach(size)).bytes).toEqual(code(2));
    },
  );

  test.each(['', '.', '..', '../x', '/etc/passwd', 'a\\b', 'a\nb', 'a\x1bb', 'x'.repeat(256)])(
    'SENDATTACH: 2 for a file called %j',
    (name) => {
      expect(replyTo(attach('0', name)).bytes).toEqual(code(2));
    },
  );

  test('SENDATTACH: 2 when the peer ends or is silent before all has come', () => {
    for (const stop of ['ended', 'woke'] as const) {
      const { host, session, feed } = open(stored);
      feed.push(attach('100'));
      feed.push('abc');
      expect(host.wakeMs).toBe(limits.net.pieceMs);
      session[stop]?.();
      expect(Buffer.from(host.bytes)).toEqual(code(2));
      expect(host.received).toEqual([]);
    }
  });

  test('SENDATTACH: 1 when either is unknown, 2 when it cannot be kept', () => {
    expect(replyTo(attach('0'), { direct: () => refused('unknown-user') }).bytes).toEqual(code(1));
    expect(replyTo(attach('0'), { direct: () => refused('full') }).bytes).toEqual(code(2));
  });

  test.each([
    ['unknown-sender', 1],
    ['unknown-user', 1],
    ['not-allowed', 2],
    ['full', 2],
    ['storage', 2],
  ] as const)(
    'SENDATTACH: %s is replied before the file has come, which is read and dropped',
    (why, number) => {
      const { host, feed } = open({ 'may-send-file': () => refused(why) });
      feed.push(attach('9'));
      expect(Buffer.from(host.bytes)).toEqual(code(number));
      feed.push(bytes.subarray(0, 4));
      expect([host.ending, host.wakeMs]).toEqual(['open', limits.net.pieceMs]);
      feed.push(Buffer.concat([bytes.subarray(4), Buffer.from('and more')]));
      expect(host.ending).toBe('ended');
      expect(Buffer.from(host.bytes)).toEqual(code(number));
      expect(host.received).toEqual([]);
      expect(host.commands).toHaveLength(1);
    },
  );

  test('SENDATTACH: 1 at once for a name that no user can have', () => {
    const { host, feed } = open();
    feed.push(nul('SENDATTACH', 'alice', '', 'look', 'a.txt', '9'));
    expect(Buffer.from(host.bytes)).toEqual(code(1));
    expect(host.commands).toEqual([]);
  });

  test('SENDATTACH: 2 at once if the disk will not take it', () => {
    const { host, feed } = open(stored);
    feed.push(attach('9'));
    host.hopeless('too-large');
    expect(Buffer.from(host.bytes)).toEqual(code(2));
    feed.push(bytes);
    expect(host.ending).toBe('ended');
  });

  test('SENDATTACH: a refused peer may end at any point, and is dropped if it stays silent', () => {
    for (const stop of ['ended', 'woke'] as const) {
      const { host, session, feed } = open({ 'may-send-file': () => refused('full') });
      feed.push(attach('9'));
      session[stop]?.();
      expect(host.ending).toBe(stop === 'ended' ? 'ended' : 'aborted');
      expect(Buffer.from(host.bytes)).toEqual(code(2));
    }
  });

  test('SENDATTACH: a refusal that comes after the last byte is not the reply', () => {
    let count = 0;
    const { host, feed } = open({
      'may-send-file': () => refused('unknown-user'),
      direct: () => (++count, yes<'direct'>({ id: 3, serial: 7, waiting: false })),
    });
    host.hold = true;
    feed.push(Buffer.concat([attach('9'), bytes]));
    host.release();
    expect(host.text).toBe('\x003\0');
    expect(count).toBe(1);
  });

  const file = {
    hash: 'abc' as FileHash,
    size: 9,
    name: 'photo.jpg',
    serial: 41,
  };
  const found: Answers = {
    'file-find': () => yes<'file-find'>(file),
    'file-taken': () => nothing,
  };

  test('GETFILE: 0, the size, the bytes; erased after the peer’s clean end', () => {
    const { host, session, feed } = open(found);
    feed.push(nul('GETFILE', 'bob', 'alice', '3'));
    expect(host.text).toBe('\x009\0');
    expect(host.filesSent).toEqual([file.hash]);
    expect(host.commands).toEqual([
      {
        do: 'file-find',
        account: 'bob' as Name,
        from: 'alice' as Name,
        id: 3,
        host: '127.0.0.1',
      },
    ]);
    expect(host.ending).toBe('ended');
    expect(host.printed).toEqual(['s> GETFILE bob OK']);
    session.ended();
    session.lost('closed');
    expect(host.commands.slice(1)).toEqual([{ do: 'file-taken', serial: 41 }]);
  });

  test('GETFILE: kept when the peer is gone without a clean end', () => {
    for (const why of ['reset', 'closed', 'slow'] as const) {
      const { host, session, feed } = open(found);
      feed.push(nul('GETFILE', 'bob', 'alice', '3'));
      session.lost(why);
      expect(host.commands.length).toBe(1);
    }
  });

  test('GETFILE: kept when the peer ended before all was sent', () => {
    const { host, session, feed } = open(found);
    host.hold = true;
    feed.push(nul('GETFILE', 'bob', 'alice', '3'));
    session.ended();
    host.release();
    session.lost('closed');
    expect(host.commands.length).toBe(1);
  });

  test.each([
    ['unknown-user', 1],
    ['unknown-file', 2],
    ['elsewhere', 2],
    ['not-allowed', 2],
    ['storage', 2],
  ] as const)('GETFILE: %s: %i', (why, answer) => {
    const { bytes: said, printed } = replyTo(nul('GETFILE', 'bob', 'alice', '3'), {
      'file-find': () => refused(why),
    });
    expect(said).toEqual(code(answer));
    expect(printed).toEqual(['s> GETFILE bob FAIL']);
  });

  test('GETFILE: a name that no user can have, and no id', () => {
    expect(replyTo(nul('GETFILE', '', 'alice', '3')).bytes).toEqual(code(1));
    for (const id of ['', '0', '-1', 'x', '4294967296']) {
      expect(replyTo(nul('GETFILE', 'bob', 'alice', id)).bytes).toEqual(code(2));
    }
  });

  test.each([
    [nothing, 0],
    [refused('unknown-user'), 1],
    [refused('not-connected'), 2],
    [refused('storage'), 2],
  ] as const)('ATTACHES: %j: %i, and no line', (outcome, answer) => {
    const { bytes: said, printed } = replyTo(nul('ATTACHES', 'bob', '5000'), {
      'callback-wants-files': () => outcome,
    });
    expect(said).toEqual(code(answer));
    expect(printed).toEqual([]);
  });
});
