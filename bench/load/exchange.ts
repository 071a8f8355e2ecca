// One operation on one connection: dial, send the request, take the answer until the server ends.

import type { Socket } from 'bun';

import { join } from './wire';

/** How a request ended. `reply` is all that came; `error` says why it is not to be trusted. */
export interface Exchanged {
  readonly reply: Uint8Array | undefined;
  readonly error: string | undefined;
  /** From the start of the dial to the end of the answer. */
  readonly ms: number;
}

interface Exchange {
  readonly request: Uint8Array;
  readonly startedMs: number;
  readonly done: (exchanged: Exchanged) => void;
  reply: Uint8Array | undefined;
  isOver: boolean;
}

function finish(exchange: Exchange, error?: string): void {
  if (exchange.isOver) return;
  exchange.isOver = true;
  const ms = performance.now() - exchange.startedMs;
  exchange.done({ reply: exchange.reply, error, ms });
}

const handlers = {
  open(socket: Socket<Exchange>) {
    const { request } = socket.data;
    if (socket.write(request) !== request.length) finish(socket.data, 'the request did not leave');
  },
  data(socket: Socket<Exchange>, bytes: Uint8Array) {
    socket.data.reply = join(socket.data.reply, bytes);
  },
  end(socket: Socket<Exchange>) {
    finish(socket.data);
    socket.end();
  },
  close(socket: Socket<Exchange>, error?: Error) {
    finish(socket.data, error?.message);
  },
  error(socket: Socket<Exchange>, error: Error) {
    finish(socket.data, error.message);
  },
};

/** `done` is called once, however it ends. */
export function exchange(
  port: number,
  request: Uint8Array,
  done: (exchanged: Exchanged) => void,
): void {
  const startedMs = performance.now();
  const data: Exchange = { request, startedMs, done, reply: undefined, isOver: false };
  Bun.connect<Exchange>({ hostname: '127.0.0.1', port, data, socket: handlers }).catch(
    (error: unknown) => finish(data, String(error)),
  );
}

export const exchanged = async (port: number, request: Uint8Array): Promise<Exchanged> =>
  new Promise((resolve) => exchange(port, request, resolve));
