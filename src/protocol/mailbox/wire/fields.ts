// Fields: texts that end with NUL, one after the other (source 000, section 8).

import type { Inbox } from '../../bytes/inbox';
import { encodeText } from '../../bytes/text';

/** The bytes of one field without its NUL; `too-long`: no NUL within `most` bytes; undefined: not here yet. */
export function takeField(inbox: Inbox, most: number): Uint8Array | 'too-long' | undefined {
  const end = inbox.indexOf(0);
  if (end > most || (end < 0 && inbox.length > most)) return 'too-long';
  if (end < 0) return undefined;
  const field = inbox.take(end);
  inbox.skip(1);
  return field;
}

/** The bytes of all fields, each with its NUL. A NUL inside a text would end its field, so it is left out. */
export const encodeFields = (fields: readonly string[]): Uint8Array =>
  encodeText(joinFields(fields));

/** The same as text, for what stands before them. */
export function joinFields(fields: readonly string[]): string {
  if (fields.length === 0) return '';
  return `${fields.map(clean).join('\0')}\0`;
}

const clean = (field: string): string => field.replaceAll('\0', '');
