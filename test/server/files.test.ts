// The folder of files: what is whole stays under its hash, what is not leaves nothing, and bounds count what was promised.

import { beforeEach, describe, expect, test } from 'bun:test';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Sink, StoredFile } from '../../src/protocol/dialect';
import { limits } from '../../src/protocol/limits';
import type { FileHash, Result } from '../../src/protocol/model';
import { Files, type FilesSettings } from '../../src/server/files/files';
import { scratchFolder } from '../support/scratch';

const hello = Buffer.from('hello');
const hashOf = (bytes: Uint8Array): FileHash =>
  new Bun.CryptoHasher('sha256').update(bytes).digest('hex') as FileHash;

let folder = '';
/** What a message still needs, as the database would say it. */
const needed = new Set<FileHash>();
const reports: string[] = [];

beforeEach(async () => {
  folder = join(await scratchFolder(), 'files');
  needed.clear();
  reports.length = 0;
});

async function started(settings: Partial<FilesSettings> = {}): Promise<Files> {
  const files = new Files({
    folder,
    needed: (hash) => needed.has(hash),
    report: (what) => reports.push(what),
    ...settings,
  });
  await files.start(needed);
  return files;
}

/** Nobody listens. */
const quiet = { full: () => {}, hopeless: () => {} };

type Received = Result<StoredFile, 'no-space' | 'too-large' | 'too-slow' | 'storage'>;

const finish = (sink: Sink): Promise<Received> => new Promise((done) => sink.finish(done));

function put(files: Files, bytes: Uint8Array, size = bytes.length): Promise<Received> {
  const sink = files.receive(size, quiet);
  if (bytes.length > 0) sink.write(bytes);
  return finish(sink);
}

async function readBack(files: Files, hash: FileHash, pieceBytes: number): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const reader = files.read(hash, pieceBytes, {
    piece: (bytes) => {
      pieces.push(Buffer.from(bytes));
      reader.next();
    },
    end: (complete) => (complete ? resolve() : reject(new Error('not complete'))),
  });
  reader.next();
  await promise;
  return pieces;
}

