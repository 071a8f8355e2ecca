// What a user may type besides a text: the commands, which go to the server as they are, and emojis.

import { namesFor } from '../../client_kit/words';
import { forms, marked } from '../wire/messages';

const commands = Object.values(forms).map((form) => form.split(' ', 1)[0] ?? form);
const emojis = [':smile', ':angry', ':confused'];

/** What may complete the last word of what stands before the cursor. `names`: the users to choose from. */
export function completions(before: string, names: Iterable<string>): readonly string[] {
  const word = before.split(/\s/).at(-1) ?? '';
  if (word.startsWith(':')) return word === before ? [...commands, ...emojis] : emojis;
  if (/^\/\S*$/.test(before)) return ['/help', '/quit'];
  if (!/^:(?:p|t|block|unblock)\s+-\s+\S*$/.test(before)) return namesFor(before, names);
  return word.startsWith('<') ? Array.from(names, marked) : [...names];
}
