// The server's calls to its clients: what is said in them, and how a client understands them.

import type { Inbox } from '../bytes/inbox';
import { byteLength, decodeLossy } from '../bytes/text';
import type { Direct, Receipt } from '../model';
import { encodeFields, takeField } from './fields';
import { type Call, callFields, callSynonyms, heardBytes, isCallName, textBytes } from './messages';
import { distinctParts } from './parts';

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

export function encodeCall(call: Call): Uint8Array {
  const names: readonly string[] = callFields[call.call];
  const values = call as unknown as Readonly<Record<string, string>>;
  const fields: string[] = [call.call];
  for (const name of names) fields.push(values[name] ?? '');
  return encodeFields(fields);
}

/** Takes one call out of what arrives. Servers that do not count their bytes are taken as they are. */
export class CallReader {
  readonly #fields: string[] = [];

  /** The call once it is whole; `bad` if it can never be one; undefined while more is to come. */
  read(inbox: Inbox): Call | 'bad' | undefined {
    for (;;) {
      const call = this.#whole();
      if (call !== undefined) return call;
      const bytes = takeField(inbox, heardBytes);
      if (bytes === undefined) return undefined;
      if (bytes === 'too-long') return 'bad';
      this.#fields.push(decodeLossy(bytes));
    }
  }

  /** The server has ended: the call if only the NUL of its last field is missing, as some leave it out. */
  end(inbox: Inbox): Call | undefined {
    const rest = inbox.takeAll(heardBytes);
    if (rest.length === 0) return undefined;
    this.#fields.push(decodeLossy(rest));
    const call = this.#whole();
    return call === 'bad' ? undefined : call;
  }

  #whole(): Call | 'bad' | undefined {
    const call = this.#name();
    if (call === undefined || call === 'bad') return call;
    const names: readonly string[] = callFields[call];
    if (this.#fields.length <= names.length) return undefined;
    const fields = names.map((name, index) => [name, this.#fields[index + 1]] as const);
    // The names come from the same table as the type.
    return { call, ...Object.fromEntries(fields) } as unknown as Call;
  }

  #name(): Call['call'] | 'bad' | undefined {
    const said = this.#fields[0];
    if (said === undefined) return undefined;
    const name = Object.hasOwn(callSynonyms, said) ? callSynonyms[said] : said;
    return name !== undefined && isCallName(name) ? name : 'bad';
  }
}
