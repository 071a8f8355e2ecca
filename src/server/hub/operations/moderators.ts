// Who moderates: their name, how much they may do, and where they act from; and whom they may not touch.

import { byteLength, oneLine } from '../../../protocol/bytes/text';
import { type Name, type RecipientId, type SessionId } from '../../../protocol/model';
import { type Moderator, type Role, roles } from '../../../protocol/moderation';
import type { CommandContext } from '../context';
import type { HubState } from '../handler';
import type { AccountRow } from '../state/accounts';
import { recipientOf } from '../state/users';

export interface ActingModerator {
  /** Undefined: the operator. */
  readonly name: Name | undefined;
  /** 0: a member, 1: an admin, 2: an owner, 3: the operator. */
  readonly level: number;
  readonly recipient: RecipientId | undefined;
  readonly session: SessionId | undefined;
  /** Empty: the operator. */
  readonly dialect: string;
  /** Where the act comes from, as the audit log has it. */
  readonly origin: string;
  /** The address; undefined for the operator. */
  readonly host: string | undefined;
}

/** The operator stands above every role. */
const operatorLevel = roles.length;
const levelOf = (role: Role): number => roles.indexOf(role);

export const adminLevel = levelOf('admin');
export const ownerLevel = levelOf('owner');
export const levelOfRole = levelOf;

/** Who acts, or undefined where the session has not entered. */
export function actingModerator(hub: HubState, by: Moderator): ActingModerator | undefined {
  if (!('session' in by)) {
    return {
      name: undefined,
      level: operatorLevel,
      recipient: undefined,
      session: undefined,
      dialect: '',
      origin: 'socket',
      host: undefined,
    };
  }
  const session = hub.sessions.find(by.session);
  if (!session) return undefined;
  const account = session.account === null ? undefined : hub.accounts.find(session.name);
  const host = hub.sessions.hostOf(session.id);
  return {
    name: session.name,
    level: account ? levelOf(account.role) : 0,
    recipient: recipientOf(session),
    session: session.id,
    dialect: session.dialect,
    origin: `${session.dialect} ${host}`,
    host,
  };
}

/** Whether an account stands as high as who acts, or higher. */
export const isOutOfReach = (actor: ActingModerator, account: AccountRow | undefined): boolean =>
  account !== undefined && levelOf(account.role) >= actor.level && levelOf(account.role) > 0;

/** A text of a moderator in one line; undefined where it is longer than `most` bytes. */
export function lineWithin(text: string, most: number): string | undefined {
  const line = oneLine(text).trim();
  return byteLength(line) > most ? undefined : line;
}

/** Writes the entry of an act, in the same commit. `rest`: what else is to be known of it. */
export function audit(
  hub: HubState,
  context: CommandContext,
  actor: ActingModerator,
  entry: { readonly act: string; readonly target: string; readonly rest: object },
): void {
  context.isDurable = true;
  hub.audit.add({
    at: context.at,
    by_name: actor.name ?? '',
    origin: actor.origin,
    act: entry.act,
    target: entry.target,
    detail: JSON.stringify(entry.rest),
  });
}
