// How what the hub tells is said on this wire; what many clients are told is encoded once.

import { encodedOnce } from '../../bytes/encoded_once';
import { bareName, linesOf, withFileNote } from '../../bytes/text';
import type { ChatEvent, Name } from '../../model';
import { bytesOfLines } from '../wire/codec';
import { marked, texts } from '../wire/messages';

/** An event as bytes, which nobody may change; undefined for what this dialect does not tell. */
export const bytesOfEvent = encodedOnce((event: ChatEvent): Uint8Array | undefined => {
  const lines = linesOfEvent(event);
  return lines && bytesOfLines(...lines);
});

function linesOfEvent(event: ChatEvent): readonly string[] | undefined {
  switch (event.is) {
    case 'said':
      return spoken(event.from, event.text);
    case 'direct': {
      const { from, text, file } = event;
      return spoken(from, file === undefined ? text : withFileNote(text, file));
    }
    case 'joined':
      return [texts.joined(event.name)];
    case 'left':
      return [texts.left(event.name)];
    case 'paid':
      return [texts.paid(event.from, event.amount)];
    case 'receipt':
      return event.status === 'failed' ? [texts.undelivered(bareName(event.by))] : undefined;
    case 'invited':
    case 'presence':
    case 'signal':
    case 'offer':
      return undefined;
  }
}

/** Each line of a text with the prefix of who said it, so that nobody can write a line as another user. */
const spoken = (from: Name, text: string): string[] =>
  linesOf(text).map((line) => `${marked(from)}: ${line}`);
