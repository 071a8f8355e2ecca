// The server's side of one client without a network: time, ends, and what waits for an outcome.

import { describe, expect, test } from 'bun:test';

import { irc } from '../../../src/protocol/irc/index';
import { limits } from '../../../src/protocol/limits';
import {
  type Direct,
  type Name,
  ok,
  refused,
  type RoomName,
  type Said,
} from '../../../src/protocol/model';
import { type Answers, FakeHost, Feed } from '../../support/fake_host';

const agreeing: Answers = {
  enter: ({ wanted }) => ok({ name: 'name' in wanted ? wanted.name : ('' as Name) }),
  login: ({ account }) => ok({ name: account }),
  leave: () => ok(undefined),
  users: () => ok({ users: [] }),
  rooms: () => ok({ rooms: [] }),
  'group-list': () => ok({ groups: [] }),
  'room-join': () => ok(undefined),
  'room-info': ({ room }) =>
    ok({ room, operators: [], voices: [], bans: [], mutes: [], creator: 'alice' as Name }),
  'room-members': () => ok({ members: [{ name: 'alice' as Name, kind: 'guest', dialect: 'irc' }] }),
  say: ({ room }) => ok({ room: room ?? ('tea' as RoomName), serial: 46_655 }),
};

function client(answers: Answers = {}) {
  const host = new FakeHost({ ...agreeing, ...answers });
  const session = irc.server.open(host, {});
  const feed = new Feed(session, host);
  const send = (...lines: string[]): void => feed.push(lines.map((line) => `${line}\r\n`).join(''));
  const lines = (): string[] => host.takeText().split('\r\n').slice(0, -1);
  return { host, session, send, lines, feed };
}

function entered(answers: Answers = {}, ...before: string[]) {
  const all = client(answers);
  all.send(...before, 'NICK alice', 'USER a 0 * :Alice', 'CAP END');
  all.lines();
  return all;
}

const said = (text: string, more: Partial<Said> = {}): Said => ({
  is: 'said',
  room: 'tea' as RoomName,
  from: 'Kay' as Name,
  text,
  origin: 'channels',
  at: 1_700_000_000,
  ...more,
});

const direct = (text: string, serial = 36): Direct => ({
  is: 'direct',
  serial,
  id: 1,
  from: 'Kay' as Name,
  to: 'alice' as Name,
  text,
  origin: 'channels',
  at: 1_700_000_000,
});

describe('time', () => {
  test('who does not come in within 30 s is told so', () => {
    const { host, session, lines } = client();
    expect(host.wakeMs).toBe(limits.irc.registerMs);
    session.woke?.();
    expect(lines()).toEqual(['ERROR :Registration timed out']);
    expect(host.ending).toBe('ended');
  });

  test('after 120 s of quiet comes a PING, and 60 s later the end', () => {
    const { host, session, lines, send } = entered();
    expect(host.wakeMs).toBe(limits.irc.quietMs);
    host.now += 60;
    send('PONG x');
    host.now += 60;
    session.woke?.();
    // It was heard a minute ago.
    expect([lines(), host.wakeMs]).toEqual([[], 60_000]);
    host.now += 60;
    session.woke?.();
    expect(lines()).toEqual([':irc.chat PING :irc.chat']);
    expect(host.wakeMs).toBe(limits.irc.pongMs);
    session.woke?.();
    expect(lines()).toEqual(['ERROR :Ping timeout']);
    expect(host.ending).toBe('ended');
  });

  test('a PONG in time is enough', () => {
    const { host, session, lines, send } = entered();
    host.now += 120;
    session.woke?.();
    send('PONG irc.chat');
    host.now += 60;
    session.woke?.();
    expect(lines()).toEqual([':irc.chat PING :irc.chat']);
    expect(host.ending).toBe('open');
  });
});

describe('coming in', () => {
  test('what came behind waits for the hub, and what is told meanwhile comes behind 001', () => {
    const { host, session, lines, send } = client();
    host.hold = true;
    send('NICK alice', 'USER a 0 * :Alice', 'PING x');
    session.deliver?.(direct('early'), () => {});
    expect(lines()).toEqual([]);
    host.hold = false;
    host.release();
    const all = lines();
    expect(all[0]).toContain(' 001 alice ');
    expect(all.at(-2)).toEndWith(' PRIVMSG alice :early');
    expect(all.at(-1)).toBe(':irc.chat PONG irc.chat :x');
  });

  test.each([
    ['banned', ':irc.chat 465 alice :You are banned from this server'],
    ['not-allowed', ':irc.chat 464 alice :Only people with an account come in here: use SASL'],
    ['overloaded', ':irc.chat 263 alice :Please wait a while and try again.'],
  ] as const)('%s is the end', (why, line) => {
    const { host, lines, send } = client({ enter: () => refused(why) });
    send('NICK alice', 'USER a 0 * :Alice');
    expect(lines()[0]).toBe(line);
    expect(host.ending).toBe('ended');
  });

  test('ten wrong passwords are the end', () => {
    const { host, lines, send } = client();
    for (let n = 0; n < limits.irc.saslFailures; n++) send('AUTHENTICATE PLAIN', 'AUTHENTICATE +');
    expect(lines().filter((line) => line.includes(' 904 '))).toHaveLength(limits.irc.saslFailures);
    expect(host.ending).toBe('ended');
  });
});

