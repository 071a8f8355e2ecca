// The seven kinds of frames, the numbers of programs, and the sizes of a frame (source 002, "O protocolo").

import { type RoomName, roomNameOf } from '../../model';

export const relayName = 'relay';
/** Where emitters speak to everybody. */
export const room = roomNameOf(relayName) as RoomName;

/** The kinds of frames with the values that stand for them on the wire, by the names of the source. */
export const kinds = {
  /** A program's first: who it is. */
  OI: 0,
  /** A program's last; from an emitter to a display: stop. */
  FLW: 1,
  /** A text. */
  MSG: 2,
  /** Accepted and done. */
  OK: 3,
  /** Not accepted. */
  ERRO: 4,
  /** An emitter asks that a display be shown which programs are there. */
  QEM: 5,
  /** The programs that are there, for that display. */
  OKQEM: 6,
} as const;

export type Kind = keyof typeof kinds;

/** What every frame begins with. */
export interface Header {
  /** Who it comes from: an emitter, a display, or 0 for the server. */
  readonly origin: number;
  /** Who it is for; 0 is the server, and for a MSG every display. */
  readonly destination: number;
  /** The sender's own count from 0; an answer has that of what it answers. */
  readonly sequence: number;
  /** Seconds since 1970; an answer has that of what it answers. */
  readonly timestamp: number;
}

/** What is in a frame beside its header. */
export type Body =
  | { readonly kind: 'OI' | 'FLW' | 'OK' | 'ERRO' | 'QEM' }
  /** At most `textBytesMax` bytes, which need not be UTF-8. */
  | { readonly kind: 'MSG'; readonly text: Uint8Array }
  | { readonly kind: 'OKQEM'; readonly ids: readonly number[] };

export type Frame = Header & Body;

export const headerBytes = 14;
/** Bytes of one text. */
export const textBytesMax = 140;
/** A MSG whose text has all its bytes; peers that send a fixed structure pad every MSG to this length. */
export const messageBytes = headerBytes + 2 + textBytesMax;

/** A range of numbers, both ends included. */
type Range = readonly [from: number, to: number];
export const emitters: Range = [1, 999];
export const displays: Range = [1000, 1999];
/** One OKQEM has at most so many numbers: all that there are. */
export const idsMax = 1999;
/** The server as origin and destination; as the destination of a MSG: every display. */
export const server = 0;
export const everyone = 0;
/** As a program's own number in its OI: it asks for the lowest free one. */
export const anyEmitter = 0;
export const anyDisplay = 65_535;
/**
 * Ours. As the timestamp of a display's OI, which no server looks at: it wants texts that are for it alone marked. As the
 * destination of such a text: it is for this display alone.
 */
export const marksWanted = 0xffff_ffff;
export const privately = 65_535;
/** The display that belongs to emitter n has the number n + 1000. */
export const displayOffset = 1000;

const within = ([from, to]: Range, id: number): boolean => id >= from && id <= to;
export const isEmitter = (id: number): boolean => within(emitters, id);
export const isDisplay = (id: number): boolean => within(displays, id);
