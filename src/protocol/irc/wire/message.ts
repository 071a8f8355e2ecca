// One line as its parts: tags, who it is from, a command and its parameters; and back.

import { limits } from '../../limits';

export interface Message {
  readonly tags: ReadonlyMap<string, string>;
  /** In upper case. */
  readonly command: string;
  readonly params: readonly string[];
}

/** A tag's value, escaped as message tags have it. */
const escapes: Readonly<Record<string, string>> = {
  ';': '\\:',
  ' ': '\\s',
  '\\': '\\\\',
  '\r': '\\r',
  '\n': '\\n',
};
const unescapes: Readonly<Record<string, string>> = { ':': ';', s: ' ', r: '\r', n: '\n' };

export const escapeTag = (value: string): string =>
  value.replace(/[; \\\r\n]/g, (character) => escapes[character] ?? character);

/** A backslash that stands alone at the end is nothing. */
export const unescapeTag = (value: string): string =>
  value.replace(/\\(.?)/gs, (_all, character: string) => unescapes[character] ?? character);

function tagsOf(text: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const tag of text.split(';')) {
    const equals = tag.indexOf('=');
    const key = equals < 0 ? tag : tag.slice(0, equals);
    if (key !== '') tags.set(key, equals < 0 ? '' : unescapeTag(tag.slice(equals + 1)));
  }
  return tags;
}

/** What a line says, or undefined where it is blank. What stands behind the last parameter that may be belongs to it. */
export function parseMessage(line: string): Message | undefined {
  let rest = line.trimStart();
  let tags: ReadonlyMap<string, string> = new Map();
  if (rest.startsWith('@')) {
    const [word, behind] = firstWord(rest);
    tags = tagsOf(word.slice(1));
    rest = behind;
  }
  // A client cannot speak for somebody else: what it says of its source is not looked at.
  if (rest.startsWith(':')) [, rest] = firstWord(rest);
  let command: string;
  [command, rest] = firstWord(rest);
  if (command === '') return undefined;
  const params: string[] = [];
  while (rest !== '') {
    if (rest.startsWith(':') || params.length === limits.irc.params - 1) {
      params.push(rest.startsWith(':') ? rest.slice(1) : rest);
      break;
    }
    let param: string;
    [param, rest] = firstWord(rest);
    params.push(param);
  }
  return { tags, command: command.toUpperCase(), params };
}

/** The first word, and what stands behind the spaces that end it. */
function firstWord(text: string): [word: string, rest: string] {
  const end = text.indexOf(' ');
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end).replace(/^ +/, '')];
}

/** A line without tags and without its end. `trailing` stands behind a colon, whatever it holds. */
export function formatLine(
  source: string,
  command: string,
  params: readonly string[],
  trailing?: string,
): string {
  const middle = params.length === 0 ? '' : ` ${params.join(' ')}`;
  return `:${source} ${command}${middle}${trailing === undefined ? '' : ` :${trailing}`}`;
}

/** Tags in front of a line; nothing where there are none. */
export const formatTags = (tags: readonly string[]): string =>
  tags.length === 0 ? '' : `@${tags.join(';')} `;
