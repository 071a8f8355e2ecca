// Bytes to messages and messages to bytes, the same for both sides.

import { headerBlock, HeaderReader, type Headers } from '../../bytes/headers';
import type { Inbox } from '../../bytes/inbox';
import { byteLength, encodeText } from '../../bytes/text';
import {
  type Action,
  actions,
  bodyBytesMax,
  type ContentType,
  headerBytesMax,
  idBytesMax,
  type Message,
  type Side,
} from './messages';

/** The protocol's own name: of its folder, its door and its URLs. */
export const dialectName = 'groups';

/** What is wrong with what the peer sent; where a message ends is no longer known, so the connection ends. */
export type Fault = 'too-large' | 'bad-request';

/** Something taken from the inbox. `unknown`: a whole message with an action that this protocol has not. */
export type Taken = Message | { readonly action: 'unknown'; readonly id?: string } | Fault;

const noBytes = new Uint8Array(0);

/** Takes one message after the other, however they were cut or glued. After a fault nothing more is taken. */
export class MessageReader {
  readonly #headers = new HeaderReader(headerBytesMax);
  readonly #bodyBytesMax: number;
  /** The head of the message whose body is still coming. */
  #head: { readonly message: Exclude<Taken, Fault>; readonly length: number } | undefined;
  #isBroken = false;

  /** `bodyMax`: what a body may have, in bytes; a server's list of users may be longer than any text. */
  constructor(bodyMax: number = bodyBytesMax) {
    this.#bodyBytesMax = bodyMax;
  }

