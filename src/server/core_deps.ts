// What the core needs of the world outside.

import type { Clock } from '../net/clock';
import type { Socket, SocketEvents } from '../net/socket';
import type { Address } from '../protocol/model';
import type { Console } from './console';
import type { PasswordHasher } from './credentials/passwords';
import type { Policy } from './credentials/policy';
import type { FileStore } from './files/files';
import type { Durability } from './journal/durability';
import type { Measures } from './metrics/measures';
import type { Rates } from './quota/rates';

/** Everything that the core cannot do by itself: real in the server, in the test's hands in a simulation. */
export interface CoreDeps {
  readonly clock: Clock;
  readonly files: FileStore;
  readonly rates: Rates;
  readonly passwords: PasswordHasher;
  /** Who may come in at all. Everybody by default. */
  readonly policy?: Policy;
  readonly console: Pick<Console, 'print' | 'warn' | 'raw'>;
  /** Runs a step once the current turn's input has been read. */
  soon(step: () => void): void;
  /** Lets the bytes go that were written in this turn. */
  flush(): void;
  dial(address: Address, open: (socket: Socket) => SocketEvents): void;
  /** Whether an address leads to one of this server's own doors. */
  isOwnDoor(address: Address): boolean;
  /** Whether so little of the disk is free that nothing more may be stored there. */
  isDiskLow(): boolean;
  /** What makes commits last. By default COMMIT does. */
  readonly durability?: Durability;
  /** Counts what is done. Nothing is counted by default. */
  readonly measures?: Measures;
  /** An exception that is our bug. */
  report(what: string, error: unknown): void;
}
