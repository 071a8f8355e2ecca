// The lines of the first source's window, word for word (source 1, section 6), and its two panes.

import { signal } from '@preact/signals';

import { linesOf, withoutControls } from '../../protocol/bytes/text';

/** Lines kept in each pane. */
const linesMax = 1000;

/** What the user did, and the messages that came. */
export const clientPane = signal<readonly string[]>([]);
/** What the server answered. */
export const serverPane = signal<readonly string[]>([]);

const inLine = (text: string): string => withoutControls(text).replaceAll('\n', ' ');

function print(pane: typeof clientPane, ...lines: readonly string[]): void {
  pane.value = [...pane.value, ...lines].slice(-linesMax);
}

export const echo = (...words: readonly string[]): void =>
  print(clientPane, `c> ${words.filter(Boolean).map(inLine).join(' ')}`);
export const reply = (line: string): void => print(serverPane, `s> ${inLine(line)}`);

/** Each operation's outcomes by the refusal that they stand for; `else` for every other. */
export const outcomes = {
  REGISTER: { ok: 'REGISTER OK', 'name-taken': 'USERNAME IN USE', else: 'REGISTER FAIL' },
  UNREGISTER: {
    ok: 'UNREGISTER OK',
    'unknown-user': 'USER DOES NOT EXIST',
    else: 'UNREGISTER FAIL',
  },
  CONNECT: {
    ok: 'CONNECT OK',
    'unknown-user': 'CONNECT FAIL, USER DOES NOT EXIST',
    'already-connected': 'USER ALREADY CONNECTED',
    else: 'CONNECT FAIL',
  },
  DISCONNECT: {
    ok: 'DISCONNECT OK',
    'unknown-user': 'DISCONNECT FAIL / USER DOES NOT EXIST',
    'not-connected': 'DISCONNECT FAIL / USER NOT CONNECTED',
    else: 'DISCONNECT FAIL',
  },
  SEND: { 'unknown-user': 'SEND FAIL / USER DOES NOT EXIST', else: 'SEND FAIL' },
  SENDATTACH: { 'unknown-user': 'SENDATTACH FAIL / USER DOES NOT EXIST', else: 'SENDATTACH FAIL' },
  CONNECTEDUSERS: {
    'not-connected': 'CONNECTED USERS FAIL / USER IS NOT CONNECTED',
    else: 'CONNECTED USERS FAIL',
  },
} as const;

export type Operation = keyof typeof outcomes;

/** Prints how an operation ended; `why` is a refusal, or undefined for success. */
export function conclude(operation: Operation, why?: string): void {
  const lines: Readonly<Record<string, string>> = outcomes[operation];
  reply(lines[why ?? 'ok'] ?? lines['else'] ?? '');
}

export const concludeSend = (operation: 'SEND' | 'SENDATTACH', id: number): void =>
  reply(`${operation} OK - MESSAGE ${id}`);

export const concludeUsers = (names: readonly string[], count: number): void =>
  reply(`CONNECTED USERS (${count} users connected) OK - ${names.join(', ')}`);

/** A message's block, in the left pane (source 1, section 6.6). */
export function printMessage(id: number, from: string, text: string, file?: string): void {
  const [first = '', ...more] = linesOf(withoutControls(text));
  print(
    clientPane,
    `s> MESSAGE ${id} FROM ${inLine(from)}`,
    `    ${first}`,
    // Deeper than END, so that no text can look like the end of its own block.
    ...more.map((line) => `      ${line}`),
    '    END',
    ...(file === undefined ? [] : [`    FILE ${inLine(file)}`]),
  );
}

export const printReceipt = (id: number, file?: string): void =>
  reply(file === undefined ? `SEND MESSAGE ${id} OK` : `SENDATTACH MESSAGE ${id} ${file} OK`);

export function clearPanes(): void {
  clientPane.value = [];
  serverPane.value = [];
}
