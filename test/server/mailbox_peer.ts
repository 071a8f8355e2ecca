// Raw peers of the mailbox door for the suites of the server: whole operations, files included, and folders that change.

import { existsSync, readdirSync, watch } from 'node:fs';

import { type Bytes, connectTcp } from '../support/tcp';

/** Fields, each with its NUL. */
export const nul = (...fields: readonly string[]): string =>
  fields.map((field) => `${field}\0`).join('');

export const sha256 = (bytes: Uint8Array): string =>
  new Bun.CryptoHasher('sha256').update(bytes).digest('hex');

/** One operation as a client does it; the whole answer as text, whose first character is the code. */
export async function ask(
  port: number,
  request: string | Uint8Array,
  host?: string,
): Promise<string> {
  return Buffer.from(await answerTo(port, request, host)).toString();
}

export async function answerTo(
  port: number,
  request: string | Uint8Array,
  host?: string,
): Promise<Bytes> {
  await using peer = await connectTcp(port, host);
  await peer.send(request);
  const answer = await peer.readToEnd();
  peer.close();
  return answer;
}

export const register = (port: number, alias: string): Promise<string> =>
  ask(port, nul('REGISTER', `${alias} of the tests`, alias, '04/05/1852'));

export const attachment = (
  from: string,
  to: string,
  name: string,
  bytes: Uint8Array,
  text = 'look',
): Uint8Array =>
  Buffer.concat([
    Buffer.from(nul('SENDATTACH', from, to, text, name, String(bytes.length))),
    bytes,
  ]);

/** A client's listener that takes every call and ends it cleanly; what was said in each is kept. */
export function takeCalls(): { readonly port: number; readonly calls: string[]; stop(): void } {
  const calls: string[] = [];
  const listener = Bun.listen<{ said: string }>({
    hostname: '127.0.0.1',
    port: 0,
    allowHalfOpen: true,
    socket: {
      open: (socket) => void (socket.data = { said: '' }),
      data: ({ data }, bytes) => void (data.said += bytes.toString()),
      end(socket) {
        calls.push(socket.data.said);
        socket.end();
      },
    },
  });
  return { port: listener.port, calls, stop: () => listener.stop(true) };
}

/** GETFILE as a client does it that takes all of it; the bytes, or the code that stands instead. */
export async function getFile(
  port: number,
  alias: string,
  from: string,
  id: number,
): Promise<Uint8Array | number> {
  const answer = await answerTo(port, nul('GETFILE', alias, from, String(id)));
  if (answer[0] !== 0) return answer[0] ?? -1;
  const end = answer.indexOf(0, 1);
  const size = Number(Buffer.from(answer.subarray(1, end)).toString());
  const bytes = answer.subarray(end + 1);
  if (bytes.length !== size) throw new Error(`${bytes.length} of ${size} bytes came`);
  return bytes;
}

/** Resolves once the names in a folder are so; fails with what they are. */
export function untilFolder(
  folder: string,
  isMet: (names: readonly string[]) => boolean,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => {
    if (isMet(existsSync(folder) ? readdirSync(folder) : [])) resolve();
  };
  const watcher = watch(folder, look);
  const timer = setTimeout(
    () => reject(new Error(`there is ${readdirSync(folder).join(', ') || 'nothing'} in ${folder}`)),
    10_000,
  );
  look();
  return promise.finally(() => {
    clearTimeout(timer);
    watcher.close();
  });
}

export const untilEmpty = (folder: string): Promise<void> =>
  untilFolder(folder, (names) => names.length === 0);
