// The server's side of a page, request by request: what it asks of the hub, and how each outcome is worded.

import { describe, expect, test } from 'bun:test';

import { hashOfSecret } from '../../../src/protocol/bytes/token';
import { limits } from '../../../src/protocol/limits';
import type {
  CredentialId,
  Direct,
  FileHash,
  Name,
  RoomName,
  SessionId,
} from '../../../src/protocol/model';
import { WebSession } from '../../../src/protocol/web/server/session';
import type { RequestBody, ServerMessage } from '../../../src/protocol/web/wire/messages';
import { type Answers, FakeHost, Feed } from '../../support/fake_host';

const token = 'T'.repeat(43);
const key = 'a key of mine';
const yes = { ok: true, value: undefined } as const;
const session = 'm1-1' as SessionId;
const ana = 'ana' as Name;

/** A page that asks, without a network. */
class Page {
  readonly host: FakeHost;
  readonly session: WebSession;
  readonly feed: Feed;
  #refs = 0;

  constructor(answers: Answers = {}) {
    this.host = new FakeHost(answers);
    this.session = new WebSession(this.host);
    this.feed = new Feed(this.session, this.host);
  }

  /** Sends requests; all that the session says meanwhile. */
  ask(...bodies: readonly RequestBody[]): ServerMessage[] {
    for (const body of bodies)
      this.feed.push(`${JSON.stringify({ ...body, ref: ++this.#refs })}\n`);
    return this.take();
  }

  take(): ServerMessage[] {
    return this.host
      .takeText()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as ServerMessage);
  }
}

/** Requests, the outcomes of the hub, the command that each request becomes, and the value of its reply. */
const served: [RequestBody, Answers, unknown, unknown][] = [
  [
    { do: 'register', name: 'ana', fullName: 'Ana', born: '01/02/2000', token },
    { register: () => yes },
    {
      do: 'register',
      name: ana,
      fullName: 'Ana',
      born: '01/02/2000',
      host: '127.0.0.1',
      key: { hash: hashOfSecret(token), label: '' },
    },
    {},
  ],
  [{ do: 'logout' }, { leave: () => yes }, { do: 'leave', session }, {}],
  [
    { do: 'users' },
    {
      users: () => ({
        ok: true,
        value: {
          users: [
            { name: ana, kind: 'guest', dialect: 'relay', address: { host: '::1', port: 5 } },
          ],
        },
      }),
    },
    { do: 'users', asker: { session } },
    // Users' addresses are not shown to other users.
    { users: [{ name: 'ana', kind: 'guest', door: 'relay' }], count: 1 },
  ],
  [
    { do: 'send', to: '#7', text: 'hi', key },
    { direct: () => ({ ok: true, value: { id: 3, serial: 9, waiting: true } }) },
    { do: 'direct', from: { session }, to: '#7', text: 'hi', origin: 'web' },
    { id: 3, serial: 9, waiting: true },
  ],
  [
    { do: 'say', room: 'r', text: 'hi', key },
    { say: () => ({ ok: true, value: { room: 'r' as RoomName } }) },
    { do: 'say', session, room: 'r', text: 'hi' },
    { at: 1_700_000_000 },
  ],
  [
    { do: 'undelivered', serials: [1, 2] },
    { undelivered: () => ({ ok: true, value: { waiting: [2] } }) },
    { do: 'undelivered', session, serials: [1, 2] },
    { waiting: [2] },
  ],
  [
    { do: 'rooms' },
    { rooms: () => ({ ok: true, value: { rooms: ['r' as RoomName] } }) },
    { do: 'rooms', session },
    { rooms: ['r'] },
  ],
  [
    { do: 'create', room: 'r' },
    { 'room-create': () => yes },
    { do: 'room-create', session, room: 'r' },
    {},
  ],
  [
    { do: 'join', room: 'r' },
    { 'room-join': () => yes },
    { do: 'room-join', session, room: 'r' },
    {},
  ],
  [
    { do: 'leave', room: 'r' },
    { 'room-leave': () => yes },
    { do: 'room-leave', session, room: 'r' },
    {},
  ],
  [
    { do: 'group-list' },
    {
      'group-list': () => ({
        ok: true,
        value: { groups: [{ name: 'g' as RoomName, creates: true, members: [ana] }] },
      }),
    },
    { do: 'group-list', session },
    { groups: [{ name: 'g', creates: true, members: ['ana'] }] },
  ],
  [
    { do: 'group-create', group: 'g' },
    { 'group-create': () => yes },
    { do: 'group-create', session, group: 'g' },
    {},
  ],
  [
    { do: 'group-invite', group: 'g', to: 'bob' },
    { 'group-invite': () => yes },
    { do: 'group-invite', session, group: 'g', to: 'bob' },
    {},
  ],
  [
    { do: 'group-accept', group: 'g' },
    { 'group-accept': () => yes },
    { do: 'group-accept', session, group: 'g' },
    {},
  ],
  [
    { do: 'group-decline', group: 'g' },
    { 'group-decline': () => yes },
    { do: 'group-decline', session, group: 'g' },
    {},
  ],
  [
    { do: 'group-leave', group: 'g' },
    { 'group-leave': () => yes },
    { do: 'group-leave', session, group: 'g' },
    {},
  ],
  [
    { do: 'balance', amount: 5 },
    { 'balance-set': () => ({ ok: true, value: { before: 1, after: 5 } }) },
    { do: 'balance-set', session, amount: 5 },
    { before: 1, after: 5 },
  ],
  [
    { do: 'funds' },
    { funds: () => ({ ok: true, value: { balance: 5 } }) },
    { do: 'funds', session },
    { balance: 5 },
  ],
  [
    { do: 'transfer', to: 'bob', amount: 5, key },
    { transfer: () => ({ ok: true, value: { before: 9, after: 4 } }) },
    { do: 'transfer', session, to: 'bob', amount: 5 },
    { before: 9, after: 4 },
  ],
  [
    { do: 'doors', open: true },
    { 'credential-required': () => ({ ok: true, value: { required: false } }) },
    { do: 'credential-required', session, required: false },
    { open: true },
  ],
];

