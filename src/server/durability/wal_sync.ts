// How commits come to last: COMMIT syncs where the disk is fast, and where it is slow the log is synced beside the event loop.

import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

import { limits } from '../../protocol/limits';
import type { Store } from '../hub/store';
import type { Durability, Gate } from '../journal/durability';
import { Checkpoints } from './checkpoints';
import { prove } from './prove';

export interface WalSyncDeps {
  monotonicNow(): number;
  /** The disk did not take what it had been given, so nobody knows what it holds: ends the process. */
  fatal(error: unknown): void;
}

/** What syncs beside the event loop need. */
interface Beside {
  readonly wal: number;
  /** Where SQLite keeps the index of the log. */
  readonly index: number;
  readonly checkpoints: Checkpoints;
}

/**
 * The log is SQLite's write-ahead log. Its file has no locks, so a descriptor of our own may be opened and closed. (Those
 * of the database and of its `-shm` have: closing any descriptor of them would drop the locks of the whole process.)
 */
export class WalSync implements Durability {
  readonly #db: Store;
  readonly #path: string;
  readonly #deps: WalSyncDeps;
  #gate: Gate | undefined;
  #isPipelined = false;
  /** Opened when the disk is slow for the first time, and kept: syncs may be under way when it is fast again. */
  #beside: Beside | undefined;
  #isClosed = false;
  /** Grows with each commit or sync that the other mode would suit, and shrinks with each that suits this one. */
  #doubt = 0;
  #provedAt = -Infinity;

  constructor(db: Store, path: string, deps: WalSyncDeps) {
    this.#db = db;
    this.#path = path;
    this.#deps = deps;
  }

  get isPipelined(): boolean {
    return this.#isPipelined;
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
    if (this.#isPipelined) return this.#beside?.checkpoints.look();
    this.#doubted(ms > limits.durability.slowSyncMs);
  }

  sync(done: () => void): void {
    if (!this.#beside) throw new Error('nothing was committed without a sync');
    const began = this.#deps.monotonicNow();
    fdatasync(this.#beside.wal, (error) => {
      // All was synced and answered before the files were let go of.
      if (this.#isClosed) return;
      if (error) return this.#deps.fatal(error);
      const ended = this.#deps.monotonicNow();
      done();
      const isDue = ended - this.#provedAt > limits.durability.proofMs;
      if (this.#isPipelined) {
        this.#doubted(ended - began <= limits.durability.slowSyncMs, isDue);
      }
    });
  }

  syncNow(): void {
    if (!this.#beside) return;
    try {
      fdatasyncSync(this.#beside.wal);
    } catch (error) {
      this.#deps.fatal(error);
    }
  }

  /** The database may be closed afterwards, and then `release` called. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#beside?.checkpoints.close();
  }

  /** Lets go of the files. Not before SQLite has: its locks on the index are those of the process. */
  release(): void {
    if (!this.#beside) return;
    closeSync(this.#beside.wal);
    closeSync(this.#beside.index);
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
    if (this.#beside?.checkpoints.isUnderWay) return;
    this.#db.run('PRAGMA synchronous = FULL');
    let [slow, fast] = [0, 0];
    while (slow < 2 && fast < 2) {
      const began = this.#deps.monotonicNow();
      try {
        prove(this.#db);
      } catch {
        // The journal's next commit meets the same, and says so.
        break;
      }
      if (this.#deps.monotonicNow() - began > limits.durability.slowSyncMs) slow++;
      else fast++;
    }
    this.#doubt = 0;
    this.#provedAt = this.#deps.monotonicNow();
    // Where no commit succeeds, all stays as it is.
    if (slow >= 2 || (fast < 2 && this.#isPipelined)) this.#syncBeside();
    else this.#syncInTurn();
  }

  #syncInTurn(): void {
    this.#db.run(`PRAGMA wal_autocheckpoint = ${limits.hub.checkpointPages}`);
    this.#isPipelined = false;
  }

  #syncBeside(): void {
    this.#beside ??= this.#open();
    this.#db.run('PRAGMA synchronous = NORMAL');
    // A checkpoint syncs, twice.
    this.#db.run('PRAGMA wal_autocheckpoint = 0');
    this.#isPipelined = true;
  }

  #open(): Beside {
    const index = openSync(`${this.#path}-shm`, 'r');
    const checkpoints = new Checkpoints(this.#path, index, {
      fatal: (error) => this.#deps.fatal(error),
      pause: () => this.#pause(),
      resume: () => this.#resume(),
    });
    return { wal: openSync(`${this.#path}-wal`, 'r+'), index, checkpoints };
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
