// The thread of checkpoints: its own connections to the database, so that no turn of the server waits for their syncs.
//
// An entry point of the executable (see scripts/build.sh).

import { Database } from 'bun:sqlite';

import { limits } from '../../protocol/limits';
import { prove } from './prove';

export type ToCheckpointer =
  { readonly say: 'open'; readonly path: string } | { readonly say: 'copy' | 'restart' | 'close' };

/** `isOfSync`: the disk did not take what it had been given. */
export type FromCheckpointer =
  | { readonly say: 'copied' | 'restarted' | 'closed' }
  | { readonly say: 'failed'; readonly why: string; readonly isOfSync: boolean };

declare const self: {
  addEventListener(type: 'message', listener: (event: MessageEvent<ToCheckpointer>) => void): void;
  postMessage(message: FromCheckpointer): void;
};

interface Progress {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

class Checkpointer {
  /** As long as it reads, the log does not start again. */
  readonly #reader: Database;
  readonly #copier: Database;

  constructor(path: string) {
    this.#reader = new Database(path);
    this.#copier = new Database(path);
    for (const db of [this.#reader, this.#copier]) {
      db.run('PRAGMA synchronous = NORMAL');
      db.run('PRAGMA wal_autocheckpoint = 0');
      db.run(`PRAGMA busy_timeout = ${limits.durability.lockMs}`);
    }
  }

  /** Copies what is committed by now. SQLite syncs the log before the first page goes into the database. */
  copy(): void {
    this.#reader.run('BEGIN');
    this.#reader.run('SELECT position FROM log');
    this.#checkpoint();
  }

  /** Nobody else writes: copies the rest, syncs the database, and starts the log again with a header that is synced. */
  restart(): void {
    this.#reader.run('ROLLBACK');
    for (let tries = 0; tries < limits.durability.restartTries; tries++) {
      const { busy, log, checkpointed } = this.#checkpoint();
      if (busy === 0 && log === checkpointed) break;
      Bun.sleepSync(limits.durability.restartPauseMs);
    }
    prove(this.#copier);
  }

  /** No statement is left, so this closes them at once, in this thread. */
  close(): void {
    this.#reader.close(true);
    this.#copier.close(true);
  }

  /** After a failure. */
  reset(): void {
    if (this.#reader.inTransaction) this.#reader.run('ROLLBACK');
  }

  #checkpoint(): Progress {
    using checkpoint = this.#copier.prepare<Progress, []>('PRAGMA wal_checkpoint(PASSIVE)');
    const progress = checkpoint.get();
    if (!progress) throw new Error('no answer to a checkpoint');
    return progress;
  }
}

let checkpointer: Checkpointer | undefined;

function tell(message: FromCheckpointer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  self.postMessage(message);
}

function take(message: ToCheckpointer): void {
  switch (message.say) {
    case 'open':
      checkpointer = new Checkpointer(message.path);
      return;
    case 'copy':
      checkpointer?.copy();
      return tell({ say: 'copied' });
    case 'restart':
      checkpointer?.restart();
      return tell({ say: 'restarted' });
    case 'close':
      checkpointer?.close();
      return tell({ say: 'closed' });
  }
}

self.addEventListener('message', ({ data }) => {
  try {
    take(data);
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    checkpointer?.reset();
    tell({ say: 'failed', why: message, isOfSync: code.startsWith('SQLITE_IOERR') });
  }
});
