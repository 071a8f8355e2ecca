// Requests and replies: messages to bytes and back, for both sides of one operation's connection.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy, decodeText, encodeText } from '../../bytes/text';
import { limits } from '../../limits';
import { encodeFields, joinFields, takeField } from './fields';
import {
  type Code,
  fieldBytes,
  isOperation,
  type Operation,
  replyContents,
  type Request,
  requestFields,
} from './messages';
import { countOf } from './values';

// ---- requests

/** An empty alias of CONNECTEDUSERS means that there is none, so the field is left out. */
export function encodeRequest(request: Request): Uint8Array {
  if (request.operation === 'CONNECTEDUSERS' && request.alias === '') {
    return encodeFields([request.operation]);
  }
  const names: readonly string[] = requestFields[request.operation];
  const values = request as unknown as Readonly<Record<string, string>>;
  return encodeFields([request.operation, ...names.map((name) => values[name] ?? '')]);
}

/** How far a request has come. `bad`: it can never become one; its operation, if known, says what to reply. */
export type RequestReading =
  | { readonly is: 'more' }
  | { readonly is: 'bad' }
  | { readonly is: 'request'; readonly request: Request };

/** Takes one request out of what arrives, field by field. */
export class RequestReader {
  #operation: Operation | undefined;
  readonly #fields: string[] = [];
  #isBad = false;

  /** Known as soon as the first field has come. */
  get operation(): Operation | undefined {
    return this.#operation;
  }

