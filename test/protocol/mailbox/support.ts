// What the tests of the mailbox dialect share: a session on a fake host, and an account's world.

import type { Session } from '../../../src/protocol/dialect';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { type Answers, FakeHost, Feed } from '../../support/fake_host';

export interface Opened {
  readonly host: FakeHost;
  readonly feed: Feed;
  readonly session: Session;
}

/** A session that has just been opened. */
export function open(answers: Answers = {}, settings: { replies?: string } = {}): Opened {
  const host = new FakeHost(answers);
  const session = mailbox.server.open(host, { replies: 'byte', ...settings });
  return { host, session, feed: new Feed(session, host) };
}

/** Fields, each with its NUL. */
export const nul = (...fields: readonly string[]): string =>
  fields.map((field) => `${field}\0`).join('');

/** What a whole request is answered with, and what the console says. */
export function asked(
  request: string | Uint8Array,
  answers: Answers = {},
  settings: { replies?: string } = {},
): { readonly bytes: Buffer; readonly printed: readonly string[]; readonly host: FakeHost } {
  const { host, feed } = open(answers, settings);
  feed.push(request);
  return { bytes: Buffer.from(host.bytes), printed: host.printed, host };
}
