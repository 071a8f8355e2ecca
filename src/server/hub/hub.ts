// The hub: one deterministic, synchronous function from a command to its outcome and events.

import {
  type Command,
  type Effect,
  type OperationName,
  operations,
  type Outcome,
  type SessionOperationName,
} from '../../protocol/commands';
import { type Actor, type Name, type RecipientId, refused } from '../../protocol/model';
import type { CommandContext } from './context';
import type { Handlers, HubState } from './handler';
import { accountHandlers } from './operations/accounts';
import { blockHandlers } from './operations/blocks';
import { callbackHandlers } from './operations/callbacks';
import { credentialHandlers } from './operations/credentials';
import { entryHandlers } from './operations/entries';
import { fileHandlers } from './operations/files';
import { groupHandlers } from './operations/groups';
import { historyHandlers } from './operations/history';
import { historyUpkeepHandlers } from './operations/history_upkeep';
import { inviteHandlers } from './operations/invites';
import { ledgerHandlers } from './operations/ledger';
import { listHandlers } from './operations/lists';
import { maintenanceHandlers } from './operations/maintenance';
import { markHandlers } from './operations/marks';
import { messageHandlers } from './operations/messages';
import { moderationHandlers } from './operations/moderation';
import { moderationListHandlers } from './operations/moderation_lists';
import { offerHandlers } from './operations/offers';
import { refusalHandlers } from './operations/refusals';
import { roomModerationHandlers } from './operations/room_moderation';
import { roomHandlers } from './operations/rooms';
import { sessionHandlers } from './operations/sessions';
import { signalHandlers } from './operations/signals';
import { Accounts } from './state/accounts';
import { Attachments } from './state/attachments';
import { AuditLog } from './state/audit_log';
import { Blocks } from './state/blocks';
import { Callbacks } from './state/callbacks';
import { type CredentialRow, Credentials } from './state/credentials';
import { EntryChanges } from './state/entry_changes';
import { Groups } from './state/groups';
import { History } from './state/history';
import { HistoryReader } from './state/history_reader';
import { Invites } from './state/invites';
import { NameLooks } from './state/looks';
import { Membership } from './state/membership';
import { PendingMessages } from './state/messages';
import { Offers } from './state/offers';
import { PresenceCache } from './state/presence';
import { RoomRules } from './state/room_rules';
import { RoomList } from './state/rooms';
import { Sanctions } from './state/sanctions';
import { type SessionRow, Sessions } from './state/sessions';
import { SpeakerCache } from './state/speakers';
import { Users } from './state/users';
import { WordIndex } from './state/word_index';
import type { Store } from './store';

export interface HubSettings {
  /** Names of open rooms that are there from the start and that no user can create. */
  readonly reservedRooms: readonly string[];
}

export type Apply = <K extends OperationName>(
  command: Command<K>,
  context: CommandContext,
) => Outcome<K>;

export interface AccountToProve {
  readonly name: Name;
  readonly credentials: readonly CredentialRow[];
}

export interface AppliedHub {
  /**
   * Applies one command inside the transaction of the caller: it changes nothing outside SQLite, so a rollback
   * undoes everything. An exception is a bug or a failing disk.
   */
  readonly apply: Apply;
  /** What a command does to the database: as the table of operations has it, but for what is said in a group. */
  effectOf(command: Command): Effect;
  /** The number of the account in whose name a command acts, if that is proved. A guest has none. */
  actingAccount(command: Command): number | undefined;
  /** An account with its credentials, for who checks a secret before a command names what was proved. */
  accountToProve(name: Name): AccountToProve | undefined;
  /** The account that has a key, with that key alone. */
  ownerOfKey(hash: string): AccountToProve | undefined;
  /** Whether the server's bans keep an address, or an account, out at a time, in seconds since 1970. */
  isBanned(who: { readonly host: string } | { readonly account: Name }, seconds: number): boolean;
  /** Whether a user blocks a person: nothing of theirs is delivered to that user. */
  isBlocked(recipient: RecipientId, from: Name): boolean;
  /** Something was rolled back: copies of what SQLite holds are void. */
  rolledBack(): void;
}

