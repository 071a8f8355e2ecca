// A note: something that the client itself tells its user, beside what the server and other users say.

import type { Shown } from '../client';

/** A note of one or more lines; a program gets them as one text. */
export const note = (...lines: readonly string[]): Shown => ({
  kind: 'note',
  lines,
  json: { type: 'note', text: lines.join('\n') },
});
