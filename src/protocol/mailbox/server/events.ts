// What the hub tells a user who is called: the calls that say it, one connection each.

import { byteLength } from '../../bytes/text';
import type { Direct, Receipt } from '../../model';
import { type Call, textBytes } from '../wire/messages';
import { distinctParts } from './distinct_parts';

/** The calls that tell a message or a receipt, in order, one connection each. */
export function callsFor(telling: Direct | Receipt, wantsFiles: boolean): readonly Call[] {
  if (telling.is === 'direct') return messageCalls(telling, wantsFiles);
  // The protocol can say that a message arrived, and has no words for one that never will.
  if (telling.status === 'failed') return [];
  const id = String(telling.id);
  return wantsFiles && telling.file !== undefined
    ? [{ call: 'SEND_MESS_ATTACH_ACK', id, file: telling.file }]
    : [{ call: 'SEND_MESS_ACK', id }];
}

function messageCalls(message: Direct, wantsFiles: boolean): readonly Call[] {
  const { from, file } = message;
  const id = String(message.id);
  const plain = (text: string): Call => ({ call: 'SEND_MESSAGE', from, id, text });
  if (file === undefined) return distinctParts(message.text, textBytes).map(plain);
  if (wantsFiles) {
    const parts = distinctParts(message.text, textBytes);
    const text = parts.at(-1) ?? '';
    const whole: Call = { call: 'SEND_MESSAGE_ATTACH', from, id, text, file: file.name };
    return [...parts.slice(0, -1).map(plain), whole];
  }
  const note = `(file ${file.name}, ${file.size} bytes: GETFILE ${from} ${message.id})`;
  const both = message.text === '' ? note : `${message.text} ${note}`;
  // The note says how to get the file, so it is not torn apart where that can be helped.
  if (byteLength(both) <= textBytes) return [plain(both)];
  const texts = message.text === '' ? [] : distinctParts(message.text, textBytes);
  return [...texts, ...distinctParts(note, textBytes)].map(plain);
}
