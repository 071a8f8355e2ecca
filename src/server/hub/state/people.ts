// Who is who: the look-ups by which every part of the hub finds accounts, sessions and recipients.

import { limits } from '../../../protocol/limits';
import type { Actor, Name, Presence, RecipientId, SessionId } from '../../../protocol/model';
import type { CommandContext } from '../context';
import { accountRecipient, guestRecipient, keyOf } from '../names';
import type { Store } from '../store';
import type { Member } from './membership';
import type { PresenceCache } from './presence';

export interface AccountRow {
  readonly id: number;
  readonly name: Name;
  readonly token_hash: string | null;
  readonly doors_open: number;
}

export interface SessionRow {
  readonly id: SessionId;
  readonly key: string;
  readonly name: Name;
  readonly account: number | null;
  readonly dialect: string;
  readonly deaf: number;
}

export const memberOf = (row: SessionRow): Member => ({
  session: row.id,
  name: row.name,
  dialect: row.dialect,
});

/** The doer of a command, found. */
export interface ActingUser {
  readonly recipient: RecipientId;
  readonly name: Name;
  readonly account: number | undefined;
  readonly session: SessionId | undefined;
}

/** Somebody who can be written to. `reachable`: an outlet exists right now. */
export interface MessageRecipient {
  readonly recipient: RecipientId;
  readonly name: Name;
  readonly reachable: boolean;
}

/** An account that has a token may be named by a door without sessions only if its owner allows it. */
export const mayBeNamed = (account: AccountRow): boolean =>
  account.token_hash === null || account.doors_open === 1;

/** Whether a request that names an account may act for it; a token that is shown must be the account's. */
export const mayAct = (account: AccountRow, tokenHash: string | undefined): boolean =>
  tokenHash === undefined ? mayBeNamed(account) : account.token_hash === tokenHash;

export class People {
  readonly #account;
  readonly #session;
  readonly #guest;
  readonly #hearer;
  readonly #watchers;
  readonly #presence: PresenceCache;
  /** Accounts as they were last found, by key; see `changed`. */
  readonly #known = new Map<string, AccountRow | undefined>();

  constructor(db: Store, presence: PresenceCache) {
    this.#presence = presence;
    this.#account = db.prepare<AccountRow, [string]>(
      'SELECT id, name, token_hash, doors_open FROM account WHERE key = ?',
    );
    const session = 'SELECT id, key, name, account, dialect, deaf FROM live.session';
    this.#session = db.prepare<SessionRow, [string]>(`${session} WHERE id = ?`);
    this.#guest = db.prepare<SessionRow, [string]>(`${session} WHERE key = ? AND account IS NULL`);
    this.#hearer = db.prepare<SessionRow, [string]>(
      `${session} WHERE hears_for = ? ORDER BY number LIMIT 1`,
    );
    this.#watchers = db.prepare<{ one: 1 }, []>(
      'SELECT 1 AS one FROM live.session WHERE watches = 1 LIMIT 1',
    );
  }

  account(name: Name): AccountRow | undefined {
    const key = keyOf(name);
    if (this.#known.has(key)) return this.#known.get(key);
    if (this.#known.size >= limits.hub.knownAccounts) this.#known.clear();
    const account = this.#account.get(key) ?? undefined;
    this.#known.set(key, account);
    return account;
  }

  /** Accounts were made, erased or changed, or something was rolled back: what is known of them is void. */
  changed(): void {
    if (this.#known.size > 0) this.#known.clear();
  }

  session(id: SessionId): SessionRow | undefined {
    return this.#session.get(id) ?? undefined;
  }

  guest(name: Name): SessionRow | undefined {
    return this.#guest.get(keyOf(name)) ?? undefined;
  }

  /** Whether anybody, here or away, goes by this name. */
  taken(name: Name): boolean {
    return this.account(name) !== undefined || this.guest(name) !== undefined;
  }

  /** Whether an outlet for the account exists now. */
  reachable(account: number): boolean {
    return this.#presence.reachable(account);
  }

  recipientOf(session: SessionRow): RecipientId {
    return session.account === null
      ? guestRecipient(session.id)
      : accountRecipient(session.account);
  }

  /** The one who does something, or why he cannot. */
  actingUser(actor: Actor): ActingUser | 'unknown' | 'not-allowed' {
    if ('account' in actor) {
      const account = this.account(actor.account);
      if (!account) return 'unknown';
      if (!mayAct(account, actor.tokenHash)) return 'not-allowed';
      return {
        recipient: accountRecipient(account.id),
        name: account.name,
        account: account.id,
        session: undefined,
      };
    }
    const session = this.session(actor.session);
    if (!session) return 'unknown';
    const account = session.account === null ? undefined : this.account(session.name);
    return {
      recipient: this.recipientOf(session),
      name: session.name,
      account: account?.id,
      session: session.id,
    };
  }

  /** Who gets what is written to a name: an account, a guest who is here, or who hears for that name. */
  recipientNamed(name: Name): MessageRecipient | undefined {
    const account = this.account(name);
    if (account) {
      return {
        recipient: accountRecipient(account.id),
        name: account.name,
        reachable: this.reachable(account.id),
      };
    }
    let guest = this.guest(name);
    if (!guest || guest.deaf === 1) guest = this.#hearer.get(keyOf(name)) ?? undefined;
    if (!guest || guest.deaf === 1) return undefined;
    return { recipient: guestRecipient(guest.id), name: guest.name, reachable: true };
  }

  /** Tells those who watch that somebody came or went. */
  announce(context: CommandContext, name: Name, here: boolean): void {
    if (this.#watchers.get() === null) return;
    const notice: Presence = { is: 'presence', name, here };
    context.notify('watchers', notice);
  }
}
