// Replies as servers write them: ours, and those of others, whose departures from the source are told as remarks.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy } from '../../bytes/text';
import { limits } from '../../limits';
import { takeField } from './fields';
import { type Code, type Operation, replyContents } from './messages';
import { countOf } from './values';

/**
 * How far a reply has come. `file`: so many raw bytes follow. `strange`: what came is no reply, and stands in `text`.
 * `remark`: how the reply departs from the source.
 */
export type ReplyReading =
  | { readonly is: 'more' }
  | { readonly is: 'strange'; readonly text: string }
  | {
      readonly is: 'reply';
      readonly code: Code;
      readonly fields: readonly string[];
      readonly remark?: string;
    }
  | { readonly is: 'file'; readonly size: number };

const digitZero = 0x30;

/** Characters of what a server said that are shown. */
const shownLength = 200;

const isCode = (number: number | undefined): number is Code =>
  number !== undefined && number >= 0 && number <= 3;

/**
 * Takes one reply out of what arrives, however the server writes the code: a raw byte, an ASCII digit, a digit
 * with NUL, or four bytes of a number of C. Where it stops short or counts wrong, `end` makes the best of what came.
 */
export class ReplyReader {
  readonly #operation: Operation;
  #code: Code | 'none' | undefined;
  #mayHaveNul = false;
  /** How many users a list says it has, and whether that has been read or cannot be. */
  #count: number | 'none' | undefined;
  readonly #fields: string[] = [];

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  /** Whether the code has come. */
  get hasBegun(): boolean {
    return this.#code !== undefined;
  }

  /** Whether all has come that was announced. More than that may come, and shows by the server's end that it does not. */
  get isWhole(): boolean {
    return this.#count !== undefined && this.#fields.length >= Number(this.#count);
  }

  read(inbox: Inbox): ReplyReading {
    this.#code ??= this.#takeCode(inbox);
    const code = this.#code;
    if (code === undefined) return { is: 'more' };
    if (code === 'none') return this.#readStrange(inbox);
    if (code !== 0) return { is: 'reply', code, fields: [] };
    switch (replyContents[this.#operation]) {
      case 'nothing':
        return { is: 'reply', code, fields: [] };
      case 'id':
        return this.#readId(inbox);
      case 'users':
        return this.#readUsers(inbox);
      case 'file':
        return this.#readSize(inbox);
    }
  }

  /** Nothing more comes, because the server has ended its side or says no more. */
  end(inbox: Inbox): ReplyReading {
    const rest = inbox.takeAll(limits.mailbox.replyFieldBytes);
    const text = this.#mayHaveNul && rest[0] === 0 ? '' : decodeLossy(rest);
    if (this.#code === undefined || this.#code === 'none') return strange(text);
    if (this.#code !== 0) return { is: 'reply', code: this.#code, fields: [] };
    switch (replyContents[this.#operation]) {
      case 'nothing':
        return { is: 'reply', code: 0, fields: [] };
      case 'id':
        if (text.trim() !== '') return this.#id(text);
        return reply([], 'The server gave the message no number.');
      case 'users':
        if (text !== '') this.#addUser(text);
        return this.#users();
      case 'file':
        return strange(text);
    }
  }

  // ---- the code

  #takeCode(inbox: Inbox): Code | 'none' | undefined {
    const byte = inbox.peek(1)?.[0];
    if (byte === undefined) return undefined;
    this.#mayHaveNul = byte >= digitZero;
    const code = this.#mayHaveNul ? byte - digitZero : byte;
    if (!isCode(code)) return 'none';
    inbox.skip(1);
    // Some servers send an int of C, in the order of the network: no field of ours begins so.
    const [second, third, fourth] = code === 0 && byte === 0 ? (inbox.peek(3) ?? []) : [];
    if (second !== 0 || third !== 0 || !isCode(fourth)) return code;
    inbox.skip(3);
    return fourth;
  }

  /** Words, or a number that is no code: all that comes before a NUL or the end. */
  #readStrange(inbox: Inbox): ReplyReading {
    const bytes = takeField(inbox, limits.mailbox.replyFieldBytes);
    if (bytes === undefined) return { is: 'more' };
    return strange(decodeLossy(bytes === 'too-long' ? inbox.takeAll(shownLength) : bytes));
  }

  // ---- what follows a code of 0

  #readId(inbox: Inbox): ReplyReading {
    for (;;) {
      const text = this.#readField(inbox);
      if (typeof text !== 'string') return text;
      if (text.trim() !== '') return this.#id(text);
    }
  }

  /** Blanks around it are no part of it. */
  #id(text: string): ReplyReading {
    return reply([text.trim()]);
  }

  #readSize(inbox: Inbox): ReplyReading {
    const text = this.#readField(inbox);
    if (typeof text !== 'string') return text;
    const size = countOf(text.trim());
    return size === undefined ? strange(text) : { is: 'file', size };
  }

  #readUsers(inbox: Inbox): ReplyReading {
    for (;;) {
      if (this.#fields.length >= limits.mailbox.listedUsers) return this.#users();
      const text = this.#readField(inbox);
      if (typeof text !== 'string') return text;
      // What stands behind the announced users, and is empty, names nobody.
      if (text !== '' || !this.isWhole) this.#addUser(text);
    }
  }

  /** The first field that is not empty says how many follow, if it is a number. */
  #addUser(text: string): void {
    if (this.#count !== undefined) return void this.#fields.push(text);
    if (text.trim() === '') return;
    this.#count = countOf(text.trim()) ?? 'none';
    if (this.#count === 'none') this.#fields.push(text);
  }

  #users(): ReplyReading {
    const { length } = this.#fields;
    if (length === this.#count) return reply(this.#fields);
    const said = typeof this.#count === 'number' ? `${this.#count} users` : 'no number of users';
    return reply(this.#fields, `The server announced ${said} and named ${length}.`);
  }

  /** The next field, or that more has to come, or what came in its place. */
  #readField(inbox: Inbox): string | ReplyReading {
    if (this.#mayHaveNul) {
      const next = inbox.peek(1)?.[0];
      if (next === undefined) return { is: 'more' };
      if (next === 0) inbox.skip(1);
      this.#mayHaveNul = false;
    }
    const bytes = takeField(inbox, limits.mailbox.replyFieldBytes);
    if (bytes === undefined) return { is: 'more' };
    if (bytes === 'too-long') return strange(decodeLossy(inbox.takeAll(shownLength)));
    return decodeLossy(bytes);
  }
}

const reply = (fields: readonly string[], remark?: string): ReplyReading => ({
  is: 'reply',
  code: 0,
  fields,
  ...(remark !== undefined && { remark }),
});

const strange = (text: string): ReplyReading => ({
  is: 'strange',
  text: text.trim().replaceAll('\n', ' ').slice(0, shownLength),
});
