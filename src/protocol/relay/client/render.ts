// How a client shows what comes and what became of what it asked, to a user and to a program.

import { decodeLossy, linesOf } from '../../bytes/text';
import type { Shown } from '../../dialect';
import { anyDisplay, anyEmitter, isEmitter, privately, server } from '../wire/messages';
import type { Incoming } from './connection';

/**
 * What came for a display. Each line says who sent it, so that no text can look like another user's. `marks`: whether a
 * line says that it is for this display alone.
 */
export function shownIncoming(incoming: Incoming, marks: boolean): Shown {
  const { origin: from, destination, sequence, timestamp } = incoming;
  const isPrivate = destination === privately;
  const to = isPrivate ? {} : { to: destination };
  switch (incoming.kind) {
    case 'MSG': {
      // Real programs pad inside the length as well.
      const text = decodeLossy(incoming.text).replace(/\0+$/, '');
      return {
        kind: 'incoming',
        lines: linesOf(text).map((line) => saidLine(from, line, isPrivate && marks)),
        json: {
          type: 'message',
          from,
          ...to,
          ...(isPrivate && { private: true }),
          text,
          sequence,
          timestamp,
        },
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
      const text = from === server ? 'The server is closing.' : `Stopped by ${from}.`;
      return { kind: 'incoming', lines: [text], json: { type: 'stopped', by: from } };
    }
  }
}

/**
 * A text from another door comes from 0 and begins with its user's name. A name that begins with a digit stays where it
 * is: it must not look like an emitter's number.
 */
function saidLine(from: number, line: string, isPrivate: boolean): string {
  const mark = isPrivate ? ' (private)' : '';
  const named = from === server ? /^(\D.*?): (.*)$/s.exec(line) : null;
  const [, who = `${from}`, text = line] = named ?? [];
  return `Message from ${who}${mark}: ${text}`;
}

/** Why a program got no number. */
export const numberRefused = (id: number): string =>
  id === anyEmitter || id === anyDisplay
    ? 'Every number is in use.'
    : `Number ${id} is in use; 0 is any that is free.`;
