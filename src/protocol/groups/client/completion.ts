// What may stand where the cursor is: a command, a user, a group, or the id of a file.

import type { UserState } from '../wire/states';
import { commands } from './commands';
import type { Directory } from './directory';

/** Candidates for the last word of `before`. `ids`: of the files that wait for a decision. */
export function complete(
  before: string,
  state: UserState,
  { names, groups, invitations }: Directory,
  ids: readonly string[],
): readonly string[] {
  const words = before.split(/\s+/);
  if (state === 'chat') return [];
  if (state === 'chat2') return words.length > 1 ? [] : Array.from(names, (name) => `${name}>`);
  if (words.length < 2) return Object.keys(commands);
  switch (words[0]) {
    case 'chat':
    case 'file':
      return [...names, ...groups];
    case 'group':
      return [...names];
    case 'invite':
      return words.length === 2 ? [...groups] : [...names];
    case 'join':
    case 'decline':
      return [...invitations];
    case 'leave':
      return [...groups];
    case 'accept':
    case 'reject':
    case 'cancel':
      return ids;
    default:
      return [];
  }
}
