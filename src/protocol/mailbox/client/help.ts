// What a session says to a user who does not know its operations: the page of HELP, and the word that was meant.

import { nearest } from '../../bytes/nearest';
import { type CommandName, commandNames, usage } from './input';

const does: Readonly<Record<CommandName, string>> = {
  REGISTER: 'makes an account; asks for what is left out',
  UNREGISTER: 'deletes it, with all that waits for it',
  CONNECT: 'comes online: messages arrive from now on',
  DISCONNECT: 'goes offline: messages wait for you',
  CONNECTEDUSERS: 'lists who is online',
  SEND: 'sends a message, up to 255 bytes',
  SENDATTACH: 'sends a file of any size',
  GETFILE: 'fetches a file that was sent to you',
  CANCEL: 'stops a file under way, or all of them',
  HELP: 'shows this page',
  QUIT: 'disconnects and ends; Ctrl-D does too',
};

/** One line an operation: how it is typed, and what it does. */
export function helpLines(): readonly string[] {
  const width = Math.max(...commandNames.map((name) => usage(name).length));
  return commandNames.map((name) => `${usage(name).padEnd(width)}  ${does[name]}`);
}

/** Words of other programs, and what they are called here. */
const synonyms: Readonly<Record<string, CommandName>> = {
  exit: 'QUIT',
  bye: 'QUIT',
  q: 'QUIT',
  close: 'QUIT',
  '?': 'HELP',
  h: 'HELP',
  commands: 'HELP',
  users: 'CONNECTEDUSERS',
  who: 'CONNECTEDUSERS',
  list: 'CONNECTEDUSERS',
  ls: 'CONNECTEDUSERS',
  msg: 'SEND',
  say: 'SEND',
  tell: 'SEND',
  write: 'SEND',
  chat: 'SEND',
  file: 'SENDATTACH',
  attach: 'SENDATTACH',
  get: 'GETFILE',
  download: 'GETFILE',
  login: 'CONNECT',
  logout: 'DISCONNECT',
  signup: 'REGISTER',
  stop: 'CANCEL',
  abort: 'CANCEL',
};

/** What to type instead of a word that is no operation. */
export function meantBy(word: string): string {
  const bare = word.replace(/^\//, '').toLowerCase();
  const synonym = Object.hasOwn(synonyms, bare) ? synonyms[bare] : undefined;
  const meant = synonym ?? nearest(bare.toUpperCase(), commandNames);
  if (meant !== undefined) return `did you mean ${meant}? HELP lists them`;
  return 'SEND USER TEXT writes to somebody, and HELP lists the rest';
}
