// How what the hub tells is said on this wire; what many clients are told is encoded once.

import { changeSentence } from '../../bytes/change_words';
import { encodedOnce } from '../../bytes/encoded_once';
import { sentenceOf } from '../../bytes/moderation_words';
import { type FileNote, partsOfText } from '../../bytes/parts';
import { bareName, byteLength, eachLine } from '../../bytes/text';
import type { ChatEvent, Direct, Name, Said } from '../../model';
import { bytesOfLines } from '../wire/codec';
import { marked, privateMark, texts } from '../wire/messages';

/** An event as bytes, which nobody may change; undefined for what this dialect does not tell. */
export const bytesOfEvent = encodedOnce((event: ChatEvent): Uint8Array | undefined => {
  const lines = linesOfEvent(event);
  return lines && bytesOfLines(...lines);
});

/** What one user said in a row, as bytes in one piece, which nobody may change. */
export const bytesOfRun = encodedOnce((run: readonly Said[]) =>
  bytesOfLines(run.flatMap(({ from, text }) => spoken(from, text)).join('\n')),
);

function linesOfEvent(event: ChatEvent): readonly string[] | undefined {
  switch (event.is) {
    case 'said':
      return spoken(event.from, event.text);
    case 'direct':
      return spoken(event.from, event.text, event.file);
    case 'joined':
      return [texts.joined(event.name)];
    case 'left':
      return [texts.left(event.name)];
    case 'paid':
      return [texts.paid(event.from, event.amount)];
    case 'receipt':
      return event.status === 'failed' ? [texts.undelivered(bareName(event.by))] : undefined;
    case 'kicked':
    case 'topic':
    case 'standing':
    case 'muted':
    case 'announced':
      return [texts.told(sentenceOf(event, (name) => marked(name)))];
    case 'changed': {
      const sentence = changeSentence(event, (name) => marked(name));
      return sentence === undefined ? undefined : [...eachLine(sentence)].map(texts.told);
    }
    case 'sent':
    case 'read':
    case 'got':
    case 'invited':
    case 'presence':
    case 'signal':
    case 'offer':
      return undefined;
  }
}

/** A private message for a client that wants it marked. */
export const markedBytes = ({ from, text, file }: Direct): Uint8Array =>
  bytesOfLines(...spoken(from, text, file, privateMark));

/** Each line of a text with the prefix of who said it, so that nobody can write a line as another user. */
function spoken(from: Name, text: string, file?: FileNote, mark = ''): string[] {
  const prefix = `${mark}${marked(from)}: `;
  // Nearly every text: one line, which is never too much.
  if (file === undefined && !/[\r\n]/.test(text)) return [prefix + text];
  const prefixBytes = byteLength(prefix);
  const lines = partsOfText(text, file, eachLine, (line) => prefixBytes + byteLength(line));
  return lines.map((line) => prefix + line);
}
