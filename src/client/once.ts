// One thing done at a server and no more: the host of register, unregister, users and send.

import type { Io } from '../cli.ts';
import type { CallerHost, Ending } from '../protocol/dialect.ts';
import { OnceFace } from './face.ts';
import { ClientHost } from './host.ts';
import type { Goal } from './target.ts';

/** What came of it: how it ended, and what it gave if it did not fail. */
export interface Outcome<T> {
  readonly ending: Ending;
  readonly value?: T;
}

/**
 * Does one thing and gives what came of it; a caller that gives up by `exit` counts as that ending. What it
 * showed is told at the end, results on standard output unless it failed.
 */
export async function once<T>(
  { dialect, target }: Goal,
  io: Io,
  act: (host: CallerHost, done: (outcome: Outcome<T>) => void) => void,
  face = new OnceFace(),
): Promise<Outcome<T>> {
  const { promise, resolve } = Promise.withResolvers<Outcome<T>>();
  const host = new ClientHost({
    dialect,
    server: target,
    face,
    exit: (ending) => resolve({ ending }),
  });
  act(host, resolve);
  const outcome = await promise;
  face.tell(io, outcome.ending === 'done');
  return outcome;
}
