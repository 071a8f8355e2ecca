// The server's side of one market client, without a network: states, answers in order, every refusal.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import type { Command, Outcome } from '../../../src/protocol/commands';
import { limits } from '../../../src/protocol/limits';
import { MarketSession } from '../../../src/protocol/market/server/session';
import { texts } from '../../../src/protocol/market/wire/messages';
import type { Direct, Name, Notice, RoomName } from '../../../src/protocol/model';
import { type Answers, FakeHost, Feed, yes } from '../../support/fake_host';

const name = (text: string): Name => text as Name;
const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;
const opening = `${texts.welcome}\n${texts.question}\n`;

/** A client of a hub that agrees to everything, unless the test says otherwise. */
class Client {
  readonly host: FakeHost;
  readonly session: MarketSession;
  readonly feed: Feed;

  constructor(answers: Answers = {}) {
    this.host = new FakeHost({
      'name-free': () => yes<'name-free'>({ free: true }),
      enter: (command) =>
        yes<'enter'>({ name: 'name' in command.wanted ? command.wanted.name : name('?') }),
      'balance-set': ({ amount }) => yes<'balance-set'>({ before: 0, after: amount }),
      'room-join': () => yes<'room-join'>(undefined),
      leave: () => yes<'leave'>(undefined),
      say: () => yes<'say'>({ room: 'market' as RoomName }),
      direct: () => yes<'direct'>({ id: 1, serial: 1, waiting: false }),
      users: () => yes<'users'>({ users: [] }),
      funds: () => yes<'funds'>({ balance: 3000 }),
      transfer: ({ amount }) => yes<'transfer'>({ before: 3000, after: 3000 - amount }),
      ...answers,
    });
    this.session = new MarketSession(this.host);
    this.feed = new Feed(this.session, this.host);
  }

  /** One that has entered as alice, with 3000 dollars; what that said and did is forgotten. */
  static inside(answers: Answers = {}): Client {
    const client = new Client();
    client.says('alice\n3000\n');
    client.host.takeText();
    client.host.commands.length = 0;
    client.host.printed.length = 0;
    Object.assign(client.host.answers, answers);
    return client;
  }

  /** What the server answers to some bytes. */
  says(bytes: Uint8Array | string): string {
    this.feed.push(bytes);
    return this.host.takeText();
  }

  get did(): string[] {
    return this.host.commands.splice(0).map((command) => command.do);
  }
}

