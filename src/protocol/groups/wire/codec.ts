// Bytes to messages and messages to bytes, and the bodies that have a form of their own; the same for both sides.

import { headerBlock, HeaderReader } from '../../bytes/headers';
import type { Inbox } from '../../bytes/inbox';
import { decodeLossy, encodeText, linesOf } from '../../bytes/text';
import { limits } from '../../limits';
import {
  bodyLengthIn,
  type Content,
  type Envelope,
  type Fields,
  fieldsIn,
  headerLines,
  type UnknownAction,
} from './fields';
import { type Message, type Reason, reasonTexts } from './messages';

export type { Content, Envelope } from './fields';

/** What is wrong with what the peer sent. Where the next message begins is then unknown, so the connection ends. */
export type Fault = 'too-large' | 'bad-request';

/** What was read: a message, a message with an action that this protocol does not have, or a fault. */
export type Decoded = Message | UnknownAction | Fault;

const noBytes = new Uint8Array(0);

/** Takes one message after the other, however their bytes were cut or joined. After a fault it takes nothing. */
export class MessageReader {
  readonly #headers = new HeaderReader(limits.groups.headerBytes);
  readonly #bodyBytes: number;
  /** The head of the message whose body is still coming. */
  #head: { readonly fields: Fields | UnknownAction; readonly length: number } | undefined;
  #isBroken = false;

  /** `bodyBytes`: what a body may have, in bytes. A server's list of users may be longer than any text. */
  constructor(bodyBytes: number = limits.groups.bodyBytes) {
    this.#bodyBytes = bodyBytes;
  }

  take(inbox: Inbox): Decoded | undefined {
    if (this.#isBroken) return undefined;
    if (this.#head === undefined) {
      const headers = this.#headers.take(inbox);
      if (headers === undefined) return undefined;
      if (headers === 'too-large') return this.#break('too-large');
      if (headers === 'malformed') return this.#break('bad-request');
      const length = bodyLengthIn(headers);
      const fields = fieldsIn(headers);
      if (length === undefined || fields === undefined) return this.#break('bad-request');
      if (length > this.#bodyBytes) return this.#break('too-large');
      this.#head = { fields, length };
    }
    const { fields, length } = this.#head;
    const body = length === 0 ? noBytes : inbox.take(length);
    if (body === undefined) return undefined;
    this.#head = undefined;
    return fields.action === 'unknown' ? fields : { ...fields, body };
  }

  #break(fault: Fault): Fault {
    this.#isBroken = true;
    return fault;
  }
}

/** The header block of a message whose body has `length` bytes. */
export const headOf = (envelope: Envelope, content: Content, length: number): Uint8Array =>
  encodeText(headerBlock(headerLines(envelope, content, length)));

/** A message in one piece. */
export function bytesOf(envelope: Envelope, content: Content): Uint8Array {
  const { body = noBytes } = content;
  const bytes = typeof body === 'string' ? encodeText(body) : body;
  const head = headOf(envelope, content, bytes.length);
  const message = new Uint8Array(head.length + bytes.length);
  message.set(head);
  message.set(bytes, head.length);
  return message;
}

// ---------------------------------------------------------------------------------- the list of users

/** One line of a list of users. `port`: 0 for a user of another door. */
export interface ListedUser {
  readonly name: string;
  /** The server's address, as the source wants it (source 001, "Descripción General"). */
  readonly ip: string;
  readonly port: number;
}

/** The body of a list: `name server-ip port`, one user a line. */
export const bodyOfUsers = (users: readonly ListedUser[]): string =>
  users.map(({ name, ip, port }) => `${name} ${ip} ${port}\n`).join('');

/** The users in the body of a list. What is not a user's line is passed over. */
export const usersIn = (body: Uint8Array): ListedUser[] =>
  decodeLossy(body)
    .split('\n')
    .flatMap((line): ListedUser[] => {
      const match = /^(.+) (\S+) (\d{1,5})$/.exec(line);
      return match ? [{ name: match[1] ?? '', ip: match[2] ?? '', port: Number(match[3]) }] : [];
    });

// ---------------------------------------------------------------------------------- who was asked

/** The body that says whom an offer was made to: one name a line. */
export const bodyOfNames = (names: readonly string[]): string =>
  names.map((name) => `${name}\n`).join('');

export const namesIn = (body: Uint8Array): string[] =>
  linesOf(decodeLossy(body)).filter((name) => name !== '');

// ---------------------------------------------------------------------------------- failures

/** Why something failed: the code, where the peer gave one of ours, and the sentence for people. */
export interface Failure {
  readonly reason?: Reason;
  readonly text: string;
}

/** A failure of our own. */
export const failureOf = (reason: Reason): Failure => ({ reason, text: reasonTexts[reason] });

/** What a message says of a failure. */
export const failed = ({
  reason,
  text,
}: Failure): { readonly status: 'failed'; readonly reason?: Reason; readonly body: string } => ({
  status: 'failed',
  ...(reason !== undefined && { reason }),
  body: text,
});

/** The failure that a message tells of. A program of another make may send the sentence alone, or nothing. */
export function failureIn({ reason, body }: Message): Failure {
  const text = decodeLossy(body);
  if (reason === undefined) return { text };
  return { reason, text: text === '' ? reasonTexts[reason] : text };
}
