// Finds the door of a server on this machine where no port was named, and says whose door it is where a wrong one was.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Io } from '../cli/io';
import { Dial } from '../net/dial';
import { isRunning } from '../net/running_process';
import { TcpSocket } from '../net/tcp_socket';
import { hostAndPort } from '../protocol/bytes/address';
import { clients } from '../protocol/clients';
import type { Target } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { type Endpoint, schemeOf, withPort } from './endpoint';
import { Security } from './security';
import { sockets } from './sockets';
import { stateFolder } from './state_folder';

const loopback = new Set(['localhost', '127.0.0.1', '::1']);

/** The ports of one server, by their dialects. */
type Doors = Readonly<Record<string, number>>;

type LocalIo = Pick<Io, 'env' | 'err'>;

/**
 * The endpoint, or the same at the port that a server of this machine says it has open for its dialect; and who is
 * believed to be the server there.
 */
export async function atOpenDoor(given: Endpoint, { env, err }: LocalIo): Promise<Endpoint> {
  const endpoint = await openDoorOf(given, { env, err });
  const { dialect, target, isSecure, ca } = endpoint;
  const { host, port } = target;
  const otherWay = `${schemeOf(dialect, !isSecure)}://${hostAndPort(target)}`;
  const tell = (line: string): void => err.write(`chat: ${line}\n`);
  const server = { host, port };
  return { ...endpoint, security: new Security({ server, isSecure, ca, env, otherWay, tell }) };
}

async function openDoorOf(endpoint: Endpoint, { env, err }: LocalIo): Promise<Endpoint> {
  const { dialect, target, isPortNamed, isSecure } = endpoint;
  if (!loopback.has(target.host)) return endpoint;
  const servers = announcedDoors(env);
  const ports = servers.flatMap((doors) => doors[schemeOf(dialect, isSecure)] ?? []);
  if (ports.includes(target.port)) return endpoint;
  const other = dialectAt(servers, target.port);
  if (isPortNamed) {
    // It is dialled all the same: the server that said so may be gone, and another one in its place.
    if (other !== undefined) err.write(`chat: ${whatIsThere(other, target)}\n`);
    return endpoint;
  }
  // A server at the usual port is the one that is meant, also if it is none of ours.
  if (ports.length === 0 || (!other && (await answers(target.host, target.port)))) return endpoint;
  for (const port of ports) if (await answers(target.host, port)) return withPort(endpoint, port);
  return endpoint;
}

/** The ports that servers of this machine have open for a dialect, the newest server's first. */
export const openPorts = (host: string, dialect: string, env: Io['env']): number[] =>
  loopback.has(host) ? announcedDoors(env).flatMap((doors) => doors[dialect] ?? []) : [];

/** Whether a server of this machine's user says that it has both doors open. */
export const areOfOneServer = (
  host: string,
  doors: Readonly<Record<string, number>>,
  env: Io['env'],
): boolean =>
  loopback.has(host) &&
  announcedDoors(env).some((open) =>
    Object.entries(doors).every(([dialect, port]) => open[dialect] === port),
  );

/** The dialect of which a server says that it has this port open. */
function dialectAt(servers: readonly Doors[], port: number): string | undefined {
  for (const doors of servers) {
    const found = Object.entries(doors).find(([, open]) => open === port);
    if (found) return found[0];
  }
  return undefined;
}

/** What is at the port that was named, and how to speak to it. */
function whatIsThere(scheme: string, { host, port, user, path }: Target): string {
  const at = hostAndPort({ host, port });
  const who = user === undefined ? '' : `${encodeURIComponent(user)}@`;
  const where = path === '' ? '' : `/${encodeURIComponent(path)}`;
  const [dialect = '', tls] = scheme.split('+');
  const page = tls === undefined ? 'http' : 'https';
  const isPage = clients[dialect]?.webSocketPath !== undefined;
  const how = isPage
    ? `open ${page}://${at}/ in a browser, or use ${page}://${who}${at}${where}`
    : `use ${scheme}://${who}${at}${where}`;
  const speaking = tls === undefined ? '' : ', which speaks TLS,';
  return `${at} is the ${dialect} door${speaking} of a server on this machine: ${how}`;
}

/** What the servers of this machine's user say, the newest first. */
function announcedDoors(env: Io['env']): readonly Doors[] {
  const folder = join(stateFolder(env), 'open-doors');
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .map((path) => ({ path, at: statSync(path).mtimeMs }))
      .sort((one, other) => other.at - one.at)
      .slice(0, limits.client.announcedServers)
      .map(({ path }) => doorsIn(path))
      .filter((doors) => doors !== undefined);
  } catch {
    return [];
  }
}

function doorsIn(path: string): Doors | undefined {
  try {
    const said = JSON.parse(readFileSync(path, 'utf8')) as { doors: Record<string, unknown> };
    // A server that was killed has said nothing any more.
    if (!isRunning(said)) return undefined;
    const { doors } = said;
    const open = Object.entries(doors).filter(
      (door): door is [string, number] =>
        typeof door[1] === 'number' && door[1] > 0 && door[1] < 65_536,
    );
    return Object.fromEntries(open);
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
