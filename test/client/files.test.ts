// Files of the client: they are sent whole or not at all, and saved under safe names, never over another file.
import { beforeEach, describe, expect, test } from 'bun:test';
import { chmod, mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SavedFile } from '../../src/client/saved_file';
import { safeBaseName } from '../../src/client/saved_name';
import { openSource } from '../../src/client/source_file';
import type { ClientConnection, SaveSink, SourceFile } from '../../src/protocol/dialect';
import { limits } from '../../src/protocol/limits';
import type { Result } from '../../src/protocol/model';
import { scratchFolder } from '../support/scratch';
import { fakeServer } from './fake_server';
import { testHost } from './record';

let folder = '';
beforeEach(async () => {
  folder = await scratchFolder();
});

/** Saves a file of a peer under the user's path. */
const save = (path: string, size: number, name = 'report.pdf'): SavedFile =>
  new SavedFile({ name, path }, size, { pause() {}, received() {} });

const finish = (sink: SaveSink): Promise<Result<string, string>> =>
  new Promise((resolve) => sink.finish(resolve));

describe('the name that a peer gives a file', () => {
  test.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\system.ini', 'system.ini'],
    ['/', 'attachment'],
    ['..', 'attachment'],
    ['', 'attachment'],
    ['.bashrc', 'bashrc'],
    ['...', 'attachment'],
    ['a\x1b[2Jb\n.txt', 'a[2Jb.txt'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['  spaced  ', 'spaced'],
    ['-rf', 'rf'],
    ['.-o=x.txt', 'o=x.txt'],
    [' - -.', 'attachment'],
    ['x/-rf', 'rf'],
    ['\u2800\u3164-rf\ufe0f', 'rf'],
    ['snow ☃ man.txt', 'snow ☃ man.txt'],
  ])('%j is saved as %j', (given, safe) => {
    expect(safeBaseName(given)).toBe(safe);
  });

  test('a long one is cut between characters and keeps its extension', () => {
    const safe = safeBaseName(`${'ü'.repeat(300)}.tar`);
    expect(safe).toMatch(/^ü+\.tar$/);
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(limits.client.savedNameBytes);
  });
});

