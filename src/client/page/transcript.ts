// The lines of the window of (source 000, 6), word for word, and its two panes.

import { signal } from '@preact/signals';

import { linesOf, oneLine, withoutControls } from '../../protocol/bytes/text';
import { limits } from '../../protocol/limits';

/** What the user did, and the messages that arrived. */
export const clientPane = signal<readonly string[]>([]);
/** What the server answered. */
export const serverPane = signal<readonly string[]>([]);

function print(pane: typeof clientPane, ...lines: readonly string[]): void {
  pane.value = [...pane.value, ...lines].slice(-limits.page.transcriptLines);
}

export const echo = (...words: readonly string[]): void =>
  print(clientPane, `c> ${words.filter(Boolean).map(oneLine).join(' ')}`);
export const reply = (line: string): void => print(serverPane, `s> ${oneLine(line)}`);

/** The line of each outcome of each operation, by the refusal; `else` for every other refusal. */
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

/** Prints how an operation ended; `why` is the refusal, or undefined for success. */
export function conclude(operation: Operation, why?: string): void {
  const lines: Readonly<Record<string, string>> = outcomes[operation];
  reply(lines[why ?? 'ok'] ?? lines['else'] ?? '');
}

export const concludeSend = (operation: 'SEND' | 'SENDATTACH', id: number): void =>
  reply(`${operation} OK - MESSAGE ${id}`);

export const concludeUsers = (names: readonly string[], count: number): void =>
  reply(`CONNECTED USERS (${count} users connected) OK - ${names.join(', ')}`);

/** The block of a message that arrived, in the client's pane (source 000, 6.6). */
export function printMessage(id: number, from: string, text: string, file?: string): void {
  const [first = '', ...more] = linesOf(withoutControls(text));
  print(
    clientPane,
    `s> MESSAGE ${id} FROM ${oneLine(from)}`,
    `    ${first}`,
    // Deeper than END, so that no text can look like the end of its own block.
    ...more.map((line) => `      ${line}`),
    '    END',
    ...(file === undefined ? [] : [`    FILE ${oneLine(file)}`]),
  );
}

export const printReceipt = (id: number, file?: string): void =>
  reply(file === undefined ? `SEND MESSAGE ${id} OK` : `SENDATTACH MESSAGE ${id} ${file} OK`);

export function clearPanes(): void {
  clientPane.value = [];
  serverPane.value = [];
}
