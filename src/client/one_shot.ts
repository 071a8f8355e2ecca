// One operation at a server, without a session: what register, unregister, users and send run in.

import type { Io } from '../cli/io';
import type { Ending } from '../protocol/dialect';
import { type Endpoint, unreachableHint } from './endpoint';
import { ClientRuntime } from './runtime';
import { statusOf } from './status';
import type { OneShotView, View } from './view';

/** How the operation ended, and its value if it did not fail. */
export interface OneShotResult<T> {
  readonly ending: Ending;
  readonly value?: T;
  /** Whether there is no host of the server's name. */
  readonly isHostUnknown?: boolean;
}

/** Runs one operation. If its client gives up by `exit`, that is its ending. Rejects as `operation` does. */
export function oneShot<T>(
  { dialect, client, target, security, keys, invite }: Endpoint,
  view: View,
  operation: (
    host: ClientRuntime,
    done: (result: OneShotResult<T>) => void,
  ) => void | Promise<void>,
  inputFile?: string,
): Promise<OneShotResult<T>> {
  return new Promise((resolve, reject) => {
    const over = (result: OneShotResult<T>): void =>
      resolve({ ...result, isHostUnknown: host.isHostUnknown });
    const exit = (ending: Ending): void => over({ ending });
    const host: ClientRuntime = new ClientRuntime({
      dialect,
      webSocketPath: client.webSocketPath,
      server: target,
      security,
      keys,
      invite,
      view,
      inputFile,
      exit,
    });
    Promise.resolve(operation(host, over)).catch(reject);
  });
}

/** Writes what a view was shown, and where no server answered; gives the exit status. */
export function report(
  endpoint: Endpoint,
  io: Io,
  view: OneShotView,
  { ending, isHostUnknown = false }: OneShotResult<unknown>,
): number {
  const isReached = ending !== 'unreachable';
  const hint = isReached ? '' : unreachableHint(endpoint, view.text, isHostUnknown);
  view.flush(io, ending === 'done');
  io.err.write(hint);
  return statusOf[ending];
}

/** The names of the users who are connected, asked for as `alias` where the server wants to know who asks. */
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
