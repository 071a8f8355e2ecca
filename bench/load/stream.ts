// Commands on one connection that stays open, as many under way as the server takes, answered in order.

import type { Socket } from 'bun';

import { spentSince, threadTimes } from '../support/cpu';
import type { Job, Measured } from './jobs';
import { watch, Wrongs } from './run';

/** Lines that are written at once: enough that the server never waits for the next. */
const pieceLines = 256;

interface Stream {
  rest: string;
  answered: number;
}

const join = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** Registers the names at a server that does not know them yet. */
async function introduce(port: number, names: readonly string[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let answers = '';
  await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (socket) => void socket.write(join(names.map((name) => `+${name}`))),
      data(socket, bytes) {
        answers += bytes.toString('latin1');
        if (answers.split('\n').length > names.length) socket.end();
      },
      close: () => resolve(answers),
    },
  });
  if ((await promise) !== join(names.map(() => 'ok'))) throw new Error(`registered: ${answers}`);
}

/** Ids given so far by each server's connections: the next answer must go on from there. */
const lastIds = new Map<number, number>();

export async function stream(job: Extract<Job, { do: 'stream' }>): Promise<Measured> {
  const { port, pid, count, names } = job;
  const wrongs = new Wrongs();
  const { promise, resolve } = Promise.withResolvers<void>();
  const [from, ...others] = names;
  if (!lastIds.has(port)) await introduce(port, names);
  const firstId = lastIds.get(port) ?? 0;
  let written = 0;
  let left: Uint8Array | undefined;

  const pieceFrom = (index: number): Uint8Array => {
    const lines: string[] = [];
    for (let line = index; line < Math.min(count, index + pieceLines); line++) {
      lines.push(`${from} ${others[line % others.length]} message ${line}, as long as most are`);
    }
    return new TextEncoder().encode(join(lines));
  };

  const write = (socket: Socket<Stream>): void => {
    while (left !== undefined || written < count) {
      const piece = left ?? pieceFrom(written);
      if (left === undefined) written = Math.min(count, written + pieceLines);
      const taken = socket.write(piece);
      left = taken < piece.length ? piece.subarray(Math.max(0, taken)) : undefined;
      if (left !== undefined) return;
    }
  };

  const before = threadTimes(pid);
  const startedMs = performance.now();
  const socket = await Bun.connect<Stream>({
    hostname: '127.0.0.1',
    port,
    data: { rest: '', answered: 0 },
    socket: {
      data({ data }, bytes: Uint8Array) {
        const lines = (data.rest + Buffer.from(bytes).toString('latin1')).split('\n');
        data.rest = lines.pop() ?? '';
        for (const line of lines) {
          const wanted = firstId + ++data.answered;
          if (line !== String(wanted)) wrongs.add(`answered ${line} where ${wanted} was due`);
        }
        if (data.answered === count) resolve();
      },
      drain: write,
      close: () => resolve(),
    },
  });
  write(socket);
  const unwatch = watch(() => socket.data.answered, resolve);
  await promise;
  unwatch();
  const { answered } = socket.data;
  if (answered < count) wrongs.add(`lost: ${count - answered} of ${count} answers`);
  const wallMs = performance.now() - startedMs;
  const cpuUs = spentSince(before, pid);
  lastIds.set(port, firstId + count);
  socket.end();
  return {
    count: answered,
    wallMs,
    cpuUs,
    p50Ms: Number.NaN,
    p99Ms: Number.NaN,
    wrong: wrongs.all,
  };
}
