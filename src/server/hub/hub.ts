// The hub: one deterministic, synchronous function from a command to its outcome and events.

import type { Command, OperationName, Outcome } from '../../protocol/hub';
import { accounts } from './accounts';
import { addresses } from './addresses';
import { files } from './files';
import { ledger } from './ledger';
import { lists } from './lists';
import { mail } from './mail';
import { Membership } from './membership';
import { People } from './people';
import { rooms } from './rooms';
import { sessions } from './sessions';
import { signals } from './signals';
import type { Store } from './store';
import type { Handlers, Turn } from './turn';

export interface HubSettings {
  /** Names of open rooms that are there from the start and that nobody can create. */
  readonly reservedRooms: readonly string[];
}

export type Apply = <K extends OperationName>(command: Command<K>, turn: Turn) => Outcome<K>;

/**
 * Builds the hub over a store. What it returns applies one command inside the transaction of the caller: it
 * changes nothing outside SQLite, so a rollback undoes everything. An exception is a bug or a failing disk.
 */
export function openHub(db: Store, settings: HubSettings): Apply {
  const people = new People(db);
  const membership = new Membership(db);
  const handlers: Partial<Handlers> = {
    ...accounts(db, people, membership),
    ...addresses(db, people),
    ...sessions(db, people, membership),
    ...lists(db, people),
    ...rooms(db, people, membership, settings.reservedRooms),
    ...mail(db, people),
    ...signals(people),
    ...files(db, people),
    ...ledger(db, people),
  };
  return (command, turn) => {
    const handler = handlers[command.do];
    if (!handler) throw new Error(`nobody handles ${command.do}`);
    return handler(command, turn);
  };
}
