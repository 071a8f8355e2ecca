// The lines of the server's console, word for word as in section 7 of source 000.

import { withoutControls } from '../../bytes/text';
import type { Address } from '../../model';
import type { Operation } from '../wire/messages';

/** A peer's text in one line of ours, in which it cannot begin another. */
const inLine = (text: string): string => withoutControls(text).replaceAll('\n', ' ');

const place = ({ host, port }: Address): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/**
 * Operations whose line says OK or FAIL. The lines of messages are `sent` and `stored`; ATTACHES, which only
 * says how a session likes its attachments, has none.
 */
type OperationWithLine = Exclude<Operation, 'SEND' | 'SENDATTACH' | 'ATTACHES'>;

export const consoleLines = {
  prompt: 's> ',
  started: (at: Address) => `s> init server ${place(at)}`,
  /** `s> REGISTER alice OK`; CONNECTEDUSERS names nobody. */
  done: (operation: OperationWithLine, alias: string, outcome: 'OK' | 'FAIL') =>
    operation === 'CONNECTEDUSERS'
      ? `s> CONNECTEDUSERS ${outcome}`
      : `s> ${operation} ${inLine(alias)} ${outcome}`,
  sent: (id: number, from: string, to: string) =>
    `s> SEND MESSAGE ${id} FROM ${inLine(from)} TO ${inLine(to)}`,
  stored: (id: number, from: string, to: string) =>
    `s> MESSAGE ${id} FROM ${inLine(from)} TO ${inLine(to)} STORED`,
} as const;

export const hasResultLine = (operation: Operation): operation is OperationWithLine =>
  operation !== 'SEND' && operation !== 'SENDATTACH' && operation !== 'ATTACHES';
