// Attachments sent to a real server: what is whole is kept as it was, what is not leaves nothing.

import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { limits } from '../../src/protocol/limits';
import { ask, attachment, getFile } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { sha256, untilEmpty, untilFolder } from '../support/folders';
import { HandClock } from '../support/hand_clock';
import { named, TestHub } from '../support/journal';
import { connectTcp, listenTcp } from '../support/tcp';
import { bytesOf, type Started, started } from './attachment_server';

describe('what is whole', () => {
  test.each([0, 1, 255, 256, 65_537, 3_000_000])(
    '%d bytes arrive as they were, and are erased once the recipient has them',
    async (size) => {
      await using all = await started();
      const { port, files } = all;
      const bytes = bytesOf(size);
      expect(await ask(port, attachment('alice', 'bob', 'a.bin', bytes))).toBe('\x001\0');
      expect(readdirSync(files)).toEqual([sha256(bytes)]);
      const got = await getFile(port, 'bob', 'alice', 1);
      expect(Buffer.from(got as Uint8Array).equals(bytes)).toBe(true);
      await untilEmpty(files);
      expect(await getFile(port, 'bob', 'alice', 1)).toBe(2);
    },
  );

  test('one byte at a time, NULs included', async () => {
    await using all = await started();
    const bytes = Buffer.from('\0a\0\0\xffb\0', 'latin1');
    await using peer = await connectTcp(all.port);
    await peer.sendByteByByte(attachment('alice', 'bob', 'ñ 日.bin', bytes));
    expect(Buffer.from(await peer.readToEnd()).toString()).toBe('\x001\0');
    expect(await getFile(all.port, 'bob', 'alice', 1)).toEqual(new Uint8Array(bytes));
  });

  test('what comes behind the last byte belongs to no file', async () => {
    await using all = await started();
    const more = Buffer.concat([
      attachment('alice', 'bob', 'a', Buffer.from('hi')),
      Buffer.from(nul('SEND', 'alice', 'bob', 'smuggled')),
    ]);
    expect(await ask(all.port, more)).toBe('\x001\0');
    expect(await getFile(all.port, 'bob', 'alice', 1)).toEqual(new Uint8Array(Buffer.from('hi')));
    expect(await ask(all.port, nul('SEND', 'alice', 'bob', 'x'))).toBe('\x002\0');
  });

  test('the same bytes for two are kept once, and stay until both have them', async () => {
    await using all = await started();
    const { port, files } = all;
    const bytes = bytesOf(1000);
    expect(await ask(port, attachment('alice', 'bob', 'one', bytes))).toBe('\x001\0');
    expect(await ask(port, attachment('bob', 'alice', 'two', bytes))).toBe('\x001\0');
    expect(readdirSync(files)).toEqual([sha256(bytes)]);
    expect(await getFile(port, 'bob', 'alice', 1)).toEqual(new Uint8Array(bytes));
    expect(await getFile(port, 'alice', 'bob', 1)).toEqual(new Uint8Array(bytes));
    await untilEmpty(files);
  });

  test('a user who did not ask for attachments is told how to get one', async () => {
    await using all = await started();
    await using listener = listenTcp();
    await ask(all.port, nul('DISCONNECT', 'bob'));
    await ask(all.port, nul('CONNECT', 'bob', String(listener.port)));
    await ask(all.port, attachment('alice', 'bob', 'a.bin', bytesOf(7)));
    const peer = await listener.accept();
    const call = Buffer.from(await peer.readToEnd()).toString();
    peer.close();
    expect(call).toBe(
      nul('SEND_MESSAGE', 'alice', '1', 'look (file a.bin, 7 bytes: GETFILE alice 1)'),
    );
    await all.server.console.untilLine('s> SEND MESSAGE 1 FROM alice TO bob');
    expect(await getFile(all.port, 'bob', 'alice', 1)).toEqual(new Uint8Array(bytesOf(7)));
  });

  test('a restart keeps it', async () => {
    const first = await started();
    await ask(first.port, attachment('alice', 'bob', 'a', bytesOf(500)));
    await first.server.stop();
    await using second = await started({}, first.folder);
    expect(await getFile(second.port, 'bob', 'alice', 1)).toEqual(new Uint8Array(bytesOf(500)));
  });
});

describe('what is not whole leaves nothing', () => {
  /** The head of an upload and half of its bytes; resolves once the server has begun to keep them. */
  async function half({ port, files }: Started, size = 200_000) {
    const peer = await connectTcp(port);
    const whole = attachment('alice', 'bob', 'a', bytesOf(size));
    await peer.send(whole.subarray(0, whole.length - size / 2));
    await untilFolder(files, (names) => names.some((name) => name.startsWith('upload-')));
    return peer;
  }

  test('a clean end in the middle is answered 2', async () => {
    await using all = await started();
    await using peer = await half(all);
    peer.finish();
    expect(await peer.readToEnd()).toEqual(Buffer.from('\x02'));
    await untilEmpty(all.files);
    expect(await getFile(all.port, 'bob', 'alice', 1)).toBe(2);
  });

  test('a reset in the middle', async () => {
    await using all = await started();
    const peer = await half(all);
    peer.reset();
    await untilEmpty(all.files);
    expect(await ask(all.port, nul('SEND', 'alice', 'bob', 'x'))).toBe('\x001\0');
  });

  test('silence for longer than a piece may be late', async () => {
    const clock = new HandClock();
    await using all = await started({ clock });
    await using peer = await half(all);
    clock.pass(limits.net.pieceMs - 1);
    await peer.send(Uint8Array.of(1));
    // Another connection's answer shows that the byte has been heard.
    await ask(all.port, nul('UNREGISTER', 'zed'));
    clock.pass(limits.net.pieceMs - 1);
    expect(peer.unread.length).toBe(0);
    clock.pass(1);
    expect(await peer.readToEnd()).toEqual(Buffer.from('\x02'));
    await untilEmpty(all.files);
  });

  test('the server stops in the middle', async () => {
    await using all = await started();
    const peer = await half(all);
    await all.server.stop();
    expect(readdirSync(all.files)).toEqual([]);
    await peer.readToEnd();
  });

  test('a reset behind the last byte: all of it is there, or nothing', async () => {
    await using all = await started();
    for (let round = 1; round <= 30; round++) {
      const peer = await connectTcp(all.port);
      await peer.send(attachment('alice', 'bob', 'a', bytesOf(round)));
      if (round % 3 > 0) await new Promise((next) => setImmediate(next));
      peer.reset();
    }
    // Uploads end in their own time: an operation that is behind them all, and a folder without parts.
    await untilFolder(all.files, (names) => names.every((name) => !name.startsWith('upload-')));
    await all.server.stop();
    using db = new Database(join(all.folder, 'chat.db'), { readonly: true });
    const needed = db.query<{ hash: string }, []>('SELECT hash FROM file').all();
    const there = new Set(readdirSync(all.files));
    for (const { hash } of needed) expect(there).toContain(hash);
  });
});

