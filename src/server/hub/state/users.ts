// Look-ups by name over accounts and sessions: the user who acts, and the recipient of a message.

import type { Actor, Name, Presence, RecipientId, SessionId } from '../../../protocol/model';
import type { CommandContext } from '../context';
import { accountRecipient, guestRecipient } from '../names';
import type { Accounts } from './accounts';
import { type Credentials, mayActFor } from './credentials';
import type { NameLooks } from './looks';
import type { PresenceCache } from './presence';
import type { SessionRow, Sessions } from './sessions';

/** The user who acts by a command. */
export interface ActingUser {
  readonly recipient: RecipientId;
  readonly name: Name;
  readonly account: number | undefined;
  readonly session: SessionId | undefined;
  /** In the history: the account's number, or less than 0 for a guest (history.ts). */
  readonly author: number;
}

/** A user to whom a private message can be written. */
export interface MessageRecipient {
  readonly recipient: RecipientId;
  readonly name: Name;
  /** Whether an outlet exists right now. */
  readonly reachable: boolean;
}

export const recipientOf = (session: SessionRow): RecipientId =>
  session.account === null ? guestRecipient(session.id) : accountRecipient(session.account);

/** Whose words a session's are in the history: an account's, or those of one stay of a guest. */
export const authorOf = ({ account, number }: SessionRow): number => account ?? -number;

export class Users {
  readonly #accounts: Accounts;
  readonly #credentials: Credentials;
  readonly #sessions: Sessions;
  readonly #looks: NameLooks;
  readonly #presence: PresenceCache;

  constructor(
    accounts: Accounts,
    credentials: Credentials,
    sessions: Sessions,
    looks: NameLooks,
    presence: PresenceCache,
  ) {
    this.#accounts = accounts;
    this.#credentials = credentials;
    this.#sessions = sessions;
    this.#looks = looks;
    this.#presence = presence;
  }

  /** Whether any user, here or away, has this name, or one that looks like it. */
  isTaken(name: Name): boolean {
    return (
      this.#accounts.find(name) !== undefined ||
      this.#sessions.guest(name) !== undefined ||
      this.#looks.isTaken(name)
    );
  }

  /** The user who acts, or why they may not. */
  acting(actor: Actor): ActingUser | 'unknown' | 'not-allowed' {
    if ('account' in actor) {
      const account = this.#accounts.find(actor.account);
      if (!account) return 'unknown';
      if (!mayActFor(this.#credentials, account, actor.credential)) return 'not-allowed';
      return {
        recipient: accountRecipient(account.id),
        name: account.name,
        account: account.id,
        session: undefined,
        author: account.id,
      };
    }
    const session = this.#sessions.find(actor.session);
    if (!session) return 'unknown';
    return {
      recipient: recipientOf(session),
      name: session.name,
      account: session.account ?? undefined,
      session: session.id,
      author: authorOf(session),
    };
  }

  /** The recipient of what is written to a name: an account, a guest who is here, or a session that hears for that name. */
  recipientNamed(name: Name): MessageRecipient | undefined {
    const account = this.#accounts.find(name);
    if (account) {
      return {
        recipient: accountRecipient(account.id),
        name: account.name,
        reachable: this.#presence.isReachable(account.id),
      };
    }
    let guest = this.#sessions.guest(name);
    if (!guest || guest.deaf === 1) guest = this.#sessions.hearerFor(name);
    if (!guest || guest.deaf === 1) return undefined;
    return { recipient: guestRecipient(guest.id), name: guest.name, reachable: true };
  }

  /** Tells those who watch that a user came or went. */
  announce(context: CommandContext, name: Name, here: boolean): void {
    if (!this.#sessions.hasWatchers()) return;
    const notice: Presence = { is: 'presence', name, here };
    context.notify('watchers', notice);
  }
}
