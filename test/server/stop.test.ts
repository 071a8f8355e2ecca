// How the built server ends and how it does not begin: in time, with what it owes, and with one clear line.

import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { limits } from '../../src/protocol/limits';
import { ask, attachment, register, takeCalls } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { type Chat, executable, runChat, startChat } from '../support/executable';
import { untilFolder } from '../support/folders';
import { scratchFolder } from '../support/scratch';
import { connectTcp, listenTcp } from '../support/tcp';

const servers: Chat[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill('SIGKILL');
});

async function serve(data: string, ...more: string[]): Promise<{ server: Chat; port: number }> {
  const args = ['serve', '-p', '0', '--host', '127.0.0.1', '--data', data, ...more];
  const server = await startChat(args);
  servers.push(server);
  const [, port] = await server.until(/init server 127\.0\.0\.1:(\d+)/);
  return { server, port: Number(port) };
}

/** Ends a server by a signal; how it went, and how long it took. */
async function stop(server: Chat, signal: NodeJS.Signals) {
  const start = performance.now();
  const { status } = await server.kill(signal);
  return { status, ms: performance.now() - start };
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with 0 within 2 s', (signal) => {
  const expectClean = ({ status, ms }: { status: number; ms: number }): void => {
    expect(status).toBe(0);
    expect(ms).toBeLessThan(2_000);
  };

  test('without peers', async () => {
    const { server } = await serve(await scratchFolder());
    expectClean(await stop(server, signal));
  });

  test('with every door open and idle peers at each', async () => {
    const all = ['--channels', '--relay', '--market', '--groups', '--web', '--basic'];
    const { server } = await serve(await scratchFolder(), ...all.flatMap((door) => [door, '0']));
    await server.until('basic', { on: 'err' });
    const doors = [...server.err.matchAll(/^([a-z]+) +(\d+) /gm)];
    expect(doors).toHaveLength(7);
    const peers = await Promise.all(doors.map(([, , port]) => connectTcp(Number(port))));
    // An HTTP server sees no peer that has not sent anything.
    await peers[doors.findIndex(([, name]) => name === 'web')]?.send('GET /');
    expectClean(await stop(server, signal));
    for (const peer of peers) await peer.readToEnd();
  });

  test('with peers who are busy, and what was accepted is kept', async () => {
    const data = await scratchFolder();
    const { server, port } = await serve(data);
    for (const alias of ['alice', 'bob']) await register(port, alias);
    let accepted = 0;
    const busy = Array.from({ length: 16 }, async () => {
      try {
        for (;;) {
          const answer = await ask(port, nul('SEND', 'alice', 'bob', 'hi'));
          if (answer.startsWith('\0')) accepted++;
        }
      } catch {
        // No new connections.
      }
    });
    await server.until('s> MESSAGE 100 FROM alice TO bob STORED');
    expectClean(await stop(server, signal));
    await Promise.all(busy);
    using db = new Database(join(data, 'chat.db'), { readonly: true });
    const kept = db.query<{ count: number }, []>('SELECT count(*) AS count FROM message').get();
    expect(kept?.count).toBeGreaterThanOrEqual(accepted);
  });

  test('with peers who are stuck: silent, not reading, in the middle of an upload, never taking a call', async () => {
    const data = await scratchFolder();
    const { server, port } = await serve(data);
    for (const alias of ['alice', 'bob']) await register(port, alias);
    // Bob takes the connection and says no more.
    await using bob = listenTcp();
    await ask(port, nul('CONNECT', 'bob', String(bob.port)));
    await ask(port, attachment('alice', 'bob', 'a', Buffer.alloc(16_000_000, 'a')));
    await bob.accept();
    const silent = await connectTcp(port);
    const half = await connectTcp(port);
    await half.send('SEND\0ali');
    const deaf = await connectTcp(port);
    await deaf.send(nul('GETFILE', 'bob', 'alice', '1'));
    await deaf.read(100);
    deaf.stopReading();
    const uploading = await connectTcp(port);
    const upload = attachment('alice', 'bob', 'b', Buffer.alloc(1_000_000, 'b'));
    await uploading.send(upload.subarray(0, 500_000));
    const files = join(data, 'files');
    await untilFolder(files, (names) => names.some((name) => name.startsWith('upload-')));

    expectClean(await stop(server, signal));
    // The attachment that no peer took is there, and nothing of the one that did not come whole.
    expect(readdirSync(files)).toHaveLength(1);
    expect(readdirSync(files)[0]).not.toStartWith('upload-');
    for (const peer of [silent, half, deaf, uploading]) peer.reset();
  });
});

