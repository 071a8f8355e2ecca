// Requests and replies: messages to bytes and back, for both sides of one operation's connection.

import type { Inbox } from '../../bytes/inbox';
import { decodeLatin, decodeLossy, decodeText, encodeText } from '../../bytes/text';
import { limits } from '../../limits';
import { encodeFields, joinFields, takeField } from './fields';
import {
  type Code,
  fieldBytes,
  isOperation,
  isPrefix,
  lacksLast,
  laterForms,
  type Operation,
  type Prefix,
  type Prefixed,
  prefixes,
  type Request,
  requestFields,
} from './messages';

// ---- requests

/** A last field that may be left out is, where it is empty. */
export function encodeRequest(request: Request, prefixed: Prefixed = {}): Uint8Array {
  const names: readonly string[] = requestFields[request.operation];
  const values = request as unknown as Readonly<Record<string, string>>;
  const fields = names.map((name) => values[name] ?? '');
  if (lacksLast.has(request.operation) && fields.at(-1) === '') fields.pop();
  const ahead = prefixes.flatMap((name) => {
    const value = prefixed[name];
    return value === undefined ? [] : [name, value];
  });
  return encodeFields([...ahead, request.operation, ...fields]);
}

const firstWords = [...prefixes, ...Object.keys(requestFields)];

/** Whether what has come of the first field is the beginning of no operation. */
function isNoOperation(inbox: Inbox): boolean {
  const come = decodeLossy(inbox.peek(inbox.length) ?? new Uint8Array());
  return firstWords.every((name) => !name.startsWith(come));
}

/**
 * How far a request has come. `bad`: it can never become one; its operation, if known, says what to reply. `raw`: the
 * bytes of its text, where they are not UTF-8. `isShort`: it stopped where the edition of 2025-26 does.
 */
export type RequestReading =
  { readonly is: 'more' } | { readonly is: 'bad' } | ({ readonly is: 'request' } & WholeRequest);

export interface WholeRequest {
  readonly request: Request;
  readonly raw?: Uint8Array;
  readonly isShort?: boolean;
}

/** Takes one request out of what arrives, field by field. */
export class RequestReader {
  #operation: Operation | undefined;
  readonly #fields: string[] = [];
  #raw: Uint8Array | undefined;
  readonly #prefixed: Partial<Record<Prefix, string>> = {};
  /** The one whose field is awaited. */
  #prefix: Prefix | undefined;
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
    while (this.#operation === undefined) {
      const reading = this.#prefix === undefined ? this.#readWord(inbox) : this.#readAhead(inbox);
      if (reading !== undefined) return reading;
    }
    const names: readonly string[] = requestFields[this.#operation];
    while (this.#fields.length < names.length) {
      const bytes = takeField(inbox, fieldBytes);
      if (bytes === undefined) return { is: 'more' };
      if (bytes === 'too-long') return this.#bad();
      if (!this.#add(names[this.#fields.length], bytes)) return this.#bad();
    }
    return this.#whole(this.#request(this.#operation));
  }

  /** What stood ahead of the operation. */
  get prefixed(): Prefixed {
    return this.#prefixed;
  }

  /** The operation's name, or what may stand ahead of it. */
  #readWord(inbox: Inbox): RequestReading | undefined {
    const word = takeField(inbox, limits.mailbox.operationBytes);
    if (word === undefined) return isNoOperation(inbox) ? this.#bad() : { is: 'more' };
    const name = word === 'too-long' ? '' : decodeLossy(word);
    if (isOperation(name)) this.#operation = name;
    else if (isPrefix(name) && this.#prefixed[name] === undefined) this.#prefix = name;
    else return this.#bad();
    return undefined;
  }

  #readAhead(inbox: Inbox): RequestReading | undefined {
    const bytes = takeField(inbox, fieldBytes);
    if (bytes === undefined) return { is: 'more' };
    const text = bytes === 'too-long' ? undefined : decodeText(bytes);
    if (this.#prefix === undefined || text === undefined) return this.#bad();
    this.#prefixed[this.#prefix] = text;
    this.#prefix = undefined;
    return undefined;
  }

  /** The request as it stands, if its operation may stop here. */
  short(): WholeRequest | undefined {
    const operation = this.#operation;
    if (operation === undefined || this.#isBad) return undefined;
    const { length } = this.#fields;
    if (lacksLast.has(operation) && length === requestFields[operation].length - 1) {
      return this.#whole(this.#request(operation));
    }
    if (length !== laterForms[operation]) return undefined;
    if (operation !== 'REGISTER') {
      return { ...this.#whole(this.#request(operation)), isShort: true };
    }
    // The alias alone: the field that is the full name in the long form.
    const [alias = ''] = this.#fields;
    return { request: { operation, fullName: alias, alias, born: '' }, isShort: true };
  }

  /** Whether the field can be one: only a text may have another encoding than UTF-8, as C programs of its time write it. */
  #add(name: string | undefined, bytes: Uint8Array): boolean {
    const text = decodeText(bytes);
    if (text === undefined && name === 'text') {
      this.#raw = bytes.slice();
      this.#fields.push(decodeLatin(bytes));
      return true;
    }
    this.#fields.push(text ?? decodeLossy(bytes));
    return text !== undefined;
  }

  #whole(request: Request): { readonly is: 'request' } & WholeRequest {
    return { is: 'request', request, ...(this.#raw && { raw: this.#raw }) };
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

/** What stands before a file's bytes in the answer to GET_FILE: its size, and no code. */
export const encodeSize = (size: number): Uint8Array => encodeFields([String(size)]);

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
