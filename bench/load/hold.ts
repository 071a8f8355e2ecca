// Connections that are opened and stay silent, until each of them must still be served.

import type { Socket } from 'bun';

import type { Job, Measured } from './jobs';
import { run, Wrongs } from './run';
import { areEqual, encodeAnswer, encodeFields, join, shown } from './wire';

interface Held {
  bytes: Uint8Array | undefined;
  over: ((error?: string) => void) | undefined;
}

/** The connections that are open, by the server's port. */
const open = new Map<number, Socket<Held>[]>();

const handlers = {
  data(socket: Socket<Held>, bytes: Uint8Array) {
    socket.data.bytes = join(socket.data.bytes, bytes);
  },
  end(socket: Socket<Held>) {
    socket.data.over?.();
    socket.end();
  },
  close(socket: Socket<Held>, error?: Error) {
    socket.data.over?.(error?.message ?? 'closed without an answer');
  },
};

export async function hold(job: Extract<Job, { do: 'hold' }>): Promise<Measured> {
  const wrongs = new Wrongs();
  const sockets: Socket<Held>[] = [];
  open.set(job.port, sockets);
  return run({
    ...job,
    wrongs,
    start(_, done) {
      const startedMs = performance.now();
      const data: Held = { bytes: undefined, over: undefined };
      Bun.connect<Held>({ hostname: '127.0.0.1', port: job.port, data, socket: handlers })
        .then((socket) => sockets.push(socket))
        .catch((error: unknown) => wrongs.add(String(error)))
        .finally(() => done(performance.now() - startedMs));
    },
  });
}

export async function release(job: Extract<Job, { do: 'release' }>): Promise<Measured> {
  const wrongs = new Wrongs();
  const sockets = open.get(job.port) ?? [];
  open.delete(job.port);
  const request = encodeFields('CONNECTEDUSERS', 'nobody of that name');
  const answer = encodeAnswer(2);
  return run({
    ...job,
    wrongs,
    start(index, done) {
      const startedMs = performance.now();
      const socket = sockets[index];
      const finished = (wrong?: string): void => {
        if (wrong !== undefined) wrongs.add(wrong);
        if (socket) socket.data.over = undefined;
        done(performance.now() - startedMs);
      };
      if (!socket) return finished('a connection was not held');
      socket.data.over = (error) => {
        const { bytes } = socket.data;
        if (bytes && areEqual(bytes, answer)) finished();
        else finished(error ?? `a held connection was answered ${shown(bytes)}`);
      };
      socket.write(request);
    },
  });
}
