// The server's calls to its clients: fields to bytes, and bytes to calls.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy } from '../../bytes/text';
import { encodeFields, takeField } from './fields';
import { type Call, callFields, callSynonyms, heardBytes, isCallName } from './messages';

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
