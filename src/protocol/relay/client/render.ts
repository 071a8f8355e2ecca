// How a client shows what it hears and what became of what it asked, to a person and to a program.

import { decodeLossy, linesOf } from '../../bytes/text';
import type { Shown } from '../../dialect';
import { isEmitter } from '../wire/messages';
import type { Incoming } from './connection';

/** What came for a display. Each line says whose it is, so that no text can look like another's. */
export function shownIncoming(incoming: Incoming): Shown {
  const { origin: from, destination: to, sequence, timestamp } = incoming;
  switch (incoming.kind) {
    case 'MSG': {
      // Real programs pad inside the length, too.
      const text = decodeLossy(incoming.text).replace(/\0+$/, '');
      return {
        kind: 'incoming',
        lines: linesOf(text).map((line) => `Message from ${from}: ${line}`),
        json: { type: 'message', from, to, text, sequence, timestamp },
      };
    }
    case 'OKQEM': {
      const emitters = incoming.ids.filter(isEmitter);
      const displays = incoming.ids.filter((id) => !isEmitter(id));
      const list = (ids: readonly number[]): string => ids.join(', ') || 'none';
      return {
        kind: 'incoming',
        lines: [`Emitters: ${list(emitters)}`, `Displays: ${list(displays)}`],
        json: { type: 'users', emitters, displays, sequence, timestamp },
      };
    }
    case 'FLW': {
      const text = from === 0 ? 'The server is closing.' : `Stopped by ${from}.`;
      return { kind: 'incoming', lines: [text], json: { type: 'stopped', by: from } };
    }
  }
}

export const note = (text: string): Shown => ({
  kind: 'note',
  lines: [text],
  json: { type: 'note', text },
});
