// What a person types: the commands of a session, and the lines that are part of a conversation.

/** Whom a line is for: a user or a group by name, or a user by his port. */
export type Somebody = { readonly name: string } | { readonly port: number };

export type Typed =
  | { readonly is: 'commands' | 'users' | 'chat2' | 'quit' }
  | { readonly is: 'chat'; readonly with: Somebody }
  | { readonly is: 'group'; readonly group: string; readonly users: readonly Somebody[] }
  | { readonly is: 'invite'; readonly group: string; readonly user: Somebody }
  | { readonly is: 'join' | 'decline' | 'leave'; readonly group: string }
  | { readonly is: 'file'; readonly path: string; readonly to: readonly Somebody[] }
  | { readonly is: 'accept'; readonly id: string; readonly path?: string }
  | { readonly is: 'reject' | 'cancel'; readonly id: string }
  /** `form`: how the command is written that this was meant to be. */
  | { readonly is: 'wrong'; readonly form: string }
  | { readonly is: 'unknown'; readonly word: string };

/** Every command, with how it is written and what it does (`commands` prints them). */
export const commands = {
  commands: ['commands', 'this list'],
  users: ['users', 'who is connected, with the port of each'],
  chat: ['chat NAME', 'a conversation: each line goes to NAME (a user, a port or a group)'],
  chat2: ['chat2', 'write to anybody: NAME>MESSAGE'],
  quit: ['quit', 'leave the conversation; outside one, leave the program'],
  group: ['group NAME USER...', 'create a group and invite users'],
  invite: ['invite GROUP USER', 'invite one more (who created the group)'],
  join: ['join GROUP', 'accept an invitation'],
  decline: ['decline GROUP', 'decline it'],
  leave: ['leave GROUP', 'leave a group'],
  file: ['file PATH NAME...', 'offer a file to users, ports or groups'],
  accept: ['accept ID [PATH]', 'take a file that was offered'],
  reject: ['reject ID', 'do not take it'],
  cancel: ['cancel ID', 'stop a transfer, in either direction'],
} as const satisfies Readonly<Record<string, readonly [form: string, what: string]>>;

type CommandWord = keyof typeof commands;

const isCommand = (word: string): word is CommandWord => Object.hasOwn(commands, word);

/** Words between spaces; one in double quotes may hold some. */
export const wordsOf = (line: string): string[] =>
  Array.from(line.matchAll(/"([^"]*)"|[^\s"]+/g), (match) => match[1] ?? match[0]);

/** A number is a port: nobody here has a name of digits alone. */
export function somebodyOf(word: string): Somebody {
  const port = /^\d{1,5}$/.test(word) ? Number(word) : 0;
  return port > 0 && port < 65_536 ? { port } : { name: word };
}

/** A line typed outside a conversation. */
export function commandOf(line: string): Typed {
  const [word = '', ...rest] = wordsOf(line);
  const command = word.toLowerCase();
  if (!isCommand(command)) return { is: 'unknown', word };
  return withWords(command, rest) ?? { is: 'wrong', form: commands[command][0] };
}

function withWords(command: CommandWord, rest: readonly string[]): Typed | undefined {
  const [first, second, ...more] = rest;
  switch (command) {
    case 'commands':
    case 'users':
    case 'chat2':
    case 'quit':
      return first === undefined ? { is: command } : undefined;
    case 'chat':
      // Names may hold spaces, and here nothing follows.
      return first === undefined ? undefined : { is: command, with: somebodyOf(rest.join(' ')) };
    case 'group':
      if (first === undefined) return undefined;
      return { is: command, group: first, users: rest.slice(1).map(somebodyOf) };
    case 'invite':
      if (first === undefined || second === undefined) return undefined;
      return { is: command, group: first, user: somebodyOf([second, ...more].join(' ')) };
    case 'join':
    case 'decline':
    case 'leave':
      return first === undefined || second !== undefined
        ? undefined
        : { is: command, group: first };
    case 'file':
      if (first === undefined || second === undefined) return undefined;
      return { is: command, path: first, to: rest.slice(1).map(somebodyOf) };
    case 'accept':
      if (first === undefined || more.length > 0) return undefined;
      return { is: command, id: first, ...(second !== undefined && { path: second }) };
    case 'reject':
    case 'cancel':
      return first === undefined || second !== undefined ? undefined : { is: command, id: first };
  }
}

/**
 * A line typed in a conversation is said, except `quit` and a decision about a file that is open: an offer
 * interrupts a conversation, and is answered without leaving it. A space before them makes them words again.
 */
export function decisionOf(line: string, isOpen: (id: string) => boolean): Typed | undefined {
  if (line === 'quit') return { is: 'quit' };
  if (!/^(?:accept|reject|cancel) /.test(line)) return undefined;
  const typed = commandOf(line);
  return 'id' in typed && isOpen(typed.id) ? typed : undefined;
}

/** `NAME>MESSAGE`, as it is typed in `chat2`. */
export function addressedOf(
  line: string,
): { readonly to: Somebody; readonly text: string } | undefined {
  const match = /^\s*([^>]*[^>\s])\s*>(.*)$/s.exec(line);
  return match ? { to: somebodyOf(match[1] ?? ''), text: match[2] ?? '' } : undefined;
}