test('a room that somebody else creates at the same moment is joined', () => {
  let joins = 0;
  const { send, lines } = entered({
    'room-join': () => (joins++ === 0 ? refused('unknown-room') : ok(undefined)),
    'room-create': () => refused('room-exists'),
  });
  send('JOIN #tea');
  expect(lines().map((line) => line.split(' ')[1])).toEqual(['JOIN', '353', '366']);
});

describe('what the hub tells', () => {
  test('in a room in the words that each set of capabilities has', () => {
    const one = entered();
    const other = entered({}, 'CAP REQ :server-time message-tags');
    for (const { send, lines } of [one, other]) {
      send('JOIN #tea');
      lines();
    }
    const event = said('a\nb', { serial: 46_655 });
    for (const { session } of [one, other]) session.tell?.(event);
    const bare = (lines: string[]): string[] => lines.map((line) => line.replace(/[a-p]{8}/, 'H'));
    const [first, second] = ['a', 'b'].map(
      (text) => `:Kay!~channels@H.channels PRIVMSG #tea :${text}`,
    );
    expect(bare(one.lines())).toEqual([first ?? '', second ?? '']);
    expect(bare(other.lines())).toEqual([
      `@msgid=zzz;time=2023-11-14T22:13:20.000Z ${first}`,
      `@time=2023-11-14T22:13:20.000Z ${second}`,
    ]);
  });

  test('in a row, in one piece that is encoded once', () => {
    const one = entered();
    const other = entered();
    const run = ['a', 'b', 'c'].map((text) => said(text));
    const wrote = [one, other].map(({ send, lines, session, host }) => {
      send('JOIN #tea');
      lines();
      session.tellAll?.(run);
      return [host.writes.length, lines().map((line) => line.at(-1))];
    });
    expect(wrote).toEqual([
      [1, ['a', 'b', 'c']],
      [1, ['a', 'b', 'c']],
    ]);
  });

  test('no line is longer than 512 bytes, and no character is cut', () => {
    const { send, lines, session } = entered();
    send('JOIN #tea');
    lines();
    const text = '🙂'.repeat(300);
    session.tell?.(said(text));
    const all = lines();
    for (const line of all) expect(Buffer.byteLength(`${line}\r\n`)).toBeLessThanOrEqual(512);
    expect(all.map((line) => line.slice(line.indexOf(' :') + 2)).join('')).toBe(text);
  });

  test('of a room in which one is not, nothing', () => {
    const { lines, session } = entered();
    session.tell?.(said('unheard'));
    session.tell?.({ is: 'joined', room: 'tea' as RoomName, name: 'Kay' as Name, origin: 'web' });
    expect(lines()).toEqual([]);
  });

  test('a private message to a guest is delivered when it is written, and to who is gone it failed', () => {
    const { session, feed } = entered();
    const settled: string[] = [];
    session.deliver?.(direct('hi'), (how) => settled.push(how));
    feed.end();
    session.deliver?.(direct('late'), (how) => settled.push(how));
    expect(settled).toEqual(['delivered', 'failed']);
  });

  test('to an account it is delivered by its PONG, or failed with the line', () => {
    const host = new FakeHost(agreeing);
    host.secrets.set('alice', ['a-password', 1]);
    const session = irc.server.open(host, {});
    const feed = new Feed(session, host);
    feed.push('PASS alice:a-password\r\nNICK a\r\nUSER a 0 * :a\r\n');
    expect(host.text).toEndWith(':irc.chat PING :delivery-check\r\n');
    const settled: string[] = [];
    const settle = (how: string): void => void settled.push(how);
    session.deliver?.(direct('one', 1), settle);
    expect(settled).toEqual(['delivered']);
    feed.push('PONG :delivery-check\r\n');
    session.deliver?.(direct('two', 36), settle);
    expect(host.text).toEndWith(' PRIVMSG alice :two\r\n:irc.chat PING :10\r\n');
    feed.push('PONG irc.chat :other\r\n');
    expect(settled).toHaveLength(1);
    feed.push('PONG irc.chat :10\r\n');
    expect(settled).toEqual(['delivered', 'delivered']);
    session.deliver?.(direct('three', 37), settle);
    session.lost('reset');
    expect(settled).toEqual(['delivered', 'delivered', 'failed']);
  });

  test('put out, and the server stops', () => {
    const one = entered();
    one.session.expelled?.({ why: 'banned', reason: 'enough' });
    expect(one.lines()).toEqual(['ERROR :You are banned: enough']);
    const other = entered();
    other.session.closing?.();
    expect(other.lines()).toEqual(['ERROR :The server stops']);
  });
});

test('AWAY may be changed ten times at once', () => {
  const { send, lines, host } = entered();
  send(...Array.from({ length: 11 }, (_, n) => `AWAY :${n}`));
  const codes = lines().map((line) => line.split(' ')[1]);
  expect(codes).toEqual([...Array<string>(10).fill('306'), '263']);
  host.now += 5;
  send('AWAY');
  expect(lines()).toEqual([':irc.chat 305 alice :You are no longer marked as being away']);
});
