// Finds the door of a server on this machine where no port was named, and nobody answers at the dialect's usual one.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Io } from '../cli/io';
import { Dial } from '../net/dial';
import { TcpSocket } from '../net/tcp_socket';
import { limits } from '../protocol/limits';
import { type Endpoint, withPort } from './endpoint';
import { sockets } from './sockets';
import { stateFolder } from './state_folder';

const loopback = new Set(['localhost', '127.0.0.1', '::1']);

/** The endpoint, or the same at the port that a server of this machine says it has open for its dialect. */
export async function atOpenDoor(endpoint: Endpoint, env: Io['env']): Promise<Endpoint> {
  const { dialect, target, isPortNamed } = endpoint;
  if (isPortNamed || !loopback.has(target.host)) return endpoint;
  const ports = announcedPorts(dialect, env);
  if (ports.length === 0 || ports.includes(target.port)) return endpoint;
  // A server at the usual port is the one that is meant, also if it is none of ours.
  if (await answers(target.host, target.port)) return endpoint;
  for (const port of ports) if (await answers(target.host, port)) return withPort(endpoint, port);
  return endpoint;
}

/** What the servers of this machine's user say, the newest first. */
function announcedPorts(dialect: string, env: Io['env']): readonly number[] {
  const folder = join(stateFolder(env), 'open-doors');
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .map((path) => ({ path, at: statSync(path).mtimeMs }))
      .sort((one, other) => other.at - one.at)
      .slice(0, limits.client.announcedServers)
      .flatMap(({ path }) => portIn(path, dialect) ?? []);
  } catch {
    return [];
  }
}

function portIn(path: string, dialect: string): number | undefined {
  try {
    const { doors } = JSON.parse(readFileSync(path, 'utf8')) as { doors: Record<string, unknown> };
    const port = Object.hasOwn(doors, dialect) ? doors[dialect] : undefined;
    return typeof port === 'number' && port > 0 && port < 65_536 ? port : undefined;
  } catch {
    return undefined;
  }
}

/** Whether somebody listens there. The connection is ended at once. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new TcpSocket(sockets);
    socket.events = {
      opened() {
        resolve(true);
        socket.abort();
      },
      lost: () => resolve(false),
      data() {},
      ended() {},
      drained() {},
    };
    const timeoutMs = limits.client.probeMs;
    void new Dial(socket, { host, port }, { clock: sockets.clock, timeoutMs });
  });
}
