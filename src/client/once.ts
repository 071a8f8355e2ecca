// One thing done at a server and no more: the host of register, unregister, users and send.

import type { Io } from '../cli';
import type { CallerHost, Ending } from '../protocol/dialect';
import { statusOf } from './ending';
import type { OnceFace } from './face';
import { ClientHost, type Face } from './host';
import { type Goal, whereSought } from './target';

/** What came of it: how it ended, and what it gave if it did not fail. */
export interface Outcome<T> {
  readonly ending: Ending;
  readonly value?: T;
}

/**
 * Does one thing and gives what came of it; a caller that gives up by `exit` counts as that ending. Rejects
 * as the promise of `act` does.
 */
export function once<T>(
  { dialect, target }: Goal,
  face: Face,
  act: (host: CallerHost, done: (outcome: Outcome<T>) => void) => void | Promise<void>,
): Promise<Outcome<T>> {
  return new Promise((resolve, reject) => {
    const exit = (ending: Ending): void => resolve({ ending });
    Promise.resolve(act(new ClientHost({ dialect, server: target, face, exit }), resolve)).catch(
      reject,
    );
  });
}

/** Tells what a face was shown, and where a server was sought in vain; gives the exit status. */
export function conclude(goal: Goal, io: Io, face: OnceFace, ending: Ending): number {
  const where = ending === 'unreachable' ? whereSought(goal, face.text) : '';
  face.tell(io, ending === 'done');
  io.err.write(where);
  return statusOf[ending];
}

/** Who is connected, asked as `alias` where the server wants to know who asks. */
export function askForUsers(
  goal: Goal,
  face: Face,
  alias: string | undefined,
): Promise<Outcome<readonly string[]>> {
  const { caller, target } = goal;
  return once(goal, face, (host, done) => {
    if (caller.users === undefined) done({ ending: 'usage' });
    else {
      caller.users(host, target, alias, (result) =>
        done(result.ok ? { ending: 'done', value: result.value } : { ending: result.why }),
      );
    }
  });
}