describe('entering', () => {
  test('the server speaks first, in one piece', () => {
    expect(new Client().host.text).toBe(opening);
  });

  test("the source's balance dialogue", () => {
    const client = new Client();
    expect(client.says('50000\n')).toBe(`${opening}${texts.balanceSet(50_000)}\n`);
    expect(client.did).toEqual(['enter', 'balance-set', 'room-join']);
    expect(client.host.printed).toEqual(['[SERVER] Client: <127.0.0.1:40000> connected!']);
  });

  test('the identifier is the address, which makes room for a name that looks the same', () => {
    const client = new Client({ enter: () => yes<'enter'>({ name: name('127.0.0.1:40000~2') }) });
    client.says('1\n');
    expect(client.host.commands[0]).toEqual({
      do: 'enter',
      session: client.host.session,
      machine: 'm1',
      address: { host: '127.0.0.1', port: 40_000 },
      dialect: 'market',
      wanted: { name: name('127.0.0.1:40000') },
      collision: 'rename',
    });
    expect(client.host.printed).toEqual(['[SERVER] Client: <127.0.0.1:40000~2> connected!']);
  });

  test('an identifier first', () => {
    const client = new Client();
    expect(client.says('alice\n')).toBe(`${opening}${texts.question}\n`);
    expect(client.did).toEqual(['name-free']);
    expect(client.says('5\n')).toBe(`${texts.balanceSet(5)}\n`);
    expect(client.host.commands[0]).toMatchObject({
      do: 'enter',
      wanted: { name: name('alice') },
      collision: 'refuse',
    });
    expect(client.host.printed).toEqual(['[SERVER] Client: <alice> connected!']);
  });

  test('name, balance and more in one segment', () => {
    const client = new Client();
    client.says('alice\n5\nhola\n:funds\n');
    expect(client.did).toEqual(['name-free', 'enter', 'balance-set', 'room-join', 'say', 'funds']);
    expect(client.host.commands).toEqual([]);
  });

  test('byte by byte', () => {
    const client = new Client();
    client.feed.drip('alice\r\n50000\r\n:funds\r\n');
    expect(client.host.takeText()).toBe(
      `${opening}${texts.question}\n${texts.balanceSet(50_000)}\n${texts.funds(3000)}\n`,
    );
  });

  test('a name in use is told at once, and asked again', () => {
    const client = new Client({ 'name-free': () => yes<'name-free'>({ free: false }) });
    client.host.takeText();
    expect(client.says('bob\n')).toBe(
      `[SERVER] Client: <bob> is already in use.\n${texts.question}\n`,
    );
    client.says('7\n');
    expect(client.host.commands[1]).toMatchObject({ wanted: { name: name('127.0.0.1:40000') } });
  });

  test('a name that was taken while the balance was awaited', () => {
    const client = new Client({
      enter: () => no('name-taken'),
      'balance-set': () => no('not-entered'),
      'room-join': () => no('not-entered'),
    });
    client.says('bob\n');
    expect(client.says('7\n')).toBe(`${texts.inUse('bob')}\n${texts.question}\n`);
    expect(client.did).toEqual(['name-free', 'enter', 'balance-set', 'room-join']);
    expect(client.host.printed).toEqual([]);
  });

  test.each([
    ['-5', texts.badBalance],
    ['1.5', texts.badBalance],
    ['9007199254740992', texts.badBalance],
    ['two words', texts.badName],
    [':u', texts.badName],
    ['x'.repeat(limits.hub.textBytes + 1), texts.tooLong(limits.hub.textBytes)],
  ])('%.20s is refused, and asked again', (line, why) => {
    const client = new Client();
    client.host.takeText();
    expect(client.says(`${line}\n`)).toBe(`${why}\n${texts.question}\n`);
    expect(client.did).toEqual([]);
    expect(client.says('1\n')).toBe(`${texts.balanceSet(1)}\n`);
  });

  test('an empty answer is asked again', () => {
    const client = new Client();
    client.host.takeText();
    expect(client.says('\r\n')).toBe(`${texts.question}\n`);
  });

  test('leaving before entering', () => {
    const client = new Client();
    expect(client.says(':q\n')).toBe(`${opening}${texts.farewell}\n`);
    expect(client.host.ending).toBe('ended');
    expect(client.did).toEqual([]);
    expect(client.host.printed).toEqual([]);
  });

  test('what the hub cannot do is told, undone, and asked again', () => {
    const client = new Client({ 'balance-set': () => no('storage') });
    client.host.takeText();
    expect(client.says('5\n')).toBe(`${texts.busy}\n${texts.question}\n`);
    expect(client.did).toEqual(['enter', 'balance-set', 'room-join', 'leave']);
    expect(client.host.printed).toEqual([]);
    client.host.answers['name-free'] = () => no('overloaded');
    expect(client.says('alice\n')).toBe(`${texts.busy}\n${texts.question}\n`);
  });

  test('lines wait while the answer decides what they mean', () => {
    const client = new Client({ 'name-free': () => yes<'name-free'>({ free: false }) });
    client.host.hold = true;
    client.says('alice\n5\nhola\n');
    expect(client.did).toEqual(['name-free']);
    client.host.release(1);
    expect(client.did).toEqual(['enter', 'balance-set', 'room-join']);
    client.host.release(3);
    expect(client.did).toEqual(['say']);
  });
});

