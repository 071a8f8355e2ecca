// What `chat doctor` looks at: each check says what it found, and what to type where something is wrong.

import { lookup } from 'node:dns/promises';
import { accessSync, constants, mkdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';

import type { CliError } from '../../cli/exit';
import type { Io } from '../../cli/io';
import { Dial } from '../../net/dial';
import { TcpSocket } from '../../net/tcp_socket';
import { hostAndPort } from '../../protocol/bytes/address';
import { limits } from '../../protocol/limits';
import { type Endpoint, hostUnknown } from '../endpoint';
import { listUsers } from '../one_shot';
import { sockets } from '../sockets';
import { stateFolder } from '../state_folder';
import { OneShotView } from '../view';

/** `warning`: it works now, and may not later. */
export interface Finding {
  readonly check: string;
  readonly is: 'ok' | 'warning' | 'fault';
  readonly text: string;
  /** What to do, or to type. */
  readonly hint?: string;
}

type Found = Omit<Finding, 'check'>;

const ok = (text: string): Found => ({ is: 'ok', text });
const warning = (text: string, hint: string): Found => ({ is: 'warning', text, hint });
const fault = (text: string, hint: string): Found => ({ is: 'fault', text, hint });

/** What was found in the user's config file. */
export interface Settings {
  readonly path: string;
  readonly fault?: CliError;
}

export const checkSettings = ({ path, fault: error }: Settings): Found =>
  error === undefined ? ok(path) : fault(error.message, error.hint ?? 'see chat help settings');

/** Whether what the client remembers can be kept, and nobody else reads it. */
export function checkFolder(env: Io['env']): Found {
  const folder = stateFolder(env);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    return fault((error as Error).message, 'set XDG_STATE_HOME to a folder of your own');
  }
  const others = statSync(folder).mode & 0o077;
  if (others !== 0) return warning(`${folder} is open to others`, `chmod 700 ${folder}`);
  const { bavail, blocks } = statfsSync(folder);
  const free = Math.floor((100 * bavail) / Math.max(1, blocks));
  const text = `${folder}, ${free} % of its disk free`;
  return free < 100 * limits.files.diskFree
    ? warning(text, 'a server takes no more files there')
    : ok(text);
}

/** Whether this system lets a server hold many connections. */
export function checkDescriptors(): Found {
  const line = /^Max open files +(\d+|unlimited) +(\d+|unlimited)/m;
  const [, soft = '', hard = ''] = line.exec(read('/proc/self/limits')) ?? [];
  if (soft === '') return ok('not known on this system');
  const text = `${soft} files and connections at once`;
  const isLow = soft !== 'unlimited' && Number(soft) < limits.client.descriptorsAdvised;
  return isLow ? warning(text, `for a server of more: ulimit -n ${hard}`) : ok(text);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Whether the machine's clock can be right. `builtAt`: the executable is no older than that, in ms since 1970. */
export function checkClock(now: number, builtAt: number): Found {
  const date = new Date(now).toISOString();
  return now < builtAt
    ? fault(`it is said to be ${date}`, 'set the clock, or start a time service')
    : ok(date);
}

/** Whether a server could listen at a port of this machine. */
export function checkPort(port: number): Promise<Found> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isUsed = error.code === 'EADDRINUSE';
      const hint = isUsed
        ? `a server is there already, or another program: ss -ltnp 'sport = :${port}'`
        : 'choose a port from 1024 on, with -p';
      resolve(warning(`${port}: ${isUsed ? 'in use' : error.message}`, hint));
    });
    server.listen(port, () => server.close(() => resolve(ok(`${port} is free`))));
  });
}

/** Whether the name of the server's host leads anywhere. */
export async function checkHost({ target }: Endpoint): Promise<Found> {
  try {
    const found = await lookup(target.host, { all: true });
    return ok(found.map(({ address }) => address).join(', '));
  } catch {
    return fault(hostUnknown(target.host), 'check the spelling, or the network');
  }
}

/** Whether somebody answers at the server's port. */
export function checkServer({ target, dialect }: Endpoint): Promise<Found> {
  const at = hostAndPort(target);
  const start = performance.now();
  return new Promise((resolve) => {
    const socket = new TcpSocket(sockets);
    socket.events = {
      opened() {
        resolve(ok(`${at} answers after ${Math.ceil(performance.now() - start)} ms`));
        socket.abort();
      },
      lost() {
        const isLate = performance.now() - start >= limits.client.doctorMs;
        const hint = isLate
          ? 'a firewall drops it, or the machine is off'
          : `no server is there: chat serve opens one (${dialect} may need its own flag, see chat serve --help)`;
        resolve(fault(`${at} ${isLate ? 'does not answer' : 'refuses'}`, hint));
      },
      data() {},
      ended() {},
      drained() {},
    };
    const { host, port } = target;
    void new Dial(
      socket,
      { host, port },
      { clock: sockets.clock, timeoutMs: limits.client.doctorMs },
    );
  });
}

/** Whether what answers speaks the protocol, where it has a question that changes nothing. */
export async function checkProtocol(endpoint: Endpoint): Promise<Found> {
  if (endpoint.client.users === undefined) return ok(`${endpoint.dialect}: nothing to ask`);
  const view = new OneShotView();
  const { ending } = await listUsers(endpoint, view, endpoint.target.user);
  // A refusal is an answer too, unless a remark says that it was none.
  const isAnswered = ending !== 'unreachable' && !view.text.includes('no reply of this protocol');
  if (isAnswered) return ok(`${endpoint.dialect} is spoken there`);
  const said = view.text.trim().split('\n')[0];
  return fault(
    said || `no ${endpoint.dialect} is spoken there`,
    'name the protocol with -d, or in a URL',
  );
}
