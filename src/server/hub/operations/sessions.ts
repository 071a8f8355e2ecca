// Presence by connection: taking a name as a guest or as an account, and leaving.

import type { NameRequest } from '../../../protocol/commands';
import {
  type Address,
  type CredentialId,
  type Name,
  numberedName,
  numberOf,
  ok,
  refused,
  type Result,
  type SessionId,
} from '../../../protocol/model';
import type { CommandContext } from '../context';
import { freeCopy } from '../free_copy';
import type { Define, Handlers, HubState } from '../handler';
import { addKey, useUpRecovery } from '../keys';
import { accountRecipient, guestRecipient, keyOf } from '../names';
import { memberOf, type SessionRow } from '../state/sessions';
import { recipientOf } from '../state/users';

/** A connection that becomes a session. */
interface Entry {
  readonly session: SessionId;
  readonly dialect: string;
  readonly machine: string;
  readonly address: Address;
  readonly deaf?: boolean;
  readonly hearsFor?: Name | { readonly below: number };
}

function freeName(
  { sessions, users }: HubState,
  wanted: NameRequest,
  mayRename: boolean,
): Result<Name, 'name-taken' | 'none-free'> {
  if ('lowest' in wanted) {
    const number = sessions.lowestFree(...wanted.lowest);
    return number === undefined ? refused('none-free') : ok(numberedName(number));
  }
  if (!users.isTaken(wanted.name)) return ok(wanted.name);
  if (!mayRename) return refused('name-taken');
  const copyNamed = (copy: number): Name => `${wanted.name}~${copy}` as Name;
  return ok(copyNamed(freeCopy((copy) => users.isTaken(copyNamed(copy)))));
}

/** The key of the name for which a session hears as well. */
function hearsForKey(hearsFor: Entry['hearsFor'], own: Name): string | null {
  if (hearsFor === undefined || typeof hearsFor === 'string') {
    return hearsFor ? keyOf(hearsFor) : null;
  }
  const number = (numberOf(own) ?? 0) - hearsFor.below;
  return number > 0 ? keyOf(numberedName(number)) : null;
}

/** `account`: null for a guest. */
function admit(
  { blocks, looks, presence, sessions, users }: HubState,
  context: CommandContext,
  entry: Entry,
  {
    name,
    account,
    credential = null,
  }: {
    readonly name: Name;
    readonly account: number | null;
    /** The one by which it came in, or that it comes in by from now on. */
    readonly credential?: CredentialId | null;
  },
): void {
  const wasReachable = account !== null && presence.isReachable(account);
  const { session, dialect, machine, address, deaf = false } = entry;
  sessions.add({
    id: session,
    name,
    account,
    credential,
    dialect,
    machine,
    address,
    isDeaf: deaf,
    hearsFor: hearsForKey(entry.hearsFor, name),
    number: context.position,
    at: context.at,
  });
  if (account === null) looks.addGuest(session, name);
  presence.invalidate();
  const recipient = account === null ? guestRecipient(session) : accountRecipient(account);
  context.emit({ is: 'arrived', session, recipient, name, deaf });
  const keys = blocks.keysOf(recipient);
  if (keys.size > 0) context.emit({ is: 'blocks', session, keys });
  if (!wasReachable) users.announce(context, name, true);
}

function startWatching({ sessions }: HubState, context: CommandContext, session: SessionId): void {
  sessions.watch(session);
  context.emit({ is: 'watching', session });
}

/** Whether a ban keeps out who comes from an address under a new name. */
function isKeptOut(
  { sanctions }: HubState,
  { seconds }: CommandContext,
  host: string,
  name?: Name,
) {
  if (sanctions.banOfHost(host, seconds)) return true;
  return name !== undefined && sanctions.banOfNewName(name, seconds) !== undefined;
}

const enter: Define<'enter'> = (hub) => (command, context) => {
  if (hub.sessions.find(command.session)) return refused('already-entered');
  const { wanted, address } = command;
  const asked = 'name' in wanted ? wanted.name : undefined;
  if (isKeptOut(hub, context, address.host, asked)) return refused('banned');
  const name = freeName(hub, wanted, command.collision === 'rename');
  if (!name.ok) return name;
  if (asked !== name.value && hub.sanctions.banOfNewName(name.value, context.seconds)) {
    return refused('banned');
  }
  admit(hub, context, command, { name: name.value, account: null });
  return ok({ name: name.value });
};

