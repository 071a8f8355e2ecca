// Requests and answers: bytes to messages and back, on both sides of one operation's connection.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy, decodeText, encodeText } from '../../bytes/text';
import { encodeFields, joinFields, takeField } from './fields';
import {
  type Code,
  fieldBytes,
  isOperation,
  type Operation,
  type Request,
  requestFields,
} from './messages';

/** How far a request has come. `bad`: it can never become one; its operation, if known, says what to answer. */
export type Reading =
  | { readonly is: 'more' }
  | { readonly is: 'bad' }
  | { readonly is: 'request'; readonly request: Request };

/** Bytes of the longest operation's name, and a few more for what is none. */
const operationBytes = 32;

/** Takes one request out of what arrives, field by field. */
export class RequestReader {
  #operation: Operation | undefined;
  readonly #fields: string[] = [];
  #isBad = false;

  /** Known as soon as the first field has come. */
  get operation(): Operation | undefined {
    return this.#operation;
  }

  /** A field as far as it has come, for the console; what is not UTF-8 in it is replaced. */
  field(name: string): string | undefined {
    if (this.#operation === undefined) return undefined;
    const names: readonly string[] = requestFields[this.#operation];
    return this.#fields[names.indexOf(name)];
  }

  read(inbox: Inbox): Reading {
    if (this.#isBad) return { is: 'bad' };
    if (this.#operation === undefined) {
      const word = takeField(inbox, operationBytes);
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

  /** The request if the one field that may be missing (CONNECTEDUSERS) is all that is missing. */
  withoutAlias(): Request | undefined {
    return this.#operation === 'CONNECTEDUSERS' && this.#fields.length === 0
      ? { operation: 'CONNECTEDUSERS', alias: '' }
      : undefined;
  }

  #bad(): Reading {
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

/** An empty alias of CONNECTEDUSERS is left out: it stands for none. */
export function encodeRequest(request: Request): Uint8Array {
  if (request.operation === 'CONNECTEDUSERS' && request.alias === '') {
    return encodeFields([request.operation]);
  }
  const names: readonly string[] = requestFields[request.operation];
  const values = request as unknown as Readonly<Record<string, string>>;
  return encodeFields([request.operation, ...names.map((name) => values[name] ?? '')]);
}

/** How a server writes the code: the source's one raw byte, or what half of the public ones send, `"0\0"`. */
export type ReplyStyle = 'byte' | 'text';

export function encodeReply(code: Code, fields: readonly string[], style: ReplyStyle): Uint8Array {
  if (fields === last.fields && code === last.code && style === last.style) return last.bytes;
  const bytes = encode(code, fields, style);
  if (fields.length > 1) last = { code, fields, style, bytes };
  return bytes;
}

/** A long list that many ask for is encoded once; the same list is the same array. */
let last: {
  readonly code: Code;
  readonly fields: readonly string[];
  readonly style: ReplyStyle;
  readonly bytes: Uint8Array;
} = { code: 0, fields: [], style: 'byte', bytes: Uint8Array.of(0) };

function encode(code: Code, fields: readonly string[], style: ReplyStyle): Uint8Array {
  // A code is so small that its byte is its character's.
  const head = style === 'byte' ? String.fromCharCode(code) : `${code}\0`;
  return encodeText(head + joinFields(fields));
}

const digitZero = 0x30;

/**
 * Takes an answer's code, however the server writes it: a raw byte, an ASCII digit, a digit with NUL. Only what
 * follows a digit tells the last two apart, so that a NUL still to come is taken with the next field.
 */
export class ReplyReader {
  #code: Code | undefined;
  #mayHaveNul = false;

  /** The code; `bad` where there is none; undefined while nothing has come. */
  code(inbox: Inbox): Code | 'bad' | undefined {
    if (this.#code !== undefined) return this.#code;
    const byte = inbox.take(1)?.[0];
    if (byte === undefined) return undefined;
    this.#mayHaveNul = byte >= digitZero;
    const code = this.#mayHaveNul ? byte - digitZero : byte;
    if (code !== 0 && code !== 1 && code !== 2 && code !== 3) return 'bad';
    this.#code = code;
    return code;
  }

  /** The next field; `bad` where there is none; undefined while it is not whole. Asked after the code. */
  field(inbox: Inbox, most: number): { readonly text: string } | 'bad' | undefined {
    if (this.#mayHaveNul) {
      const next = inbox.peek(1)?.[0];
      if (next === undefined) return undefined;
      if (next === 0) inbox.take(1);
      this.#mayHaveNul = false;
    }
    const bytes = takeField(inbox, most);
    if (bytes === undefined) return undefined;
    return bytes === 'too-long' ? 'bad' : { text: decodeLossy(bytes) };
  }

  /** The server has ended: a field that lacks only its NUL, as some leave it out at the very end. */
  lastField(inbox: Inbox, most: number): string | undefined {
    const rest = inbox.takeAll(most);
    return rest.length === 0 ? undefined : decodeLossy(rest);
  }
}
