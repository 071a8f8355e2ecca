// What a user may type besides a text: the control messages, which go to the server as they are.

import { namesFor } from '../../client_kit/words';

/** The control messages (source 003, 0.2.1). */
const commands = ['/create', '/join', '/list'] as const;

/** What may complete the last word of what stands before the cursor. */
export function completions(
  before: string,
  channels: Iterable<string>,
  names: Iterable<string>,
  isPerson: boolean,
): readonly string[] {
  if (/^\/\S*$/.test(before)) return isPerson ? [...commands, '/help', '/quit'] : commands;
  if (before.startsWith('/')) return /^\/join\s+\S*$/.test(before) ? [...channels] : [];
  return namesFor(before, names);
}