  /** A field that has come already, for the console. U+FFFD stands for what is not UTF-8 in it. */
  field(name: string): string | undefined {
    if (this.#operation === undefined) return undefined;
    const names: readonly string[] = requestFields[this.#operation];
    return this.#fields[names.indexOf(name)];
  }

  read(inbox: Inbox): RequestReading {
    if (this.#isBad) return { is: 'bad' };
    if (this.#operation === undefined) {
      const word = takeField(inbox, limits.mailbox.operationBytes);
      if (word === undefined) return { is: 'more' };
      const name = word === 'too-long' ? '' : decodeLossy(word);
      if (!isOperation(name)) return this.#bad();
      this.#operation = name;
    }
    const names = requestFields[this.#operation];
    while (this.#fields.length < names.length) {
      const bytes = takeField(inbox, fieldBytes);
      if (bytes === undefined) return { is: 'more' };
      if (bytes === 'too-long') return this.#bad();
      const text = decodeText(bytes);
      this.#fields.push(text ?? decodeLossy(bytes));
      if (text === undefined) return this.#bad();
    }
    return { is: 'request', request: this.#request(this.#operation) };
  }

  /** The request, if nothing is missing but the one field that may be missing (CONNECTEDUSERS). */
  withoutAlias(): Request | undefined {
    return this.#operation === 'CONNECTEDUSERS' && this.#fields.length === 0
      ? { operation: 'CONNECTEDUSERS', alias: '' }
      : undefined;
  }

  #bad(): RequestReading {
    this.#isBad = true;
    return { is: 'bad' };
  }

  #request(operation: Operation): Request {
    const request: Record<string, string> = { operation };
    requestFields[operation].forEach((name, index) => {
      request[name] = this.#fields[index] ?? '';
    });
    // The names come from the same table as the type.
    return request as unknown as Request;
  }
}

// ---- replies

/** How a server writes the code: one raw byte as in the source, or `"0\0"` as half of the public servers do. */
export type ReplyStyle = 'byte' | 'text';

export function encodeReply(code: Code, fields: readonly string[], style: ReplyStyle): Uint8Array {
  if (fields === last.fields && code === last.code && style === last.style) return last.bytes;
  // A code is so small that its byte is the byte of the character with that number.
  const head = style === 'byte' ? String.fromCharCode(code) : `${code}\0`;
  const bytes = encodeText(head + joinFields(fields));
  if (fields.length > 1) last = { code, fields, style, bytes };
  return bytes;
}

/** A long list that many clients ask for is encoded once: as long as it is the same list, it is the same array. */
let last: {
  readonly code: Code;
  readonly fields: readonly string[];
  readonly style: ReplyStyle;
  readonly bytes: Uint8Array;
} = { code: 0, fields: [], style: 'byte', bytes: Uint8Array.of(0) };

/** The fields of a list of users: how many, then each of them. */
export const listFields = (names: readonly string[]): readonly string[] => [
  String(names.length),
  ...names,
];

/** How far a reply has come. `file`: so many raw bytes follow. `bad`: it can never become a reply. */
export type ReplyReading =
  | { readonly is: 'more' }
  | { readonly is: 'bad' }
  | { readonly is: 'reply'; readonly code: Code; readonly fields: readonly string[] }
  | { readonly is: 'file'; readonly size: number };

const digitZero = 0x30;

/**
 * Takes one reply out of what arrives, however the server writes the code: a raw byte, an ASCII digit, or a digit
 * with NUL. The last two differ only in what follows the digit, so a NUL that may come is taken with the next field.
 */
export class ReplyReader {
  readonly #operation: Operation;
  #code: Code | undefined;
  #mayHaveNul = false;
  /** How many fields a reply has that lists something. */
  #count: number | undefined;
  readonly #fields: string[] = [];

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  /** Whether the code has come. */
  get hasBegun(): boolean {
    return this.#code !== undefined;
  }

  read(inbox: Inbox): ReplyReading {
    const code = this.#readCode(inbox);
    if (code === undefined) return { is: 'more' };
    if (code === 'bad') return { is: 'bad' };
    switch (code === 0 ? replyContents[this.#operation] : 'nothing') {
      case 'nothing':
        return this.#reply(code);
      case 'id':
        this.#count = 1;
        return this.#readFields(inbox, this.#count);
      case 'users':
        return this.#readList(inbox);
      case 'file': {
        const size = this.#readCount(inbox);
        return typeof size === 'number' ? { is: 'file', size } : size;
      }
    }
  }

  /** The server has ended its side: the reply, if only the NUL of its last field is missing, as from some servers. */
  end(inbox: Inbox): ReplyReading {
    if (this.#count === undefined || this.#fields.length !== this.#count - 1) return { is: 'bad' };
    const rest = inbox.takeAll(limits.mailbox.replyFieldBytes);
    if (rest.length === 0) return { is: 'bad' };
    this.#fields.push(decodeLossy(rest));
    return this.#reply(0);
  }

  #reply(code: Code): ReplyReading {
    return { is: 'reply', code, fields: this.#fields };
  }

  #readCode(inbox: Inbox): Code | 'bad' | undefined {
    if (this.#code !== undefined) return this.#code;
    const byte = inbox.take(1)?.[0];
    if (byte === undefined) return undefined;
    this.#mayHaveNul = byte >= digitZero;
    const code = this.#mayHaveNul ? byte - digitZero : byte;
    if (code !== 0 && code !== 1 && code !== 2 && code !== 3) return 'bad';
    this.#code = code;
    return code;
  }

  #readList(inbox: Inbox): ReplyReading {
    if (this.#count === undefined) {
      const count = this.#readCount(inbox);
      if (typeof count !== 'number') return count;
      if (count > limits.mailbox.listedUsers) return { is: 'bad' };
      this.#count = count;
    }
    return this.#readFields(inbox, this.#count);
  }

  #readFields(inbox: Inbox, count: number): ReplyReading {
    while (this.#fields.length < count) {
      const text = this.#readField(inbox);
      if (typeof text !== 'string') return text;
      this.#fields.push(text);
    }
    return this.#reply(0);
  }

  #readCount(inbox: Inbox): number | ReplyReading {
    const text = this.#readField(inbox);
    return typeof text === 'string' ? (countOf(text) ?? { is: 'bad' }) : text;
  }

  #readField(inbox: Inbox): string | ReplyReading {
    if (this.#mayHaveNul) {
      const next = inbox.peek(1)?.[0];
      if (next === undefined) return { is: 'more' };
      if (next === 0) inbox.take(1);
      this.#mayHaveNul = false;
    }
    const bytes = takeField(inbox, limits.mailbox.replyFieldBytes);
    if (bytes === undefined) return { is: 'more' };
    return bytes === 'too-long' ? { is: 'bad' } : decodeLossy(bytes);
  }
}
