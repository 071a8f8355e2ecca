// What a user types: one operation a line, as on the buttons of source 000, section 5, in any case.

/** What can be typed, and what follows it. Square brackets: may be left out. */
export const usages = {
  REGISTER: '["FULL NAME" USER DD/MM/YYYY]',
  UNREGISTER: '[USER]',
  CONNECT: '[USER]',
  DISCONNECT: '[USER]',
  CONNECTEDUSERS: '',
  SEND: 'USER TEXT',
  SENDATTACH: 'USER FILE [TEXT]',
  GETFILE: 'USER ID [PATH]',
  HELP: '',
  QUIT: '',
} as const;

export type CommandName = keyof typeof usages;
export const commandNames = Object.keys(usages) as readonly CommandName[];

export const usage = (word: CommandName): string => `${word} ${usages[word]}`.trimEnd();

export type ParsedLine =
  | { readonly is: 'nothing' }
  | { readonly is: 'unknown'; readonly word: string }
  | { readonly is: 'wrong'; readonly word: CommandName }
  | {
      readonly is: 'operation';
      readonly word: CommandName;
      /** The words behind it, as many as it takes; what may hold spaces is the last. */
      readonly words: readonly string[];
    };

/** How many words an operation takes: at least, at most, and whether the last is all the rest of the line. */
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
    HELP: [0, 0],
    QUIT: [0, 0],
  };

const isWord = (text: string): text is CommandName => Object.hasOwn(usages, text);

/** The next word and what stands behind the white space after it. Quotes hold a word with spaces together. */
function cut(line: string): readonly [word: string, rest: string] {
  const match = /^(?:"([^"]*)"|(\S+))(?:\s([^]*))?$/.exec(line);
  return match ? [match[1] ?? match[2] ?? '', match[3] ?? ''] : ['', ''];
}

/** Reads a line. A text begins after exactly one space, so that its own spaces stay. */
export function parseLine(line: string): ParsedLine {
  const trimmed = line.trimStart();
  if (trimmed.trim() === '') return { is: 'nothing' };
  // The button says it in two words.
  const [first, behind] = cut(trimmed.replace(/^connected\s+users\b/i, 'CONNECTEDUSERS'));
  const word = first.toUpperCase();
  if (!isWord(word)) return { is: 'unknown', word: first };
  const [least, most, tail] = shapes[word];
  const found: string[] = [];
  let rest = behind;
  while (found.length < most && rest.trim() !== '') {
    if (tail === 'rest' && found.length === most - 1) {
      found.push(rest);
      rest = '';
    } else {
      const [next, after] = cut(rest.trimStart());
      found.push(next);
      rest = after;
    }
  }
  if (found.length < least || rest.trim() !== '') return { is: 'wrong', word };
  return { is: 'operation', word, words: found };
}

/** A name as it must be typed to stay one word. */
export const quoted = (name: string): string => (/\s/.test(name) ? `"${name}"` : name);
