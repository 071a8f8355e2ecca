// What a client knows of others: the users it has met, its groups, its invitations; and how each is addressed.

import { BoundedSet } from '../../bounded';
import { limits } from '../../limits';
import type { Content, ListedUser } from '../wire/codec';
import type { Recipient } from './input';

/** The headers that say whom a message or an offer is for. */
export type RecipientHeaders = Pick<Content, 'group' | 'to' | 'destinationPort'>;

const typedOf = (recipient: Recipient): string =>
  'name' in recipient ? recipient.name : `${recipient.port}`;

export class Directory {
  readonly #names = new BoundedSet<string>(limits.client.names);
  /** The names of users by their ports, as the last list has them; undefined where two hosts have one port. */
  readonly #ports = new Map<number, string | undefined>();
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
    this.#ports.clear();
    for (const { name, port } of users) {
      this.#names.add(name);
      if (port !== 0) this.#ports.set(port, this.#ports.has(port) ? undefined : name);
    }
  }
  /** Whether anybody, or a group of the user's, is known under what was typed. */
  knows(recipient: Recipient): boolean {
    const typed = typedOf(recipient);
    if (this.#groups.has(typed) || this.#names.has(typed)) return true;
    return 'port' in recipient && this.#ports.has(recipient.port);
  }
  /**
   * The headers of as few offers as there can be: one for all users and a group, so that nobody is asked twice; and
   * one for each further group, and for each port that is nobody's on the list.
   */
  offers(recipients: readonly Recipient[]): readonly RecipientHeaders[] {
    const isOne = recipients.length === 1;
    const headers = recipients.map((one) => this.headers(isOne ? one : this.#named(one)));
    const names = new Set(headers.flatMap(({ to }) => to ?? []));
    const [first, ...more] = new Set(headers.flatMap(({ group }) => group ?? []));
    const ports = headers.filter(({ destinationPort }) => destinationPort !== undefined);
    const together = {
      ...(names.size > 0 && { to: [...names] }),
      ...(first !== undefined && { group: first }),
    };
    const isTogether = names.size > 0 || first !== undefined;
    return [...(isTogether ? [together] : []), ...more.map((group) => ({ group })), ...ports];
  }
  /** The user whose port was typed, where the list has one. */
  #named(recipient: Recipient): Recipient {
    const name = 'port' in recipient ? this.#ports.get(recipient.port) : undefined;
    return name === undefined || this.#groups.has(typedOf(recipient)) ? recipient : { name };
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
    const typed = typedOf(recipient);
    if (this.#groups.has(typed)) return { group: typed };
    if ('name' in recipient || this.#names.has(typed)) return { to: [typed] };
    return { destinationPort: recipient.port };
  }
}