  take(inbox: Inbox): Taken | undefined {
    if (this.#isBroken) return undefined;
    if (this.#head === undefined) {
      const headers = this.#headers.take(inbox);
      if (headers === undefined) return undefined;
      if (headers === 'too-large') return this.#break('too-large');
      if (headers === 'malformed') return this.#break('bad-request');
      const length = bodyLengthOf(headers);
      const message = messageOf(headers);
      if (length === undefined || message === undefined) return this.#break('bad-request');
      if (length > this.#bodyBytesMax) return this.#break('too-large');
      this.#head = { message, length };
    }
    const { message, length } = this.#head;
    const body = length === 0 ? noBytes : inbox.take(length);
    if (body === undefined) return undefined;
    this.#head = undefined;
    return message.action === 'unknown' ? message : { ...message, body };
  }

  #break(fault: Fault): Fault {
    this.#isBroken = true;
    return fault;
  }
}

// ---------------------------------------------------------------------------------- reading

/** Actions by what they are compared as: without case and without the spaces that the source prints. */
const actionsByName = new Map<string, Action>([
  // The source prints `Reg.Send` where it lists the actions.
  ['reg.send', 'send'],
  ...Object.entries(actions).map(([action, name]) => [comparable(name), action as Action] as const),
]);

function comparable(name: string): string {
  return name.toLowerCase().replace(/\s+/g, '');
}

/** The only value of a key, undefined where it is absent, null where it stands several times. */
function single(headers: Headers, key: string): string | undefined | null {
  const values = headers.get(key);
  if (values === undefined) return undefined;
  return values.length === 1 ? (values[0] ?? '') : null;
}

/** A decimal number of at most 16 digits, null where it is none. */
const numberFrom = (text: string): number | null =>
  /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;

function bodyLengthOf(headers: Headers): number | undefined {
  const text = single(headers, 'content-length') ?? (headers.has('content-length') ? '' : '0');
  return numberFrom(text) ?? undefined;
}

const contentTypes = new Set<string>(['text/plain', 'application/octet-stream']);

/** The message that headers stand for, its body still to come; undefined where they break the protocol. */
function messageOf(headers: Headers): Exclude<Taken, Fault> | undefined {
  const name = single(headers, 'action');
  const action = typeof name === 'string' ? actionsByName.get(comparable(name)) : undefined;
  const texts = textsOf(headers);
  const numbers = numbersOf(headers);
  if (typeof name !== 'string' || texts === undefined || numbers === undefined) return undefined;
  if (action === undefined) {
    return { action: 'unknown', ...(texts.id !== undefined && { id: texts.id }) };
  }
  const to = headers.get('to');
  return { action, ...texts, ...numbers, ...(to !== undefined && { to }), body: noBytes };
}

type Texts = Pick<
  Message,
  'ip' | 'side' | 'contentType' | 'user' | 'group' | 'id' | 'status' | 'token' | 'fileName'
>;

function textsOf(headers: Headers): Texts | undefined {
  const read = new Map<string, string>();
  for (const [field, key] of Object.entries(textKeys)) {
    const value = single(headers, key.toLowerCase());
    if (value === null) return undefined;
    if (value !== undefined) read.set(field, value);
  }
  const side = read.get('side')?.toLowerCase();
  if (side !== undefined && side !== 'client' && side !== 'server') return undefined;
  // Parameters such as a charset change nothing: text is UTF-8.
  const contentType = read.get('contentType')?.split(';')[0]?.trim().toLowerCase();
  if (contentType !== undefined && !contentTypes.has(contentType)) return undefined;
  if (byteLength(read.get('id') ?? '') > idBytesMax) return undefined;
  if (byteLength(read.get('token') ?? '') > idBytesMax) return undefined;
  if (side !== undefined) read.set('side', side);
  if (contentType !== undefined) read.set('contentType', contentType);
  const status = read.get('status')?.toLowerCase();
  if (status !== undefined) read.set('status', status);
  return Object.fromEntries(read) as Texts;
}

function numbersOf(
  headers: Headers,
): Pick<Message, 'sourcePort' | 'destinationPort' | 'fileSize'> | undefined {
  const read = new Map<string, number>();
  for (const [field, key] of Object.entries(numberKeys)) {
    const text = single(headers, key.toLowerCase());
    if (text === undefined) continue;
    const number = text === null ? null : numberFrom(text);
    if (number === null || (field !== 'fileSize' && number > 65_535)) return undefined;
    read.set(field, number);
  }
  return Object.fromEntries(read);
}

const textKeys = {
  ip: 'IP',
  side: 'Side',
  contentType: 'Content-Type',
  user: 'User',
  group: 'Group',
  id: 'Id',
  status: 'Status',
  token: 'Token',
  fileName: 'File-Name',
} as const;
const numberKeys = {
  sourcePort: 'Source-Port',
  destinationPort: 'Destination-Port',
  fileSize: 'File-Size',
} as const;

// ---------------------------------------------------------------------------------- writing

/** What every message of one side of one connection says besides what it is about. */
export interface Envelope {
  readonly ip: string;
  readonly side: Side;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** What a message says; what is undefined is not written. */
export type Content = Pick<Message, 'action'> & {
  readonly [K in Exclude<keyof Message, 'action' | 'body' | 'ip' | 'side' | 'sourcePort'>]?:
    Message[K] | undefined;
} & { readonly body?: Uint8Array | string };

/** The header block of a message whose body has `length` bytes. */
export function headOf(envelope: Envelope, content: Content, length: number): Uint8Array {
  const contentType: ContentType = content.contentType ?? 'text/plain';
  const lines: [string, string][] = [
    ['IP', envelope.ip],
    ['Side', envelope.side],
    ['Action', actions[content.action]],
    ['Source-Port', `${envelope.sourcePort}`],
    ['Destination-Port', `${content.destinationPort ?? envelope.destinationPort}`],
    ['Content-Type', contentType],
    ['Content-Length', `${length}`],
  ];
  const add = (key: string, value: string | number | undefined): void => {
    if (value !== undefined) lines.push([key, `${value}`]);
  };
  add('User', content.user);
  for (const name of content.to ?? []) add('To', name);
  add('Group', content.group);
  add('Id', content.id);
  add('Status', content.status);
  add('Token', content.token);
  add('File-Name', content.fileName);
  add('File-Size', content.fileSize);
  return encodeText(headerBlock(lines));
}

/** A message in one piece. */
export function bytesOf(envelope: Envelope, content: Content): Uint8Array {
  const { body = noBytes } = content;
  const bytes = typeof body === 'string' ? encodeText(body) : body;
  const head = headOf(envelope, content, bytes.length);
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return whole;
}
