// One client at the server's side, with no network between: the hub's answers are the test's to give.

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { GroupsSession } from '../../../src/protocol/groups/server/session';
import { bytesOf, type Envelope, MessageReader } from '../../../src/protocol/groups/wire/codec';
import type { Direct, Name, RoomName, User } from '../../../src/protocol/model';
import { type Answers, FakeHost, Feed, yes } from '../../support/fake_host';
import { contentOf, written } from './written';

export const name = (text: string): Name => text as Name;
export const room = (text: string): RoomName => text as RoomName;
export const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;

export const bob: User = {
  name: name('bob'),
  kind: 'guest',
  dialect: 'groups',
  address: { host: '127.0.0.1', port: 5000 },
};
const users: readonly User[] = [
  bob,
  { ...bob, name: name('ana maría'), dialect: 'other', address: { host: '::1', port: 6000 } },
];

const usual: Answers = {
  enter: () => yes<'enter'>({ name: name('alice') }),
  login: () => yes<'login'>({ name: name('alice') }),
  users: () => yes<'users'>({ users }),
  'group-list': () => yes<'group-list'>({ groups: [] }),
  'files-waiting': () => yes<'files-waiting'>({ files: [] }),
  direct: () => yes<'direct'>({ id: 31, serial: 1, waiting: false }),
  say: () => yes<'say'>({ room: room('club') }),
  watch: () => yes<'watch'>(undefined),
  leave: () => yes<'leave'>(undefined),
};

/** Speaks to the session in written messages (`written.ts`), and reads what it answers. */
export class Client {
  readonly host: FakeHost;
  readonly session: GroupsSession;
  readonly feed: Feed;
  readonly #reader = new MessageReader(1 << 20);
  readonly #inbox = new Inbox();
  readonly #envelope: Envelope = {
    ip: '127.0.0.1',
    side: 'client',
    sourcePort: 40_000,
    destinationPort: 8888,
  };

  /** `isIn`: has come in as alice. */
  constructor(answers: Answers = {}, isIn = true) {
    this.host = new FakeHost({ ...usual, ...answers });
    this.session = new GroupsSession(this.host);
    this.feed = new Feed(this.session, this.host);
    if (!isIn) return;
    this.sends('Req.Connect User=alice');
    this.hears();
  }

  bytes(...lines: readonly string[]): Uint8Array {
    return Buffer.concat(lines.map((line) => bytesOf(this.#envelope, contentOf(line))));
  }
  sends(...lines: readonly string[]): void {
    this.feed.push(this.bytes(...lines));
  }
  /** What was said to the client since the last call. */
  hears(): string[] {
    this.#inbox.push(Buffer.concat(this.host.writes.splice(0)));
    const heard: string[] = [];
    for (;;) {
      const taken = this.#reader.take(this.#inbox);
      if (taken === undefined) return heard;
      if (typeof taken === 'string' || taken.action === 'unknown') throw new Error('not readable');
      heard.push(written(taken));
    }
  }
  /** What the session asked of the hub. */
  get asked(): string[] {
    return this.host.commands.map((command) => command.do);
  }
}

export const direct = (text: string, more: Partial<Direct> = {}): Direct => ({
  is: 'direct',
  serial: 1,
  id: 1,
  from: name('bob'),
  to: name('alice'),
  text,
  origin: 'groups',
  at: 0,
  ...more,
});
