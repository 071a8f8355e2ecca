// How the client shows what the server says, and what a refusal means for its exit status.

import type { Ending, Shown } from '../../dialect';
import { privateMark, type Refusal, type ServerMessage } from '../wire/messages';

/** What each refusal makes of the exit status of a script. */
export const endings: Readonly<Record<Refusal, Ending>> = {
  'in-use': 'not-allowed',
  'bad-name': 'bad-data',
  'bad-balance': 'bad-data',
  'bad-amount': 'bad-data',
  insufficient: 'not-allowed',
  'not-connected': 'unknown-user',
  'no-account': 'not-allowed',
  oneself: 'not-allowed',
  'too-much': 'not-allowed',
  full: 'try-later',
  muted: 'not-allowed',
  banned: 'not-allowed',
  undelivered: 'unknown-user',
  malformed: 'usage',
  'unknown-command': 'usage',
  'too-long': 'bad-data',
  busy: 'try-later',
};

/** How a line is shown: itself for a user, its parts for a program. `marks`: whether a private line is marked. */
export function shownOf(message: ServerMessage, line: string, marks: boolean): Shown {
  const lines = [line];
  switch (message.is) {
    case 'welcome':
    case 'farewell':
    case 'question':
      return { lines, json: { type: message.is, text: line }, kind: 'result' };
    case 'said': {
      const { from, text, isPrivate } = message;
      const json = { type: 'message', from, text, ...(isPrivate && { private: true }) };
      // A script gets the line as the source has it.
      const isBare = isPrivate === true && !marks;
      return { lines: isBare ? [line.slice(privateMark.length)] : lines, json, kind: 'incoming' };
    }
    case 'joined':
    case 'left':
      return { lines, json: { type: message.is, name: message.name }, kind: 'incoming' };
    case 'paid':
      return {
        lines,
        json: { type: 'paid', from: message.from, amount: Number(message.amount) },
        kind: 'incoming',
      };
    case 'sent':
      return {
        lines,
        json: { type: 'transferred', to: message.to, amount: Number(message.amount) },
        kind: 'result',
      };
    case 'balance-set':
    case 'funds':
      return { lines, json: { type: 'balance', amount: Number(message.amount) }, kind: 'result' };
    case 'users':
      return { lines, json: { type: 'users' }, kind: 'result' };
    case 'user':
      return { lines, json: { type: 'user', name: message.name }, kind: 'result' };
    case 'refused':
      return { lines, json: { type: 'refusal', why: message.why, text: line }, kind: 'result' };
    case 'told':
      return { lines, json: { type: 'told', text: line }, kind: 'result' };
  }
}
