// What happens to something that was said: it is edited, deleted, answered and marked; and how far everybody has come.

import { describe, expect, test } from 'bun:test';

import type { TestHub } from '../../support/journal';
import { named, roomNamed } from '../../support/journal';
import { join, no, yes } from './commands';
import {
  by,
  found,
  history,
  inRoom,
  keepingHub,
  makeGroup,
  say,
  texts,
  withUser,
  write,
} from './history_stage';

const sentBy = (hub: TestHub, from: string, to: string, text: string): number => {
  const outcome = hub.ask(write(from, to, text));
  if (!outcome.ok) throw new Error(outcome.why);
  hub.takeEvents();
  return outcome.value.serial;
};
const edit = (who: string, serial: number, text: string) =>
  ({ do: 'edit', from: by(who), serial, text, origin: 'test' }) as const;
const remove = (who: string, serial: number) =>
  ({ do: 'delete', from: by(who), serial, origin: 'test' }) as const;
const react = (who: string, serial: number, mark: string, on = true) =>
  ({ do: 'react', from: by(who), serial, mark, on, origin: 'test' }) as const;
const entryOf = (hub: TestHub, who: string, other: string, serial: number) => {
  const page = history(hub, who, withUser(other));
  return page.ok ? page.value.entries.find((entry) => entry.serial === serial) : undefined;
};
/** What was told, and to whom. */
const told = (hub: TestHub): string[] =>
  hub.takeEvents().flatMap((event) => {
    if (event.is !== 'notice' || typeof event.to === 'string') return [];
    const to =
      'recipient' in event.to ? event.to.recipient : 'room' in event.to ? event.to.room : '?';
    const what = event.notice.is === 'changed' ? event.notice.what : event.notice.is;
    return [`${what} to ${to}`];
  });

describe('an edit', () => {
  test('is the author’s alone, is found by its new words, and is told to both sides', () => {
    const hub = keepingHub('alice', 'bob', 'eve');
    const serial = sentBy(hub, 'alice', 'bob', 'the first');
    hub.must({ do: 'history-index', most: 9 });
    expect(hub.ask(edit('bob', serial, 'x'))).toEqual(no('not-allowed'));
    expect(hub.ask(edit('eve', serial, 'x'))).toEqual(no('unknown-message'));
    hub.takeEvents();
    expect(hub.ask(edit('alice', serial, 'the second'))).toEqual(yes);
    expect(told(hub)).toEqual(['edited to a1', 'edited to a2']);
    expect(entryOf(hub, 'bob', 'alice', serial)).toMatchObject({
      text: 'the second',
      edited: hub.now,
    });
    expect(found(hub, 'bob', 'first')).toEqual([]);
    expect(found(hub, 'bob', 'second')).toEqual(['the second']);
    // Nothing is changed by the same again.
    expect(hub.ask(edit('alice', serial, 'the second'))).toEqual(yes);
    expect(told(hub)).toEqual([]);
  });

  test('in a room is told to the room', () => {
    const hub = keepingHub('alice', 'bob');
    hub.must(join('alice here', 'square'));
    const serial = say(hub, 'alice', 'square', 'aloud') ?? 0;
    hub.takeEvents();
    hub.must(edit('alice', serial, 'louder'));
    expect(told(hub)).toEqual(['edited to square']);
    expect(texts(hub, 'alice', inRoom('square'))).toEqual(['louder']);
  });
});

test('what is deleted is read and found by nobody, and not delivered either', () => {
  const hub = keepingHub('alice', 'bob');
  const serial = sentBy(hub, 'alice', 'bob', 'a mistake');
  hub.must({ do: 'history-index', most: 9 });
  hub.must(react('bob', serial, '👍'));
  expect(hub.ask(remove('bob', serial))).toEqual(no('not-allowed'));
  hub.must(remove('alice', serial));
  const entry = entryOf(hub, 'bob', 'alice', serial);
  expect(entry).toMatchObject({ text: '', deleted: hub.now });
  expect(entry?.reactions).toBeUndefined();
  expect(found(hub, 'bob', 'mistake')).toEqual([]);
  expect(hub.db.query('SELECT count(*) AS n FROM message').get()).toEqual({ n: 0 });
  for (const again of [
    remove('alice', serial),
    edit('alice', serial, 'x'),
    react('bob', serial, 'x'),
  ]) {
    expect(hub.ask(again)).toEqual(no('unknown-message'));
  }
});

