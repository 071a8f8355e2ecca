// Reading a typed line: a command with its words, or a line that is part of a conversation.

import { highestPort } from '../wire/messages';
import {
  isModeration,
  type ModerationCommand,
  moderationCommands,
  moderationOf,
  type ModerationWord,
} from './moderation';

/** Whom a line is for: a user or a group by name, or a user by their port. */
export type Recipient = { readonly name: string } | { readonly port: number };

/** A command as it was typed. */
export type Command =
  | { readonly is: 'commands' | 'users' }
  | { readonly is: 'chat2' }
  | { readonly is: 'quit' }
  | { readonly is: 'chat'; readonly with: Recipient }
  | { readonly is: 'group'; readonly group: string; readonly users: readonly Recipient[] }
  | { readonly is: 'invite'; readonly group: string; readonly user: Recipient }
  | { readonly is: 'join' | 'decline' | 'leave'; readonly group: string }
  | { readonly is: 'file'; readonly path: string; readonly to: readonly Recipient[] }
  | { readonly is: 'accept'; readonly id: string; readonly path?: string }
  | { readonly is: 'reject' | 'cancel'; readonly id: string }
  | ModerationCommand;

export type CommandWord = Command['is'];

/** What a line is outside a conversation. `wrong`: a command with too few words, or too many. */
export type Input =
  | Command
  | { readonly is: 'wrong'; readonly command: CommandWord }
  | { readonly is: 'unknown'; readonly word: string };

export const commandWords: ReadonlySet<string> = new Set<CommandWord>([
  'commands',
  'users',
  'chat',
  'chat2',
  'quit',
  'group',
  'invite',
  'join',
  'decline',
  'leave',
  'file',
  'accept',
  'reject',
  'cancel',
  ...(Object.keys(moderationCommands) as ModerationWord[]),
]);

const isCommand = (word: string): word is CommandWord => commandWords.has(word);

/** Words between spaces; a word in double quotes may hold spaces. */
const wordsOf = (line: string): string[] =>
  Array.from(line.matchAll(/"([^"]*)"|[^\s"]+/g), (match) => match[1] ?? match[0]);

/** The recipient that a word stands for. A number is a port: here no name is of digits alone. */
export function recipientOf(word: string): Recipient {
  const port = /^\d{1,5}$/.test(word) ? Number(word) : 0;
  return port > 0 && port <= highestPort ? { port } : { name: word };
}

/** How a recipient reads. */
export const nameFor = (recipient: Recipient): string =>
  'name' in recipient ? recipient.name : `port ${recipient.port}`;

/** Reads a line that was typed outside a conversation. Other programs' commands begin with a slash. */
export function inputOf(line: string): Input {
  const [word = '', ...rest] = wordsOf(line);
  const bare = word.replace(/^\//, '').toLowerCase();
  const command = bare === 'help' ? 'commands' : bare;
  if (!isCommand(command)) return { is: 'unknown', word };
  return commandOf(command, rest) ?? { is: 'wrong', command };
}

function commandOf(command: CommandWord, rest: readonly string[]): Command | undefined {
  if (isModeration(command)) return moderationOf(command, rest);
  const [first, second, ...more] = rest;
  switch (command) {
    case 'commands':
    case 'users':
    case 'chat2':
    case 'quit':
      return first === undefined ? { is: command } : undefined;
    case 'chat':
      // A name may hold spaces, and here nothing follows it.
      return first === undefined ? undefined : { is: command, with: recipientOf(rest.join(' ')) };
    case 'group':
      if (first === undefined) return undefined;
      return { is: command, group: first, users: rest.slice(1).map(recipientOf) };
    case 'invite':
      if (first === undefined || second === undefined) return undefined;
      return { is: command, group: first, user: recipientOf([second, ...more].join(' ')) };
    case 'join':
    case 'decline':
    case 'leave':
      return first === undefined || second !== undefined
        ? undefined
        : { is: command, group: first };
    case 'file':
      if (first === undefined || second === undefined) return undefined;
      return { is: command, path: first, to: rest.slice(1).map(recipientOf) };
    case 'accept':
      if (first === undefined || more.length > 0) return undefined;
      return { is: command, id: first, ...(second !== undefined && { path: second }) };
    case 'reject':
    case 'cancel':
      return first === undefined || second !== undefined ? undefined : { is: command, id: first };
  }
}

/**
 * Reads a line that was typed in a conversation: `quit`, or a decision about a file that is open, since an offer
 * interrupts a conversation and is answered without leaving it. Any other line is said, and so is one of these with a
 * space before it.
 */
export function decisionOf(
  line: string,
  isOpen: (id: string) => boolean,
): Extract<Command, { is: 'quit' | 'accept' | 'reject' | 'cancel' }> | undefined {
  if (line === 'quit') return { is: 'quit' };
  if (!/^(?:accept|reject|cancel) /.test(line)) return undefined;
  const input = inputOf(line);
  return 'id' in input && isOpen(input.id) ? input : undefined;
}

/** What a person may do in a conversation besides speaking. */
export interface ConversationPlace {
  /** Whom `chat` is with; undefined in `chat2`. */
  readonly partner: Recipient | undefined;
  /** Whether a file of this id can be decided on. */
  isOpen(id: string): boolean;
  /** Whether a word names somebody. */
  knows(recipient: Recipient): boolean;
  /** Whether a file of the user's can be read there. */
  isFile(path: string): boolean;
}

/**
 * What a person's line in a conversation asks for; undefined where it is said. A slash makes a command of any line (two
 * say one). Without a slash only what nobody would say is one: `commands`, `users`, and `file` with a file that is there
 * or with names of users behind it. A space before a line says it in any case.
 */
export function commandInConversation(line: string, place: ConversationPlace): Input | undefined {
  if (line.startsWith('//')) return undefined;
  if (line.startsWith('/')) return fileFor(line, place.partner);
  const decision = decisionOf(line, (id) => place.isOpen(id));
  if (decision !== undefined) return decision;
  if (line === 'commands' || line === 'users') return { is: line };
  if (!line.startsWith('file ')) return undefined;
  const [, path = '', ...to] = wordsOf(line);
  const isMeant =
    place.isFile(path) || (to.length > 0 && to.map(recipientOf).every((one) => place.knows(one)));
  return isMeant ? fileFor(line, place.partner) : undefined;
}

/** A command; a file that names nobody is for the partner. */
function fileFor(line: string, partner: Recipient | undefined): Input {
  const input = inputOf(line);
  const [, path, ...more] = wordsOf(line);
  const isForPartner = input.is === 'wrong' && input.command === 'file' && more.length === 0;
  if (!isForPartner || path === undefined || partner === undefined) return input;
  return { is: 'file', path, to: [partner] };
}

/** `NAME>MESSAGE`, as it is typed in `chat2`. */
export function addressedOf(
  line: string,
): { readonly to: Recipient; readonly text: string } | undefined {
  const end = line.indexOf('>');
  const word = line.slice(0, Math.max(0, end)).trim();
  return word === '' ? undefined : { to: recipientOf(word), text: line.slice(end + 1) };
}
