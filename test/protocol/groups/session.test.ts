// The server's side against a host without a network: order, time, faults, and what the hub refuses.

import { describe, expect, test } from 'bun:test';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { GroupsSession } from '../../../src/protocol/groups/server/session';
import { bytesOf, type Envelope, MessageReader } from '../../../src/protocol/groups/wire/codec';
import { limits } from '../../../src/protocol/limits';
import type { Direct, FileHash, Name, RoomName, User } from '../../../src/protocol/model';
import { type Answers, FakeHost, Feed, yes } from '../../support/fake_host';
import { contentOf, written } from './written';

const name = (text: string): Name => text as Name;
const room = (text: string): RoomName => text as RoomName;
const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;

const bob: User = {
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

class Client {
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
  get asked(): string[] {
    return this.host.commands.map((command) => command.do);
  }
}

const direct = (text: string, more: Partial<Direct> = {}): Direct => ({
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

describe('coming in', () => {
  test('is answered with the list; who came by another door has port 0', () => {
    const client = new Client({}, false);
    client.sends('Req.Connect User=alice Id=1');
    expect(client.hears()).toEqual([
      'Res.Confirmation User=alice Id=1 Status=ok | bob 127.0.0.1 5000\\nana maría 127.0.0.1 0\\n',
    ]);
    expect(client.asked).toEqual(['enter', 'users', 'group-list']);
  });

  test('writes the address of the server and both ports into every message', () => {
    const client = new Client({}, false);
    client.sends('Req.List');
    expect(client.host.text).toStartWith(
      'IP: 127.0.0.1\nSide: server\nAction: Res.Confirmation\nSource-Port: 8888\nDestination-Port: 40000\n',
    );
  });

  test('with a token is as that account, whose groups are told', () => {
    const groups = [{ name: room('club'), creates: true, members: [name('alice')] }];
    const client = new Client({ 'group-list': () => yes<'group-list'>({ groups }) }, false);
    client.sends('Req.Connect User=alice Token=secret');
    expect(client.host.commands[0]).toMatchObject({
      do: 'login',
      account: 'alice',
      tokenHash: new Bun.CryptoHasher('sha256').update('secret').digest('hex'),
    });
    expect(client.hears().at(-1)).toBe('Group.Joined User=alice Group=club');
  });

  test.each([
    ['name-taken', 'name-taken'],
    ['none-free', 'try-later'],
    ['storage', 'try-later'],
    ['overloaded', 'try-later'],
  ] as const)('refused as %s it is %s, and another name may be tried', (why, status) => {
    const client = new Client(
      {
        enter: (command) =>
          'name' in command.wanted && command.wanted.name === 'alice'
            ? no(why)
            : yes<'enter'>({ name: name('alicia') }),
      },
      false,
    );
    client.sends('Req.Connect User=alice', 'Req.Connect User=alicia', 'Req.List');
    expect(client.hears().map((line) => line.split(' | ')[0])).toEqual([
      `Res.Confirmation Status=${status}`,
      'Res.Confirmation User=alicia Status=ok',
      'Res.List',
    ]);
  });

  test.each(['', '#7', ' ', 'a\u0000b', 'x'.repeat(256)])('takes %p for no name', (user) => {
    const client = new Client({}, false);
    client.sends(`Req.Connect User=${JSON.stringify(user)}`);
    expect(client.hears()).toEqual(['Res.Confirmation Status=bad-name']);
  });

  test('tells nothing before it is answered, and then in order', () => {
    const client = new Client({}, false);
    client.host.hold = true;
    client.sends('Req.Connect User=alice', 'Req.List Id=2');
    client.session.tell({ is: 'invited', room: room('club'), by: name('bob'), origin: 'groups' });
    client.session.deliver(direct('hola'), () => {});
    expect(client.hears()).toEqual([]);
    client.host.hold = false;
    client.host.release();
    expect(client.hears().map((line) => line.split(' | ')[0])).toEqual([
      'Res.Confirmation User=alice Status=ok',
      'Req.Group.Invite User=bob Group=club',
      'Req.Send User=bob To=alice Id=1',
      'Res.List Id=2',
    ]);
  });

  test('is waited for only so long', () => {
    const client = new Client({}, false);
    expect(client.host.wakeMs).toBe(limits.net.requestMs);
    client.session.woke();
    expect(client.host.ending).toBe('aborted');
  });

  test('byte by byte is the same', () => {
    const client = new Client({}, false);
    client.feed.drip(client.bytes('Req.Connect User=alice', 'Req.Send To=bob Id=1 | hola'));
    expect(client.hears()).toHaveLength(2);
  });
});

describe('confirmations', () => {
  test('stored, then what the receipt says; of what others sent nothing', () => {
    const client = new Client();
    client.sends('Req.Send To=bob Id=x1 | hola');
    expect(client.hears()).toEqual(['Res.Send confirmation Id=x1 Status=stored']);
    client.session.tell({ is: 'receipt', id: 30, by: name('bob'), status: 'delivered' });
    expect(client.hears()).toEqual([]);
    client.session.tell({ is: 'receipt', id: 31, by: name('bob'), status: 'delivered' });
    client.session.tell({ is: 'receipt', id: 31, by: name('bob'), status: 'delivered' });
    expect(client.hears()).toEqual(['Res.Send confirmation Id=x1 Status=delivered']);
  });

  test.each([
    [{ why: 'gone' }, 'disconnected', 'disconnected'],
    [{}, 'refused', 'refused by the receiver'],
  ] as const)('failed %j: %s', (why, reason, text) => {
    const client = new Client();
    client.sends('Req.Send To=bob Id=1 | hola');
    client.hears();
    client.session.tell({ is: 'receipt', id: 31, by: name('bob'), status: 'failed', ...why });
    expect(client.hears()).toEqual([
      `Res.Send confirmation Id=1 Status=failed Reason=${reason} | ${text}`,
    ]);
  });

  test.each([
    ['unknown-user', 'unknown-user', 'unknown user'],
    ['full', 'full', 'too many messages wait for this user'],
    ['too-long', 'too-long', 'the message is too long'],
    ['storage', 'try-later', 'the server cannot take it now'],
    ['overloaded', 'try-later', 'the server cannot take it now'],
  ] as const)('refused as %s: %s', (why, reason, text) => {
    const client = new Client({ direct: () => no(why) });
    client.sends('Req.Send To=bob Id=1 | hola');
    expect(client.hears()).toEqual([
      `Res.Send confirmation Id=1 Status=failed Reason=${reason} | ${text}`,
    ]);
  });

  test("the receiver's own answer delivers, or refuses", () => {
    const client = new Client();
    const settled: string[] = [];
    client.session.deliver(direct('one'), (how) => settled.push(how));
    client.session.deliver(direct('two'), (how) => settled.push(how));
    expect(client.hears()).toHaveLength(2);
    client.sends('Res.Send confirmation Id=9', 'Res.Send confirmation');
    expect(settled).toEqual([]);
    client.sends('Res.Send confirmation Id=2 Status=failed', 'Res.Send confirmation Id=1');
    expect(settled).toEqual(['refused', 'delivered']);
    client.sends('Res.Send confirmation Id=1');
    expect(settled).toHaveLength(2);
  });

  test('a text longer than a body comes in parts of one Id, and is delivered with the last', () => {
    const client = new Client();
    const settled: string[] = [];
    client.session.deliver(direct('ñ'.repeat(50_000)), (how) => settled.push(how));
    const heard = client.hears();
    expect(heard).toHaveLength(2);
    expect(heard.every((line) => line.startsWith('Req.Send User=bob To=alice Id=1 | ñ'))).toBe(
      true,
    );
    client.sends('Res.Send confirmation Id=1');
    expect(settled).toEqual([]);
    client.sends('Res.Send confirmation Id=1');
    expect(settled).toEqual(['delivered']);
  });

  test('who confirms nothing for 20 s is lost', () => {
    const client = new Client();
    expect(client.host.wakeMs).toBeUndefined();
    client.session.deliver(direct('hola'), () => {});
    expect(client.host.wakeMs).toBeWithin(20_000, 21_001);
    client.host.now += 10;
    client.session.woke();
    expect(client.host.ending).toBe('open');
    expect(client.host.wakeMs).toBeWithin(10_000, 11_001);
    client.host.now += 11;
    client.session.woke();
    expect(client.host.ending).toBe('aborted');
  });

  test('what was said in a group is confirmed too, and who did has time again', () => {
    const client = new Client();
    const said = { room: room('club'), from: name('bob'), text: 'hola', origin: 'groups', at: 0 };
    client.session.tell({ is: 'said', ...said });
    expect(client.hears()).toEqual(['Req.Send User=bob Group=club Id=1 | hola']);
    client.sends('Res.Send confirmation Id=1');
    expect(client.host.wakeMs).toBeUndefined();
  });

  test('what was not confirmed when the connection is lost is not delivered', () => {
    const client = new Client();
    const settled: string[] = [];
    client.session.deliver(direct('hola'), (how) => settled.push(how));
    client.session.lost();
    client.session.deliver(direct('late'), (how) => settled.push(how));
    expect(settled).toEqual(['failed', 'failed']);
  });
});

describe('bytes that are no text', () => {
  test('go through unchanged', () => {
    const client = new Client();
    const body = Uint8Array.of(0xff, 0x00, 0x41);
    client.feed.push(
      bytesOf(
        { ip: 'x', side: 'client', sourcePort: 1, destinationPort: 2 },
        { action: 'send', to: ['bob'], contentType: 'application/octet-stream', body },
      ),
    );
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'direct', text: '\ufffd\u0000A' });
    client.hears();
    client.session.deliver(direct('\ufffd\u0000A', { raw: body }), () => {});
    const bytes = Buffer.from(client.host.bytes);
    expect(bytes.toString('latin1')).toContain('Content-Type: application/octet-stream\n');
    expect(bytes.subarray(-3)).toEqual(Buffer.from(body));
  });
});

describe('whom a message names', () => {
  test('by port: nothing overtakes the question', () => {
    const client = new Client();
    client.host.hold = true;
    client.sends('Req.Send Port=5000 Id=1 | a', 'Req.Send To=bob Id=2 | b');
    expect(client.asked.filter((one) => one === 'direct')).toEqual([]);
    client.host.hold = false;
    client.host.release();
    expect(client.hears()).toEqual([
      'Res.Send confirmation Id=1 Status=stored',
      'Res.Send confirmation Id=2 Status=stored',
    ]);
  });

  test('by a port that two hosts have: not guessed', () => {
    const twin = { ...bob, name: name('ben'), address: { host: '10.0.0.2', port: 5000 } };
    const client = new Client({ users: () => yes<'users'>({ users: [bob, twin] }) });
    client.sends('Req.Send Port=5000 Id=1 | a', 'Req.Send Port=6000 Id=2 | a');
    expect(client.hears()).toEqual([
      'Res.Send confirmation Id=1 Status=failed Reason=several-users | several users have this port',
      'Res.Send confirmation Id=2 Status=failed Reason=unknown-user | unknown user',
    ]);
  });

  test('twice, or a user and a group: not understood, and the connection goes on', () => {
    const client = new Client();
    client.sends('Req.Send To=bob To=ben Id=1 | a', 'Req.Send To=bob Group=club Id=2 | a');
    client.sends('Req.Send To=#7 Id=3 | a', 'Req.List Id=4');
    expect(client.hears().map((line) => line.split(' | ')[0])).toEqual([
      'Res.Confirmation Id=1 Status=bad-request',
      'Res.Confirmation Group=club Id=2 Status=bad-request',
      'Res.Send confirmation Id=3 Status=stored',
      'Res.List Id=4',
    ]);
    expect(client.host.commands.findLast((one) => one.do === 'direct')).toMatchObject({ to: '#7' });
  });
});

describe('groups', () => {
  test.each([
    ['Create', 'group-create', 'room-exists', 'group-exists'],
    ['Create', 'group-create', 'too-many', 'too-many'],
    ['Accept', 'group-accept', 'unknown-room', 'unknown-group'],
    ['Accept', 'group-accept', 'not-invited', 'not-invited'],
    ['Decline', 'group-decline', 'not-invited', 'not-invited'],
    ['Leave', 'group-leave', 'not-member', 'not-member'],
    ['Invite', 'group-invite', 'not-creator', 'not-creator'],
    ['Invite', 'group-invite', 'already-member', 'already-member'],
    ['Invite', 'group-invite', 'unknown-user', 'unknown-user'],
    ['Invite', 'group-invite', 'storage', 'try-later'],
  ] as const)('%s refused by %s as %s: %s', (action, operation, why, status) => {
    const client = new Client({ [operation]: () => no(why) });
    client.sends(`Req.Group.${action} Group=club To=bob Id=1`);
    expect(client.hears()).toEqual([`Res.Confirmation Group=club Id=1 Status=${status}`]);
  });

  test('need a name', () => {
    const client = new Client();
    client.sends('Req.Group.Create', 'Req.Group.Create Group="two words"');
    expect(client.hears()).toEqual([
      'Res.Confirmation Status=unknown-group',
      'Res.Confirmation Group="two words" Status=unknown-group',
    ]);
  });
});

describe('what is not a request', () => {
  test('is answered, and the connection goes on', () => {
    const client = new Client();
    client.feed.push('Action: Req.Dance\nId: 1\n\n');
    client.sends('Res.List', 'Group.Joined', 'File_transfer Status=data Id=5');
    expect(client.hears()).toEqual([
      'Res.Confirmation Id=1 Status=bad-request | unknown action',
      'Res.Confirmation Status=bad-request',
      'Res.Confirmation Status=bad-request',
      'Res.Confirmation Id=5 Status=bad-request',
    ]);
    expect(client.host.ending).toBe('open');
  });

  test.each([
    ['GET / HTTP/1.1\n\n', 'bad-request | not understood'],
    [`Action: Req.Send\nContent-Length: ${64 * 1024 + 1}\n\n`, 'too-large'],
    [`X: ${'x'.repeat(8192)}`, 'too-large'],
  ])('ends with its status: %#', (text, status) => {
    const client = new Client();
    client.sends('Req.Send To=bob Id=1 | before');
    client.feed.push(text);
    client.feed.push('Action: Req.List\n\n');
    expect(client.hears()).toEqual([
      'Res.Send confirmation Id=1 Status=stored',
      `Res.Confirmation Status=${status}`,
    ]);
    expect(client.host.ending).toBe('ended');
    expect(client.asked.at(-1)).toBe('leave');
  });
});

describe('the end', () => {
  test('by Req.Disconnect answers what was asked, in order', () => {
    const client = new Client();
    client.host.hold = true;
    client.sends('Req.Send To=bob Id=1 | a', 'Req.Disconnect Id=2', 'Req.List');
    expect(client.host.ending).toBe('open');
    client.host.hold = false;
    client.host.release();
    expect(client.hears()).toEqual([
      'Res.Send confirmation Id=1 Status=stored',
      'Res.Confirmation Id=2 Status=ok',
    ]);
    expect(client.host.ending).toBe('ended');
  });

  test("by the peer's end answers what was asked", () => {
    const client = new Client();
    client.host.hold = true;
    client.sends('Req.Send To=bob Id=1 | a');
    client.session.ended();
    client.host.hold = false;
    client.host.release();
    expect(client.hears()).toEqual(['Res.Send confirmation Id=1 Status=stored']);
    expect(client.host.ending).toBe('ended');
  });

  test('of the server says goodbye', () => {
    const client = new Client();
    client.session.closing();
    expect(client.hears()).toEqual(['Req.Disconnect']);
    expect(client.host.ending).toBe('ended');
    client.session.tell({ is: 'presence', name: name('bob'), here: false });
    client.session.lost();
    expect(client.hears()).toEqual([]);
  });

  test('of others is told by whoever one has talked with', () => {
    const client = new Client();
    client.session.tell({ is: 'presence', name: name('bob'), here: false });
    expect(client.hears()).toEqual([]);
    client.sends('Req.Send To=bob Id=1 | a');
    client.hears();
    client.session.tell({ is: 'presence', name: name('bob'), here: true });
    client.session.tell({ is: 'presence', name: name('bob'), here: false });
    client.session.tell({ is: 'presence', name: name('bob'), here: false });
    expect(client.hears()).toEqual(['Req.Disconnect User=bob']);
    expect(client.asked.filter((one) => one === 'watch')).toHaveLength(1);
  });

  test('of others is asked for again where the server could not take it', () => {
    let count = 0;
    const client = new Client({
      watch: () => (++count < 2 ? no('storage') : yes<'watch'>(undefined)),
    });
    client.sends(
      'Req.Send To=bob Id=1 | a',
      'Req.Send To=bob Id=2 | b',
      'Req.Send To=bob Id=3 | c',
    );
    expect(count).toBe(2);
  });
});

describe('a connection that carries a file', () => {
  const hash = 'ab'.repeat(32) as FileHash;
  const file = { name: 'x', size: 5 };

  test('brings it in pieces, and is answered when it is stored', () => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file }),
        'offer-stored': () => yes<'offer-stored'>(undefined),
      },
      false,
    );
    client.sends('File_transfer Status=data Token=t Id=9 | hel', 'File_transfer Status=data | lo');
    expect(client.host.received).toEqual([Buffer.from('hello')]);
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-stored', offer: 3 });
    expect(client.hears()).toEqual(['File_transfer Id=9 Status=done']);
    expect(client.host.ending).toBe('ended');
  });

  test.each([
    ['unknown-offer', 'Reason=cancelled | cancelled', undefined],
    ['storage', 'Reason=try-later | the server cannot take it now', 'broken'],
  ] as const)('that has brought all, and then it is %s', (refusal, failure, why) => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file }),
        'offer-stored': () => no(refusal),
        'offer-end': () => yes<'offer-end'>(undefined),
      },
      false,
    );
    client.sends('File_transfer Status=data Token=t Id=9 | hello');
    expect(client.hears()).toEqual([`File_transfer Id=9 Status=failed ${failure}`]);
    const { do: last, ...more } = client.host.commands.at(-1) ?? { do: '' };
    expect([last, 'why' in more ? more.why : undefined]).toEqual([
      why === undefined ? 'offer-stored' : 'offer-end',
      why,
    ]);
  });

  test('is told at once that nobody will take what it brings', () => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file }),
        'offer-end': () => yes<'offer-end'>(undefined),
      },
      false,
    );
    client.sends('File_transfer Status=data Token=t Id=9 | hel');
    client.host.hopeless('no-space');
    expect(client.hears()).toEqual([
      'File_transfer Id=9 Status=failed Reason=no-space | no space for the file',
    ]);
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-end', why: 'no-space' });
    expect(client.host.ending).toBe('ended');
  });

  test('that is lost before the hub has said what it is for has failed, too', () => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file: { ...file, hash } }),
        'offer-end': () => yes<'offer-end'>(undefined),
      },
      false,
    );
    client.host.hold = true;
    client.sends('File_transfer Status=data Token=t Id=f3');
    client.session.lost();
    client.host.hold = false;
    client.host.release();
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-end', why: 'gone' });
    expect(client.host.filesSent).toEqual([]);
  });

  test('fetches it, and settles by the own word of who fetched it', () => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file: { ...file, hash } }),
        'offer-end': () => yes<'offer-end'>(undefined),
      },
      false,
    );
    client.sends('File_transfer Status=data Token=t Id=f3');
    expect(client.host.filesSent).toEqual([hash]);
    expect(client.hears()).toEqual(['File_transfer Id=f3 Status=done']);
    expect(client.asked).toEqual(['offer-open']);
    client.sends('File_transfer Status=done Id=f3');
    expect(client.host.commands.at(-1)).toEqual({
      do: 'offer-end',
      session: client.host.session,
    });
    expect(client.host.ending).toBe('ended');
  });

  test.each([
    ['File_transfer Status=failed Reason=no-space | no space for the file', 'no-space'],
    ['File_transfer Status=failed', 'cancelled'],
    ['Req.List', 'broken'],
    ['File_transfer Status=data | more than was offered', 'broken'],
  ] as const)('fails by %p as %s', (line, why) => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file }),
        'offer-end': () => yes<'offer-end'>(undefined),
      },
      false,
    );
    client.sends('File_transfer Status=data Token=t Id=9 | hel', line);
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-end', why });
    expect(client.host.received).toEqual([]);
    expect(client.host.ending).toBe('ended');
  });

  test('that is lost, silent or half closed in the middle has failed', () => {
    for (const end of ['lost', 'woke', 'ended', 'closing'] as const) {
      const client = new Client(
        {
          'offer-open': () => yes<'offer-open'>({ offer: 3, file }),
          'offer-end': () => yes<'offer-end'>(undefined),
        },
        false,
      );
      client.sends('File_transfer Status=data Token=t Id=9 | hel');
      expect(client.host.wakeMs).toBe(limits.net.pieceMs);
      client.session[end]();
      expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-end', why: 'gone' });
    }
  });

  test('with a token that is good for nothing is refused', () => {
    const client = new Client({ 'offer-open': () => no('unknown-offer') }, false);
    client.sends('File_transfer Status=data Token=t Id=9');
    expect(client.hears()).toEqual([
      'File_transfer Id=9 Status=failed Reason=unknown-file | no such transfer',
    ]);
    expect(client.host.ending).toBe('ended');
  });
});