describe('what stops it', () => {
  test('a second signal ends it at once', async () => {
    const { server, port } = await serve(await scratchFolder());
    const peer = await connectTcp(port);
    await peer.send('SEND\0ali');
    await ask(port, nul('UNREGISTER', 'zed'));
    void server.kill('SIGTERM');
    await peer.readToEnd();
    expect((await server.kill('SIGTERM')).status).toBe(130);
    peer.reset();
  });

  test('a console that nobody reads does not delay it', async () => {
    const folder = await scratchFolder();
    const pipe = join(folder, 'pipe');
    Bun.spawnSync(['mkfifo', pipe]);
    // Both ends are open, and nobody reads: the pipe is full after 64 KiB.
    const command = `exec 8<>${pipe}; exec ${executable()} serve -p 0 --host 127.0.0.1 --data ${folder}/data >&8 2>&8`;
    const server = Bun.spawn(['bash', '-c', command], { stdio: ['ignore', 'ignore', 'ignore'] });
    const port = await portOf(pipe);
    await register(port, 'alice');
    const long = 'x'.repeat(250);
    for (let round = 0; round < 8; round++) {
      const some = Array.from({ length: 64 }, () => ask(port, nul('UNREGISTER', long)));
      expect(new Set(await Promise.all(some))).toEqual(new Set(['\x01']));
    }
    // Also the disk still works.
    expect(await ask(port, attachment('alice', 'alice', 'a', Buffer.from('a')))).toBe('\x001\0');
    const start = performance.now();
    server.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  /** Takes the first line out of the pipe, in which the port stands. */
  async function portOf(pipe: string): Promise<number> {
    const reader = Bun.spawn(['head', '-n', '1', pipe], { stdout: 'pipe' });
    const line = await new Response(reader.stdout).text();
    return Number(/:(\d+)$/m.exec(line.trimEnd())?.[1]);
  }

  test('a client that is connected is told the end by the end of its connection, and comes back to its mail', async () => {
    const data = await scratchFolder();
    const first = await serve(data);
    for (const alias of ['alice', 'bob']) await register(first.port, alias);
    const bob = takeCalls();
    await ask(first.port, nul('CONNECT', 'bob', String(bob.port)));
    await stop(first.server, 'SIGTERM');
    const second = await serve(data);
    expect(await ask(second.port, nul('SEND', 'alice', 'bob', 'again'))).toBe('\x001\0');
    await second.server.until('s> SEND MESSAGE 1 FROM alice TO bob');
    expect(bob.calls).toEqual([nul('SEND_MESSAGE', 'alice', '1', 'again')]);
    bob.stop();
  });
});

describe('what keeps it from starting: one line on stderr, a status, and nothing half started', () => {
  test('a port in use: 69', async () => {
    await using taken = listenTcp();
    const data = join(await scratchFolder(), 'data');
    const args = ['--channels', '0', '-p', String(taken.port), '--host', '127.0.0.1'];
    const { status, out, err } = await runChat(['serve', ...args, '--data', data]);
    expect({ status, out, err }).toEqual({
      status: 69,
      out: '',
      err: `chat: port ${taken.port} is in use\n`,
    });
    // The folder was let go.
    const { server } = await serve(data);
    expect((await server.kill()).status).toBe(0);
  });

  test('a port in use by itself: 69', async () => {
    const { server, port } = await serve(await scratchFolder());
    const data = await scratchFolder();
    const more = await runChat([
      'serve',
      '-p',
      String(port),
      '--host',
      '127.0.0.1',
      '--data',
      data,
    ]);
    expect([more.status, more.err]).toEqual([69, `chat: port ${port} is in use\n`]);
    expect(await ask(port, nul('UNREGISTER', 'zed'))).toBe('\x01');
    await server.kill();
  });

  test('an address that is not this machine’s: 69', async () => {
    const { status, err } = await runChat(['serve', '-p', '0', '--host', '192.0.2.1', '--memory']);
    expect([status, err]).toEqual([69, 'chat: 192.0.2.1 is no address of this machine\n']);
  });

  test('a second server on the same folder: 69', async () => {
    const data = await scratchFolder();
    const { server } = await serve(data);
    const second = await runChat(['serve', '-p', '0', '--data', data]);
    expect([second.status, second.out]).toEqual([69, '']);
    expect(second.err).toBe(`chat: another server uses ${data}\n`);
    expect((await server.kill()).status).toBe(0);
  });

  test.each([
    ['a file where the folder should be', async (place: string) => writeFile(place, 'x')],
    [
      'a file where a folder above it should be',
      async (place: string) => {
        await writeFile(join(place, '..', 'above'), 'x');
        return 'above/data';
      },
    ],
    [
      'a folder where the database should be',
      async (place: string) => {
        await mkdir(join(place, 'chat.db'), { recursive: true });
      },
    ],
    [
      'a file where the attachments should be',
      async (place: string) => {
        await mkdir(place);
        await writeFile(join(place, 'files'), 'x');
      },
    ],
  ])('%s: 73', async (_, make) => {
    const folder = await scratchFolder();
    const data = join(folder, (await make(join(folder, 'data'))) ?? 'data');
    const { status, out, err } = await runChat(['serve', '-p', '0', '--data', data]);
    expect([status, out]).toEqual([73, '']);
    expect(err).toStartWith(`chat: ${data} cannot be written: `);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a folder of the system: 73', async () => {
    const { status, err } = await runChat(['serve', '-p', '0', '--data', '/proc/chat']);
    expect(status).toBe(73);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  // Root may write anywhere, so the server runs as another user.
  const isRoot = process.getuid?.() === 0 && Bun.which('setpriv') !== null;
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  test.skipIf(!isRoot)('a folder that is another user’s: 73', async () => {
    const folder = await scratchFolder();
    // Where the executable is may be closed to others.
    await copyFile(executable(), join(folder, 'chat'));
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'home'), { mode: 0o777 });
    const env = { HOME: join(folder, 'home'), PATH: '/usr/bin:/bin' };
    const command = [...nobody, join(folder, 'chat'), 'serve', '-p', '0', '--data', `${folder}/x`];
    const child = Bun.spawn(command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const err = await new Response(child.stderr).text();
    expect([await child.exited, err.split('\n').length]).toEqual([73, 2]);
    expect(err).toStartWith(`chat: ${folder}/x cannot be written: `);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  test('a newer database: 65, and it stays as it was', async () => {
    const data = await scratchFolder();
    await mkdir(join(data), { recursive: true });
    const path = join(data, 'chat.db');
    {
      using db = new Database(path, { create: true });
      db.run('PRAGMA user_version = 9999');
    }
    const { status, out, err } = await runChat(['serve', '-p', '0', '--data', data]);
    expect([status, out]).toEqual([65, '']);
    expect(err).toMatch(/^chat: .* is of version 9999, this program knows versions up to \d+\n/);
    expect(err).toContain('--data');
    using db = new Database(path, { readonly: true });
    expect(db.query('SELECT count(*) AS count FROM sqlite_schema').get()).toEqual({ count: 0 });
  });

  test('a database that is none: 65', async () => {
    const data = await scratchFolder();
    await writeFile(join(data, 'chat.db'), 'x'.repeat(10_000));
    const { status, err } = await runChat(['serve', '-p', '0', '--data', data]);
    expect([status, err]).toEqual([
      65,
      `chat: the database in ${data} is damaged: file is not a database\n`,
    ]);
  });
});

test('a wait for a peer’s end never outlasts the stop', () => {
  expect(
    limits.server.stopMs + limits.server.stopFilesMs + limits.server.stopConsoleMs,
  ).toBeLessThan(2_000);
});