/** Builds the hub over a store. */
export function openHub(db: Store, settings: HubSettings): AppliedHub {
  const state = openState(db, settings);
  const { accounts, blocks, credentials, history, presence, rooms, rules, sanctions } = state;
  const { sessions, speakers } = state;
  const handlers = handlersOf(state);
  return {
    apply<K extends OperationName>(command: Command<K>, context: CommandContext): Outcome<K> {
      const { effect, needsSession } = operations[command.do];
      if (effect === 'writes') speakers.invalidate();
      const handle = handlers[command.do] as unknown as (
        command: Command<K>,
        context: CommandContext,
        session?: SessionRow,
      ) => Outcome<K>;
      if (!needsSession) return handle(command, context);
      const session = sessions.find((command as unknown as Command<SessionOperationName>).session);
      if (!session) return refused('not-entered') as Outcome<K>;
      return handle(command, context, session);
    },
    effectOf(command) {
      const { effect } = operations[command.do];
      if (command.do !== 'say' || command.room === undefined || !history.isOn) return effect;
      const session = sessions.find(command.session);
      const isInGroup = session && speakers.roomsOf(session).groups.has(command.room);
      return isInGroup === true ? 'writes' : effect;
    },
    actingAccount(command) {
      const actor = actorOf(command);
      const user = actor && state.users.acting(actor);
      return typeof user === 'object' ? user.account : undefined;
    },
    accountToProve(name) {
      const account = accounts.find(name);
      return account && { name: account.name, credentials: credentials.of(account.id) };
    },
    ownerOfKey(hash) {
      const key = credentials.withKey(hash);
      const name = key && accounts.nameOf(key.account);
      return name && { name, credentials: [key] };
    },
    isBanned(who, seconds) {
      const ban =
        'host' in who
          ? sanctions.banOfHost(who.host, seconds)
          : sanctions.banOfAccount(who.account, seconds);
      return ban !== undefined;
    },
    isBlocked: (recipient, from) => blocks.isBlocked(recipient, from),
    rolledBack() {
      accounts.invalidate();
      blocks.invalidate();
      credentials.invalidate();
      history.invalidate();
      presence.invalidate();
      rooms.invalidate();
      rules.invalidate();
      sanctions.invalidate();
      sessions.invalidate();
      speakers.invalidate();
    },
  };
}

/** Who says that they act by a command. */
function actorOf(command: Command): Actor | undefined {
  if (command.do === 'direct') return command.from;
  if (!operations[command.do].needsSession) return undefined;
  return { session: (command as Command<SessionOperationName>).session };
}

function openState(db: Store, { reservedRooms }: HubSettings): HubState {
  const accounts = new Accounts(db);
  const credentials = new Credentials(db);
  const sessions = new Sessions(db);
  const looks = new NameLooks(db);
  const presence = new PresenceCache(db);
  const membership = new Membership(db);
  const attachments = new Attachments(db);
  const history = new History(db);
  const rules = new RoomRules(db);
  const entryChanges = new EntryChanges(db);
  const historyReader = new HistoryReader(db, { history, accounts, entryChanges, rules });
  const sanctions = new Sanctions(db);
  const blocks = new Blocks(db);
  return {
    db,
    accounts,
    attachments,
    audit: new AuditLog(db),
    blocks,
    callbacks: new Callbacks(db),
    credentials,
    groups: new Groups(db, membership, sessions, { history, rules }),
    invites: new Invites(db),
    history,
    historyReader,
    entryChanges,
    wordIndex: new WordIndex(db, history, historyReader),
    looks,
    membership,
    messages: new PendingMessages(db),
    offers: new Offers(db, sessions, attachments),
    presence,
    rooms: new RoomList(db),
    rules,
    sanctions,
    sessions,
    speakers: new SpeakerCache(db, rules, sanctions),
    users: new Users(accounts, credentials, sessions, looks, presence),
    reservedRooms,
  };
}

const handlersOf = (state: HubState): Handlers => ({
  ...accountHandlers(state),
  ...callbackHandlers(state),
  ...credentialHandlers(state),
  ...fileHandlers(state),
  ...groupHandlers(state),
  ...inviteHandlers(state),
  ...historyHandlers(state),
  ...entryHandlers(state),
  ...markHandlers(state),
  ...historyUpkeepHandlers(state),
  ...ledgerHandlers(state),
  ...listHandlers(state),
  ...maintenanceHandlers(state),
  ...messageHandlers(state),
  ...blockHandlers(state),
  ...moderationHandlers(state),
  ...moderationListHandlers(state),
  ...roomModerationHandlers(state),
  ...offerHandlers(state),
  ...refusalHandlers(state),
  ...roomHandlers(state),
  ...sessionHandlers(state),
  ...signalHandlers(state),
});
