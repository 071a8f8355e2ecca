// How messages and receipts are said on this wire: as calls, each on a connection of its own.

import { withKeptFileNote } from '../../bytes/text';
import type { Direct, Receipt } from '../../model';
import { textWithFile } from '../wire/call_codec';
import { type Call, textBytes } from '../wire/messages';
import { distinctLines } from './distinct_lines';
import { distinctParts } from './distinct_parts';

/**
 * The calls that tell a user of a message or a receipt, in order. `wantsFiles`: the user has sent ATTACHES. `isProved`:
 * the client has ended a call before; until then no line end is sent to it.
 */
export function callsFor(
  event: Direct | Receipt,
  wantsFiles: boolean,
  isProved: boolean,
): readonly Call[] {
  if (event.is === 'direct') {
    return messageCalls(event, wantsFiles, isProved ? distinctParts : distinctLines);
  }
  // The protocol can say that a message arrived. It has no words for a message that never will.
  if (event.status === 'failed') return [];
  const id = String(event.id);
  return wantsFiles && event.file !== undefined
    ? [{ call: 'SEND_MESS_ATTACH_ACK', id, file: event.file }]
    : [{ call: 'SEND_MESS_ACK', id }];
}

/**
 * The bytes of a text that is not UTF-8, where its call can carry them as they came: they fit, no note stands behind
 * them, and no line end goes to a client that has not ended a call.
 */
export function rawTextOf(
  event: Direct | Receipt,
  wantsFiles: boolean,
  isProved: boolean,
): Uint8Array | undefined {
  if (event.is !== 'direct' || event.raw === undefined) return undefined;
  const hasFile = event.file !== undefined || event.fileAtSender !== undefined;
  const { raw } = event;
  const hasLineEnd = raw.includes(0x0a) || raw.includes(0x0d);
  const fits = raw.length <= textBytes && (wantsFiles || !hasFile) && (isProved || !hasLineEnd);
  return fits ? raw : undefined;
}

function messageCalls(
  message: Direct,
  wantsFiles: boolean,
  cut: (text: string, most: number) => readonly string[],
): readonly Call[] {
  const { from, file, fileAtSender } = message;
  const id = String(message.id);
  const textCall = (text: string): Call => ({ call: 'SEND_MESSAGE', from, id, text });
  const fileName = file?.name ?? fileAtSender;
  if (fileName === undefined) return cut(message.text, textBytes).map(textCall);
  if (wantsFiles) {
    const parts = cut(message.text, textBytes);
    const text = parts.at(-1) ?? '';
    const fileCall: Call = { call: 'SEND_MESSAGE_ATTACH', from, id, text, file: fileName };
    return [...parts.slice(0, -1).map(textCall), fileCall];
  }
  if (file === undefined) {
    return cut(withKeptFileNote(message.text, fileName), textBytes).map(textCall);
  }
  const both = textWithFile(message.text, file, from, message.id);
  const [whole = '', ...more] = cut(both, textBytes);
  if (more.length === 0) return [textCall(whole)];
  // The note says how to get the file, so it stays in one part if it fits one.
  const texts = message.text === '' ? [] : cut(message.text, textBytes);
  const note = textWithFile('', file, from, message.id);
  return [...texts, ...cut(note, textBytes)].map(textCall);
}
