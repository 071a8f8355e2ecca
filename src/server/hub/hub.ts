// The hub: one deterministic, synchronous function from a command to its outcome and events.

import type { Command, OperationName, Outcome } from '../../protocol/hub';
import { accounts } from './accounts';
import { addresses } from './addresses';
import { ClosedRooms } from './closed_rooms';
import { files } from './files';
import { groups } from './groups';
import { ledger } from './ledger';
import { lists } from './lists';
import { mail } from './mail';
import { Membership } from './membership';
import { offers } from './offers';
import { OpenOffers } from './open_offers';
import { People } from './people';
import { rooms } from './rooms';
import { Roster } from './roster';
import { sessions } from './sessions';
import { signals } from './signals';
import { Speakers } from './speakers';
import type { Store } from './store';
import type { Handlers, Turn } from './turn';

export interface HubSettings {
  /** Names of open rooms that are there from the start and that nobody can create. */
  readonly reservedRooms: readonly string[];
}

export type Apply = <K extends OperationName>(command: Command<K>, turn: Turn) => Outcome<K>;

export interface AppliedHub {
  /**
   * Applies one command inside the transaction of the caller: it changes nothing outside SQLite, so a rollback
   * undoes everything. An exception is a bug or a failing disk.
   */
  readonly apply: Apply;
  /** Something was rolled back: copies of what SQLite holds are void. */
  undone(): void;
}

/** Commands that read and never write: nothing of theirs can need to be undone. */
export const onlyRead: ReadonlySet<OperationName> = new Set<OperationName>([
  'users',
  'rooms',
  'group-list',
  'say',
  'funds',
  'file-find',
  'undelivered',
  'may-send-file',
  'files-waiting',
]);

/** Commands that seldom ask the database anything: a transaction would cost more than they do. */
export const fromMemory: ReadonlySet<OperationName> = new Set<OperationName>(['say']);

/** Builds the hub over a store. */
export function openHub(db: Store, settings: HubSettings): AppliedHub {
  const roster = new Roster(db);
  const people = new People(db, roster);
  const membership = new Membership(db);
  const closed = new ClosedRooms(db, membership);
  const open = new OpenOffers(db, people);
  const speakers = new Speakers(db, people);
  const handlers: Handlers = {
    ...accounts(db, people, roster, membership, closed),
    ...addresses(db, people, roster),
    ...sessions(db, people, roster, membership, closed, open),
    ...lists(db, people, roster),
    ...rooms(db, people, membership, closed, speakers, settings.reservedRooms),
    ...groups(people, closed),
    ...mail(db, people),
    ...signals(people),
    ...files(db, people),
    ...offers(db, people, closed, open),
    ...ledger(db, people),
  };
  return {
    apply(command, turn) {
      if (!onlyRead.has(command.do)) speakers.changed();
      return handlers[command.do](command, turn);
    },
    undone() {
      people.changed();
      roster.changed();
      speakers.changed();
    },
  };
}
