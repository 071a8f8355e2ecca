// What the hub's operations are made from: the state that they share, and the types of their handlers.

import type {
  Command,
  OperationName,
  Outcome,
  SessionOperationName,
} from '../../protocol/commands';
import type { CommandContext } from './context';
import type { Accounts } from './state/accounts';
import type { Attachments } from './state/attachments';
import type { AuditLog } from './state/audit_log';
import type { Blocks } from './state/blocks';
import type { Callbacks } from './state/callbacks';
import type { Credentials } from './state/credentials';
import type { EntryChanges } from './state/entry_changes';
import type { Groups } from './state/groups';
import type { History } from './state/history';
import type { HistoryReader } from './state/history_reader';
import type { Invites } from './state/invites';
import type { NameLooks } from './state/looks';
import type { Membership } from './state/membership';
import type { PendingMessages } from './state/messages';
import type { Offers } from './state/offers';
import type { PresenceCache } from './state/presence';
import type { RoomRules } from './state/room_rules';
import type { RoomList } from './state/rooms';
import type { Sanctions } from './state/sanctions';
import type { SessionRow, Sessions } from './state/sessions';
import type { SpeakerCache } from './state/speakers';
import type { Users } from './state/users';
import type { WordIndex } from './state/word_index';
import type { Store } from './store';

/** The database and the classes that each know one part of it. */
export interface HubState {
  readonly db: Store;
  readonly accounts: Accounts;
  readonly attachments: Attachments;
  readonly audit: AuditLog;
  readonly blocks: Blocks;
  readonly callbacks: Callbacks;
  readonly credentials: Credentials;
  readonly groups: Groups;
  readonly invites: Invites;
  readonly history: History;
  readonly historyReader: HistoryReader;
  readonly entryChanges: EntryChanges;
  readonly wordIndex: WordIndex;
  readonly looks: NameLooks;
  readonly membership: Membership;
  readonly messages: PendingMessages;
  readonly offers: Offers;
  readonly presence: PresenceCache;
  readonly rooms: RoomList;
  readonly rules: RoomRules;
  readonly sanctions: Sanctions;
  readonly sessions: Sessions;
  readonly speakers: SpeakerCache;
  readonly users: Users;
  /** Names of open rooms that are there from the start and that no user can create. */
  readonly reservedRooms: readonly string[];
}

/** An operation that needs a session gets the one that its command names, which has entered. */
export type Handler<K extends OperationName> = K extends SessionOperationName
  ? (command: Command<K>, context: CommandContext, session: SessionRow) => Outcome<K>
  : (command: Command<K>, context: CommandContext) => Outcome<K>;

export type Handlers<K extends OperationName = OperationName> = { readonly [P in K]: Handler<P> };

/** One operation: prepares its statements once and gives its handler. */
export type Define<K extends OperationName> = (hub: HubState) => Handler<K>;
