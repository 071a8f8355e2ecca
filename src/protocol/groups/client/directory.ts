// What a client knows of others: who has been seen, its groups, its invitations; how they are named and completed.

import type { Content } from '../wire/codec';
import type { ListedUser } from './connection';
import { commands, type Somebody } from './input';

/** Names, groups and invitations remembered, each. */
const namesMax = 10_000;

/** How somebody reads. */
export const nameFor = (somebody: Somebody): string =>
  'name' in somebody ? somebody.name : `port ${somebody.port}`;

export class Directory {
  readonly #names = new Set<string>();
  readonly #groups = new Set<string>();
  readonly #invitations = new Set<string>();

  /** The list as the server has it now. */
  listed(users: readonly ListedUser[]): void {
    this.#names.clear();
    for (const { name } of users.slice(0, namesMax)) this.#names.add(name);
  }
  seen(name: string): void {
    if (this.#names.size < namesMax) this.#names.add(name);
  }
  gone(name: string): void {
    this.#names.delete(name);
  }
  invited(group: string): void {
    if (this.#invitations.size < namesMax) this.#invitations.add(group);
  }
  declined(group: string): void {
    this.#invitations.delete(group);
  }
  joined(group: string): void {
    this.#invitations.delete(group);
    if (this.#groups.size < namesMax) this.#groups.add(group);
  }
  left(group: string): void {
    this.#groups.delete(group);
  }
  /** The server that knew of our groups is lost. */
  forgetGroups(): void {
    this.#groups.clear();
    this.#invitations.clear();
  }

  /** The headers that name somebody: one's groups come before users, names before ports. */
  headers(somebody: Somebody): Pick<Content, 'group' | 'to' | 'destinationPort'> {
    const typed = 'name' in somebody ? somebody.name : `${somebody.port}`;
    if (this.#groups.has(typed)) return { group: typed };
    if ('name' in somebody || this.#names.has(typed)) return { to: [typed] };
    return { destinationPort: somebody.port };
  }

  /** What may stand where the cursor is. `ids`: of files that wait for a decision. */
  complete(
    before: string,
    state: 'chat' | 'chat2' | 'command',
    ids: readonly string[],
  ): readonly string[] {
    const words = before.split(/\s+/);
    if (state === 'chat') return [];
    if (state === 'chat2') {
      return words.length > 1 ? [] : Array.from(this.#names, (name) => `${name}>`);
    }
    if (words.length < 2) return Object.keys(commands);
    switch (words[0]) {
      case 'chat':
      case 'file':
        return [...this.#names, ...this.#groups];
      case 'group':
        return [...this.#names];
      case 'invite':
        return words.length === 2 ? [...this.#groups] : [...this.#names];
      case 'join':
      case 'decline':
        return [...this.#invitations];
      case 'leave':
        return [...this.#groups];
      case 'accept':
      case 'reject':
      case 'cancel':
        return ids;
      default:
        return [];
    }
  }
}
