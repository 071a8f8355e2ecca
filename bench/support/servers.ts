// The servers that are measured: ours as it is built, and the plain ones, each a process on the servers' core.

import { resolve } from 'node:path';

import { cores, on } from './cores';
import { endWithUs, freshFolder } from './scratch';

const root = resolve(import.meta.dir, '../..');

export interface Server {
  readonly pid: number;
  readonly port: number;
  /** What it said until it named its port. */
  readonly said: string;
  /** Where it keeps its data; undefined where it keeps none. */
  readonly folder: string | undefined;
  /** Asks it to stop and waits; throws unless it ends as it should. */
  readonly stop: () => Promise<void>;
}

/** Starts a command and waits until what it says names the port. */
async function start(
  command: readonly string[],
  said: { readonly on: 'stdout' | 'stderr'; readonly port: RegExp },
  folder?: string,
): Promise<Server> {
  const child = Bun.spawn([...on(cores.server), ...command], {
    stdin: 'ignore',
    stdout: said.on === 'stdout' ? 'pipe' : 'ignore',
    stderr: said.on === 'stderr' ? 'pipe' : 'inherit',
    cwd: root,
    // A bench floods. A server that knows no rates passes the variable over.
    env: { ...process.env, CHAT_RATE: 'off' },
  });
  endWithUs(child);
  const stream = child[said.on];
  if (!(stream instanceof ReadableStream)) throw new Error('its output is not a pipe');
  const decoder = new TextDecoder();
  const { promise, resolve: found, reject } = Promise.withResolvers<number>();
  let text = '';
  const listen = async (): Promise<void> => {
    for await (const bytes of stream as ReadableStream<Uint8Array>) {
      text += decoder.decode(bytes, { stream: true });
      const port = said.port.exec(text)?.[1];
      if (port !== undefined) found(Number(port));
    }
    reject(new Error(`${command.join(' ')} did not start:\n${text}`));
  };
  void listen();
  const port = await promise;
  return {
    pid: child.pid,
    port,
    said: text,
    folder,
    stop: async () => {
      child.kill('SIGTERM');
      const status = await child.exited;
      // A plain server knows no other end than the signal.
      if (status !== 0 && child.signalCode !== 'SIGTERM') {
        throw new Error(`${command.join(' ')} ended with ${status}:\n${text}`);
      }
    },
  };
}

/** The built server with its mailbox door, with a folder of its own or the one given. */
export const ours = async (
  chat: string,
  folder = freshFolder(),
  flags: readonly string[] = [],
): Promise<Server> =>
  start(
    [chat, 'serve', '-p', '0', '--host', '127.0.0.1', '--data', folder, ...flags],
    { on: 'stderr', port: /^mailbox +(\d+) /m },
    folder,
  );

/** The same with a channels door beside it, whose port is the one given. */
export const ourChannels = async (chat: string, folder = freshFolder()): Promise<Server> =>
  start(
    [chat, 'serve', '-p', '0', '--channels', '0', '--host', '127.0.0.1', '--data', folder],
    { on: 'stderr', port: /^channels +(\d+) /m },
    folder,
  );

/** The same with a door of every dialect that has rooms. */
export const ourRooms = async (chat: string, folder = freshFolder()): Promise<Server> => {
  const doors = ['channels', 'market', 'relay', 'web'].flatMap((door) => [`--${door}`, '0']);
  return start(
    [chat, 'serve', '-p', '0', ...doors, '--host', '127.0.0.1', '--data', folder],
    // The last door that is told of.
    { on: 'stderr', port: /^web +(\d+) /m },
    folder,
  );
};

/** A certificate and its key, made by the server under test. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export function madeCertificate(chat: string): CertificateFiles {
  const folder = freshFolder();
  const files = { cert: `${folder}-cert.pem`, key: `${folder}-key.pem` };
  const made = Bun.spawnSync([chat, 'cert', '--cert', files.cert, '--key', files.key]);
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  return files;
}

/** With a channels door, and one with TLS, whose port is the one given. */
export const ourSecure = async (
  chat: string,
  { cert, key }: CertificateFiles,
  folder = freshFolder(),
): Promise<Server> => {
  const doors = ['--channels', '0', '--channels-tls', '0', '--tls-cert', cert, '--tls-key', key];
  return start(
    [chat, 'serve', ...doors, '--host', '127.0.0.1', '--data', folder],
    { on: 'stderr', port: /^channels\+tls +(\d+) /m },
    folder,
  );
};

const script = async (path: string, folder?: string, ...more: string[]): Promise<Server> =>
  start(
    [process.execPath, `bench/${path}`, ...(folder === undefined ? [] : [folder]), ...more],
    { on: 'stdout', port: /port (\d+)/ },
    folder,
  );

export const plainMailbox = async (): Promise<Server> => script('reference/mailbox.ts');
/** It does not wait for the end of its calls. */
export const eagerMailbox = async (): Promise<Server> =>
  script('reference/mailbox.ts', undefined, 'eager');
export const plainLines = async (): Promise<Server> => script('reference/lines.ts');
export const plainRelay = async (): Promise<Server> => script('reference/relay.ts');
export const plainSecure = async ({ cert, key }: CertificateFiles): Promise<Server> =>
  script('reference/tls.ts', undefined, cert, key);
/** The server's core with the line dialect as its door, which keeps no history where it is told so. */
export const ourLines = async (history: 'on' | 'off' = 'on'): Promise<Server> =>
  script('lines/serve.ts', freshFolder(), history);