describe('inside', () => {
  test('what is said goes to the room, emojis drawn', () => {
    const client = Client.inside();
    expect(client.says('hola :smile\r\n :q\n')).toBe('');
    expect(client.host.commands).toMatchObject([
      { do: 'say', room: 'market', text: 'hola :~)' },
      { do: 'say', room: 'market', text: ' :q' },
    ]);
  });

  test('blank lines are nothing', () => {
    const client = Client.inside();
    expect(client.says('\n\r\n  \n')).toBe('');
    expect(client.did).toEqual([]);
  });

  test('answers come in the order of the questions', () => {
    const client = Client.inside();
    client.host.hold = true;
    expect(client.says(':funds\n:x\n:t - <bob> - 10\n:p\n')).toBe('');
    client.host.release();
    expect(client.host.takeText()).toBe(
      [
        texts.funds(3000),
        texts.unknownCommand,
        texts.sent(10, 'bob'),
        texts.malformed(':p - <ID> - text'),
        '',
      ].join('\n'),
    );
  });

  test("the source's transfer beyond one's funds", () => {
    const client = Client.inside({ transfer: () => no('insufficient') });
    expect(client.says(':funds\n:t - <bob> - 10000\n')).toBe(
      "[SERVER] Client: You have 3000 dollars.\n[SERVER] Client: You don't have sufficient funds for the transaction.\n",
    );
  });

  const transferRefusals: [Extract<Outcome<'transfer'>, { ok: false }>['why'], string][] = [
    ['insufficient', texts.insufficient],
    ['to-oneself', texts.payOneself],
    ['not-connected', '[SERVER] Client: <bob> is not connected.'],
    ['recipient-no-account', '[SERVER] Client: <bob> has no account here.'],
    ['no-account', texts.busy],
    ['bad-amount', texts.badAmount],
    ['too-much', texts.tooMuch('bob')],
    ['not-entered', texts.busy],
    ['storage', texts.busy],
    ['overloaded', texts.busy],
    ['internal', texts.busy],
  ];
  test.each(transferRefusals)('a transfer that is refused: %s', (why, text) => {
    const client = Client.inside({ transfer: () => no(why) });
    expect(client.says(':t - bob - 10\n')).toBe(`${text}\n`);
  });

  test.each([
    [':t - bob - -5', texts.badAmount],
    [':t - bob - 0', texts.badAmount],
    [':t - bob - 1e9', texts.badAmount],
    [':t - bob - 0x10', texts.badAmount],
    [':t - bob - 9007199254740992', texts.insufficient],
    [':t - #x - 5', texts.notConnected('#x')],
    [':t - bob', texts.malformed(':t - <ID> - amount')],
    [':p - alice - hi', texts.writeOneself],
    [':p - <alice> - hi', texts.writeOneself],
    [':p - #x - hi', texts.notConnected('#x')],
    [':zap', texts.unknownCommand],
    ['x'.repeat(limits.hub.textBytes + 1), texts.tooLong(limits.hub.textBytes)],
  ])('%.30s is refused before the hub is asked', (line, why) => {
    const client = Client.inside();
    expect(client.says(`${line}\n`)).toBe(`${why}\n`);
    expect(client.did).toEqual([]);
  });

  test('the longest line is said', () => {
    const client = Client.inside();
    client.says(`${'x'.repeat(limits.hub.textBytes)}\r\n`);
    expect(client.host.commands).toMatchObject([
      { do: 'say', text: 'x'.repeat(limits.hub.textBytes) },
    ]);
  });

  test('a private line goes to one, and says nothing when all is well', () => {
    const client = Client.inside();
    expect(client.says(':p - <bob> - hola :angry\n')).toBe('');
    expect(client.host.commands).toEqual([
      {
        do: 'direct',
        from: { session: client.host.session },
        to: name('bob'),
        text: 'hola >:(',
        origin: 'market',
      },
    ]);
  });

  test('a private line to nobody, to a full box, to somebody who is away', () => {
    const answer = (outcome: Outcome<'direct'>) =>
      Client.inside({ direct: () => outcome }).says(':p - bob - hi\n');
    expect(answer(no('unknown-user'))).toBe('[SERVER] Client: <bob> is not connected.\n');
    expect(answer(no('full'))).toBe(`${texts.full('bob')}\n`);
    expect(answer(no('storage'))).toBe(`${texts.busy}\n`);
    expect(answer(yes<'direct'>({ id: 1, serial: 1, waiting: true }))).toBe(
      `${texts.waiting('bob')}\n`,
    );
  });

  test('the hub refuses the rest', () => {
    const refuse = {
      say: () => no('overloaded'),
      users: () => no('storage'),
      funds: () => no('internal'),
    } as const;
    const client = Client.inside(refuse);
    expect(client.says('hola\n:u\n:funds\n')).toBe(`${texts.busy}\n`.repeat(3));
  });

  test('the users', () => {
    const address = { host: 'h', port: 1 };
    const users = [
      { name: name('carol'), kind: 'account', dialect: 'mailbox', address },
      { name: name('alice'), kind: 'guest', dialect: 'market', address },
    ] as const;
    const client = Client.inside({ users: () => yes<'users'>({ users }) });
    expect(client.says(':u\n')).toBe('[SERVER] Client: Connected users:\n<alice>\n<carol>\n');
  });

  test('is told what happens, and settles each private message once', () => {
    const client = Client.inside();
    const paid: Notice = { is: 'paid', from: name('bob'), origin: 'market', amount: 10 };
    client.session.tell(paid);
    client.session.tell({ is: 'presence', name: name('bob'), here: true });
    const direct: Direct = {
      is: 'direct',
      serial: 1,
      id: 1,
      from: name('bob'),
      to: name('alice'),
      text: 'hi',
      origin: 'market',
      at: 0,
    };
    const settled: string[] = [];
    client.session.deliver(direct, (result) => settled.push(result));
    expect(client.host.takeText()).toBe(`${texts.paid('bob', 10)}\n<bob>: hi\n`);
    client.says(':q\n');
    client.session.deliver(direct, (result) => settled.push(result));
    client.session.tell(paid);
    expect(settled).toEqual(['delivered', 'failed']);
    expect(client.host.takeText()).toBe('');
  });
});

