// What a user who typed no command is told: the command that was meant, or how to answer who has just written.

import { nearest } from '../../bytes/nearest';
import { commandWords } from './input';

/** Words of other programs, and what they are called here. */
const synonyms: Readonly<Record<string, string>> = {
  exit: 'quit',
  bye: 'quit',
  q: 'quit',
  '?': 'commands',
  h: 'commands',
  who: 'users',
  list: 'users',
  ls: 'users',
  msg: 'chat',
  tell: 'chat',
  say: 'chat',
  write: 'chat',
  send: 'chat',
  attach: 'file',
  create: 'group',
};

/** What is said of a word that is no command. `writer`: who wrote last, and may be the one who is answered. */
export function notACommand(word: string, writer: string | undefined): string {
  const bare = word.replace(/^\//, '').toLowerCase();
  const meant = Object.hasOwn(synonyms, bare) ? synonyms[bare] : nearest(bare, commandWords);
  const hints = [
    ...(meant === undefined ? [] : [`did you mean ${meant}`]),
    ...(writer === undefined ? [] : [`chat ${writer} answers ${writer}`]),
  ];
  return `${word} is no command; ${[...hints, 'commands shows them all.'].join('; ')}`;
}