test('marks are counted, and each reader takes back only their own', () => {
  const hub = keepingHub('alice', 'bob');
  const serial = sentBy(hub, 'alice', 'bob', 'good news');
  for (const who of ['alice', 'bob']) hub.must(react(who, serial, '🎉'));
  hub.must(react('bob', serial, '❤️'));
  hub.must(react('bob', serial, '❤️'));
  expect(entryOf(hub, 'alice', 'bob', serial)?.reactions).toEqual([
    { mark: '❤️', by: [named('bob')], count: 1, own: false },
    { mark: '🎉', by: [named('alice'), named('bob')], count: 2, own: true },
  ]);
  hub.must(react('alice', serial, '🎉', false));
  hub.must(react('alice', serial, '❤️', false));
  expect(entryOf(hub, 'alice', 'bob', serial)?.reactions?.map(({ count }) => count)).toEqual([
    1, 1,
  ]);
  for (const mark of ['', 'x'.repeat(17), 'a\u202Eb']) {
    expect(hub.ask(react('bob', serial, mark))).toEqual(no('too-long'));
  }
  for (let count = 0; count < 6; count++) hub.must(react('bob', serial, `${count}`));
  expect(hub.ask(react('bob', serial, 'one more'))).toEqual(no('too-many'));
});

test('an answer names what it answers, in the same conversation only', () => {
  const hub = keepingHub('alice', 'bob', 'eve');
  const question = sentBy(hub, 'alice', 'bob', 'well?');
  const elsewhere = sentBy(hub, 'alice', 'eve', 'hm');
  hub.must({ ...write('bob', 'alice', 'yes'), reply: question });
  hub.must({ ...write('bob', 'alice', 'no'), reply: elsewhere });
  const page = history(hub, 'alice', withUser('bob'));
  expect(page.ok && page.value.entries.map(({ reply }) => reply)).toEqual([
    undefined,
    question,
    undefined,
  ]);
});

test('a device that was away asks for what has changed meanwhile', () => {
  const hub = keepingHub('alice', 'bob');
  const serials = ['one', 'two', 'three'].map((text) => sentBy(hub, 'alice', 'bob', text));
  const list = () => {
    const outcome = hub.ask({ do: 'conversations', asker: by('bob'), most: 9 });
    if (!outcome.ok) throw new Error(outcome.why);
    return outcome.value.conversations[0];
  };
  const { changed = -1, conversation = 0 } = list() ?? {};
  expect(changed).toBe(0);
  hub.must(edit('alice', serials[0] ?? 0, 'first'));
  hub.must(react('bob', serials[1] ?? 0, '👍'));
  hub.must(edit('alice', serials[0] ?? 0, 'FIRST'));
  const after = (position: number, most = 9) => {
    const of = { conversation };
    const outcome = hub.ask({ do: 'history-changes', asker: by('bob'), of, after: position, most });
    if (!outcome.ok) throw new Error(outcome.why);
    return outcome.value;
  };
  const changes = after(0);
  expect(changes.entries.map(({ text }) => text)).toEqual(['two', 'FIRST']);
  expect(changes.upTo).toBe(list()?.changed ?? 0);
  expect(after(changes.upTo).entries).toEqual([]);
  const first = after(0, 1);
  expect([first.more, after(first.upTo, 9).entries.map(({ text }) => text)]).toEqual([
    true,
    ['FIRST'],
  ]);
});

