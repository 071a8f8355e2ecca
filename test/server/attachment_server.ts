// A server with two users who exchange attachments, on a disk of its own.

import { join } from 'node:path';

import { mailbox } from '../../src/protocol/mailbox/index';
import { ask, register, takeCalls } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { scratchFolder } from '../support/scratch';
import { startServer, type TestServer } from '../support/server';

export interface Started {
  readonly server: TestServer;
  readonly port: number;
  readonly folder: string;
  /** Where the server keeps files. */
  readonly files: string;
}

/** A server with alice and bob, both connected, on a disk of its own. It keeps no history, which would keep their files. */
export async function started(
  bounds: NonNullable<Parameters<typeof startServer>[1]>['bounds'] = {},
  folder?: string,
): Promise<Started & AsyncDisposable> {
  const place = folder ?? (await scratchFolder());
  const server = await startServer([mailbox], {
    folder: place,
    bounds: { historyMs: 0, ...bounds },
  });
  const port = server.port('mailbox');
  const listener = takeCalls();
  for (const alias of ['alice', 'bob']) {
    if (folder === undefined) await register(port, alias);
    else await ask(port, nul('DISCONNECT', alias));
    await ask(port, nul('CONNECT', alias, String(listener.port)));
  }
  const stop = async (): Promise<void> => {
    await server.stop();
    listener.stop();
  };
  return { server, port, folder: place, files: join(place, 'files'), [Symbol.asyncDispose]: stop };
}

export const bytesOf = (length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8)) % 256;
  return bytes;
};
