// Files between real clients: a server and its users, each in a folder of their own, and files to send.

import { expect } from 'bun:test';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type Chat, startChat } from '../../support/executable';
import { scratchFolder } from '../../support/scratch';
import { GroupsPeer } from './person';

export const MiB = 1024 * 1024;

/** Runs a program in a folder that is a disk of `bytes` bytes, which this program alone sees. */
export const onDiskOf = (bytes: number): string[] => [
  'unshare',
  '-m',
  'sh',
  '-c',
  `mount -t tmpfs -o size=${bytes} tmpfs "$PWD" && cd "$PWD" && exec "$@"`,
  'sh',
];

/** Whether this machine allows that. */
export const canMakeDisks = (): boolean =>
  Bun.which('unshare') !== null &&
  Bun.spawnSync([...onDiskOf(MiB), 'true'], { cwd: '/mnt', stderr: 'ignore' }).success;

/** A server and its users, each in a folder of their own. All of them are gone at the end. */
export class Stage implements AsyncDisposable {
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

  /** A user in an interactive session. */
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

  /** A raw connection, for a user who does what no real client can be made to do. */
  async dial(): Promise<GroupsPeer> {
    const peer = await GroupsPeer.connect(this.port);
    this.#peers.push(peer);
    return peer;
  }

  /** A raw connection of a user who is in. */
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
    // The disk is written, and what is no longer needed is deleted, at other moments than clients are told.
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

/** The next message about a file with this status; others are passed over. */
export async function aboutFile(peer: GroupsPeer, status: string) {
  for (;;) {
    const message = await peer.read();
    if (message.action === 'file' && message.status === status) return message;
  }
}

/** Writes a file of `bytes` bytes that do not repeat. Gives its hash. */
export async function makeFile(path: string, bytes: number): Promise<string> {
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
