// The hub: one deterministic, synchronous function from a command to its outcome and events.

import {
  type Command,
  type OperationName,
  operations,
  type Outcome,
} from '../../protocol/commands';
import type { CommandContext, Handlers } from './context';
import { accounts } from './operations/accounts';
import { addresses } from './operations/callbacks';
import { files } from './operations/files';
import { groups } from './operations/groups';
import { ledger } from './operations/ledger';
import { lists } from './operations/lists';
import { mail } from './operations/messages';
import { offers } from './operations/offers';
import { rooms } from './operations/rooms';
import { sessions } from './operations/sessions';
import { signals } from './operations/signals';
import { Groups } from './state/groups';
import { Membership } from './state/membership';
import { OpenOffers } from './state/offers';
import { People } from './state/people';
import { PresenceCache } from './state/presence';
import { Speakers } from './state/speakers';
import type { Store } from './store';

export interface HubSettings {
  /** Names of open rooms that are there from the start and that nobody can create. */
  readonly reservedRooms: readonly string[];
}

export type Apply = <K extends OperationName>(
  command: Command<K>,
  context: CommandContext,
) => Outcome<K>;

export interface AppliedHub {
  /**
   * Applies one command inside the transaction of the caller: it changes nothing outside SQLite, so a rollback
   * undoes everything. An exception is a bug or a failing disk.
   */
  readonly apply: Apply;
  /** Something was rolled back: copies of what SQLite holds are void. */
  rolledBack(): void;
}

/** Builds the hub over a store. */
export function openHub(db: Store, settings: HubSettings): AppliedHub {
  const presence = new PresenceCache(db);
  const people = new People(db, presence);
  const membership = new Membership(db);
  const closed = new Groups(db, membership);
  const open = new OpenOffers(db, people);
  const speakers = new Speakers(db, people);
  const handlers: Handlers = {
    ...accounts(db, people, presence, membership, closed),
    ...addresses(db, people, presence),
    ...sessions(db, people, presence, membership, closed, open),
    ...lists(db, people, presence),
    ...rooms(db, people, membership, closed, speakers, settings.reservedRooms),
    ...groups(people, closed),
    ...mail(db, people),
    ...signals(people),
    ...files(db, people),
    ...offers(db, people, closed, open),
    ...ledger(db, people),
  };
  return {
    apply(command, context) {
      if (operations[command.do].effect === 'writes') speakers.changed();
      return handlers[command.do](command, context);
    },
    rolledBack() {
      people.changed();
      presence.changed();
      speakers.changed();
    },
  };
}
