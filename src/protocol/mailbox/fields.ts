// Fields: texts that end with NUL, one after the other (source 000, section 8).

import type { Inbox } from '../bytes/inbox';
import { encodeText } from '../bytes/text';

/** The bytes of one field without its NUL; `too-long`: no NUL within `most` bytes; undefined: not here yet. */
export function takeField(inbox: Inbox, most: number): Uint8Array | 'too-long' | undefined {
  const end = inbox.indexOf(0);
  if (end > most || (end < 0 && inbox.length > most)) return 'too-long';
  if (end < 0) return undefined;
  return inbox.take(end + 1)?.subarray(0, end);
}

/** The bytes of all fields, each with its NUL. A NUL inside a text would end its field, so it is left out. */
export const encodeFields = (fields: readonly string[]): Uint8Array =>
  encodeText(joinFields(fields));

/** The same as text, for what stands before them. */
export function joinFields(fields: readonly string[]): string {
  let joined = '';
  for (const field of fields) joined += `${field.replaceAll('\0', '')}\0`;
  return joined;
}