describe('requests', () => {
  test.each(served)('%j', (body, answers, command, value) => {
    const page = new Page(answers);
    expect(page.ask(body)).toEqual([{ is: 'done', ref: 1, value } as ServerMessage]);
    expect(page.host.commands as unknown[]).toEqual([command]);
  });

  test('a list of very many names the first of them, and says how many there are', () => {
    const one = {
      name: ana,
      kind: 'guest',
      dialect: 'market',
      address: { host: '127.0.0.1', port: 1 },
    } as const;
    const all = Array.from({ length: limits.web.jsonUsers + 1 }, () => one);
    const page = new Page({ users: () => ({ ok: true, value: { users: all } }) });
    const [told] = page.ask({ do: 'users' });
    if (told?.is !== 'done') throw new Error('refused');
    const { users, count } = told.value;
    expect(users).toHaveLength(limits.web.jsonUsers);
    expect(count).toBe(limits.web.jsonUsers + 1);
  });

  test('login also watches, and unregister names who logged in', () => {
    const page = new Page({
      login: () => ({ ok: true, value: { name: ana } }),
      unregister: () => yes,
    });
    page.host.secrets.set('ana', [token, 7]);
    const told = page.ask({ do: 'login', name: 'ana', token }, { do: 'unregister' });
    expect(told).toEqual([
      { is: 'done', ref: 1, value: { name: 'ana' } },
      { is: 'done', ref: 2, value: {} },
    ]);
    const { machine, remote: address } = page.host;
    const entry = { session, account: ana, credential: 7 as CredentialId, dialect: 'web' };
    expect(page.host.commands).toEqual([
      { do: 'login', ...entry, machine, address, watches: true },
      { do: 'unregister', account: ana, host: '127.0.0.1', session },
    ]);
  });

  test('a ping is answered behind what was asked before it', () => {
    const page = new Page({ rooms: () => ({ ok: true, value: { rooms: [] } }) });
    page.host.hold = true;
    expect(page.ask({ do: 'rooms' }, { do: 'ping' })).toEqual([]);
    page.host.release();
    expect(page.take().map((told) => 'ref' in told && told.ref)).toEqual([1, 2]);
  });
});

