// What the people of the simulation have in common, whatever door they use.

import type { Dialect } from '../../src/protocol/dialect';
import type { Store } from '../../src/server/hub/store';
import type { Chance } from './chance';
import type { Machine } from './machine';
import type { Model, Stay } from './model';
import type { Time } from './time';

/** What a person may use of the simulation. */
export interface Stage {
  readonly time: Time;
  readonly chance: Chance;
  readonly machine: Machine;
  readonly model: Model;
  /** Nobody breaks anything any more: what is under way is to come to an end. */
  readonly isCalm: boolean;
  /** Somebody to write to: who is here, was here, or never was. */
  somebody(but: string): { readonly name: string; readonly stay: Stay | undefined };
  readonly note: (what: string) => void;
  readonly violated: (what: string) => never;
}

export interface Person {
  /** Who it is, for the notes. */
  readonly name: string;
  /** One random command. */
  act(): void;
  /** As whom others can reach him, as far as he knows. */
  stays(): readonly Stay[];
  /** The names under which he surely has a connection that has entered. */
  here(): readonly string[];
  /** Ends what only he would end, so that everything comes to rest. */
  calm(): void;
  /** Nothing moves any more: is everything as it should be? */
  check(): void;
  /** The server has a new life, and a new memory. */
  restarted?(): void;
}

/** The people of one door. A further dialect is one more of these. */
export interface Kind {
  readonly dialect: Dialect;
  people(stage: Stage): readonly Person[];
}

/** A text around a word, of a random length. */
export const textAround =
  (chance: Chance, most: number) =>
  (word: string): string =>
    chance.is(0.7) ? word : word + '.'.repeat(chance.below(most - word.length));

/** A part of a long text that does not begin it. */
export const isRest = (text: string): boolean => !/^[ms]\d/.test(text);

/** The names of those who are here as long as they stay: who has no account. */
export const namesOf = (stays: readonly Stay[]): string[] =>
  stays
    .filter(({ enteredAt, leftAt }) => enteredAt !== undefined && leftAt === undefined)
    .map(({ name }) => name);

/** Groups that somebody may make, belong to and leave. */
export const groupNames = ['ring', 'circle', 'family', 'team'];

/** Who is here by the database, in order of the alphabet: who has a connection that entered, or an address. */
export const namesIn = (db: Store): string[] =>
  db
    .query<{ name: string }, []>(
      `SELECT name FROM address JOIN account ON account.id = address.account
       UNION SELECT name FROM live.session`,
    )
    .all()
    .map(({ name }) => name)
    .sort();

/** The groups that somebody belongs to by the database, in order of the alphabet. */
export const groupsOf = (db: Store, name: string): string[] =>
  db
    .query<{ group_name: string }, [string]>('SELECT group_name FROM group_member WHERE name = ?')
    .all(name)
    .map((row) => row.group_name)
    .sort();
