// Bodies of messages: what the hub keeps of one, and what a text becomes on this wire.

import { cutText, decodeLossy, decodeText, encodeText } from '../../bytes/text';
import { limits } from '../../limits';
import type { Said } from '../../model';

/** A body as the hub keeps it: its text, and the bytes themselves where they are not UTF-8. */
export function textOf(body: Uint8Array): { readonly text: string; readonly raw?: Uint8Array } {
  const text = decodeText(body);
  return text === undefined ? { text: decodeLossy(body), raw: body.slice() } : { text };
}

let lastSaid: Said | undefined;
let lastBodies: readonly Uint8Array[] = [];

/** The bodies of what was said in a group. Its members are told one event in a row, so it is encoded once for all. */
export function bodiesOfSaid(said: Said): readonly Uint8Array[] {
  if (lastSaid !== said) {
    lastBodies = bodiesOf(said);
    lastSaid = said;
  }
  return lastBodies;
}

/** The bodies that one text or its bytes take; a long text is cut between characters. */
export const bodiesOf = ({ text, raw }: Pick<Said, 'text' | 'raw'>): readonly Uint8Array[] =>
  raw ? [raw] : cutText(text, limits.groups.bodyBytes).map(encodeText);