describe('what comes in', () => {
  test('stands under its hash, byte for byte, and is read back in pieces', async () => {
    const files = await started();
    expect(await put(files, hello)).toEqual({ ok: true, value: { hash: hashOf(hello), size: 5 } });
    expect(await readdir(folder)).toEqual([hashOf(hello)]);
    expect(await readBack(files, hashOf(hello), 2)).toEqual(
      ['he', 'll', 'o'].map((piece) => Buffer.from(piece)),
    );
  });

  test('an empty file is a file', async () => {
    const files = await started();
    const hash = hashOf(Buffer.alloc(0));
    expect(await put(files, Buffer.alloc(0))).toEqual({ ok: true, value: { hash, size: 0 } });
    expect(await readBack(files, hash, 10)).toEqual([]);
  });

  test('thousands of pieces of one byte in one turn are all written', async () => {
    const files = await started();
    const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 256));
    const sink = files.receive(bytes.length, quiet);
    for (const byte of bytes) sink.write(Uint8Array.of(byte));
    expect(await finish(sink)).toEqual({ ok: true, value: { hash: hashOf(bytes), size: 5_000 } });
    expect(await readFile(join(folder, hashOf(bytes)))).toEqual(bytes);
  });

  test('says when it is full, and when the disk has caught up', async () => {
    const files = await started();
    const { promise, resolve } = Promise.withResolvers<void>();
    const told: boolean[] = [];
    const piece = Buffer.alloc(limits.files.spoolBytes / 2, 7);
    const sink = files.receive(4 * piece.length, {
      ...quiet,
      full: (full) => {
        told.push(full);
        if (!full) resolve();
      },
    });
    sink.write(piece);
    expect(told).toEqual([]);
    sink.write(piece);
    expect(told).toEqual([true]);
    await promise;
    sink.write(piece);
    sink.write(piece);
    const whole = Buffer.concat(Array.from({ length: 4 }, () => piece));
    expect(await finish(sink)).toEqual({
      ok: true,
      value: { hash: hashOf(whole), size: whole.length },
    });
  });

  test('many at once may hold less each', async () => {
    const files = await started();
    const told: boolean[] = [];
    const sinks = Array.from({ length: 2_000 }, () =>
      files.receive(2 * limits.files.spoolBytesLeast, {
        ...quiet,
        full: (full) => void told.push(full),
      }),
    );
    sinks[0]?.write(Buffer.alloc(limits.files.spoolBytesLeast));
    expect(told).toEqual([true]);
    for (const sink of sinks) sink.abandon();
    await files.settled();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('what is not whole leaves nothing', () => {
  test('abandoned at any point', async () => {
    const files = await started();
    files.receive(5, quiet).abandon();
    const begun = files.receive(5, quiet);
    begun.write(hello.subarray(0, 2));
    begun.abandon();
    const late = files.receive(5, quiet);
    late.write(hello);
    late.abandon();
    await files.settled();
    expect(await readdir(folder)).toEqual([]);
  });

  test('shorter than it said', async () => {
    const files = await started();
    expect(await put(files, hello, 6)).toEqual({ ok: false, why: 'storage' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('longer than it said', async () => {
    const files = await started();
    expect(await put(files, hello, 4)).toEqual({ ok: false, why: 'too-large' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('where it cannot be moved to its place', async () => {
    const files = await started();
    // A folder stands where the file should.
    await mkdir(join(folder, hashOf(hello), 'x'), { recursive: true });
    expect(await put(files, hello)).toEqual({ ok: false, why: 'storage' });
    expect(await readdir(folder)).toEqual([hashOf(hello)]);
    expect(reports).toContain('storing a file');
  });

  test('where the folder is gone', async () => {
    const files = await started();
    await rm(folder, { recursive: true });
    expect(await put(files, hello)).toEqual({ ok: false, why: 'storage' });
    expect(reports).toEqual(['storing a file']);
  });

  test('close waits until nothing is left of what was on its way', async () => {
    const files = await started();
    const sink = files.receive(10, quiet);
    sink.write(hello);
    await files.close();
    expect(await readdir(folder)).toEqual([]);
  });

  test('parts and orphans of an earlier life are swept at start, the rest is kept', async () => {
    await mkdir(folder);
    for (const name of ['upload-1-1', 'a'.repeat(64), 'b'.repeat(64)]) {
      await writeFile(join(folder, name), 'x');
    }
    needed.add('b'.repeat(64) as FileHash);
    await started();
    expect(await readdir(folder)).toEqual(['b'.repeat(64)]);
  });

  test('what the program has not made is left alone at start, and counted', async () => {
    const strangers = ['A'.repeat(64), 'a'.repeat(63), 'thesis.txt', 'upload-1', 'upload-1-1.bak'];
    await mkdir(join(folder, 'c'.repeat(64)), { recursive: true });
    for (const name of strangers) await writeFile(join(folder, name), 'x');
    await symlink('thesis.txt', join(folder, 'd'.repeat(64)));
    const files = new Files({ folder, needed: () => false, report: () => {} });
    expect(await files.start(needed)).toBe(strangers.length + 2);
    const kept = [...strangers, 'c'.repeat(64), 'd'.repeat(64)];
    expect((await readdir(folder)).toSorted()).toEqual(kept.toSorted());
  });
});

describe('bounds', () => {
  test('of one file', async () => {
    const files = await started({ largest: 5 });
    expect((await put(files, hello)).ok).toBe(true);
    expect(await put(files, Buffer.from('longer'))).toEqual({ ok: false, why: 'too-large' });
  });

  test('what will not be taken is told at once, and why when it is asked', async () => {
    const files = await started({ largest: 5 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const sink = files.receive(1_000_000, { ...quiet, hopeless: resolve });
    sink.write(hello);
    await promise;
    expect(await finish(sink)).toEqual({ ok: false, why: 'too-large' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('what was abandoned or finished is not told that it is hopeless', async () => {
    const files = await started({ largest: 5 });
    let told = 0;
    const events = { ...quiet, hopeless: () => void told++ };
    files.receive(6, events).abandon();
    const sink = files.receive(6, events);
    sink.write(Buffer.from('longer'));
    expect(await finish(sink)).toEqual({ ok: false, why: 'too-large' });
    await files.settled();
    expect(told).toBe(0);
  });

  test('of all together: what is on its way counts, and what was deleted does not', async () => {
    const files = await started({ total: 10 });
    needed.add(hashOf(hello));
    expect((await put(files, hello)).ok).toBe(true);
    const open = files.receive(5, quiet);
    open.write(Buffer.from('x'));
    expect(await put(files, Buffer.from('y'))).toEqual({ ok: false, why: 'no-space' });
    open.abandon();
    await files.settled();
    expect((await put(files, Buffer.from('world'))).ok).toBe(true);
    needed.clear();
    files.unpin(hashOf(hello));
    await files.settled();
    expect((await put(files, Buffer.from('again'))).ok).toBe(true);
  });

  test('of all together: the same bytes twice count once, and what an earlier life left counts', async () => {
    needed.add(hashOf(hello));
    const first = await started({ total: 10 });
    await put(first, hello);
    const files = await started({ total: 10 });
    expect((await put(files, hello)).ok).toBe(true);
    expect((await put(files, Buffer.from('world'))).ok).toBe(true);
    expect(await put(files, Buffer.from('!'))).toEqual({ ok: false, why: 'no-space' });
  });

  test('of the disk: a share stays free, and what others were promised is taken', async () => {
    const files = await started({ disk: () => ({ free: 100, size: 1_000 }) });
    expect(await put(files, Buffer.alloc(51))).toEqual({ ok: false, why: 'no-space' });
    expect((await put(files, Buffer.alloc(50))).ok).toBe(true);
    const [first, second] = [files.receive(30, quiet), files.receive(30, quiet)];
    for (const sink of [first, second]) sink.write(Buffer.alloc(30));
    expect(await finish(second)).toEqual({ ok: false, why: 'no-space' });
    expect((await finish(first)).ok).toBe(true);
  });
});

describe('deleting', () => {
  test('waits until nothing needs it and no connection holds it', async () => {
    const files = await started();
    await put(files, hello);
    await put(files, hello);
    files.unpin(hashOf(hello));
    await files.settled();
    expect(await readdir(folder)).toEqual([hashOf(hello)]);
    needed.add(hashOf(hello));
    files.unpin(hashOf(hello));
    await files.settled();
    expect(await readdir(folder)).toEqual([hashOf(hello)]);
    needed.clear();
    files.release(hashOf(hello));
    await files.settled();
    expect(await readdir(folder)).toEqual([]);
  });

  test('of the same bytes that come in at this moment never takes the new ones', async () => {
    const files = await started();
    for (let round = 0; round < 50; round++) {
      await put(files, hello);
      const again = put(files, hello);
      files.unpin(hashOf(hello));
      expect((await again).ok).toBe(true);
      expect(await readdir(folder)).toEqual([hashOf(hello)]);
      files.unpin(hashOf(hello));
      await files.settled();
    }
    expect(reports).toEqual([]);
  });

  test('a connection that reads it still gets the whole of it', async () => {
    const files = await started();
    await put(files, hello);
    const got: string[] = [];
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const reader = files.read(hashOf(hello), 3, {
      piece: (bytes) => {
        got.push(Buffer.from(bytes).toString());
        files.unpin(hashOf(hello));
        void files.settled().then(() => reader.next());
      },
      end: resolve,
    });
    reader.next();
    expect(await promise).toBe(true);
    expect(got).toEqual(['hel', 'lo']);
    expect(await readdir(folder)).toEqual([]);
  });

  test('what is not there cannot be read, and says so once', async () => {
    const files = await started();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const reader = files.read(hashOf(hello), 3, { piece() {}, end: resolve });
    reader.next();
    expect(await promise).toBe(false);
    reader.next();
    reader.close();
  });
});
