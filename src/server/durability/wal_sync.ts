// How commits come to last: COMMIT syncs where the disk is fast, and where it is slow the log is synced beside the event loop.

import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

import { limits } from '../../protocol/limits';
import type { Store } from '../hub/store';
import type { Durability, Gate } from '../journal/durability';
import { Checkpoints } from './checkpoints';
import { proving } from './prove';

export interface WalSyncDeps {
  monotonicNow(): number;
  /** The disk did not take what it had been given, so nobody knows what it holds: ends the process. */
  fatal(error: unknown): void;
}

/**
 * The log is SQLite's write-ahead log. Its file has no locks, so a descriptor of our own may be opened and closed. (Those
 * of the database and of its `-shm` have: closing any descriptor of them would drop the locks of the whole process.)
 */
export class WalSync implements Durability {
  readonly #db: Store;
  readonly #path: string;
  readonly #deps: WalSyncDeps;
  readonly #prove: () => void;
  #gate: Gate | undefined;
  #pipeline: { readonly wal: number; readonly checkpoints: Checkpoints } | undefined;
  #index: number | undefined;
  #isClosed = false;
  /** Grows with each commit or sync that the other mode would suit, and shrinks with each that suits this one. */
  #doubt = 0;
  #provedAt = -Infinity;

  constructor(db: Store, path: string, deps: WalSyncDeps) {
    this.#db = db;
    this.#path = path;
    this.#deps = deps;
    this.#prove = proving(db);
  }

  get isPipelined(): boolean {
    return this.#pipeline !== undefined;
  }

  /**
   * Also makes all of the log last that a server left which was killed: what was never synced may have been read
   * from it.
   */
  guard(gate: Gate): void {
    this.#gate = gate;
    this.#choose();
  }

  committed(ms: number): void {
    if (this.#pipeline) return this.#pipeline.checkpoints.look();
    this.#doubted(ms > limits.durability.slowSyncMs);
  }

  sync(done: () => void): void {
    const { wal } = this.#pipeline ?? {};
    // COMMIT has synced the log since.
    if (wal === undefined) return void setImmediate(done);
    const began = this.#deps.monotonicNow();
    fdatasync(wal, (error) => {
      if (error) return this.#deps.fatal(error);
      const ended = this.#deps.monotonicNow();
      done();
      const isDue = ended - this.#provedAt > limits.durability.proofMs;
      this.#doubted(ended - began <= limits.durability.slowSyncMs, isDue);
    });
  }

  syncNow(): void {
    if (!this.#pipeline) return;
    try {
      fdatasyncSync(this.#pipeline.wal);
    } catch (error) {
      this.#deps.fatal(error);
    }
  }

  /** The database may be closed afterwards, and then `release` called. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#pipeline?.checkpoints.close();
  }

  /** Lets go of the files. Not before SQLite has: its locks on the index are those of the process. */
  release(): void {
    if (this.#pipeline) closeSync(this.#pipeline.wal);
    if (this.#index !== undefined) closeSync(this.#index);
  }

  /** One that took long says little: a batch may have been large, the machine busy. */
  #doubted(isDoubtful: boolean, isDue = false): void {
    this.#doubt = Math.max(0, this.#doubt + (isDoubtful ? 1 : -1));
    const passed = this.#deps.monotonicNow() - this.#provedAt;
    const isSuspicious =
      this.#doubt >= limits.durability.doubts && passed > limits.durability.proofLeastMs;
    if ((isSuspicious || isDue) && !this.#isClosed) this.#choose();
  }

  /** Times a few smallest commits that sync, and goes by what most of them say. */
  #choose(): void {
    if (this.#pipeline?.checkpoints.isUnderWay) return;
    this.#db.run('PRAGMA synchronous = FULL');
    let [slow, fast] = [0, 0];
    while (slow < 2 && fast < 2) {
      const began = this.#deps.monotonicNow();
      try {
        this.#prove();
      } catch {
        // The journal's next commit meets the same, and says so.
        break;
      }
      if (this.#deps.monotonicNow() - began > limits.durability.slowSyncMs) slow++;
      else fast++;
    }
    this.#doubt = 0;
    this.#provedAt = this.#deps.monotonicNow();
    if (slow < 2) this.#syncInTurn();
    else this.#syncBeside();
  }

  #syncInTurn(): void {
    this.#db.run(`PRAGMA wal_autocheckpoint = ${limits.hub.checkpointPages}`);
    if (!this.#pipeline) return;
    const { wal, checkpoints } = this.#pipeline;
    this.#pipeline = undefined;
    void checkpoints.close();
    closeSync(wal);
  }

  #syncBeside(): void {
    this.#db.run('PRAGMA synchronous = NORMAL');
    // A checkpoint syncs, twice.
    this.#db.run('PRAGMA wal_autocheckpoint = 0');
    this.#index ??= openSync(`${this.#path}-shm`, 'r');
    this.#pipeline ??= {
      wal: openSync(`${this.#path}-wal`, 'r+'),
      checkpoints: new Checkpoints(this.#path, this.#index, {
        fatal: (error) => this.#deps.fatal(error),
        pause: () => this.#pause(),
        resume: () => this.#resume(),
      }),
    };
  }

  /** Only a flush writes until `resume`: it waits for the other thread. */
  #pause(): void {
    this.#db.run(`PRAGMA busy_timeout = ${limits.durability.lockMs}`);
    this.#gate?.pause();
  }

  #resume(): void {
    this.#db.run('PRAGMA busy_timeout = 0');
    this.#gate?.resume();
  }
}
