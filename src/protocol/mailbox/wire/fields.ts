// Fields: texts that end with NUL, one behind the other (source 000, 8).

import type { Inbox } from '../../bytes/inbox';
import { encodeText } from '../../bytes/text';

/**
 * Takes one field without its NUL. `too-long`: there is no NUL within the first `most` bytes. Undefined: the
 * field is not whole yet.
 */
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

/** The same as text, for a caller that puts something before the fields. */
export function joinFields(fields: readonly string[]): string {
  if (fields.length === 0) return '';
  return `${fields.map(withoutNul).join('\0')}\0`;
}

const withoutNul = (field: string): string => field.replaceAll('\0', '');
