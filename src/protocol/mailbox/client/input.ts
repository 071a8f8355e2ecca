// The line that a user types: one command, as on the source's buttons (source 000, 5), in any case.

import { quotedWord, typedWords } from '../../client_kit/words';
import type { Directory } from './directory';

/** What can be typed, and what follows it. Square brackets: may be left out. */
const usages = {
  REGISTER: '["FULL NAME" USER DD/MM/YYYY]',
  UNREGISTER: '[USER]',
  CONNECT: '[USER]',
  DISCONNECT: '[USER]',
  CONNECTEDUSERS: '',
  SEND: 'USER TEXT',
  SENDATTACH: 'USER FILE [TEXT]',
  GETFILE: 'USER ID [PATH]',
  CANCEL: '[FILE]',
  HELP: '',
  QUIT: '',
} as const;

export type CommandName = keyof typeof usages;
export const commandNames = Object.keys(usages) as readonly CommandName[];

export const usage = (name: CommandName): string => `${name} ${usages[name]}`.trimEnd();

export type ParsedLine =
  | { readonly is: 'nothing' }
  | { readonly is: 'unknown'; readonly word: string }
  | { readonly is: 'wrong'; readonly name: CommandName }
  | {
      readonly is: 'command';
      readonly name: CommandName;
      /** The words behind the name. Only the last may hold spaces without quotes. */
      readonly words: readonly string[];
    };

/** How many words a command takes: at least, at most, and whether the last is all the rest of the line. */
const shapes: Readonly<Record<CommandName, readonly [least: number, most: number, rest?: 'rest']>> =
  {
    REGISTER: [0, 3],
    UNREGISTER: [0, 1],
    CONNECT: [0, 1],
    DISCONNECT: [0, 1],
    CONNECTEDUSERS: [0, 0],
    SEND: [2, 2, 'rest'],
    SENDATTACH: [2, 3, 'rest'],
    GETFILE: [2, 3, 'rest'],
    CANCEL: [0, 1, 'rest'],
    HELP: [0, 0],
    QUIT: [0, 0],
  };

const isCommandName = (text: string): text is CommandName => Object.hasOwn(usages, text);

/** The next word and what stands behind the white space after it. Quotes hold a word with spaces together. */
function cutWord(line: string): readonly [word: string, rest: string] {
  const match = /^(?:"([^"]*)"|(\S+))(?:\s([^]*))?$/.exec(line);
  return match ? [match[1] ?? match[2] ?? '', match[3] ?? ''] : ['', ''];
}

/** Reads a line. A text begins after exactly one space, so that its own spaces stay. */
export function parseLine(line: string): ParsedLine {
  const trimmed = line.trimStart();
  if (trimmed.trim() === '') return { is: 'nothing' };
  // The button says it in two words.
  const [word, behind] = cutWord(trimmed.replace(/^connected\s+users\b/i, 'CONNECTEDUSERS'));
  // Other programs' commands begin with a slash.
  const name = word.replace(/^\//, '').toUpperCase();
  if (!isCommandName(name)) return { is: 'unknown', word };
  const [least, most, tail] = shapes[name];
  const words: string[] = [];
  let rest = behind;
  while (words.length < most && rest.trim() !== '') {
    if (tail === 'rest' && words.length === most - 1) {
      words.push(rest);
      rest = '';
    } else {
      const [next, after] = cutWord(rest.trimStart());
      words.push(next);
      rest = after;
    }
  }
  if (words.length < least || rest.trim() !== '') return { is: 'wrong', name };
  return { is: 'command', name, words };
}

/** Commands whose first word is a user. */
const takesUser: ReadonlySet<string> = new Set<CommandName>([
  'UNREGISTER',
  'CONNECT',
  'DISCONNECT',
  'SEND',
  'SENDATTACH',
  'GETFILE',
]);

/** Candidates for the last word of what stands before the cursor. */
export function complete(
  before: string,
  directory: Directory,
  paths: (typed: string) => readonly string[],
): readonly string[] {
  const words = typedWords(before);
  const [first = '', user = '', third = '', fourth = ''] = words;
  const name = first.toUpperCase();
  switch (words.length) {
    case 1:
      return commandNames;
    case 2:
      return takesUser.has(name) ? Array.from(directory.names, quotedWord) : [];
    case 3:
      if (name === 'GETFILE') return directory.fileIds(user);
      return name === 'SENDATTACH' ? paths(third).map(quotedWord) : [];
    case 4:
      return name === 'GETFILE' ? paths(fourth).map(quotedWord) : [];
    default:
      return [];
  }
}