describe('lines without ends', () => {
  test('what stands 150 ms is a line, until the first LF', () => {
    const client = new Client();
    client.host.takeText();
    client.says('50');
    client.says('00');
    expect(client.host.wakeMs).toBe(150);
    client.session.woke();
    expect(client.host.takeText()).toBe(`${texts.balanceSet(5000)}\n`);
    expect(client.host.wakeMs).toBeUndefined();
    client.says('hola');
    expect(client.host.wakeMs).toBe(150);
    client.session.woke();
    expect(client.says(':fun')).toBe('');
    expect(client.says('ds\nchao')).toBe(`${texts.funds(3000)}\n`);
    expect(client.host.wakeMs).toBeUndefined();
    expect(client.host.commands.slice(3)).toMatchObject([
      { do: 'say', text: 'hola' },
      { do: 'funds' },
    ]);
  });

  test('the whole conversation without a single line end', () => {
    const client = new Client();
    for (const line of ['alice', '50000', 'hola', ':t - <bob> - 5', ':q']) {
      client.feed.push(line);
      client.session.woke();
    }
    expect(client.host.takeText()).toBe(
      `${opening}${texts.question}\n${texts.balanceSet(50_000)}\n${texts.sent(5, 'bob')}\n${texts.farewell}\n`,
    );
  });

  test('what stands is not looked at while an answer is awaited, and still counts afterwards', () => {
    const client = new Client();
    client.host.hold = true;
    client.says('alice');
    client.session.woke();
    client.says('5');
    expect(client.host.wakeMs).toBeUndefined();
    client.session.woke();
    client.host.release();
    expect(client.host.wakeMs).toBe(150);
    client.session.woke();
    expect(client.did).toEqual(['name-free', 'enter', 'balance-set', 'room-join']);
  });

  test('a held inbox is left alone', () => {
    const client = new Client();
    client.feed.push('50');
    client.feed.inbox.held = true;
    client.session.woke();
    client.feed.inbox.held = false;
    client.feed.push('00');
    client.session.woke();
    expect(client.host.text).toContain(texts.balanceSet(5000));
  });
});

