// Names in the hub: nobody takes one that could be taken for another's, and what is written to one reaches no other.

import { describe, expect, test } from 'bun:test';

import { lookOf, looksOf } from '../../../src/server/hub/looks';
import { named, roomNamed, sessionOf, type TestHub } from '../../support/journal';
import { direct, leave, no, testHub, unregister, yes } from './commands';

const register = (hub: TestHub, name: string) =>
  hub.ask({ do: 'register', name: named(name), fullName: 'x', born: '01/01/2000', host: 'h' });
const enter = (hub: TestHub, session: string, name: string) =>
  hub.ask({
    do: 'enter',
    session: sessionOf(session),
    wanted: { name: named(name) },
    collision: 'rename',
    dialect: 'test',
    machine: 'm1',
    address: { host: 'h', port: 1 },
  });

/** Names that a reader takes for `alice`, in one case or another. */
const lookAlikes = [
  ['another case', 'ALICE'],
  ['a Cyrillic letter', '\u0430lice'],
  ['Cyrillic letters in another case', '\u0410LICE'],
  ['a capital I for the l', 'aIice'],
  ['that, with a capital in front', 'AIice'],
  ['a small l for the capital I', 'ALlCE'],
  ['a digit', 'a1ice'],
  ['a bar', 'a|ice'],
  ['wide letters', 'ａｌｉｃｅ'],
  ['bold letters', '𝐚𝐥𝐢𝐜𝐞'],
  ['letters in circles', 'ⓐⓛⓘⓒⓔ'],
  ['a letter without its dot', 'al\u0131ce'],
  ['brackets, which other doors leave out', '<alice>'],
] as const;

describe('a name that looks like one that is taken', () => {
  test.each(lookAlikes)('by %s is taken', (_, name) => {
    const hub = testHub('alice');
    expect(register(hub, name)).toEqual(no('name-taken'));
    expect(enter(hub, 's1', name)).toEqual({ ok: true, value: { name: named(`${name}~2`) } });
  });

  test.each(lookAlikes)('by %s is taken the other way round', (_, name) => {
    const hub = testHub(name);
    expect(register(hub, 'alice')).toEqual(no('name-taken'));
  });

  test.each(lookAlikes)('by %s is taken while a guest has it', (_, name) => {
    const hub = testHub();
    hub.enter('s1', name);
    expect(register(hub, 'alice')).toEqual(no('name-taken'));
    hub.must(leave('s1'));
    expect(register(hub, 'alice')).toEqual(yes);
  });

  test('is free again when the account is gone', () => {
    const hub = testHub('alice');
    hub.must(unregister('alice'));
    expect(register(hub, '\u0430lice')).toEqual(yes);
  });

  test('is no other name for writing or acting: only another case is', () => {
    const hub = testHub('alice', 'bob');
    for (const name of ['\u0430lice', 'AIice', 'a1ice']) {
      expect(hub.ask(direct('bob', name))).toEqual(no('unknown-user'));
      expect(hub.ask(direct(name, 'bob'))).toEqual(no('unknown-sender'));
      expect(hub.ask(unregister(name))).toEqual(no('unknown-user'));
    }
    expect(hub.ask(direct('BOB', 'Alice')).ok).toBe(true);
    expect(hub.db.query('SELECT from_name FROM message').get()).toEqual({ from_name: 'bob' });
  });
});

test('names that do not look alike are free', () => {
  const pairs = [
    ['Karl', 'Kari'],
    ['Eli', 'Ell'],
    ['Ali', 'All'],
    ['Jose', 'José'],
    ['user1', 'user2'],
    ['user1', 'useri'],
    ['ann', 'an n'],
    ['anna', 'ann'],
    ['می\u200cخواهم', 'می\u200cخواهد'],
    ['constructor', '__proto__'],
    ['alice~2', 'alice~3'],
  ] as const;
  for (const [one, other] of pairs) {
    const hub = testHub(one);
    expect([one, other, register(hub, other)]).toEqual([one, other, yes]);
  }
});

test('names that objects have are names like any other', () => {
  const hub = testHub('constructor', '__proto__', 'toString');
  expect(hub.ask(direct('constructor', '__proto__')).ok).toBe(true);
  expect(enter(hub, 's1', 'hasOwnProperty').ok).toBe(true);
  expect(hub.ask(direct('toString', 'hasOwnProperty')).ok).toBe(true);
});

test('a Persian name is found with its non-joiner and without', () => {
  const hub = testHub('می\u200cخواهم', 'bob');
  expect(hub.ask(direct('bob', 'میخواهم')).ok).toBe(true);
  expect(register(hub, 'میخواهم')).toEqual(no('name-taken'));
});

test('rooms and groups that look alike are refused; another case is another room', () => {
  const hub = testHub();
  hub.enter('s1', 'ann');
  const room = (name: string) =>
    hub.ask({ do: 'room-create', session: sessionOf('s1'), room: roomNamed(name) });
  const group = (name: string) =>
    hub.ask({ do: 'group-create', session: sessionOf('s1'), group: roomNamed(name) });
  expect(room('square')).toEqual(no('room-exists'));
  expect(room('squ\u0430re')).toEqual(no('room-exists'));
  expect(room('tea')).toEqual(yes);
  expect(group('te\u0430')).toEqual(no('room-exists'));
  expect(group('family')).toEqual(yes);
  expect(room('fami1y')).toEqual(no('room-exists'));
  expect(room('Tea')).toEqual(yes);
});

test('a look is the same when it is looked at again', () => {
  for (const name of ['Alice', 'm1', '“x”', 'ﷺ', 'ⓐ', '𝐚', 'ǆ', '½', 'ŉ']) {
    const look = lookOf(name);
    expect([name, lookOf(look)]).toEqual([name, look]);
    expect(looksOf(name)[0]).toMatchObject({ look, isShown: true });
  }
});
