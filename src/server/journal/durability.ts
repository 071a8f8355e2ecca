// What makes a committed transaction last: COMMIT itself, or a sync beside the event loop where the disk is slow.

/** Stops batches for a while: all that was applied is committed then, and nothing is under way. */
export interface Gate {
  /** Until `resume` only commands are applied that neither read nor write what lasts. */
  pause(): void;
  resume(): void;
}

/** The journal's side of the disk. */
export interface Durability {
  /** COMMIT returns before the disk has the transaction: `sync` says when it has. */
  readonly isPipelined: boolean;
  /** Called once, by the journal whose commits these are. */
  guard(gate: Gate): void;
  /** A transaction that lasts was committed; COMMIT took so long, in ms. */
  committed(ms: number): void;
  /**
   * Has the disk take all that was committed so far, beside the event loop; then calls `done`, in a turn of its own. A
   * disk that fails at it is never asked again, since it may have dropped what it did not take: the process ends.
   */
  sync(done: () => void): void;
  /** The same before it returns. */
  syncNow(): void;
}

/** COMMIT syncs, as it does where a disk is fast. */
export const syncedByCommit: Durability = {
  isPipelined: false,
  guard() {},
  committed() {},
  sync: (done) => done(),
  syncNow() {},
};
