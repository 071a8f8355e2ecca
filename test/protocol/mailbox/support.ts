// What the tests of the mailbox dialect share: fields, and a session on a fake host.

import * as fc from 'fast-check';

import { byteLength } from '../../../src/protocol/bytes/text';
import type { Session } from '../../../src/protocol/dialect';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { type Answers, FakeHost, Feed } from '../../support/fake_host';

export interface Opened {
  readonly host: FakeHost;
  readonly feed: Feed;
  readonly session: Session;
}

/** A session that has just been opened. */
export function open(
  answers: Answers = {},
  settings: { replies?: string; strict?: boolean } = {},
): Opened {
  const host = new FakeHost(answers);
  const session = mailbox.server.open(host, { replies: 'byte', ...settings });
  return { host, session, feed: new Feed(session, host) };
}

/** Fields, each with its NUL. */
export const nul = (...fields: readonly string[]): string =>
  fields.map((field) => `${field}\0`).join('');

/** A field: text without NUL, of at most 255 bytes. */
export const field = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .filter((text) => !text.includes('\0') && text.isWellFormed() && byteLength(text) <= 255);

/** The raw byte of a reply. */
export const code = (number: number): string => String.fromCharCode(number);

/** The reply to a whole request, and what the console prints. */
export function replyTo(
  request: string | Uint8Array,
  answers: Answers = {},
  settings: { replies?: string; strict?: boolean } = {},
): { readonly bytes: Buffer; readonly printed: readonly string[]; readonly host: FakeHost } {
  const { host, feed } = open(answers, settings);
  feed.push(request);
  return { bytes: Buffer.from(host.bytes), printed: host.printed, host };
}
