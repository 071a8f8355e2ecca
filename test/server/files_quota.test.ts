// What one peer may take of the space for files: nothing by words alone, a share of it by bytes, and not by trickling.

import { beforeEach, describe, expect, test } from 'bun:test';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Sink, StoredFile } from '../../src/protocol/dialect';
import { limits } from '../../src/protocol/limits';
import { mailbox } from '../../src/protocol/mailbox/index';
import type { FileHash, Result } from '../../src/protocol/model';
import { Files, type FilesSettings } from '../../src/server/files/files';
import type { FileOwner } from '../../src/server/files/space';
import { attachment, register } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { scratchFolder } from '../support/scratch';
import { startServer } from '../support/server';
import { connectTcp } from '../support/tcp';

const GiB = 1024 * 1024 * 1024;

let folder = '';

beforeEach(async () => {
  folder = join(await scratchFolder(), 'files');
});

async function started(settings: Partial<FilesSettings> = {}): Promise<Files> {
  const files = new Files({ folder, needed: () => true, report: () => {}, ...settings });
  await files.start(new Set());
  return files;
}

type Received = Result<StoredFile, 'no-space' | 'too-large' | 'too-slow' | 'storage'>;

/** An upload: `refused` resolves when it is hopeless, `finish` says what became of it. */
function open(files: Files, size: number, owner?: FileOwner) {
  const { promise: refused, resolve: hopeless } = Promise.withResolvers<void>();
  const sink: Sink = files.receive(size, { full: () => {}, hopeless }, owner);
  const finish = (): Promise<Received> => new Promise((done) => sink.finish(done));
  return { sink, refused, finish };
}

/** Different bytes each time. */
let made = 0;
const bytesOf = (size: number): Buffer => Buffer.alloc(size, `${++made} `);

async function put(files: Files, size: number, owner?: FileOwner): Promise<Received> {
  const { sink, finish } = open(files, size, owner);
  sink.write(bytesOf(size));
  return finish();
}

const eve = { address: '10.0.0.1', account: 'eve' };
const ann = { address: '10.0.0.2', account: 'ann' };

describe('an announcement', () => {
  test('reserves nothing but a step ahead of what has come', async () => {
    const files = await started({ disk: () => ({ free: 100 * GiB, size: 100 * GiB }) });
    const greedy = Array.from({ length: 20 }, () => open(files, 64 * GiB));
    for (const { sink } of greedy) sink.write(bytesOf(1));
    expect((await put(files, 1000)).ok).toBe(true);
    for (const { sink } of greedy) sink.abandon();
    await files.settled();
  });

  test('of more than there is is refused at once', async () => {
    const files = await started({ disk: () => ({ free: 100 * GiB, size: 100 * GiB }) });
    const { refused, finish } = open(files, 96 * GiB);
    await refused;
    expect(await finish()).toEqual({ ok: false, why: 'no-space' });
  });

  test('that others overtook is refused when the space is gone, and leaves nothing', async () => {
    const step = limits.files.reserveBytes;
    const files = await started({ total: 3 * step });
    const late = open(files, 3 * step);
    late.sink.write(bytesOf(1));
    expect((await put(files, step)).ok).toBe(true);
    late.sink.write(bytesOf(2 * step));
    await late.refused;
    expect(await late.finish()).toEqual({ ok: false, why: 'no-space' });
    expect((await readdir(folder)).length).toBe(1);
  });
});

describe('a share', () => {
  test('of all is one account’s, and one address’s; others still send', async () => {
    const files = await started({ total: 1000 });
    expect((await put(files, 400, eve)).ok).toBe(true);
    expect(await put(files, 101, eve)).toEqual({ ok: false, why: 'no-space' });
    expect(await put(files, 101, { ...eve, address: '10.0.0.9' })).toEqual({
      ok: false,
      why: 'no-space',
    });
    expect(await put(files, 101, { ...eve, account: 'other' })).toEqual({
      ok: false,
      why: 'no-space',
    });
    expect((await put(files, 100, eve)).ok).toBe(true);
    expect((await put(files, 500, ann)).ok).toBe(true);
  });

  test('is what the operator says', async () => {
    const files = await started({ total: 1000, each: 10 });
    expect(await put(files, 11, eve)).toEqual({ ok: false, why: 'no-space' });
    expect((await put(files, 10, eve)).ok).toBe(true);
  });

  test('comes back when a file is deleted or breaks off', async () => {
    const needed = new Set<FileHash>();
    const files = await started({ total: 1000, needed: (hash) => needed.has(hash) });
    const first = await put(files, 500, eve);
    expect(await put(files, 1, eve)).toEqual({ ok: false, why: 'no-space' });
    if (first.ok) files.unpin(first.value.hash);
    await files.settled();
    const broken = open(files, 500, eve);
    broken.sink.write(bytesOf(400));
    broken.sink.abandon();
    await files.settled();
    expect((await put(files, 500, eve)).ok).toBe(true);
  });

  test('of the places for files on their way is bounded, too', async () => {
    const files = await started();
    const all = Array.from({ length: limits.files.uploadsPerOwner }, () => open(files, 10, eve));
    expect(await put(files, 1, eve)).toEqual({ ok: false, why: 'no-space' });
    expect((await put(files, 1, ann)).ok).toBe(true);
    for (const { sink } of all) sink.abandon();
    await files.settled();
    expect((await put(files, 1, eve)).ok).toBe(true);
  });
});

describe('a file that trickles in', () => {
  const { leastBytes, leastMs } = limits.files;

  test('is refused as too slow after a while', async () => {
    let now = 0;
    const files = await started({ monotonicNow: () => now });
    const { sink, refused, finish } = open(files, GiB);
    for (let count = 0; count < 59; count++) {
      now += leastMs / 60;
      sink.write(bytesOf(1));
    }
    now += leastMs / 60;
    sink.write(bytesOf(1));
    await refused;
    expect(await finish()).toEqual({ ok: false, why: 'too-slow' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('is taken where it keeps the least rate', async () => {
    let now = 0;
    const files = await started({ monotonicNow: () => now });
    const size = 10 * leastBytes;
    const { sink, finish } = open(files, size);
    for (let count = 0; count < 10; count++) {
      now += leastMs;
      sink.write(bytesOf(leastBytes));
    }
    expect((await finish()).ok).toBe(true);
  });
});

test('at the mailbox door, a peer who announces most of the disk and sends nothing stops nobody', async () => {
  const disk = { free: 100 * GiB, size: 100 * GiB };
  await using server = await startServer([mailbox], { bounds: { disk: () => disk } });
  const port = server.port('mailbox');
  await register(port, 'alice');
  await register(port, 'bob');
  await using eves = await connectTcp(port);
  const size = String(94 * GiB);
  await eves.send(`${nul('SENDATTACH', 'alice', 'bob', 'hi', 'x.bin', size)}x`);
  await using bobs = await connectTcp(port);
  await bobs.send(attachment('bob', 'alice', 'y.bin', Buffer.alloc(100_000)));
  expect((await bobs.readToEnd())[0]).toBe(0);
});
