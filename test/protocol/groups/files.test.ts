// Files between real clients: one for several, a slow one among them, in constant memory; and every way to go wrong.

import { describe, expect, test } from 'bun:test';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Chat, startChat } from '../../support/executable';
import { scratchFolder } from '../../support/scratch';
import { GroupsPeer } from './person';

const MiB = 1024 * 1024;
/** Some of it is enough to fill every buffer on its way many times; CHAT_TEST_FILE_MIB asks for more. */
const size = Number(process.env['CHAT_TEST_FILE_MIB'] ?? 32) * MiB;
/** How long the slow receiver takes at least. */
const slowSeconds = 4 + size / MiB / 10;
/** What a program may take on top of what it took before the file, in bytes: its buffers, and Bun's own habits. */
const growthMax = 96 * MiB;
const testMs = 60_000 + (size / MiB) * 400;

/** What runs a program in a folder that is a disk of so many bytes, seen by this program alone. */
const onDiskOf = (bytes: number): string[] => [
  'unshare',
  '-m',
  'sh',
  '-c',
  `mount -t tmpfs -o size=${bytes} tmpfs "$PWD" && cd "$PWD" && exec "$@"`,
  'sh',
];

/** Whether this machine lets us. */
const canMakeDisks = (): boolean =>
  Bun.which('unshare') !== null &&
  Bun.spawnSync([...onDiskOf(MiB), 'true'], { cwd: '/mnt', stderr: 'ignore' }).success;

/** A server, and people at it, each in a folder of his own; all of them are gone at the end. */
class Stage implements AsyncDisposable {
  readonly server: Chat;
  readonly port: number;
  readonly #store: string;
  readonly #chats: Chat[];
  readonly #peers: GroupsPeer[] = [];

  private constructor(server: Chat, port: number, store: string) {
    this.server = server;
    this.port = port;
    this.#store = store;
    this.#chats = [server];
  }

  static async open(within: readonly string[] = []): Promise<Stage> {
    const store = await scratchFolder();
    const serve = ['serve', '--groups', '0', '--data', within.length > 0 ? '.' : store];
    const server = await startChat(serve, { within, cwd: store });
    const [, port] = await server.until(/groups +(\d+)/, { on: 'err' });
    return new Stage(server, Number(port), store);
  }

  /** Somebody in a session. */
  async connect(
    name: string,
    within: readonly string[] = [],
  ): Promise<{ chat: Chat; folder: string }> {
    const cwd = await scratchFolder();
    const url = `groups://${name}@127.0.0.1:${this.port}`;
    const chat = await startChat(['connect', url], { cwd, within });
    this.#chats.push(chat);
    await chat.until(`You are in as ${name}`);
    return { chat, folder: cwd };
  }

  /** A raw connection, to play whoever a real client cannot be made to be. */
  async dial(): Promise<GroupsPeer> {
    const peer = await GroupsPeer.connect(this.port);
    this.#peers.push(peer);
    return peer;
  }

  /** One of a user who is in. */
  async enter(name: string): Promise<GroupsPeer> {
    const peer = await this.dial();
    await peer.send(`Req.Connect User=${name}`);
    expect((await peer.read()).status).toBe('ok');
    return peer;
  }