describe('the end', () => {
  const gone = '[SERVER] Client: <alice> disconnected!';

  test(':q answers what was asked before, says goodbye, leaves, ends', () => {
    const client = Client.inside();
    client.host.hold = true;
    client.says(':funds\n:q\nhola\n');
    expect(client.host.ending).toBe('open');
    client.host.release();
    expect(client.host.takeText()).toBe(`${texts.funds(3000)}\n${texts.farewell}\n`);
    expect(client.did).toEqual(['funds', 'leave']);
    expect(client.host.ending).toBe('ended');
    expect(client.host.printed).toEqual([gone]);
    client.session.ended();
    client.session.lost();
    expect(client.host.printed).toEqual([gone]);
  });

  test('the peer ends its side: its last line needs no end', () => {
    const client = Client.inside();
    client.says('hola\n:t - bob - 5');
    client.session.ended();
    expect(client.host.takeText()).toBe(`${texts.sent(5, 'bob')}\n${texts.farewell}\n`);
    expect(client.did).toEqual(['say', 'transfer', 'leave']);
  });

  test('the peer says everything and ends at once', () => {
    const client = new Client();
    client.host.hold = true;
    client.feed.push('alice\n5\nhola');
    client.session.ended();
    for (let round = 0; round < 5; round++) client.host.release();
    expect(client.did).toEqual(['name-free', 'enter', 'balance-set', 'room-join', 'say', 'leave']);
    expect(client.host.text).toEndWith(`${texts.balanceSet(5)}\n${texts.farewell}\n`);
    expect(client.host.ending).toBe('ended');
  });

  test('the peer ends while so much is under way that the rest is held', () => {
    const client = Client.inside();
    client.feed.inbox.held = true;
    client.feed.push(':funds\n');
    client.session.ended();
    expect(client.host.ending).toBe('open');
    client.feed.inbox.held = false;
    expect(client.says('')).toBe(`${texts.funds(3000)}\n${texts.farewell}\n`);
  });

  test('the connection breaks', () => {
    const client = Client.inside();
    client.session.lost();
    expect(client.host.printed).toEqual([gone]);
    expect(client.says('hola\n')).toBe('');
    expect(client.did).toEqual([]);
  });

  test('it breaks before anybody had entered: nobody is told', () => {
    const client = new Client();
    client.session.lost();
    expect(client.host.printed).toEqual([]);
  });

  test('the server stops', () => {
    const client = Client.inside();
    client.session.closing();
    expect(client.host.takeText()).toBe(`${texts.farewell}\n`);
    expect(client.host.ending).toBe('ended');
    client.session.closing();
    expect(client.host.takeText()).toBe('');
  });

  test('the server stops while somebody enters', () => {
    const client = new Client();
    client.host.hold = true;
    client.says('5\n');
    client.session.closing();
    client.host.release();
    expect(client.host.takeText()).toEndWith(`${texts.balanceSet(5)}\n${texts.farewell}\n`);
    expect(client.did).toEqual(['enter', 'balance-set', 'room-join', 'leave']);
    expect(client.host.printed).toHaveLength(2);
  });

  test('nobody waits for ever for a balance, and every question gives new time', () => {
    const client = new Client();
    expect(client.host.wakeMs).toBe(limits.net.questionMs);
    client.host.now += 100;
    client.says('-5\n');
    expect(client.host.wakeMs).toBe(limits.net.questionMs);
    client.host.now += 100;
    client.session.woke();
    expect(client.host.wakeMs).toBe(limits.net.questionMs - 100_000);
    client.host.now += limits.net.questionMs / 1000 - 100;
    client.host.takeText();
    client.session.woke();
    expect(client.host.takeText()).toBe(`${texts.farewell}\n`);
    expect(client.host.ending).toBe('ended');
    client.session.woke();
    expect(client.host.wakeMs).toBeUndefined();
  });

  test('who has entered may be quiet for ever', () => {
    expect(Client.inside().host.wakeMs).toBeUndefined();
  });
});

test('any bytes in any pieces are survived; nothing is submitted before entering but entering', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .constantFrom(
        'alice\n',
        '5\n',
        ':q\n',
        ':u\n',
        ':t - bob - 5\n',
        ':p - bob - x\r\n',
        'hola',
        '\n',
      )
      .map((text) => Buffer.from(text)),
    fc.constantFrom('woke', 'ended', 'release'),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.boolean(), (pieces, hold) => {
      const client = new Client();
      client.host.hold = hold;
      let hasEnded = false;
      for (const step of pieces) {
        if (step === 'woke') client.session.woke();
        else if (step === 'release') client.host.release(1);
        else if (step === 'ended') {
          if (!hasEnded) client.session.ended();
          hasEnded = true;
        } else if (!hasEnded) client.feed.push(step);
      }
      client.host.release();
      client.session.lost();
      const entered = client.host.commands.findIndex((command: Command) => command.do === 'enter');
      const before = client.host.commands.slice(0, entered < 0 ? undefined : entered);
      for (const command of before) expect(command.do).toBe('name-free');
      expect(client.host.text).toStartWith(opening);
      expect(client.host.text).toEndWith('\n');
    }),
  );
});
