// A large attachment from one built client over the built server to another, in constant memory: 64 MiB, or 2 GiB with CHAT_BIG=1.

import { expect, test } from 'bun:test';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isolatedEnvironment, runChat, startChat } from '../support/executable';
import { untilEmpty, untilFolder } from '../support/folders';
import { openChat } from '../support/pty';
import { scratchFolder } from '../support/scratch';
import { isOverTls, testCertificate } from '../support/tls';

const MiB = 1024 * 1024;
const isBig = process.env['CHAT_BIG'] === '1';
const size = (isBig ? 2048 : 64) * MiB;
/** What each of the three programs may use at most. */
const mostKiB = 136 * 1024;
const withinMs = isBig ? 600_000 : 30_000;

/** The most memory that a running process has used so far, in KiB. */
async function peakKiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
}

/** Looks at a process again and again until it is gone. */
function watchPeak(pid: number): () => number {
  let peak = 0;
  const timer = setInterval(() => {
    peakKiB(pid).then(
      (now) => (peak = Math.max(peak, now || 0)),
      () => clearInterval(timer),
    );
  }, 5);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

/** A file of bytes that do not repeat, and their SHA-256. */
async function makeFile(path: string, bytes: number): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256');
  const writer = Bun.file(path).writer({ highWaterMark: MiB });
  const piece = Buffer.allocUnsafe(MiB);
  for (let at = 0; at < piece.length; at += 4) piece.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  for (let written = 0; written < bytes; written += MiB) {
    piece.writeDoubleLE(written, 0);
    hasher.update(piece);
    await writer.write(Buffer.from(piece));
    await writer.flush();
  }
  await writer.end();
  return hasher.digest('hex');
}

async function hashOf(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256');
  for await (const piece of Bun.file(path).stream()) hasher.update(piece);
  return hasher.digest('hex');
}

/** The flags of a mailbox door with TLS. */
async function secureDoor(): Promise<string[]> {
  const { cert, key } = await testCertificate();
  return ['--mailbox-tls', '0', '--tls-cert', cert, '--tls-key', key];
}

async function startServer() {
  const data = await scratchFolder();
  // History would keep the file as long as its message.
  const flags = ['--history', 'off', '--data', data];
  const door = isOverTls ? await secureDoor() : ['-p', '0'];
  const server = await startChat(['serve', ...door, '--host', '127.0.0.1', ...flags]);
  const [, port = ''] = await server.until(/init server 127\.0\.0\.1:(\d+)/);
  const at = ['-s', '127.0.0.1', '-p', port, ...(isOverTls ? ['--tls'] : [])];
  const env = await isolatedEnvironment();
  for (const alias of ['alice', 'bob']) {
    const who = ['register', alias, '--name', alias, '--born', '04/05/1852'];
    expect((await runChat([...who, ...at], { env })).status).toBe(0);
  }
  return { server, port, at, env, files: join(data, 'files') };
}

test(
  'it arrives with the same SHA-256, and nobody holds it in memory',
  async () => {
    const { server, at, env, files } = await startServer();
    const folder = await scratchFolder();
    const hash = await makeFile(join(folder, 'big.bin'), size);

    const send = ['send', 'bob', 'look', '--attach', join(folder, 'big.bin'), '--as', 'alice'];
    const alice = await startChat([...send, ...at], { input: '', env });
    const alicePeak = watchPeak(alice.pid);
    expect(await alice.ended).toEqual({ status: 0, out: '', err: '' });

    // A file of that name is there already, and stays as it is.
    const home = join(folder, 'home');
    await mkdir(home);
    await writeFile(join(home, 'big.bin'), 'mine');
    const bob = await startChat(['connect', 'bob', ...at], { cwd: home, env });
    await bob.until('FILE big.bin');
    bob.write('GETFILE alice 1\n');
    await bob.until(/s> GETFILE .*OK/, { withinMs });
    const bobPeak = await peakKiB(bob.pid);
    bob.write('QUIT\n');
    expect((await bob.ended).status).toBe(0);

    expect((await readdir(home)).sort()).toEqual(['big (2).bin', 'big.bin']);
    expect(await readFile(join(home, 'big.bin'), 'utf8')).toBe('mine');
    expect(await hashOf(join(home, 'big (2).bin'))).toBe(hash);
    await untilEmpty(files);

    const peaks = { server: await peakKiB(server.pid), sender: alicePeak(), recipient: bobPeak };
    // oxlint-disable-next-line no-console -- the numbers are what one runs it for
    if (isBig) console.log(`peaks in KiB: ${JSON.stringify(peaks)}`);
    for (const peak of Object.values(peaks)) {
      expect(peak).toBeGreaterThan(1024);
      expect(peak).toBeLessThan(mostKiB);
    }
    expect((await server.kill()).status).toBe(0);
  },
  withinMs * 2,
);

test(
  'a sender that is killed halfway leaves nothing behind',
  async () => {
    const { server, at, env, files } = await startServer();
    const path = join(await scratchFolder(), 'big.bin');
    await makeFile(path, 64 * MiB);
    const send = ['send', 'bob', 'look', '--attach', path, '--as', 'alice'];
    const alice = await startChat([...send, ...at], { input: '', env });
    await untilFolder(files, (names) => names.length > 0);
    await alice.kill('SIGKILL');
    await untilEmpty(files);
    const again = ['send', 'bob', 'x', '--as', 'alice', '--json', ...at];
    expect((await runChat(again, { env })).out).toContain('"id":"1"');
    await server.kill();
  },
  withinMs,
);

test(
  'a recipient that is ended halfway: the file is here or there, whole, and no part of it anywhere',
  async () => {
    const { server, at, env, files } = await startServer();
    const folder = await scratchFolder();
    const path = join(folder, 'big.bin');
    const hash = await makeFile(path, 64 * MiB);
    await runChat(['send', 'bob', 'look', '--attach', path, '--as', 'alice', ...at], { env });
    const home = join(folder, 'home');
    await mkdir(home);
    const bob = await startChat(['connect', 'bob', ...at], { cwd: home, env });
    await bob.until('FILE big.bin');
    bob.write('GETFILE alice 1\n');
    await untilFolder(home, (names) => names.some((name) => name.endsWith('.part')));
    await bob.kill('SIGTERM');
    const [atHome, atServer] = [await readdir(home), await readdir(files)];
    // The recipient may have had the last byte just before the signal.
    expect([...atHome, ...atServer]).toHaveLength(1);
    if (atHome.length > 0) expect(await hashOf(join(home, 'big.bin'))).toBe(hash);
    else expect(atServer).toEqual([hash]);
    await server.kill();
  },
  withinMs,
);

// Over TLS a server that has stopped shakes no hands, so there is nothing to show.
test.skipIf(isOverTls)(
  'a terminal shows how far it is',
  async () => {
    const { server, at, env } = await startServer();
    const path = join(await scratchFolder(), 'big.bin');
    await makeFile(path, 64 * MiB);
    const send = ['send', 'bob', 'look', '--attach', path, '--as', 'alice'];
    // A server that does not read holds the file up until the bar has been seen.
    process.kill(server.pid, 'SIGSTOP');
    await using screen = await openChat([...send, ...at], { env });
    await screen.until(/big\.bin.*\d+ ?%/);
    process.kill(server.pid, 'SIGCONT');
    await screen.until('s> SENDATTACH OK - MESSAGE 1');
    await server.kill();
  },
  withinMs,
);