const login: Define<'login'> = (hub) => (command, context) => {
  const { session, credential, dialect } = command;
  if (hub.sessions.find(session)) return refused('already-entered');
  const account = hub.accounts.find(command.account);
  if (!account) return refused('unknown-user');
  const { id, name } = account;
  if (!hub.credentials.proved(id, credential)) return refused('not-allowed');
  if (
    isKeptOut(hub, context, command.address.host) ||
    hub.sanctions.banOfAccount(name, context.seconds)
  ) {
    return refused('banned');
  }
  let by = credential;
  if (command.key) {
    const key = addKey(hub, context, account, command.key);
    if (key === undefined) return refused('too-many');
    by = key;
  }
  useUpRecovery(hub, context, credential);
  admit(hub, context, command, { name, account: id, credential: by });
  hub.groups.sessionEntered(context, { session, name, dialect }, accountRecipient(id));
  if (command.watches === true) startWatching(hub, context, session);
  return ok({ name });
};

const leave: Define<'leave'> = (hub) => (command, context) => {
  const session = hub.sessions.find(command.session);
  if (session) endSession(hub, context, session);
  return ok(undefined);
};

/** A session is over: it leaves its rooms, and what waited for a guest goes. */
export function endSession(hub: HubState, context: CommandContext, session: SessionRow): void {
  const { groups, membership, offers, presence, sessions, users } = hub;
  const { id, account } = session;
  const recipient = recipientOf(session);
  const member = memberOf(session);
  if (account === null) {
    groups.recipientGone(context, { recipient, member, sessions: [member] });
  } else {
    groups.sessionLeft(context, member);
  }
  membership.leaveAll(context, member);
  offers.sessionLeft(context, session);
  context.emit({ is: 'departed', session: id, recipient });
  sessions.remove(id);
  presence.invalidate();
  if (account === null) {
    hub.looks.removeGuest(id, session.name);
    forgetGuest(hub, context, id);
  }
  if (account === null || !presence.isReachable(account)) {
    users.announce(context, session.name, false);
  }
}

/** A guest is gone for good, and what waited for the guest too. */
function forgetGuest(
  { attachments, blocks, messages, rules }: HubState,
  context: CommandContext,
  session: SessionId,
): void {
  for (const { sender, id, to_name: by, reference } of messages.removeOfGuest(session)) {
    context.notify(
      { recipient: sender },
      {
        is: 'receipt',
        id,
        by,
        status: 'failed',
        why: 'gone',
        ...(reference !== null && { reference }),
      },
    );
  }
  const recipient = guestRecipient(session);
  for (const hash of attachments.removeOf(recipient)) {
    context.isDurable = true;
    context.emit({ is: 'file-released', hash });
  }
  rules.forgetRecipient(recipient);
  // They went with the session.
  blocks.invalidate();
  context.emit({ is: 'forgotten', recipient });
}

const watch: Define<'watch'> = (hub) => (command, context) => {
  startWatching(hub, context, command.session);
  return ok(undefined);
};

/** Whether somebody else has a name, or one that looks like it. The guest's own looks are put aside before. */
const isAnothers = (
  { accounts, looks, sessions }: HubState,
  name: Name,
  own: SessionRow,
): boolean => {
  const guest = sessions.guest(name);
  return (
    accounts.find(name) !== undefined ||
    (guest !== undefined && guest.id !== own.id) ||
    looks.isTaken(name)
  );
};

/** Whether a guest may not speak, anywhere or in one of their rooms. */
function isMuted({ speakers }: HubState, session: SessionRow, seconds: number): boolean {
  const { mutedUntil, mutes, rooms } = speakers.roomsOf(session);
  return mutedUntil > seconds || rooms.some((room) => (mutes.get(room) ?? 0) > seconds);
}

const rename: Define<'rename'> =
  (hub) =>
  ({ name }, context, session) => {
    const { groups, looks, membership, presence, rooms, rules, sanctions, sessions, users } = hub;
    const { id, name: old } = session;
    if (session.account !== null || numberOf(old) !== undefined) return refused('not-allowed');
    if (name === old) return ok({ name });
    if (isMuted(hub, session, context.seconds)) return refused('muted');
    if (sanctions.banOfNewName(name, context.seconds)) return refused('banned');
    // A refusal undoes it.
    looks.removeGuest(id, old);
    if (isAnothers(hub, name, session)) return refused('name-taken');
    looks.addGuest(id, name);
    sessions.rename(id, name);
    const recipient = recipientOf(session);
    groups.rename(recipient, name);
    rooms.rename(recipient, name);
    rules.renameRanks(recipient, name);
    presence.invalidate();
    const before = memberOf(session);
    for (const room of membership.roomsOf(id)) {
      membership.notify(context, room, before, 'left');
      membership.notify(context, room, { ...before, name }, 'joined');
    }
    users.announce(context, old, false);
    users.announce(context, name, true);
    return ok({ name });
  };

export const sessionHandlers = (
  hub: HubState,
): Pick<Handlers, 'enter' | 'login' | 'rename' | 'leave' | 'watch'> => ({
  enter: enter(hub),
  login: login(hub),
  rename: rename(hub),
  leave: leave(hub),
  watch: watch(hub),
});
