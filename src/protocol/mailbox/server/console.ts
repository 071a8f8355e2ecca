// The lines of the server's console, word for word as in the source (source 000, 7).

import { withoutControls } from '../../bytes/text';
import type { Address } from '../../model';
import type { Operation } from '../wire/messages';

/** A peer's text as a part of one line of ours: it cannot begin another line. */
const inLine = (text: string): string => withoutControls(text).replaceAll('\n', ' ');

const place = ({ host, port }: Address): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/**
 * Operations with a line that says OK or FAIL. Messages have the lines `sent` and `stored`. ATTACHES only says how
 * a user wants to hear of files, and has no line.
 */
type OperationWithLine = Exclude<Operation, 'SEND' | 'SENDATTACH' | 'ATTACHES'>;

export const hasResultLine = (operation: Operation): operation is OperationWithLine =>
  operation !== 'SEND' && operation !== 'SENDATTACH' && operation !== 'ATTACHES';

export const consoleLines = {
  prompt: 's> ',
  started: (at: Address) => `s> init server ${place(at)}`,
  /** `s> REGISTER alice OK`. The line of CONNECTEDUSERS has no name. */
  result: (operation: OperationWithLine, alias: string, result: 'OK' | 'FAIL') =>
    operation === 'CONNECTEDUSERS'
      ? `s> CONNECTEDUSERS ${result}`
      : `s> ${operation} ${inLine(alias)} ${result}`,
  sent: (id: number, from: string, to: string) =>
    `s> SEND MESSAGE ${id} FROM ${inLine(from)} TO ${inLine(to)}`,
  stored: (id: number, from: string, to: string) =>
    `s> MESSAGE ${id} FROM ${inLine(from)} TO ${inLine(to)} STORED`,
} as const;