  /** Files that the server keeps. */
  kept(): Promise<string[]> {
    return readdir(join(this.#store, 'files'));
  }

  async untilKept(count: number): Promise<void> {
    // The disk is written, and what nobody needs is deleted, apart from what clients are told.
    for (let look = 0; look < 500 && (await this.kept()).length !== count; look++) {
      await new Promise((next) => setTimeout(next, 10));
    }
    expect(await this.kept()).toHaveLength(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) await peer[Symbol.asyncDispose]();
    await Promise.all(this.#chats.map((chat) => chat.kill('SIGKILL')));
  }
}

/** The next message about a file, whatever else comes. */
async function aboutFile(peer: GroupsPeer, status: string) {
  for (;;) {
    const message = await peer.read();
    if (message.action === 'file' && message.status === status) return message;
  }
}

/** Bytes that do not repeat, written to a file of so many. */
async function makeFile(path: string, bytes: number): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256');
  const handle = await open(path, 'w');
  const block = new Uint8Array(MiB);
  for (let at = 0; at < bytes; at += MiB) {
    new DataView(block.buffer).setFloat64((at / MiB) % (MiB - 8), at);
    const piece = block.subarray(0, Math.min(MiB, bytes - at));
    hasher.update(piece);
    await handle.write(piece);
  }
  await handle.close();
  return hasher.digest('hex');
}

async function hashOf(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256');
  for await (const piece of createReadStream(path)) hasher.update(piece as Uint8Array);
  return hasher.digest('hex');
}

/** What a process has of the machine's memory, or the most that it ever had, in bytes. */
async function memoryOf(chat: Chat, which: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${chat.pid}/status`, 'utf8');
  return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
}

/** Fetches as a raw client; takes `bytesPerSecond` at most. The hash of what came. */
async function fetchSlowly(
  connection: GroupsPeer,
  id: string,
  token: string,
  bytesPerSecond: number,
): Promise<string> {
  await connection.send(`File_transfer Id=${id} Status=data Token=${token}`);
  const hasher = new Bun.CryptoHasher('sha256');
  let came = 0;
  const start = performance.now();
  for (;;) {
    const message = await connection.read();
    if (message.status === 'done') break;
    hasher.update(message.body);
    came += message.body.length;
    const early = (came / bytesPerSecond) * 1000 - (performance.now() - start);
    if (early > 0) await new Promise((next) => setTimeout(next, early));
  }
  await connection.send(`File_transfer Id=${id} Status=done`);
  await connection.readToEnd();
  return hasher.digest('hex');
}

describe('a file for three', () => {
  test(
    'is brought once and comes whole to each, a slow one too, in constant memory',
    async () => {
      await using stage = await Stage.open();
      const [alice, bob, carol] = [
        await stage.connect('alice'),
        await stage.connect('bob'),
        await stage.connect('carol'),
      ];
      const dan = await stage.enter('dan');
      const hash = await makeFile(join(alice.folder, 'big.bin'), size);
      const all = [stage.server, alice.chat, bob.chat, carol.chat];
      const before = await Promise.all(all.map((chat) => memoryOf(chat, 'VmRSS')));

      alice.chat.write('file big.bin bob carol dan\n');
      const offered = /alice offers big\.bin \(\d+ bytes\): accept (\S+),/;
      for (const { chat } of [bob, carol]) {
        const [, id] = await chat.until(offered);
        chat.write(`accept ${id}\n`);
      }
      const { id = '' } = await aboutFile(dan, 'offer');
      await dan.send(`File_transfer Id=${id} Status=accept`);

      // A conversation never waits behind a file.
      alice.chat.write('chat bob\nmeanwhile\n');
      await bob.chat.until('alice: meanwhile');

      const { token = '' } = await aboutFile(dan, 'accept');
      const start = performance.now();
      const slow = fetchSlowly(await stage.dial(), id, token, size / slowSeconds);
      const within = { withinMs: testMs };
      await Promise.all([bob, carol].map(({ chat }) => chat.until('is saved as', within)));
      const fastMs = performance.now() - start;
      expect(await slow).toBe(hash);
      const slowMs = performance.now() - start;
      for (const to of ['bob', 'carol', 'dan']) {
        await alice.chat.until(`${to} has big.bin`, within);
      }
      for (const { folder } of [bob, carol]) {
        expect(await readdir(folder)).toEqual(['big.bin']);
        expect(await hashOf(join(folder, 'big.bin'))).toBe(hash);
      }
      // Nobody waited for the slow one.
      expect(fastMs).toBeLessThan(slowMs / 4);
      const after = await Promise.all(all.map((chat) => memoryOf(chat, 'VmHWM')));
      const grown = after.map((most, index) => most - (before[index] ?? 0));
      expect(Math.max(...grown)).toBeLessThan(growthMax);
      await stage.untilKept(0);
    },
    testMs,
  );
});

describe('a transfer that does not come through leaves nothing', () => {
  const small = 5 * MiB;

  test('when the receiver rejects it', async () => {
    await using stage = await Stage.open();
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    await writeFile(join(alice.folder, 'x.txt'), 'hola');
    alice.chat.write('file x.txt bob\n');
    const [, id] = await bob.chat.until(/reject (\S+)/);
    // In the middle of a conversation.
    bob.chat.write(`chat alice\nreject ${id}\n`);
    await alice.chat.until('bob rejects x.txt');
    await stage.untilKept(0);
    expect(await readdir(bob.folder)).toEqual([]);
  });

  test('when the sender takes it back', async () => {
    await using stage = await Stage.open();
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    await writeFile(join(alice.folder, 'x.txt'), 'hola');
    alice.chat.write('file x.txt bob\n');
    await bob.chat.until('alice offers x.txt');
    const [, id] = await alice.chat.until(/cancel (\S+) stops it/);
    alice.chat.write(`cancel ${id}\n`);
    await bob.chat.until('x.txt from alice did not come: cancelled');
  });

  test('when the sender is lost in the middle', async () => {
    await using stage = await Stage.open();
    const alice = await stage.enter('alice');
    const bob = await stage.connect('bob');
    await alice.send(
      `File_transfer To=bob Id=1 Status=offer File-Name=x.bin File-Size=${2 * small}`,
    );
    const [, id] = await bob.chat.until(/accept (\S+),/);
    bob.chat.write(`accept ${id}\n`);
    const { token = '' } = await aboutFile(alice, 'accept');
    const connection = await stage.dial();
    await connection.send(`File_transfer Id=1 Status=data Token=${token}`);
    for (let count = 0; count < 10; count++) {
      await connection.send({
        action: 'file',
        id: '1',
        status: 'data',
        body: new Uint8Array(65_536),
      });
    }
    await stage.untilKept(1);
    connection.tcp.reset();
    const { body } = await aboutFile(alice, 'failed');
    expect(Buffer.from(body).toString()).toBe('disconnected');
    await bob.chat.until('x.bin from alice did not come: disconnected');
    await stage.untilKept(0);
    expect(await readdir(bob.folder)).toEqual([]);
  });

  test('when the receiver breaks it off in the middle', async () => {
    await using stage = await Stage.open();
    const alice = await stage.connect('alice');
    const bob = await stage.enter('bob');
    await makeFile(join(alice.folder, 'x.bin'), small);
    alice.chat.write('file x.bin bob\n');
    const { id = '' } = await aboutFile(bob, 'offer');
    await bob.send(`File_transfer Id=${id} Status=accept`);
    const { token = '' } = await aboutFile(bob, 'accept');
    const connection = await stage.dial();
    await connection.send(`File_transfer Id=${id} Status=data Token=${token}`);
    await connection.read();
    await connection.send(`File_transfer Id=${id} Status=failed Reason=cancelled | cancelled`);
    await alice.chat.until('x.bin was not sent to bob: cancelled');
    await stage.untilKept(0);
  });

  test('when the receiver may not write there', async () => {
    await using stage = await Stage.open();
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    await makeFile(join(alice.folder, 'x.bin'), small);
    alice.chat.write('file x.bin bob\n');
    const [, id] = await bob.chat.until(/accept (\S+),/);
    // The one folder that nobody can write to.
    bob.chat.write(`accept ${id} /proc/\n`);
    await bob.chat.until('x.bin from alice did not come: no space for the file');
    await alice.chat.until('x.bin was not sent to bob: no space for the file');
    await stage.untilKept(0);
  });

  test.skipIf(!canMakeDisks())("when the receiver's disk is full", async () => {
    await using stage = await Stage.open();
    const alice = await stage.connect('alice');
    const bob = await stage.connect('bob', onDiskOf(2 * MiB));
    await makeFile(join(alice.folder, 'x.bin'), small);
    alice.chat.write('file x.bin bob\n');
    const [, id] = await bob.chat.until(/accept (\S+),/);
    bob.chat.write(`accept ${id}\n`);
    await bob.chat.until('x.bin from alice did not come: no space for the file');
    await alice.chat.until('x.bin was not sent to bob: no space for the file');
    await stage.untilKept(0);
    expect(await readdir(`/proc/${bob.chat.pid}/cwd/`)).toEqual([]);
    // There is room for less.
    await writeFile(join(alice.folder, 'y.txt'), 'hola');
    alice.chat.write('file y.txt bob\n');
    bob.chat.write(`accept ${(await bob.chat.until(/y\.txt .*: accept (\S+),/))[1]}\n`);
    await alice.chat.until('bob has y.txt');
  });

  test.skipIf(!canMakeDisks())("when the server's disk is full", async () => {
    await using stage = await Stage.open(onDiskOf(3 * MiB));
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    await makeFile(join(alice.folder, 'x.bin'), small);
    alice.chat.write('file x.bin bob\n');
    bob.chat.write(`accept ${(await bob.chat.until(/accept (\S+),/))[1]}\n`);
    await bob.chat.until('x.bin from alice did not come: no space for the file');
    await alice.chat.until('x.bin was not sent');
    alice.chat.write('chat bob\nstill here\n');
    await bob.chat.until('alice: still here');
  });

  test('when the file shrinks while it is sent', async () => {
    await using stage = await Stage.open();
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    const path = join(alice.folder, 'x.bin');
    await makeFile(path, small);
    alice.chat.write('file x.bin bob\n');
    const [, id] = await bob.chat.until(/accept (\S+),/);
    await truncate(path, MiB);
    bob.chat.write(`accept ${id}\n`);
    await bob.chat.until('x.bin from alice did not come');
    await alice.chat.until('x.bin was not sent');
    await stage.untilKept(0);
    expect(await readdir(bob.folder)).toEqual([]);
  });
});

describe('a name', () => {
  test.each([
    ['../../x', 'x'],
    ['/etc/passwd', 'passwd'],
    ['..\\..\\x.exe', 'x.exe'],
    ['.bashrc', 'bashrc'],
    ['a\u001b[2Jb\u0007.txt', 'a'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['..', 'attachment'],
  ])('%j leads nowhere else and forges nothing', async (name, part) => {
    await using stage = await Stage.open();
    const alice = await stage.enter('alice');
    const bob = await stage.connect('bob');
    await alice.send({
      action: 'file',
      to: ['bob'],
      id: '1',
      status: 'offer',
      fileName: name,
      fileSize: 4,
    });
    const [, id] = await bob.chat.until(/accept (\S+),/);
    bob.chat.write(`accept ${id}\n`);
    const { token = '' } = await aboutFile(alice, 'accept');
    const connection = await stage.dial();
    await connection.send(`File_transfer Id=1 Status=data Token=${token} | hola`);
    await bob.chat.until('is saved as');
    const [saved = '', ...more] = await readdir(bob.folder);
    expect(more).toEqual([]);
    expect(saved).toContain(part);
    expect(saved).not.toMatch(/[/\\\p{Cc}\p{Cf}]/u);
    expect(await readFile(join(bob.folder, saved), 'utf8')).toBe('hola');
    expect(bob.chat.out).not.toMatch(/[\u001b\u0007\u202e]/u);
  });

  test('that is there already is not overwritten, and no link is followed', async () => {
    await using stage = await Stage.open();
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    await writeFile(join(alice.folder, 'x.txt'), 'new');
    await writeFile(join(bob.folder, 'x.txt'), 'old');
    await mkdir(join(bob.folder, 'aim'));
    await symlink(join(bob.folder, 'aim', 'x'), join(bob.folder, 'x (2).txt'));
    alice.chat.write('file x.txt bob\n');
    const [, id] = await bob.chat.until(/accept (\S+),/);
    bob.chat.write(`accept ${id}\n`);
    await bob.chat.until('is saved as');
    expect(await readFile(join(bob.folder, 'x.txt'), 'utf8')).toBe('old');
    expect(await readFile(join(bob.folder, 'x (3).txt'), 'utf8')).toBe('new');
    expect(await readdir(join(bob.folder, 'aim'))).toEqual([]);
  });
});
