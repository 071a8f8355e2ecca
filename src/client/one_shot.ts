// One thing done at a server and no more: the host of register, unregister, users and send.

import type { Io } from '../cli/io';
import type { ClientHost, Ending } from '../protocol/dialect';
import { type Endpoint, unreachableHint } from './endpoint';
import { ClientRuntime, type View } from './runtime';
import { statusOf } from './status';
import type { OneShotView } from './view';

/** What came of it: how it ended, and what it gave if it did not fail. */
export interface OneShotResult<T> {
  readonly ending: Ending;
  readonly value?: T;
}

/**
 * Does one thing and gives what came of it; a caller that gives up by `exit` counts as that ending. Rejects
 * as the promise of `act` does.
 */
export function oneShot<T>(
  { dialect, target }: Endpoint,
  view: View,
  operation: (host: ClientHost, done: (outcome: OneShotResult<T>) => void) => void | Promise<void>,
): Promise<OneShotResult<T>> {
  return new Promise((resolve, reject) => {
    const exit = (ending: Ending): void => resolve({ ending });
    Promise.resolve(
      operation(new ClientRuntime({ dialect, server: target, view, exit }), resolve),
    ).catch(reject);
  });
}

/** Tells what a face was shown, and where a server was sought in vain; gives the exit status. */
export function report(endpoint: Endpoint, io: Io, view: OneShotView, ending: Ending): number {
  const where = ending === 'unreachable' ? unreachableHint(endpoint, view.text) : '';
  view.tell(io, ending === 'done');
  io.err.write(where);
  return statusOf[ending];
}

/** Who is connected, asked as `alias` where the server wants to know who asks. */
export function listUsers(
  endpoint: Endpoint,
  view: View,
  alias: string | undefined,
): Promise<OneShotResult<readonly string[]>> {
  const { client, target } = endpoint;
  return oneShot(endpoint, view, (host, done) => {
    if (client.users === undefined) done({ ending: 'usage' });
    else {
      client.users(host, target, alias, (result) =>
        done(result.ok ? { ending: 'done', value: result.value } : { ending: result.why }),
      );
    }
  });
}