describe('refusals', () => {
  test.each([
    [{ do: 'register', name: ' ana', fullName: 'Ana', born: '01/02/2000', token }, 'bad-name'],
    [{ do: 'register', name: 'ana', fullName: ' ', born: '01/02/2000', token }, 'bad-name'],
    [{ do: 'register', name: 'ana', fullName: 'Ana', born: '31/02/2000', token }, 'bad-date'],
    [{ do: 'login', name: '#7', token }, 'unknown-user'],
    [{ do: 'unregister' }, 'not-entered'],
    [{ do: 'send', to: '', text: 'hi', key }, 'unknown-user'],
    [{ do: 'say', room: 'two words', text: 'hi', key }, 'not-member'],
    [{ do: 'create', room: 'two words' }, 'bad-name'],
    [{ do: 'group-invite', group: 'g', to: '' }, 'unknown-user'],
    [{ do: 'transfer', to: '', amount: 1, key }, 'not-connected'],
  ] as [RequestBody, string][])('%j is refused without asking the hub', (body, why) => {
    const page = new Page();
    expect(page.ask(body)).toEqual([{ is: 'refused', ref: 1, why }]);
    expect(page.host.commands).toEqual([]);
  });

  test('what the hub refuses is refused in its words', () => {
    const page = new Page({ direct: () => ({ ok: false, why: 'full' }) });
    expect(page.ask({ do: 'send', to: 'bob', text: 'hi', key })).toEqual([
      { is: 'refused', ref: 1, why: 'full' },
    ]);
  });

  test('what is no request ends the connection, behind the answers that are owed', () => {
    const page = new Page({ rooms: () => ({ ok: true, value: { rooms: [] } }) });
    page.host.hold = true;
    page.ask({ do: 'rooms' });
    page.feed.push('{"do":"fly"}\n{"do":"users","ref":3}\n');
    page.feed.push('{"do":"users","ref":4}\n');
    expect(page.host.commands).toHaveLength(1);
    expect(page.host.ending).toBe('open');
    page.host.release();
    expect(page.take().map(({ is }) => is)).toEqual(['done', 'bye']);
    expect(page.host.ending).toBe('ended');
  });

  test('nothing asked in time: goodbye; once something was, a page may be silent for ever', () => {
    const silent = new Page();
    expect(silent.host.wakeMs).toBe(limits.net.requestMs);
    silent.session.woke();
    expect(silent.take().map(({ is }) => is)).toEqual(['bye']);
    const page = new Page();
    page.ask({ do: 'ping' });
    expect(page.host.wakeMs).toBeUndefined();
  });
});

describe('what the hub tells', () => {
  const file = { hash: 'h' as FileHash, size: 5, name: 'f.png' };
  const message: Direct = {
    is: 'direct',
    serial: 8,
    id: 1,
    from: 'bob' as Name,
    to: ana,
    text: 'hi',
    origin: 'mailbox',
    at: 3,
    file,
  };

  test('a message is delivered when the page says that it got it, and once', () => {
    const page = new Page();
    const settled: string[] = [];
    page.session.deliver(message, (result) => settled.push(result));
    // No path and no hash leaves the server.
    expect(page.take()).toEqual([
      {
        is: 'message',
        serial: 8,
        id: 1,
        from: 'bob',
        to: 'ana',
        text: 'hi',
        at: 3,
        door: 'mailbox',
        file: {
          name: 'f.png',
          size: 5,
        },
      },
    ]);
    page.ask({ do: 'got', serial: 9 });
    expect(settled).toEqual([]);
    page.ask({ do: 'got', serial: 8 }, { do: 'got', serial: 8 });
    expect(settled).toEqual(['delivered']);
  });

  test('a message for a connection that is over has failed', () => {
    const page = new Page();
    page.session.lost();
    const settled: string[] = [];
    page.session.deliver(message, (result) => settled.push(result));
    expect(settled).toEqual(['failed']);
  });

  test('notices, each in the page’s words', () => {
    const page = new Page();
    const bob = 'bob' as Name;
    const room = 'r' as RoomName;
    const origin = 'channels';
    page.session.tell({ is: 'receipt', id: 1, by: bob, status: 'delivered', file: 'f' });
    page.session.tell({ is: 'said', room, from: bob, text: 'hi', origin, at: 5 });
    page.session.tell({ is: 'joined', room, name: bob, origin });
    page.session.tell({ is: 'left', room, name: bob, origin });
    page.session.tell({ is: 'invited', room, by: bob, origin });
    page.session.tell({ is: 'paid', from: bob, amount: 3, origin });
    page.session.tell({ is: 'presence', name: bob, here: false });
    page.session.tell({ is: 'signal', signal: 's', from: bob, numbers: [], origin, at: 5 });
    expect(page.take()).toEqual([
      { is: 'receipt', id: 1, by: 'bob', status: 'delivered', file: 'f' },
      { is: 'said', room: 'r', from: 'bob', text: 'hi', at: 5 },
      { is: 'joined', room: 'r', name: 'bob' },
      { is: 'left', room: 'r', name: 'bob' },
      { is: 'invited', room: 'r', by: 'bob' },
      { is: 'paid', from: 'bob', amount: 3 },
      { is: 'presence', name: 'bob', here: false },
    ]);
  });

  test('the server stops: what is owed is answered, then goodbye', () => {
    const page = new Page({ rooms: () => ({ ok: true, value: { rooms: [] } }) });
    page.host.hold = true;
    page.ask({ do: 'rooms' });
    page.session.closing();
    page.host.release();
    expect(page.take().map(({ is }) => is)).toEqual(['done', 'bye']);
    expect(page.host.ending).toBe('ended');
    page.session.tell({ is: 'presence', name: ana, here: true });
    expect(page.take()).toEqual([]);
  });
});
