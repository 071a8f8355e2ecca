// How the client shows what the server says, and what a refusal means for its exit status.

import type { Ending, Shown } from '../../dialect';
import type { Refusal, ServerMessage } from '../wire/messages';

export const endings: Readonly<Record<Refusal, Ending>> = {
  'unknown-control': 'usage',
  nameless: 'usage',
  'unknown-channel': 'unknown-user',
  'channel-exists': 'not-allowed',
  outside: 'not-allowed',
  muted: 'not-allowed',
  banned: 'not-allowed',
  'too-many': 'try-later',
  busy: 'try-later',
};

/** How a message is shown: its text for a user, its parts for a program. */
export function shownOf(heard: ServerMessage): Shown {
  switch (heard.is) {
    case 'said': {
      const { from, text } = heard;
      // A user must not be able to write a second line that looks like another user's.
      const [first = '', ...more] = text.split('\n');
      const lines = [text === '' ? `[${from}]` : `[${from}] ${first}`];
      for (const line of more) lines.push(`    ${line}`);
      return { lines, json: { type: 'message', from, text }, kind: 'incoming' };
    }
    case 'joined':
    case 'left': {
      const { is: type, name } = heard;
      return { lines: [`${name} has ${type}`], json: { type, name }, kind: 'incoming' };
    }
    case 'refused': {
      const { text, why } = heard;
      return { lines: text.split('\n'), json: { type: 'refusal', why, text }, kind: 'result' };
    }
    case 'told': {
      const { text } = heard;
      return { lines: text.split('\n'), json: { type: 'told', text }, kind: 'result' };
    }
  }
}