describe('files of other doors', () => {
  const file = { hash: 'cd'.repeat(32) as FileHash, size: 5, name: 'x.png' };

  test('that come with a message are offered behind it, and fetched like any other', () => {
    const client = new Client({
      'offer-waiting': () => yes<'offer-waiting'>({ offer: 8 }),
      'offer-answer': () => yes<'offer-answer'>(undefined),
    });
    client.session.deliver(direct('', { serial: 77, file }), () => {});
    expect(client.hears()).toEqual([
      'Req.Send User=bob To=alice Id=1 | (file x.png, 5 bytes)',
      'File_transfer User=bob Id=m77 Status=offer File-Name=x.png File-Size=5',
    ]);
    client.sends('File_transfer Status=accept Id=m78', 'File_transfer Status=accept Id=m77');
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-waiting', serial: 77 });
    expect(client.hears()).toEqual([
      'Res.Confirmation Id=m78 Status=unknown-file',
      'Res.Confirmation Id=m77 Status=ok',
      'File_transfer Id=m77 Status=accept Token=secret-1',
    ]);
    client.sends('File_transfer Status=accept Id=m77');
    expect(client.hears()).toEqual(['Res.Confirmation Id=m77 Status=unknown-file']);
    // It could not be fetched.
    client.sends('File_transfer Status=reject Id=m77', 'File_transfer Status=reject Id=m77');
    expect(client.hears()).toEqual([
      'Res.Confirmation Id=m77 Status=ok',
      'Res.Confirmation Id=m77 Status=unknown-file',
    ]);
    expect(client.host.commands.at(-1)).toMatchObject({
      do: 'offer-answer',
      offer: 8,
      accept: false,
    });
  });

  test('are not kept where they are accepted and rejected in one breath', () => {
    const client = new Client({
      'offer-waiting': () => yes<'offer-waiting'>({ offer: 8 }),
      'file-taken': () => yes<'file-taken'>(undefined),
      'offer-answer': () => yes<'offer-answer'>(undefined),
    });
    client.session.deliver(direct('', { serial: 77, file }), () => {});
    client.host.hold = true;
    client.sends('File_transfer Status=accept Id=m77', 'File_transfer Status=reject Id=m77');
    client.host.hold = false;
    client.host.release();
    expect(client.asked.slice(-3)).toEqual(['offer-waiting', 'file-taken', 'offer-answer']);
  });

  test('are still there where the server could not let go of them', () => {
    let count = 0;
    const client = new Client({
      'file-taken': () => (++count < 2 ? no('storage') : yes<'file-taken'>(undefined)),
    });
    client.session.deliver(direct('', { serial: 77, file }), () => {});
    client.hears();
    client.sends('File_transfer Status=reject Id=m77', 'File_transfer Status=reject Id=m77');
    expect(client.hears()).toEqual([
      'Res.Confirmation Id=m77 Status=try-later',
      'Res.Confirmation Id=m77 Status=ok',
    ]);
  });

  test('that were neither taken nor rejected are offered again to an account that comes back', () => {
    const files = [{ ...file, serial: 77, from: name('bob') }];
    const client = new Client(
      {
        'files-waiting': () => yes<'files-waiting'>({ files }),
        'file-taken': () => yes<'file-taken'>(undefined),
      },
      false,
    );
    client.sends('Req.Connect User=alice Token=t');
    expect(client.hears().slice(1)).toEqual([
      'File_transfer User=bob Id=m77 Status=offer File-Name=x.png File-Size=5',
    ]);
    client.sends('File_transfer Status=reject Id=m77');
    expect(client.hears()).toEqual(['Res.Confirmation Id=m77 Status=ok']);
    expect(client.host.commands.at(-1)).toEqual({ do: 'file-taken', serial: 77 });
  });

  test('for users elsewhere are sent on once they are stored', () => {
    const elsewhere = [name('zoe')];
    const client = new Client({
      offer: () => yes<'offer'>({ offer: 8, asked: [], elsewhere, unknown: [] }),
      'offer-end': () => yes<'offer-end'>(undefined),
    });
    client.sends('File_transfer Status=offer To=zoe Id=4 File-Name=x.png File-Size=5');
    const step = { is: 'offer', offer: 8, origin: 'groups', file } as const;
    client.session.tell({ ...step, step: 'accepted', by: name('zoe') });
    client.session.tell({ ...step, step: 'stored', by: name('alice') });
    expect(client.hears()).toEqual([
      'Res.Confirmation Id=4 Status=ok | zoe\\n',
      'File_transfer User=zoe Id=4 Status=accept Token=secret-1',
      'File_transfer User=zoe Id=4 Status=done',
    ]);
    expect(client.host.commands.slice(-2)).toMatchObject([
      { do: 'direct', to: 'zoe', text: '', file },
      { do: 'offer-end', offer: 8, to: 'zoe' },
    ]);
  });
});
