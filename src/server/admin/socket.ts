// The operator's socket: who may open the data folder may ask here for everything that a moderator may do.

import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

import { limits } from '../../protocol/limits';
import { adminSocketIn, withSocketPath } from './address';
import { type AdminHub, type AdminReply, serveAdminLine } from './requests';

export interface AdminSocket {
  close(): void;
}

/** The rights of the socket: its owner's alone. */
const ownerMode = 0o600;

/** Opens the socket in a data folder that this process holds. Throws the system's error where it cannot. */
export async function openAdminSocket(folder: string, hub: AdminHub): Promise<AdminSocket> {
  const path = adminSocketIn(folder);
  // One that a killed server left: the folder is ours.
  rmSync(path, { force: true });
  // A program may end its side behind its last line, and is answered all the same.
  const server = createServer(
    { allowHalfOpen: true },
    (socket) => new AdminConnection(socket, hub),
  );
  server.maxConnections = limits.admin.connections;
  await withSocketPath(folder, (short) => listening(server, short));
  chmodSync(path, ownerMode);
  return {
    close() {
      server.close();
      rmSync(path, { force: true });
    },
  };
}

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });

/** One program of the operator's. Its lines are answered in order, and the next one is read behind the answer. */
class AdminConnection {
  readonly #socket: Socket;
  readonly #hub: AdminHub;
  #text = '';
  #isBusy = false;
  #hasEnded = false;

  constructor(socket: Socket, hub: AdminHub) {
    this.#socket = socket;
    this.#hub = hub;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#read(text));
    socket.on('end', () => {
      this.#hasEnded = true;
      this.#next();
    });
    socket.on('error', () => socket.destroy());
    // It must not keep a server that stops.
    socket.unref();
  }

  #read(text: string): void {
    this.#text += text;
    if (this.#text.length > limits.admin.lineBytes) return void this.#socket.destroy();
    this.#next();
  }

  #next(): void {
    const end = this.#text.indexOf('\n');
    if (this.#isBusy) return;
    if (end < 0) return this.#hasEnded ? void this.#socket.end() : undefined;
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    this.#isBusy = true;
    serveAdminLine(this.#hub, line, (reply) => this.#answer(reply));
  }

  #answer(reply: AdminReply): void {
    this.#isBusy = false;
    if (this.#socket.destroyed) return;
    this.#socket.write(`${JSON.stringify(reply)}\n`);
    this.#next();
  }
}
