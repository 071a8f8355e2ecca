// An outlet: a way to tell a user things, over a live connection or by a call to the address the user left.

import type { Settle } from '../../protocol/dialect';
import type { Direct, Notice, Removed, Said } from '../../protocol/model';

/** Delivery cannot tell a connection from a call-back address: both take messages and settle them. */
export interface Outlet {
  /** The name of the dialect it speaks. */
  readonly dialect: string;
  /** Tells a private message. `settle` is called exactly once, also when the outlet is lost meanwhile. */
  deliver(message: Direct, settle: Settle): void;
  /** Tells a notice; nothing is owed. */
  tell(notice: Notice): void;
  /** Its user was put out: says why, and ends it. */
  expel?(removed: Removed): void;
  /** Calls `then` once the peer has read most of what it was told: at once where it has. Never, where it goes before. */
  whenRead?(then: () => void): void;
  /** So many others were told in a room what the user at this outlet has said or done there. */
  caused?(told: number): void;
  /** Tells at once what one user said in a row; false if it can only be told one by one. */
  tellAll?(run: readonly Said[]): boolean;
}
