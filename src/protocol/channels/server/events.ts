// How what the hub tells is said on this wire; what many clients are told is encoded once.

import { changeSentence } from '../../bytes/change_words';
import { encodedOnce } from '../../bytes/encoded_once';
import { sentenceOf } from '../../bytes/moderation_words';
import { byteLength, shortName } from '../../bytes/text';
import { limits } from '../../limits';
import type { ChatEvent, Name, Said } from '../../model';
import { framesOf, framesOfEach } from '../wire/frames';
import { texts } from '../wire/messages';

/** A name that leaves room for a text in its frame; the longest that a client of this door can have always does. */
const fitting = (name: Name): string =>
  byteLength(name) <= limits.channels.shownNameBytes ? name : shortName(name);

/** An event as frames, which nobody may change; undefined for what this dialect does not tell. */
export const framesOfEvent = encodedOnce(encode);

/** What one user said in a row, as frames in one piece, which nobody may change. */
export const framesOfRun = encodedOnce((run: readonly Said[]): Uint8Array => {
  const [first] = run;
  return framesOfEach(first === undefined ? '' : prefixOf(first), run);
});

function encode(event: ChatEvent): Uint8Array | undefined {
  switch (event.is) {
    case 'said':
      return framesOfEach(prefixOf(event), [event]);
    case 'joined':
      return framesOf('', texts.joined(fitting(event.name)));
    case 'left':
      return framesOf('', texts.left(fitting(event.name)));
    case 'direct': {
      const { from, text, file } = event;
      return framesOf(`[${fitting(from)}] (private) `, text, file);
    }
    case 'kicked':
    case 'topic':
    case 'standing':
    case 'muted':
    case 'announced':
      return framesOf('', sentenceOf(event, fitting));
    case 'changed': {
      const sentence = changeSentence(event, fitting);
      return sentence === undefined ? undefined : framesOf('', sentence);
    }
    case 'sent':
    case 'read':
    case 'got':
    case 'receipt':
    case 'invited':
    case 'paid':
    case 'presence':
    case 'signal':
    case 'offer':
      return undefined;
  }
}

const prefixOf = ({ from }: Said): string => `[${fitting(from)}] `;
