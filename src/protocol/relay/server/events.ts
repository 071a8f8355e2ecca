// How what the hub tells a display is said on this wire; what is said to all displays is prepared once.

import { encodedOnce } from '../../bytes/encoded_once';
import { type ModerationNotice, sentenceOf } from '../../bytes/moderation_words';
import { eachLinePiece, partsOfText } from '../../bytes/parts';
import { byteLength, encodeText, shortName } from '../../bytes/text';
import type { Direct, Said } from '../../model';
import { numberOf } from '../../model';
import { messageBytes, relayName, server, textBytesMax } from '../wire/messages';
import type { OutgoingFrame } from './stop_and_wait';

/**
 * A text as MSGs to a display, which nobody may change. An emitter's keeps its origin and sequence, byte for byte.
 * One that came by another door has origin 0, says who speaks at the start of each line, and is cut to fit.
 */
export const framesOfEvent = encodedOnce(prepare);

/** What moderators do: the server itself speaks, so no name stands before it. */
export const framesOfModeration = encodedOnce(
  (notice: ModerationNotice): readonly OutgoingFrame[] =>
    framesOfServer(sentenceOf(notice, shortName)),
);

/** A text of the server's own as MSGs, which nobody has dated. */
export const framesOfServer = (text: string): readonly OutgoingFrame[] =>
  [...eachLinePiece(text, textBytesMax)].map((part) => ({
    origin: server,
    sender: '',
    sequence: undefined,
    timestamp: 0,
    body: { kind: 'MSG', text: encodeText(part) },
  }));

function prepare(event: Direct | Said): readonly OutgoingFrame[] {
  const isPrivate = event.is === 'direct' ? { isPrivate: true as const } : {};
  const { from: sender, origin, reference: sequence, at: timestamp } = event;
  const emitter = origin === relayName ? numberOf(sender) : undefined;
  if (emitter !== undefined && sequence !== undefined) {
    const text = event.raw ?? encodeText(event.text);
    const body = { kind: 'MSG', text } as const;
    return [{ origin: emitter, sender, sequence, timestamp, body, ...isPrivate }];
  }
  const prefix = `${shortName(sender)}: `;
  const prefixBytes = byteLength(prefix);
  const parts = (text: string): Iterable<string> => eachLinePiece(text, textBytesMax - prefixBytes);
  const file = event.is === 'direct' ? event.file : undefined;
  return partsOfText(event.text, file, parts, () => messageBytes).map((part) => ({
    origin: server,
    sender,
    sequence: undefined,
    timestamp,
    body: { kind: 'MSG', text: encodeText(prefix + part) },
    ...isPrivate,
  }));
}
