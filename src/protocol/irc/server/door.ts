// What the sessions of one server's door know of each other: who is here, what they said of themselves, who left.

import { hashOfSecret } from '../../bytes/token';
import { limits } from '../../limits';
import type { Name, RoomName } from '../../model';
import { folded, nickOf } from '../wire/names';

export const dialectName = 'irc';
/** The server's name in its lines. It holds a dot, so that nobody takes it for a nick. */
export const serverName = 'irc.chat';

/** One connection's user, as others at this door see them. */
export interface Person {
  readonly name: Name;
  readonly nick: string;
  readonly user: string;
  readonly host: string;
  realName: string;
  /** Why they are away; undefined: they are not. */
  away: string | undefined;
  readonly isAccount: boolean;
  /** In seconds since 1970. */
  readonly since: number;
  spokeAt: number;
  isIn(room: RoomName): boolean;
  /** Tells them a line about somebody who shares a room with them. */
  tellOf(body: string, capability: number): void;
  rooms(): readonly { readonly room: RoomName; readonly sigil: '#' | '&' }[];
}

/** Somebody who left. */
export interface Gone {
  readonly person: Person;
  readonly reason: string;
  readonly at: number;
}

const lettersOfHost = 8;
const digits = 'abcdefghijklmnop';

export class Door {
  readonly #secret: string;
  /** In seconds since 1970. */
  readonly since: number;
  readonly #people = new Map<string, Set<Person>>();
  #gone: Gone[] = [];
  /** The most who were here at once. */
  most = 0;
  #count = 0;

  constructor(secret: string, now: number) {
    this.#secret = secret;
    this.since = now;
  }

  get count(): number {
    return this.#count;
  }

  /** Letters that stand for something that is not shown. */
  hidden(text: string): string {
    const hash = hashOfSecret(`${this.#secret} ${text}`).slice(0, lettersOfHost);
    return Array.from(hash, (digit) => digits[Number.parseInt(digit, 16)]).join('');
  }

  enter(person: Person): void {
    const key = folded(person.name);
    const same = this.#people.get(key) ?? new Set();
    this.#people.set(key, same.add(person));
    this.most = Math.max(this.most, ++this.#count);
  }

  leave(person: Person, reason: string, at: number): void {
    const key = folded(person.name);
    const same = this.#people.get(key);
    if (same?.delete(person) !== true) return;
    this.#count--;
    if (same.size === 0) this.#people.delete(key);
    this.#gone.push({ person, reason, at });
    if (this.#gone.length > 2 * limits.irc.remembered)
      this.#gone = this.#gone.slice(-limits.irc.remembered);
  }

  /** The person of a name: of an account that has several connections, the first. */
  find(name: Name): Person | undefined {
    const [first] = this.#people.get(folded(name)) ?? [];
    return first;
  }

  all(): Person[] {
    return [...this.#people.values()].flatMap((same) => [...same]);
  }

  /** How many connections of a user are in a room. */
  countIn(name: Name, room: RoomName): number {
    const same = this.#people.get(folded(name)) ?? [];
    return [...same].filter((person) => person.isIn(room)).length;
  }

  /** Those of this name who left, the last first. */
  goneOf(name: Name): Gone[] {
    const key = folded(name);
    return this.#gone
      .slice(-limits.irc.remembered)
      .filter(({ person }) => folded(person.name) === key)
      .reverse();
  }

  /** What stands in front of what somebody does: `nick!user@host`. */
  source(name: Name, origin: string): string {
    if (origin === dialectName) {
      const person = this.find(name) ?? this.goneOf(name)[0]?.person;
      if (person !== undefined) return sourceOf(person);
    }
    const { nick, user, host } = this.foreign(name, origin);
    return `${nick}!${user}@${host}`;
  }

  /** Somebody who came by another door. */
  foreign(name: Name, origin: string): { nick: string; user: string; host: string } {
    return { nick: nickOf(name), user: `~${origin}`, host: `${this.hidden(name)}.${origin}` };
  }
}

export const sourceOf = ({ nick, user, host }: Person): string => `${nick}!${user}@${host}`;

/** One for all doors that were opened with the same settings: those of one server. */
const doors = new WeakMap<object, Door>();

export function doorOf(settings: object, secret: () => string, now: number): Door {
  const known = doors.get(settings);
  if (known) return known;
  const door = new Door(secret(), now);
  doors.set(settings, door);
  return door;
}
