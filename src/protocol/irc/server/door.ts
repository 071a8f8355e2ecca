// What the sessions of one server's door know of each other: who is here, what they said of themselves, who left.

import { bareName } from '../../bytes/text';
import { hashOfSecret } from '../../bytes/token';
import { limits } from '../../limits';
import type { Name, RoomName } from '../../model';
import { formatLine } from '../wire/message';
import { folded, nickOf } from '../wire/names';

export const dialectName = 'irc';
/** The server's name in its lines. It holds a dot, so that nobody takes it for a nick. */
export const serverName = 'irc.chat';

/** One connection's user, as others at this door see them. */
export interface Person {
  name: Name;
  nick: string;
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

/** Somebody who goes by another name now. */
export interface Renamed {
  readonly from: Name;
  readonly to: Name;
  /** The line by which this door's clients are told. */
  readonly line: string;
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
  /** The last one of each name. */
  readonly #lastGone = new Map<string, Gone>();
  /** By the folded name of before, the oldest first. */
  readonly #renamed = new Map<string, Renamed>();
  readonly #rooms = new Map<RoomName, Set<Person>>();
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
    this.#renamed.delete(folded(person.name));
    this.#add(person);
    this.most = Math.max(this.most, ++this.#count);
  }

  #add(person: Person): void {
    const key = folded(person.name);
    const same = this.#people.get(key) ?? new Set();
    this.#people.set(key, same.add(person));
  }

  /** A guest goes by another name. The hub tells of it in each room. */
  rename(person: Person, name: Name): Renamed {
    const from = person.name;
    const line = formatLine(sourceOf(person), 'NICK', [nickOf(name)]);
    this.#people.delete(folded(from));
    person.name = name;
    person.nick = nickOf(name);
    this.#renamed.delete(folded(name));
    this.#add(person);
    const renamed = { from, to: name, line };
    this.#renamed.delete(folded(from));
    this.#renamed.set(folded(from), renamed);
    for (const oldest of this.#renamed.keys()) {
      if (this.#renamed.size <= limits.irc.remembered) break;
      this.#renamed.delete(oldest);
    }
    return renamed;
  }

  /** What somebody goes by who had this name, where nobody has taken it since. */
  renamedFrom(name: Name): Renamed | undefined {
    const renamed = this.#renamed.get(folded(name));
    return renamed?.from === name && renamed.to !== name ? renamed : undefined;
  }

  leave(person: Person, reason: string, at: number): void {
    const key = folded(person.name);
    const same = this.#people.get(key);
    if (same?.delete(person) !== true) return;
    this.#count--;
    if (same.size === 0) this.#people.delete(key);
    for (const { room } of person.rooms()) this.left(room, person);
    const gone = { person, reason, at };
    this.#gone.push(gone);
    this.#lastGone.set(key, gone);
    if (this.#gone.length > 2 * limits.irc.remembered) this.#forgetOldest();
  }

  /** The person of a name: of an account that has several connections, the first. */
  find(name: Name): Person | undefined {
    const [first] = this.#people.get(folded(name)) ?? [];
    return first;
  }

  /** Somebody of this door is in a room from now on. */
  joined(room: RoomName, person: Person): void {
    const members = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, members.add(person));
  }

  left(room: RoomName, person: Person): void {
    const members = this.#rooms.get(room);
    members?.delete(person);
    if (members?.size === 0) this.#rooms.delete(room);
  }

  /** Those of this door who share a room with somebody, each once. */
  neighbours(person: Person): Set<Person> {
    const all = new Set<Person>();
    for (const { room } of person.rooms())
      for (const other of this.#rooms.get(room) ?? []) if (other !== person) all.add(other);
    return all;
  }

  /** How many connections of a user are in a room. */
  countIn(name: Name, room: RoomName): number {
    const same = this.#people.get(folded(name)) ?? [];
    return [...same].filter((person) => person.isIn(room)).length;
  }

  #forgetOldest(): void {
    const kept = this.#gone.slice(-limits.irc.remembered);
    for (const gone of this.#gone.slice(0, -limits.irc.remembered)) {
      const key = folded(gone.person.name);
      if (this.#lastGone.get(key) === gone) this.#lastGone.delete(key);
    }
    this.#gone = kept;
  }

  /** The last one of this name who left. */
  lastOf(name: Name): Gone | undefined {
    return this.#lastGone.get(folded(name));
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
      const person = this.find(name) ?? this.lastOf(name)?.person;
      if (person !== undefined) return sourceOf(person);
    }
    const { nick, user, host } = this.foreign(name, origin);
    return `${nick}!${user}@${host}`;
  }

  /** Somebody who came by another door. */
  foreign(name: Name, origin: string): { nick: string; user: string; host: string } {
    const host = `${this.hidden(bareName(name))}.${origin}`;
    return { nick: nickAt(name, origin), user: `~${origin}`, host };
  }
}

/** A user's nick: names of other doors have lost what dialects delimit with, in lists as in what is told. */
export const nickAt = (name: Name, origin: string): string =>
  nickOf(origin === dialectName ? name : (bareName(name) as Name));

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