describe('what cannot be an attachment is answered 2 at once', () => {
  test.each([
    ['no name', '', '2'],
    ['this folder', '.', '2'],
    ['the folder above', '..', '2'],
    ['a path', 'a/b', '2'],
    ['a path of another system', 'a\\b', '2'],
    ['an escape sequence', 'a\x1b[2J', '2'],
    ['a line end', 'a\nb', '2'],
    ['a name of 256 bytes', 'x'.repeat(256), '2'],
    ['a size below nothing', 'a', '-1'],
    ['a size that is no number', 'a', 'many'],
    ['a size in another notation', 'a', '1e3'],
    ['no size', 'a', ''],
    ['a size that no number can hold', 'a', '99999999999999999'],
    ['more than the disk has', 'a', '9007199254740991'],
  ])('%s', async (_, name, size) => {
    await using all = await started();
    await using peer = await connectTcp(all.port);
    await peer.send(nul('SENDATTACH', 'alice', 'bob', 'look', name, size));
    if (size === '9007199254740991') peer.finish();
    expect(await peer.readToEnd()).toEqual(Buffer.from('\x02'));
    expect(readdirSync(all.files)).toEqual([]);
  });

  test('an unknown sender or recipient: 1, and nothing is kept', async () => {
    await using all = await started();
    expect(await ask(all.port, attachment('zed', 'bob', 'a', bytesOf(9)))).toBe('\x01');
    expect(await ask(all.port, attachment('alice', 'zed', 'a', bytesOf(9)))).toBe('\x01');
    await untilEmpty(all.files);
  });
});

describe('bounds', () => {
  test('of one file', async () => {
    await using all = await started({ largestFile: 100 });
    expect(await ask(all.port, attachment('alice', 'bob', 'a', bytesOf(100)))).toBe('\x001\0');
    expect(await ask(all.port, attachment('alice', 'bob', 'b', bytesOf(101)))).toBe('\x02');
  });

  test('a file that will be refused is refused before its bytes come, and they are skipped', async () => {
    await using all = await started({ largestFile: 100 });
    const head = (to: string, size: string) => nul('SENDATTACH', 'alice', to, '', 'big', size);
    for (const [request, code] of [
      [head('nobody', '10'), 1],
      [head('bob', '300000'), 2],
      [nul('SENDATTACH', 'nobody', 'bob', '', 'big', '50'), 1],
    ] as const) {
      await using peer = await connectTcp(all.port);
      await peer.send(request);
      expect([...(await peer.read(1))]).toEqual([code]);
      // A client that reads only after its last byte finds the same, and a clean end.
      await peer.send(Buffer.alloc(Number(request.split('\0').at(-2)), 1));
      expect(await peer.readToEnd()).toHaveLength(0);
    }
    await untilEmpty(all.files);
  });

  test('of all together, until some are taken', async () => {
    await using all = await started({ storedFiles: 150, filesOfEach: 150 });
    expect(await ask(all.port, attachment('alice', 'bob', 'a', bytesOf(100)))).toBe('\x001\0');
    expect(await ask(all.port, attachment('alice', 'bob', 'b', bytesOf(51)))).toBe('\x02');
    await getFile(all.port, 'bob', 'alice', 1);
    await untilEmpty(all.files);
    expect(await ask(all.port, attachment('alice', 'bob', 'b', bytesOf(51)))).toBe('\x002\0');
  });

  test('of one sender for one recipient', () => {
    const hub = new TestHub();
    hub.register('alice');
    hub.register('bob');
    const send = () =>
      hub.ask({
        do: 'direct',
        from: { account: named('alice') },
        to: named('bob'),
        text: '',
        origin: 'test',
        file: { hash: 'a'.repeat(64) as never, size: 1, name: 'a' },
      });
    expect(send().ok).toBe(true);
    hub.db.run(
      `WITH RECURSIVE many(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM many WHERE n < ?)
       INSERT INTO file (serial, recipient, from_key, id, hash, size, name, at)
       SELECT 1000 + n, recipient, from_key, n, hash, size, name, at FROM file, many`,
      [limits.hub.attachmentsPerSender],
    );
    expect(send()).toEqual({ ok: false, why: 'full' });
    hub.db.run('DELETE FROM file WHERE id = 2');
    expect(send().ok).toBe(true);
  });
});
