// The lines of the server's console, word for word as in the source (source 000, 7).

import { hostAndPort } from '../../bytes/address';
import { oneLine } from '../../bytes/text';
import type { Address } from '../../model';
import type { Operation } from '../wire/messages';

/**
 * Operations with a line that says OK or FAIL. Messages have the lines `sent` and `stored`. ATTACHES only says how
 * a user wants to hear of files, and has no line.
 */
type OperationWithLine = Exclude<Operation, 'SEND' | 'SENDATTACH' | 'ATTACHES'>;

export const hasResultLine = (operation: Operation): operation is OperationWithLine =>
  operation !== 'SEND' && operation !== 'SENDATTACH' && operation !== 'ATTACHES';

/** What the edition of 2025-26 calls otherwise is the same operation here. */
const sameOperation: { readonly [O in OperationWithLine]?: OperationWithLine } = {
  USERS: 'CONNECTEDUSERS',
  GET_FILE: 'GETFILE',
};

export const consoleLines = {
  prompt: 's> ',
  started: (at: Address) => `s> init server ${hostAndPort(at)}`,
  /** `s> REGISTER alice OK`. The line of CONNECTEDUSERS has no name. */
  result: (operation: OperationWithLine, alias: string, result: 'OK' | 'FAIL') => {
    const name = sameOperation[operation] ?? operation;
    return name === 'CONNECTEDUSERS'
      ? `s> CONNECTEDUSERS ${result}`
      : `s> ${name} ${oneLine(alias)} ${result}`;
  },
  sent: (id: number, from: string, to: string) =>
    `s> SEND MESSAGE ${id} FROM ${oneLine(from)} TO ${oneLine(to)}`,
  stored: (id: number, from: string, to: string) =>
    `s> MESSAGE ${id} FROM ${oneLine(from)} TO ${oneLine(to)} STORED`,
} as const;
