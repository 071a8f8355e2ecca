// A client before it is in the market: the question for its balance, its identifier, entering.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { texts } from '../../../src/protocol/market/wire/messages';
import { yes } from '../../support/fake_host';
import { name, no, opening, SessionClient } from './session_client';

describe('entering', () => {
  test('the server speaks first, in one piece', () => {
    expect(new SessionClient().host.text).toBe(opening);
  });

  test("the source's balance dialogue", () => {
    const client = new SessionClient();
    expect(client.says('50000\n')).toBe(`${opening}${texts.balanceSet(50_000)}\n`);
    expect(client.did).toEqual(['enter', 'balance-set', 'room-join']);
    expect(client.host.printed).toEqual(['[SERVER] Client: <127.0.0.1:40000> connected!']);
  });

  test('the identifier is the address, which makes room for a name that looks the same', () => {
    const client = new SessionClient({
      enter: () => yes<'enter'>({ name: name('127.0.0.1:40000~2') }),
    });
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
    const client = new SessionClient();
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
    const client = new SessionClient();
    client.says('alice\n5\nhola\n:funds\n');
    expect(client.did).toEqual(['name-free', 'enter', 'balance-set', 'room-join', 'say', 'funds']);
    expect(client.host.commands).toEqual([]);
  });

  test('byte by byte', () => {
    const client = new SessionClient();
    client.feed.drip('alice\r\n50000\r\n:funds\r\n');
    expect(client.host.takeText()).toBe(
      `${opening}${texts.question}\n${texts.balanceSet(50_000)}\n${texts.funds(3000)}\n`,
    );
  });

  test('a name in use is told at once, and asked again', () => {
    const client = new SessionClient({ 'name-free': () => yes<'name-free'>({ free: false }) });
    client.host.takeText();
    expect(client.says('bob\n')).toBe(
      `[SERVER] Client: <bob> is already in use.\n${texts.question}\n`,
    );
    client.says('7\n');
    expect(client.host.commands[1]).toMatchObject({ wanted: { name: name('127.0.0.1:40000') } });
  });

  test('a name that was taken while the balance was awaited', () => {
    const client = new SessionClient({
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
    const client = new SessionClient();
    client.host.takeText();
    expect(client.says(`${line}\n`)).toBe(`${why}\n${texts.question}\n`);
    expect(client.did).toEqual([]);
    expect(client.says('1\n')).toBe(`${texts.balanceSet(1)}\n`);
  });

  test('a mistyped balance is no other name for who has one', () => {
    const client = new SessionClient();
    client.says('alice\n');
    for (const mistyped of ['lots', 'two words'])
      expect(client.says(`${mistyped}\n`)).toBe(`${texts.badBalance}\n${texts.question}\n`);
    client.says('5\n');
    expect(client.host.commands[1]).toMatchObject({ do: 'enter', wanted: { name: name('alice') } });
  });

  test('after a name that was in use another may be tried', () => {
    const client = new SessionClient({ 'name-free': () => yes<'name-free'>({ free: false }) });
    client.says('bob\n');
    client.host.answers['name-free'] = () => yes<'name-free'>({ free: true });
    expect(client.says('ben\n')).toBe(`${texts.question}\n`);
    client.says('5\n');
    expect(client.host.commands[2]).toMatchObject({ do: 'enter', wanted: { name: name('ben') } });
  });

  test('what the name has can be asked, and the question stands again', () => {
    const client = new SessionClient();
    client.says('alice\n');
    expect(client.says(':funds\n')).toBe(`${texts.funds(700)}\n${texts.question}\n`);
    expect(client.host.commands[1]).toEqual({ do: 'funds-kept', name: name('alice') });
    client.host.answers['funds-kept'] = () => no('name-taken');
    expect(client.says(':funds\n')).toBe(`${texts.inUse('alice')}\n${texts.question}\n`);
    client.host.answers['funds-kept'] = () => no('overloaded');
    expect(client.says(':funds\n')).toBe(`${texts.busy}\n${texts.question}\n`);
  });

  test('an empty answer is asked again', () => {
    const client = new SessionClient();
    client.host.takeText();
    expect(client.says('\r\n')).toBe(`${texts.question}\n`);
  });

  test('leaving before entering', () => {
    const client = new SessionClient();
    expect(client.says(':q\n')).toBe(`${opening}${texts.farewell}\n`);
    expect(client.host.ending).toBe('ended');
    expect(client.did).toEqual([]);
    expect(client.host.printed).toEqual([]);
  });

  test('what the hub cannot do is told, undone, and asked again', () => {
    const client = new SessionClient({ 'balance-set': () => no('storage') });
    client.host.takeText();
    expect(client.says('5\n')).toBe(`${texts.busy}\n${texts.question}\n`);
    expect(client.did).toEqual(['enter', 'balance-set', 'room-join', 'leave']);
    expect(client.host.printed).toEqual([]);
    client.host.answers['name-free'] = () => no('overloaded');
    expect(client.says('alice\n')).toBe(`${texts.busy}\n${texts.question}\n`);
  });

  test('lines wait while the answer decides what they mean', () => {
    const client = new SessionClient({ 'name-free': () => yes<'name-free'>({ free: false }) });
    client.host.hold = true;
    client.says('alice\n5\nhola\n');
    expect(client.did).toEqual(['name-free']);
    client.host.release(1);
    expect(client.did).toEqual(['enter', 'balance-set', 'room-join']);
    client.host.release(3);
    expect(client.did).toEqual(['say']);
  });
});
