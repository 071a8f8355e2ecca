// A text for a client that has not ended a call yet: no line end is in it, since something else may listen there.

import { linesOf } from '../../bytes/text';
import { limits } from '../../limits';
import { distinctParts } from './distinct_parts';

/**
 * The lines of a text in parts of at most `most` bytes, all different, as `distinctParts` has it. Of very many lines
 * the last ones come as one, with spaces between them. Empty lines are left out.
 */
export function distinctLines(text: string, most: number): readonly string[] {
  if (!/[\r\n]/.test(text)) return distinctParts(text, most);
  const lines = linesOf(text).filter((line) => line.trim() !== '');
  const first = lines.slice(0, limits.mailbox.unprovedLines - 1);
  const rest = lines.slice(first.length).join(' ');
  const all = rest === '' && first.length > 0 ? first : [...first, rest];
  // A part may stand in each line once, and be told from the others by spaces.
  const room = 2 * limits.mailbox.unprovedLines;
  const used = new Set<string>();
  return all
    .flatMap((line) => distinctParts(line, most - room))
    .map((part) => {
      let distinct = part;
      while (used.has(distinct) && distinct.length < part.length + room) distinct += ' ';
      used.add(distinct);
      return distinct;
    });
}
