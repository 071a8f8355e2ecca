// The calls of the server to its clients: calls to bytes, and bytes to calls.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy, withFileNote } from '../../bytes/text';
import { limits } from '../../limits';
import { encodeFields, takeField } from './fields';
import { type Call, callFields, callSynonyms, isCallName } from './messages';

/** `rawText`: the bytes of its text, where they are not UTF-8. */
export function encodeCall(call: Call, rawText?: Uint8Array): Uint8Array {
  const names: readonly string[] = callFields[call.call];
  const values = call as unknown as Readonly<Record<string, string>>;
  const fields = [call.call, ...names.map((name) => values[name] ?? '')];
  if (rawText === undefined) return encodeFields(fields);
  const at = names.indexOf('text') + 1;
  const [before, after] = [fields.slice(0, at), fields.slice(at + 1)];
  return Buffer.concat([encodeFields(before), rawText, Buffer.of(0), encodeFields(after)]);
}

/** What came in place of a call, to be shown. */
export interface StrangeCall {
  readonly strange: string;
}

/** Characters of it that are shown. */
const shownLength = 200;

/** Takes one call out of what arrives. Servers that do not count their bytes are understood as well. */
export class CallReader {
  readonly #fields: string[] = [];

  /** The call once it is whole. `bad`: it can never become one. Undefined: more is to come. */
  read(inbox: Inbox): Call | 'bad' | undefined {
    for (;;) {
      const call = this.#call();
      if (call !== undefined) return call;
      const bytes = takeField(inbox, limits.mailbox.replyFieldBytes);
      if (bytes === undefined) return undefined;
      if (bytes === 'too-long') return 'bad';
      this.#fields.push(decodeLossy(bytes));
    }
  }

  /** The server has ended its side: the call, if nothing is missing but the NUL that some leave out at the end. */
  end(inbox: Inbox): Call | undefined {
    const rest = inbox.takeAll(limits.mailbox.replyFieldBytes);
    if (rest.length === 0) return undefined;
    this.#fields.push(decodeLossy(rest));
    const call = this.#call();
    return call === 'bad' ? undefined : call;
  }

  /** All that has come, where it will never be a call: fields are missing, or it has another name. */
  strange(inbox: Inbox | undefined): StrangeCall {
    const rest = decodeLossy(inbox?.takeAll(limits.mailbox.replyFieldBytes) ?? new Uint8Array());
    const text = [...this.#fields, rest].join(' ').replaceAll(/[\0\n]/g, ' ');
    return { strange: text.trim().slice(0, shownLength) };
  }

  #call(): Call | 'bad' | undefined {
    const name = this.#name();
    if (name === undefined || name === 'bad') return name;
    if (name === 'GET_FILE') return this.fileAsked() && 'bad';
    const names: readonly string[] = callFields[name];
    if (this.#fields.length <= names.length) return undefined;
    const fields = names.map((field, index) => [field, this.#fields[index + 1]] as const);
    // The names come from the same table as the type.
    return { call: name, ...Object.fromEntries(fields) } as unknown as Call;
  }

  /** The question for a file that another user asks in the edition of 2025-26, once it is whole. */
  fileAsked(): { readonly asker: string; readonly name: string } | undefined {
    const [word, asker, name] = this.#fields;
    if (word !== 'GET_FILE' || asker === undefined || name === undefined) return undefined;
    return { asker, name };
  }

  #name(): Call['call'] | 'GET_FILE' | 'bad' | undefined {
    const [word] = this.#fields;
    if (word === undefined) return undefined;
    if (word === 'GET_FILE') return word;
    const name = Object.hasOwn(callSynonyms, word) ? callSynonyms[word] : word;
    return name !== undefined && isCallName(name) ? name : 'bad';
  }
}

/** Whether a value that came from another thread is a call. */
export function isCall(value: unknown): value is Call {
  if (typeof value !== 'object' || value === null || !('call' in value)) return false;
  const { call } = value;
  if (typeof call !== 'string' || !isCallName(call)) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return callFields[call].every((name) => typeof fields[name] === 'string');
}

/** What such a value says in place of a call; undefined where it is none. */
export function strangeIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('strange' in value)) return undefined;
  return typeof value.strange === 'string' ? value.strange : undefined;
}

/** A text with a note of its file behind it, for a client that did not ask for attachments. */
export const textWithFile = (
  text: string,
  file: { readonly name: string; readonly size: number },
  from: string,
  id: number,
): string => withFileNote(text, file, `GETFILE ${from} ${id}`);

const noteStart = '(file ';

/** The name of the file in such a note at the end of a text. */
export function fileInNote(text: string): string | undefined {
  const id = text.lastIndexOf(' ');
  const start = text.indexOf(noteStart) + noteStart.length;
  if (start < noteStart.length || !/^ \d+\)$/.test(text.slice(id))) return undefined;
  // The name and the sender's may hold the like of it: the last one is the note's own.
  const ends = [...text.matchAll(/, \d+ bytes: GETFILE /g)];
  const end = ends.findLast(({ 0: { length }, index }) => index + length < id)?.index ?? 0;
  return end > start ? text.slice(start, end) : undefined;
}
