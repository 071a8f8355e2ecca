// What a person at a door can do, whatever the door: the suite over all dialects is written against this.

import type { Dialect } from '../../src/protocol/dialect';

/** Where a dialect has no way to say something, the reason stands in place of the function. */
export type Gap = { readonly cannot: string };

export const cannot = (why: string): Gap => ({ cannot: why });
export const isGap = (able: object): able is Gap => 'cannot' in able;

/** Somebody else, as the one who hears him knows him. */
export interface Other {
  readonly name: string;
  readonly dialect: string;
}

export interface Person extends Other {
  /** Writes to one person and waits until the server has accepted it. */
  readonly write: ((to: Other, text: string) => Promise<void>) | Gap;
  /** Waits until a private message came; it must look exactly as the wire says, in so many parts. */
  readonly reads: ((from: Other, text: string) => Promise<void>) | Gap;
  /** Comes into a room and waits until he is in it. */
  readonly join: ((room: string) => Promise<void>) | Gap;
  readonly say: ((text: string) => Promise<void>) | Gap;
  /** Waits until something said in the room came. */
  readonly hears: ((from: Other, text: string) => Promise<void>) | Gap;
  /** The names that his list of users shows. */
  readonly list: (() => Promise<string[]>) | Gap;
  /** Sends a file and waits until it was accepted. */
  readonly attach:
    ((to: Other, text: string, name: string, bytes: Uint8Array) => Promise<void>) | Gap;
  /** Waits until he was told of a file. */
  readonly seesFile:
    ((from: Other, text: string, name: string, size: number) => Promise<void>) | Gap;
  leave(): Promise<void>;
}

export interface Kind {
  readonly dialect: Dialect;
  /** A name that a person of this dialect can have; `number` makes it his own. */
  name(number: number): string;
  /** Rooms that a person of this dialect can be in. */
  readonly rooms: 'any' | readonly string[];
  /** Whether texts lose their controls even among people of this dialect. */
  readonly cleansItself?: boolean;
  /** How a name of 255 bytes is shown: in full, or shortened to fit a frame. */
  readonly showsLongNames: boolean;
  /** Whom `write` can address. */
  addresses(to: Other): boolean;
  enter(port: number, name: string): Promise<Person>;
}

/** What a foreigner's name looks like at a door that it did not come by. */
export const foreignName = (name: string): string => name.replace(/[<>[\]:,;]/g, '');
