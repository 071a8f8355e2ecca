// What the hub tells a display, as texts that fit a MSG; what is said to all of them is prepared once.

import { byteLength, cutText, encodeText, linesOf, shortName } from '../../bytes/text';
import type { Direct, Said } from '../../model';
import { numberOf } from '../../model';
import { relayName, server, textBytesMax } from '../wire/messages';
import type { Outgoing } from './stop_and_wait';

let lastTelling: Direct | Said | undefined;
let lastParts: readonly Outgoing[] = [];

/**
 * A text as MSGs to a display. An emitter's keeps its origin and sequence, byte for byte. One that came by
 * another door has origin 0, says who speaks at the start of each line, and is cut to fit. Every display is
 * told the same object, one after the other, so its parts are kept until the next one: never change them.
 */
export function partsOf(telling: Direct | Said): readonly Outgoing[] {
  if (telling !== lastTelling) {
    lastParts = prepare(telling);
    lastTelling = telling;
  }
  return lastParts;
}

function prepare(telling: Direct | Said): readonly Outgoing[] {
  const { from, origin, reference: sequence, at: timestamp } = telling;
  const emitter = origin === relayName ? numberOf(from) : undefined;
  if (emitter !== undefined && sequence !== undefined) {
    const text = telling.raw ?? encodeText(telling.text);
    return [{ origin: emitter, sequence, timestamp, body: { kind: 'MSG', text } }];
  }
  const prefix = `${shortName(from)}: `;
  const room = textBytesMax - byteLength(prefix);
  return linesOf(wholeText(telling))
    .flatMap((line) => cutText(line, room))
    .map((part) => ({
      origin: server,
      sequence: undefined,
      timestamp,
      body: { kind: 'MSG', text: encodeText(prefix + part) },
    }));
}

function wholeText(telling: Direct | Said): string {
  const { text } = telling;
  if (telling.is === 'said' || !telling.file) return text;
  const note = `(file ${telling.file.name}, ${telling.file.size} bytes)`;
  return text === '' ? note : `${text} ${note}`;
}
