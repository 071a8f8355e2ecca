// What the simulated users have in common, whatever door they use.

import type { Dialect } from '../../src/protocol/dialect';
import type { Store } from '../../src/server/hub/store';
import type { Dial } from '../support/transport';
import type { Chance } from './chance';
import type { Machine } from './machine';
import type { Model, Stay } from './model';
import type { Connection, Manner } from './network';
import type { Time } from './time';

/** What a simulated user is handed. */
export interface Stage {
  readonly time: Time;
  readonly chance: Chance;
  readonly machine: Machine;
  readonly model: Model;
  /** Nothing breaks any more: what is under way is to come to an end. */
  readonly isCalm: boolean;
  /** A name to write to: of a user who is here, was here, or never was. `but` is not chosen. */
  someRecipient(but: string): { readonly name: string; readonly stay: Stay | undefined };
  readonly note: (what: string) => void;
  readonly violated: (what: string) => never;
}

export interface SimulatedUser {
  /** The user's name, for the notes. */
  readonly name: string;
  /** One random command. */
  act(): void;
  /** As whom others can reach the user, as far as the user knows. */
  stays(): readonly Stay[];
  /** The names under which the user surely has a connection that has entered. */
  here(): readonly string[];
  /** Ends what only the user would end, so that everything comes to rest. */
  calm(): void;
  /** Nothing moves any more: is everything as it should be? */
  check(): void;
  /** The server has a new life, and a new memory. */
  restarted?(): void;
}

/** A user who is one guest at a time: what the others know of them. */
export abstract class GuestUser {
  protected stay: Stay | undefined;

  stays(): readonly Stay[] {
    return this.stay ? [this.stay] : [];
  }

  here(): readonly string[] {
    return namesOf(this.stays());
  }
}

/** The users of one door. A new dialect adds one of these. */
export interface UserKind {
  readonly dialect: Dialect;
  users(stage: Stage): readonly SimulatedUser[];
}

/** Dials a door of the server. `gone` is called when the server has ended the connection, or it is lost. */
export const dialDoor =
  (
    { machine }: Stage,
    door: { readonly dialect: string; readonly host: string; readonly manner: Manner },
    gone: (connection: Connection) => void,
  ): Dial<Connection> =>
  (data) => {
    const connection = machine.connect(door.dialect, door.host, door.manner, {
      data,
      ended: () => {
        connection.finish();
        gone(connection);
      },
      lost: () => gone(connection),
    });
    return connection;
  };

/** A text around a word, of a random length. */
export const textAround =
  (chance: Chance, most: number) =>
  (word: string): string =>
    chance.is(0.7) ? word : word + '.'.repeat(chance.below(most - word.length));

/** A part of a long text that does not begin it. */
export const isRest = (text: string): boolean => !/^[ms]\d/.test(text);

/** The names of the guests among them who are here now. */
export const namesOf = (stays: readonly Stay[]): string[] =>
  stays
    .filter(({ enteredAt, leftAt }) => enteredAt !== undefined && leftAt === undefined)
    .map(({ name }) => name);

/** Groups that users make, belong to and leave. */
export const groupNames = ['ring', 'circle', 'family', 'team'];

/** The users who are here by the database, sorted: those with a connection that entered, or an address. */
export const namesIn = (db: Store): string[] =>
  db
    .query<{ name: string }, []>(
      `SELECT name FROM address JOIN account ON account.id = address.account
       UNION SELECT name FROM live.session`,
    )
    .all()
    .map(({ name }) => name)
    .sort();

/** The groups that a user belongs to by the database, sorted. */
export const groupsOf = (db: Store, name: string): string[] =>
  db
    .query<{ group_name: string }, [string]>('SELECT group_name FROM group_member WHERE name = ?')
    .all(name)
    .map((row) => row.group_name)
    .sort();
