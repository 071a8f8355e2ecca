// What a client knows of others: the users it has met, its groups, its invitations; and how each is addressed.

import { BoundedSet } from '../../bounded';
import { limits } from '../../limits';
import type { Content, ListedUser } from '../wire/codec';
import type { Recipient } from './input';

/** The headers that say whom a message or an offer is for. */
export type RecipientHeaders = Pick<Content, 'group' | 'to' | 'destinationPort'>;

export class Directory {
  readonly #names = new BoundedSet<string>(limits.client.names);
  readonly #groups = new BoundedSet<string>(limits.client.names);
  readonly #invitations = new BoundedSet<string>(limits.client.names);

  get names(): ReadonlySet<string> {
    return this.#names;
  }
  /** The groups that the user is in. */
  get groups(): ReadonlySet<string> {
    return this.#groups;
  }
  /** The groups that the user is invited to. */
  get invitations(): ReadonlySet<string> {
    return this.#invitations;
  }

  /** The list of users as the server has it now. */
  listed(users: readonly ListedUser[]): void {
    this.#names.clear();
    for (const { name } of users) this.#names.add(name);
  }
  seen(name: string): void {
    this.#names.add(name);
  }
  gone(name: string): void {
    this.#names.delete(name);
  }
  invited(group: string): void {
    this.#invitations.add(group);
  }
  declined(group: string): void {
    this.#invitations.delete(group);
  }
  joined(group: string): void {
    this.#invitations.delete(group);
    this.#groups.add(group);
  }
  left(group: string): void {
    this.#groups.delete(group);
  }
  /** The server that knew of our groups is lost. */
  forgetGroups(): void {
    this.#groups.clear();
    this.#invitations.clear();
  }

  /** The headers that name a recipient: one of our groups comes before a user, and a name before a port. */
  headers(recipient: Recipient): RecipientHeaders {
    const typed = 'name' in recipient ? recipient.name : `${recipient.port}`;
    if (this.#groups.has(typed)) return { group: typed };
    if ('name' in recipient || this.#names.has(typed)) return { to: [typed] };
    return { destinationPort: recipient.port };
  }
}
