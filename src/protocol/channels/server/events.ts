// How what the hub tells is said on this wire; what many clients are told is encoded once.

import { byteLength, shortName, withFileNote } from '../../bytes/text';
import { limits } from '../../limits';
import type { ChatEvent, Name, Said } from '../../model';
import { framesOf, framesOfEach } from '../wire/frames';
import { texts } from '../wire/messages';

/** A name that leaves room for a text in its frame; the longest that a client of this door can have always does. */
const fitting = (name: Name): string =>
  byteLength(name) <= limits.channels.shownNameBytes ? name : shortName(name);

// Everybody in a channel is told the same object, one after the other: its frames are kept until the next one comes.
let lastEvent: ChatEvent | undefined;
let lastFrames: Uint8Array | undefined;

/** An event as frames, which nobody may change; undefined for what this dialect does not tell. */
export function framesOfEvent(event: ChatEvent): Uint8Array | undefined {
  if (event !== lastEvent) {
    lastFrames = encode(event);
    lastEvent = event;
  }
  return lastFrames;
}

let lastRun: readonly Said[] | undefined;
let lastRunFrames: Uint8Array = new Uint8Array(0);

/** What one user said in a row, as frames in one piece, which nobody may change. */
export function framesOfRun(run: readonly Said[]): Uint8Array {
  if (run !== lastRun) {
    const [first] = run;
    lastRunFrames = framesOfEach(first === undefined ? '' : prefixOf(first), run);
    lastRun = run;
  }
  return lastRunFrames;
}

function encode(event: ChatEvent): Uint8Array | undefined {
  switch (event.is) {
    case 'said':
      return framesOfEach(prefixOf(event), [event]);
    case 'joined':
      return framesOf('', texts.joined(fitting(event.name)));
    case 'left':
      return framesOf('', texts.left(fitting(event.name)));
    case 'direct': {
      const { file, text } = event;
      const whole = file === undefined ? text : withFileNote(text, file);
      return framesOf(`[${fitting(event.from)}] (private) `, whole);
    }
    case 'receipt':
    case 'invited':
    case 'paid':
    case 'presence':
    case 'signal':
    case 'offer':
      return undefined;
  }
}

const prefixOf = ({ from }: Said): string => `[${fitting(from)}] `;
