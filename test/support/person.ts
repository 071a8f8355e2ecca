// What a person at a door can do, whatever the door. The suite over all pairs of dialects is written against this.

import type { Dialect } from '../../src/protocol/dialect';

/** Stands in place of a function where a dialect has no way to do something, and says why. */
export type Gap = { readonly cannot: string };

export const cannot = (why: string): Gap => ({ cannot: why });
export const isGap = (able: object): able is Gap => 'cannot' in able;

/** Another person, as those who receive from them know them. */
export interface Other {
  readonly name: string;
  readonly dialect: string;
}

/** What the server says: as a sentence, and as the form that a dialect of its own has for it. */
export interface ServerNews {
  readonly sentence: string;
  readonly form: Readonly<Record<string, unknown>>;
}

export interface Moderated {
  /** The name by which a moderator puts this person out. */
  readonly sessionName: string;
  /** Waits for something that the server itself says. */
  readonly told: ((news: ServerNews) => Promise<void>) | Gap;
  /** Says or writes a text, and is told that they may not speak. */
  speaksInVain(to: Other, text: string): Promise<void>;
  readonly block: ((name: string, isBlocked: boolean) => Promise<void>) | Gap;
  /** Whether anything came that holds a text. */
  got(text: string): boolean;
  /** Waits until the server has put this person out, and lets go of what is left. */
  putOut(): Promise<void>;
}

export interface Person extends Other {
  /** Writes to one person and waits until the server has accepted it. */
  readonly write: ((to: Other, text: string) => Promise<void>) | Gap;
  /** Waits until a private message came. It must look exactly as the wire says. */
  readonly reads: ((from: Other, text: string) => Promise<void>) | Gap;
  /** Joins a room and waits until the server has done it. */
  readonly join: ((room: string) => Promise<void>) | Gap;
  readonly say: ((text: string) => Promise<void>) | Gap;
  /** Waits until something said in the room came. */
  readonly hears: ((from: Other, text: string) => Promise<void>) | Gap;
  /** The names that this dialect's list of users shows. */
  readonly list: (() => Promise<string[]>) | Gap;
  /** Sends a file and waits until the server has accepted it. */
  readonly attach:
    ((to: Other, text: string, name: string, bytes: Uint8Array) => Promise<void>) | Gap;
  /** Waits until the news of a file came. */
  readonly seesFile:
    ((from: Other, text: string, name: string, size: number) => Promise<void>) | Gap;
  readonly moderated: Moderated;
  leave(): Promise<void>;
}

/** How people of one dialect come to be, and what is special about them. */
export interface PersonKind {
  readonly dialect: Dialect;
  /** A name that a person of this dialect can have. Another `number` gives another name. */
  name(number: number): string;
  /** Rooms that a person of this dialect can be in. */
  readonly rooms: 'any' | readonly string[];
  /** Whether texts lose their control characters even among people of this dialect. */
  readonly cleansItself?: boolean;
  /** How a name of 255 bytes is shown: in full, or shortened to fit a frame. */
  readonly showsLongNames: boolean;
  /** Whether `write` can address this person. */
  addresses(to: Other): boolean;
  /** Connects to a server on this machine and enters under this name. */
  enter(port: number, name: string): Promise<Person>;
  /** Tries to enter under a name that is banned, and is told so. */
  keptOut(port: number, name: string): Promise<void>;
}

/** A name as a dialect shows it that its owner did not come by: without what is a delimiter somewhere. */
export const foreignName = (name: string): string => name.replace(/[<>[\]:,;]/g, '');
