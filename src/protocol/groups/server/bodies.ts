// Bodies of messages: what the hub keeps of one, and what a text becomes on this wire, encoded once for a whole group.

import { cutText, decodeLossy, decodeText, encodeText } from '../../bytes/text';
import type { Said } from '../../model';
import { bodyBytesMax } from '../wire/messages';

/** A body as the hub keeps it: text, and the bytes where they are none. */
export function spoken(body: Uint8Array): { readonly text: string; readonly raw?: Uint8Array } {
  const text = decodeText(body);
  return text === undefined ? { text: decodeLossy(body), raw: body.slice() } : { text };
}

let lastSaid: Said | undefined;
let lastBodies: readonly Uint8Array[] = [];

/** The bodies that say it; everybody in the group is told the same object, one after the other. */
export function bodiesOfSaid(said: Said): readonly Uint8Array[] {
  if (lastSaid !== said) {
    lastBodies = bodiesOf(said);
    lastSaid = said;
  }
  return lastBodies;
}

/** The bodies that one text or its bytes take; a long one is cut between characters. */
export const bodiesOf = ({ text, raw }: Pick<Said, 'text' | 'raw'>): readonly Uint8Array[] =>
  raw ? [raw] : cutText(text, bodyBytesMax).map(encodeText);
