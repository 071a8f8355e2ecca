// What may stand where the cursor is: a command, a user, a group, a path, or the id of a file.

import { namesFor, quotedWord, typedWords } from '../../client_kit/words';
import type { UserState } from '../wire/states';
import { commands } from './commands';
import type { Directory } from './directory';

/** Candidates for the last word of `before`. `ids`: of the files that wait for a decision. */
export function complete(
  before: string,
  state: UserState,
  directory: Directory,
  ids: readonly string[],
  paths: (typed: string) => readonly string[],
): readonly string[] {
  const { names, groups, invitations } = directory;
  const words = typedWords(before);
  const isSpoken = state === 'chat' || state === 'chat2';
  if (isSpoken && !/^\/|^(?:file|accept|reject|cancel) /.test(before)) {
    const isAddress = state === 'chat2' && words.length === 1;
    return isAddress ? Array.from(names, (name) => `${name}>`) : namesFor(before, names);
  }
  const [first = '', second = '', third = ''] = words;
  if (words.length < 2) {
    const slash = first.startsWith('/') ? '/' : '';
    return Object.keys(commands).map((command) => slash + command);
  }
  switch (first.replace(/^\//, '')) {
    case 'chat':
      return [...names, ...groups];
    case 'file':
      if (words.length === 2) return paths(second).map(quotedWord);
      return Array.from([...names, ...groups], quotedWord);
    case 'group':
      return Array.from(names, quotedWord);
    case 'invite':
      return words.length === 2 ? [...groups] : [...names];
    case 'join':
    case 'decline':
      return [...invitations];
    case 'leave':
      return [...groups];
    case 'kick':
    case 'ban':
    case 'unban':
    case 'mute':
    case 'unmute':
    case 'give':
      return words.length === 2 ? [...groups] : [...names];
    case 'topic':
      return [...groups];
    case 'block':
    case 'unblock':
      return [...names];
    case 'accept':
      return words.length === 2 ? ids : paths(third).map(quotedWord);
    case 'reject':
    case 'cancel':
      return ids;
    default:
      return [];
  }
}