describe('saving', () => {
  test('has its name only once it is finished', async () => {
    const path = join(folder, 'a.bin');
    const sink = save(path, 6);
    sink.write(Buffer.from('abc'));
    expect(await readdir(folder)).not.toContain('a.bin');
    sink.write(Buffer.from('def'));
    expect(await finish(sink)).toEqual({ ok: true, value: path });
    expect(await readFile(path, 'utf8')).toBe('abcdef');
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  test('never replaces another file', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, 'mine');
    await symlink('/nowhere', join(folder, 'a (2).bin'));
    const sink = save(path, 1);
    sink.write(Buffer.from('x'));
    expect(await finish(sink)).toEqual({ ok: true, value: join(folder, 'a (3).bin') });
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  test('in a folder, the file has the name that the peer gave, made safe', async () => {
    const sink = save(folder, 0, '../evil');
    expect(await finish(sink)).toEqual({ ok: true, value: join(folder, 'evil') });
  });

  test.each([
    ['too short', 'ab'],
    ['too long', 'abcd'],
  ])('%s is refused and leaves nothing', async (_, bytes) => {
    const sink = save(join(folder, 'a'), 3);
    sink.write(Buffer.from(bytes));
    expect(await finish(sink)).toEqual({ ok: false, why: 'wrong-size' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('abandoning leaves nothing', async () => {
    const sink = save(join(folder, 'a'), 10);
    sink.write(Buffer.from('half'));
    sink.abandon();
    expect(await finish(sink)).toEqual({ ok: false, why: 'wrong-size' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('a folder that does not exist is unwritable', async () => {
    const sink = save(join(folder, 'none', 'a'), 1);
    sink.write(Buffer.from('x'));
    expect(await finish(sink)).toEqual({ ok: false, why: 'unwritable' });
  });

  test.each([
    ['a file that would have to be a folder', '/etc/passwd/x'],
    ['a name that is too long', `/tmp/${'x'.repeat(300)}`],
    ['a name with a NUL', '/tmp/a\0b'],
  ])('%s is unwritable', async (_, path) => {
    const sink = save(path, 1);
    sink.write(Buffer.from('x'));
    expect(await finish(sink)).toEqual({ ok: false, why: 'unwritable' });
  });

  test('the peer is not read while the disk is behind', async () => {
    const pauses: boolean[] = [];
    const size = 5 * 1024 * 1024;
    const pause = (isPaused: boolean): void => void pauses.push(isPaused);
    const sink = new SavedFile({ name: 'x', path: join(folder, 'x') }, size, {
      pause,
      received() {},
    });
    for (let at = 0; at < size; at += 1024 * 1024) sink.write(new Uint8Array(1024 * 1024));
    expect(pauses).toEqual([true]);
    expect((await finish(sink)).ok).toBe(true);
    expect(pauses).toEqual([true, false]);
  });
});

describe('sending', () => {
  test('is only for regular files that can be read', async () => {
    const isRoot = process.getuid?.() === 0;
    await mkdir(join(folder, 'sub'));
    await writeFile(join(folder, 'secret'), 'x');
    await chmod(join(folder, 'secret'), 0);
    expect(openSource(join(folder, 'none'))).toEqual({ ok: false, why: 'missing' });
    expect(openSource(join(folder, 'sub'))).toEqual({ ok: false, why: 'folder' });
    expect(openSource('/dev/null')).toEqual({ ok: false, why: 'no-file' });
    expect(openSource(join(folder, 'secret')).ok).toBe(isRoot);
  });

  test('a pipe without a writer is refused at once', () => {
    const path = join(folder, 'pipe');
    expect(Bun.spawnSync(['mkfifo', path]).exitCode).toBe(0);
    expect(openSource(path)).toEqual({ ok: false, why: 'no-file' });
  });

  test.each([0, 1, 1_000_000])(
    '%d bytes arrive as they are, and progress is shown',
    async (size) => {
      const bytes = Buffer.from(Array.from({ length: size }, (_, at) => at % 251));
      const path = join(folder, 'a.bin');
      await writeFile(path, bytes);
      const { came, result, transfers } = await sendTo(path);
      expect(result).toEqual({ ok: true, value: undefined });
      expect(came.equals(bytes)).toBe(true);
      expect(transfers).toEqual([`a.bin ${size}/${size}`]);
    },
  );

  test('pieces are wrapped as the dialect says', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, 'abcdefg');
    const wrap = (piece: Uint8Array): Uint8Array[] => [
      Buffer.from(`${piece.length}:`),
      piece.slice(),
    ];
    const { came } = await sendTo(path, { pieceBytes: 3, wrap });
    expect(came.toString()).toBe('3:abc3:def1:g');
  });

  test('a file that has become shorter fails', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, 'abcdefg');
    const { result } = await sendTo(path, undefined, () => truncate(path, 2));
    expect(result).toEqual({ ok: false, why: 'gone' });
  });

  test('a peer that drops the connection in the middle ends it', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, new Uint8Array(20_000_000));
    const server = fakeServer(async (call) => {
      await call.bytes(1000);
      call.reset();
    });
    const { host, dial } = testHost(server.port);
    const file = opened(host.source(path));
    const { connection, told } = dial();
    expect(await sent(connection, file)).toEqual({ ok: false, why: 'gone' });
    await told.over.promise;
    expect(told.told).toEqual(['opened', 'lost:reset']);
    server.stop();
  });
});

function opened(result: Result<SourceFile, string>): SourceFile {
  if (!result.ok) throw new Error(result.why);
  return result.value;
}

const sent = (
  connection: ClientConnection,
  file: SourceFile,
  frame?: Parameters<ClientConnection['sendSource']>[2],
): Promise<Result<void, 'gone'>> => new Promise((done) => connection.sendSource(file, done, frame));

/** Sends a file to a server that keeps it. `meanwhile` runs between opening and sending. */
async function sendTo(
  path: string,
  frame?: Parameters<ClientConnection['sendSource']>[2],
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<{ came: Buffer; result: Result<void, 'gone'>; transfers: string[] }> {
  const whole = Promise.withResolvers<Buffer>();
  const server = fakeServer(async (call) => {
    whole.resolve(await call.ended());
    call.close();
  });
  const { host, view, dial } = testHost(server.port);
  const file = opened(host.source(path));
  await meanwhile();
  const { connection, told } = dial();
  const result = await sent(connection, file, frame);
  connection.end();
  const came = await whole.promise;
  await told.over.promise;
  server.stop();
  return { came, result, transfers: view.transfers };
}