describe('read marks', () => {
  const list = (hub: TestHub, who: string) => {
    const outcome = hub.ask({ do: 'conversations', asker: by(who), most: 9 });
    return outcome.ok ? outcome.value.conversations : [];
  };

  test('count what is unread, agree on all devices, and never go back', () => {
    const hub = keepingHub('alice', 'bob');
    hub.login('bob there', 'bob');
    const serials = ['one', 'two', 'three'].map((text) => sentBy(hub, 'alice', 'bob', text));
    const { conversation = 0, unread } = list(hub, 'bob')[0] ?? {};
    expect(unread).toBe(3);
    const mark = (seen: number) =>
      hub.ask({ do: 'mark', session: by('bob').session, conversation, seen });
    expect(mark(serials[1] ?? 0)).toEqual(yes);
    expect(told(hub)).toEqual(['read to a2']);
    expect(list(hub, 'bob')[0]).toMatchObject({ unread: 1, seen: serials[1] });
    expect(mark(serials[0] ?? 0)).toEqual(yes);
    expect(mark(Number.MAX_SAFE_INTEGER)).toEqual(yes);
    expect(list(hub, 'bob')[0]).toMatchObject({ unread: 0, seen: serials[2] });
    const session = by('alice').session;
    expect(hub.ask({ do: 'mark', session, conversation: 99, seen: 1 })).toEqual(no('unknown-room'));
  });

  test('of a group say who has a message, and tell its author', () => {
    const hub = keepingHub('alice', 'bob', 'carol');
    makeGroup(hub, 'tea', 'alice', 'bob', 'carol');
    const serial = say(hub, 'alice', 'tea', 'hello all') ?? 0;
    const received = () => hub.ask({ do: 'received', asker: by('alice'), serial });
    expect(received()).toEqual({ ok: true, value: { members: 2, got: [] } });
    const conversation = list(hub, 'bob').find(({ name }) => name === 'tea')?.conversation ?? 0;
    hub.takeEvents();
    hub.must({ do: 'mark', session: by('bob').session, conversation, got: serial });
    expect(told(hub)).toEqual(['got to a1']);
    expect(received()).toEqual({ ok: true, value: { members: 2, got: [named('bob')] } });
    // Who joins later was not meant.
    hub.logIn('dan here', 'dan');
    const session = by('alice').session;
    hub.must({ do: 'group-invite', session, group: roomNamed('tea'), to: named('dan') });
    hub.must({ do: 'group-accept', session: by('dan').session, group: roomNamed('tea') });
    expect(received()).toMatchObject({ value: { members: 2 } });
    expect(hub.ask({ do: 'received', asker: by('dan'), serial })).toEqual(no('unknown-message'));
  });

  test('a room that is kept is read and counted while away, but not by who is banned there', () => {
    const hub = keepingHub('alice', 'bob');
    const keep = (who: string, on: boolean, room = 'tea') =>
      hub.ask({ do: 'room-keep', session: by(who).session, room: roomNamed(room), on });
    hub.must({ do: 'room-create', session: by('alice').session, room: roomNamed('tea') });
    expect(keep('bob', true)).toEqual(no('not-member'));
    for (const who of ['alice', 'bob']) hub.must(join(`${who} here`, 'tea'));
    expect(keep('bob', true)).toEqual(yes);
    hub.must({ do: 'room-leave', session: by('bob').session, room: roomNamed('tea') });
    say(hub, 'alice', 'tea', 'while bob was away');
    expect(list(hub, 'bob')).toMatchObject([{ kind: 'room', name: 'tea', unread: 1 }]);
    // Who says it again has read no more.
    expect(keep('bob', true)).toEqual(yes);
    expect(list(hub, 'bob')).toMatchObject([{ unread: 1 }]);
    expect(texts(hub, 'bob', inRoom('tea'))).toEqual(['while bob was away']);
    hub.db.run(
      `INSERT INTO room_rule (room, kind, key, shown, by_name, reason, at)
       VALUES ('tea', 'ban', 'bob', 'bob', 'alice', '', 0)`,
    );
    hub.hub.rolledBack();
    expect(texts(hub, 'bob', inRoom('tea'))).toBe('not-member');
    expect(keep('bob', false)).toEqual(yes);
    expect(list(hub, 'bob')).toEqual([]);
  });
});
