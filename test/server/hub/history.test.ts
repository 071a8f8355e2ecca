// The history in the hub: what was said is there afterwards, for those who were meant, and for nobody else.

import { beforeEach, describe, expect, test } from 'bun:test';

import type { Command } from '../../../src/protocol/commands';
import { limits } from '../../../src/protocol/limits';
import { named, roomNamed, type TestHub } from '../../support/journal';
import { join, leave, no, unregister } from './commands';
import {
  by,
  day,
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

describe('a private conversation', () => {
  test('is the same for both, in one order, whoever wrote first', () => {
    const hub = keepingHub('alice', 'bob', 'carol');
    hub.must(write('alice', 'bob', 'one'));
    hub.now += 1234;
    hub.must(write('bob', 'alice', 'two'));
    hub.must(write('alice', 'carol', 'aside'));
    expect(texts(hub, 'alice', withUser('bob'))).toEqual(['one', 'two']);
    const outcome = history(hub, 'bob', withUser('alice'));
    if (!outcome.ok) throw new Error(outcome.why);
    const { conversation, entries } = outcome.value;
    expect(conversation).toMatchObject({ kind: 'private', name: 'alice' });
    expect(entries.map(({ from, own, id }) => `${from} ${own} ${id}`)).toEqual([
      'alice false 1',
      'bob true 1',
    ]);
    expect((entries[1]?.at ?? 0) - (entries[0]?.at ?? 0)).toBe(1234);
    expect(entries[1]?.serial ?? 0).toBeGreaterThan(entries[0]?.serial ?? 0);
    // Nobody names a conversation that is not theirs.
    const of = { conversation: conversation?.conversation ?? 0 };
    expect(texts(hub, 'alice', of)).toEqual(['one', 'two']);
    expect(texts(hub, 'carol', of)).toBe('unknown-room');
    expect(texts(hub, 'carol', withUser('alice'))).toEqual(['aside']);
  });

  test('is written down with its message, or not at all', () => {
    const hub = keepingHub('alice', 'bob');
    hub.must(write('alice', 'bob', 'hi'));
    hub.isDiskLow = true;
    expect(hub.ask(write('alice', 'bob', 'no'))).toEqual(no('storage'));
    hub.isDiskLow = false;
    expect(texts(hub, 'alice', withUser('bob'))).toEqual(['hi']);
  });

  test('of a name that is registered again is another one, and the other side stays', () => {
    const hub = keepingHub('alice', 'bob');
    hub.must(write('alice', 'bob', 'mine'));
    hub.must({ ...unregister('alice'), session: by('alice').session });
    hub.logIn('alice here', 'alice');
    expect(texts(hub, 'alice', withUser('bob'))).toEqual([]);
    expect(texts(hub, 'bob', withUser('alice'))).toEqual([]);
    const list = hub.ask({ do: 'conversations', asker: by('bob'), most: 10 });
    if (!list.ok) throw new Error(list.why);
    const [old] = list.value.conversations;
    expect(old).toMatchObject({ name: 'alice', kind: 'private' });
    expect(texts(hub, 'bob', { conversation: old?.conversation ?? 0 })).toEqual(['mine']);
    expect(texts(hub, 'alice', { conversation: old?.conversation ?? 0 })).toBe('unknown-room');
    // Without the second it is nobody's.
    hub.must({ ...unregister('bob'), session: by('bob').session });
    while (hub.ask({ do: 'history-expire', at: hub.now, most: 8 }).ok) {
      const left = hub.db.query<{ n: number }, []>('SELECT count(*) AS n FROM conversation').get();
      if (left?.n === 0) break;
    }
    expect(hub.db.query('SELECT count(*) AS n FROM entry').get()).toEqual({ n: 0 });
  });

  test('with a guest is the account’s; the next guest of the name reads nothing of it', () => {
    const hub = keepingHub('alice');
    hub.enter('gil here', 'gil');
    hub.must(write('gil', 'alice', 'from the first'));
    hub.must(write('alice', 'gil', 'to the first'));
    expect(texts(hub, 'gil', withUser('alice'))).toEqual(['from the first', 'to the first']);
    hub.must(leave('gil here'));
    hub.enter('gil here', 'gil');
    expect(texts(hub, 'gil', withUser('alice'))).toEqual([]);
    hub.must(write('gil', 'alice', 'from the second'));
    expect(texts(hub, 'gil', withUser('alice'))).toEqual(['from the second']);
    expect(texts(hub, 'alice', withUser('gil'))).toEqual([
      'from the first',
      'to the first',
      'from the second',
    ]);
    hub.must(leave('gil here'));
    hub.logIn('gil here', 'gil');
    expect(texts(hub, 'gil', withUser('alice'))).toEqual([]);
    expect(texts(hub, 'alice', withUser('gil'))).toEqual([]);
  });

  test('between guests is not kept', () => {
    const hub = keepingHub();
    hub.enter('gil here', 'gil');
    hub.enter('ann here', 'ann');
    hub.must(write('gil', 'ann', 'hi'));
    expect(hub.db.query('SELECT count(*) AS n FROM entry').get()).toEqual({ n: 0 });
    expect(texts(hub, 'ann', withUser('gil'))).toEqual([]);
  });

  test('is read by nobody who shows no token', () => {
    const hub = keepingHub('alice');
    hub.register('mail');
    const ask = (asker: Command<'history'>['asker']) =>
      hub.ask({ do: 'history', asker, of: withUser('alice'), most: 1 });
    expect(ask({ account: named('mail') })).toEqual(no('not-allowed'));
    expect(ask({ account: named('alice') })).toEqual(no('not-allowed'));
    expect(ask(hub.proof('alice', 'wrong'))).toEqual(no('not-allowed'));
    expect(ask(hub.proof('alice')).ok).toBe(true);
    expect(ask({ ...hub.proof('alice'), account: named('nobody') })).toEqual(no('unknown-sender'));
  });
});

describe('groups and rooms', () => {
  test('a member reads from when they joined, and nothing once they have left', () => {
    const hub = keepingHub('alice', 'bob', 'eve');
    makeGroup(hub, 'tea', 'alice');
    say(hub, 'alice', 'tea', 'before');
    hub.must({
      do: 'group-invite',
      session: by('alice').session,
      group: roomNamed('tea'),
      to: named('bob'),
    });
    hub.must({ do: 'group-accept', session: by('bob').session, group: roomNamed('tea') });
    say(hub, 'alice', 'tea', 'after');
    expect(texts(hub, 'alice', inRoom('tea'))).toEqual(['before', 'after']);
    expect(texts(hub, 'bob', inRoom('tea'))).toEqual(['after']);
    expect(texts(hub, 'eve', inRoom('tea'))).toBe('unknown-room');
    hub.must({ do: 'group-leave', session: by('bob').session, group: roomNamed('tea') });
    expect(texts(hub, 'bob', inRoom('tea'))).toBe('unknown-room');
    // A later group of the name has a history of its own.
    hub.must({ do: 'group-leave', session: by('alice').session, group: roomNamed('tea') });
    makeGroup(hub, 'tea', 'eve', 'alice');
    expect(texts(hub, 'eve', inRoom('tea'))).toEqual([]);
    expect(texts(hub, 'alice', inRoom('tea'))).toEqual([]);
  });

  test('what is said in a group is committed with its message; in a room, behind it', () => {
    const hub = keepingHub('alice', 'bob');
    makeGroup(hub, 'tea', 'alice', 'bob');
    hub.isDiskLow = true;
    const session = by('alice').session;
    expect(hub.ask({ do: 'say', session, room: roomNamed('tea'), text: 'x' })).toEqual(
      no('storage'),
    );
    hub.must({ do: 'room-create', session, room: roomNamed('open') });
    hub.must(join('alice here', 'open'));
    expect(hub.ask({ do: 'say', session, room: roomNamed('open'), text: 'x' }).ok).toBe(true);
  });

  test('who is in a room reads all of it; who is not, none', () => {
    const hub = keepingHub('alice', 'bob');
    hub.must(join('alice here', 'square'));
    const serial = say(hub, 'alice', 'square', 'first');
    expect(serial).toBeGreaterThan(0);
    expect(texts(hub, 'bob', inRoom('square'))).toBe('not-member');
    expect(texts(hub, 'bob', inRoom('nowhere'))).toBe('unknown-room');
    hub.must(join('bob here', 'square'));
    expect(texts(hub, 'bob', inRoom('square'))).toEqual(['first']);
    hub.must({ do: 'room-leave', session: by('bob').session, room: roomNamed('square') });
    expect(texts(hub, 'bob', inRoom('square'))).toBe('not-member');
  });

  test('room talk that is written down twice stands there once, in its place', () => {
    const hub = keepingHub('alice', 'bob');
    hub.must(join('alice here', 'square'));
    const entry = {
      room: roomNamed('square'),
      serial: 1,
      author: 1,
      name: named('alice'),
      at: hub.now,
      text: 'late',
      origin: 'test',
    };
    say(hub, 'alice', 'square', 'later');
    hub.must({ do: 'history-add', said: [entry] });
    hub.must({ do: 'history-add', said: [entry] });
    expect(texts(hub, 'alice', inRoom('square'))).toEqual(['late', 'later']);
  });
});

describe('pages', () => {
  let hub = keepingHub('alice', 'bob');
  beforeEach(() => {
    hub = keepingHub('alice', 'bob');
    for (let count = 1; count <= 30; count++) {
      hub.now += 1000;
      hub.must(
        write(count % 2 === 0 ? 'alice' : 'bob', count % 2 === 0 ? 'bob' : 'alice', `${count}`),
      );
    }
  });
  const page = (more: object) => {
    const outcome = history(hub, 'alice', withUser('bob'), more);
    if (!outcome.ok) throw new Error(outcome.why);
    return outcome.value;
  };

  test('go back from the newest and forth from any entry, without a gap', () => {
    const newest = page({ most: 10 });
    expect(newest.entries.map(({ text }) => text)).toEqual(
      Array.from({ length: 10 }, (_, at) => `${at + 21}`),
    );
    expect(newest.more).toBe(true);
    const older = page({ most: 25, before: newest.entries[0]?.serial ?? 0 });
    expect(older.entries.map(({ text }) => text)).toEqual(
      Array.from({ length: 20 }, (_, at) => `${at + 1}`),
    );
    expect(older.more).toBe(false);
    const forth = page({ most: 3, after: older.entries[17]?.serial ?? 0 });
    expect(forth.entries.map(({ text }) => text)).toEqual(['19', '20', '21']);
    expect(forth.more).toBe(true);
  });

  test('hold what came between two times', () => {
    const from = hub.now - 5000;
    const texts = page({ since: from, until: from + 2001 }).entries.map(({ text }) => text);
    expect(texts).toEqual(['25', '26', '27']);
    expect(page({ since: hub.now + 1 }).entries).toEqual([]);
  });

  test('are short where texts are long', () => {
    for (let count = 0; count < 5; count++) {
      hub.must(write('alice', 'bob', 'x'.repeat(limits.hub.textBytes - 1)));
    }
    const { entries, more } = page({ most: 30 });
    expect(entries.length).toBe(1);
    expect(more).toBe(true);
  });

  test('read no row but their own', () => {
    const plan = hub.db
      .query<{ detail: string }, []>(
        'EXPLAIN QUERY PLAN SELECT * FROM entry WHERE conversation = +1 AND serial > +1 AND serial < +9 ORDER BY serial DESC LIMIT +5',
      )
      .all();
    expect(plan.map(({ detail }) => detail).join()).toBe(
      'SEARCH entry USING INDEX entry_conversation (conversation=? AND rowid>? AND rowid<?)',
    );
  });
});

test('history that is switched off is not kept, and says so', () => {
  const hub = keepingHub('alice', 'bob');
  makeGroup(hub, 'tea', 'alice', 'bob');
  hub.must(write('alice', 'bob', 'kept'));
  const off = (who: string, on: boolean, room?: string) =>
    hub.ask({
      do: 'history-switch',
      session: by(who).session,
      on,
      ...(room !== undefined && { room: roomNamed(room) }),
    });
  expect(off('bob', false)).toEqual({ ok: true, value: { on: false } });
  hub.must(write('alice', 'bob', 'not kept'));
  expect(off('bob', true)).toEqual({ ok: true, value: { on: true } });
  hub.must(write('alice', 'bob', 'kept again'));
  expect(texts(hub, 'alice', withUser('bob'))).toEqual(['kept', 'kept again']);
  expect(off('bob', false, 'tea')).toEqual(no('not-creator'));
  expect(off('alice', false, 'tea').ok).toBe(true);
  expect(say(hub, 'alice', 'tea', 'off the record')).toBeUndefined();
  expect(texts(hub, 'bob', inRoom('tea'))).toEqual([]);
  hub.must({ do: 'history-keep', ms: 0, bytes: 0 });
  hub.must(write('alice', 'bob', 'none'));
  expect(texts(hub, 'alice', withUser('bob'))).toEqual(['kept', 'kept again']);
});

describe('what goes', () => {
  const left = (hub: TestHub) =>
    hub.db
      .query<Record<string, number>, []>(
        `SELECT (SELECT count(*) FROM entry) AS entries, (SELECT count(*) FROM conversation) AS conversations,
           (SELECT count(*) FROM entry_words) AS words, (SELECT count(*) FROM history_share) AS shares,
           (SELECT bytes FROM history_state) AS bytes`,
      )
      .get();
  /** Slices until nothing is left to do; gives how many. */
  const slices = (hub: TestHub, work: 'history-index' | 'history-expire'): number => {
    for (let count = 1; ; count++) {
      const outcome = hub.ask({ do: work, at: hub.now, most: 7 });
      if (!outcome.ok) throw new Error(outcome.why);
      if (!outcome.value.more) return count;
    }
  };

  test('is what is too old, in slices, and every trace of it', () => {
    const hub = keepingHub('alice', 'bob');
    hub.must(join('alice here', 'square'));
    for (let count = 0; count < 20; count++) hub.must(write('alice', 'bob', `old ${count}`));
    say(hub, 'alice', 'square', 'old');
    hub.now += 20 * day;
    hub.must(write('alice', 'bob', 'new'));
    expect(slices(hub, 'history-index')).toBe(4);
    expect(slices(hub, 'history-expire')).toBe(1);
    expect(left(hub)).toMatchObject({ entries: 22, words: 22 });
    hub.now += 11 * day;
    expect(slices(hub, 'history-expire')).toBe(4);
    expect(left(hub)).toMatchObject({ entries: 1, conversations: 1, words: 1, shares: 1 });
    hub.now += 30 * day;
    slices(hub, 'history-expire');
    expect(left(hub)).toEqual({ entries: 0, conversations: 0, words: 0, shares: 0, bytes: 0 });
  });

  test('is the oldest, where more is kept than may be', () => {
    const hub = keepingHub('alice', 'bob');
    hub.must({ do: 'history-keep', ms: 30 * day, bytes: 10_000 });
    for (let count = 0; count < 30; count++) {
      hub.must(write(count % 2 ? 'bob' : 'alice', count % 2 ? 'alice' : 'bob', 'x'.repeat(200)));
    }
    slices(hub, 'history-index');
    slices(hub, 'history-expire');
    const { bytes = 0, entries = 0 } = left(hub) ?? {};
    expect(bytes).toBeLessThanOrEqual(10_000);
    expect(entries).toBeGreaterThan(20);
  });

  test('is not what others said because one says very much', () => {
    const hub = keepingHub('alice', 'bob');
    hub.must({ do: 'history-keep', ms: 30 * day, bytes: 10_000 });
    hub.must(write('bob', 'alice', 'a word'));
    for (let count = 0; count < 60; count++) {
      hub.must(write('alice', 'bob', `${count} ${'x'.repeat(200)}`));
      hub.ask({ do: 'history-index', most: 100 });
      hub.ask({ do: 'history-expire', at: hub.now, most: 100 });
    }
    expect(texts(hub, 'alice', withUser('bob'))[0]).toBe('a word');
    // What was not written down was delivered all the same.
    expect(hub.db.query('SELECT count(*) AS n FROM message').get()).toEqual({ n: 61 });
    expect(left(hub)?.['entries']).toBeLessThan(14);
  });

  test('room talk that is older than the index is found all the same', () => {
    const hub = keepingHub('alice', 'bob');
    hub.must(join('alice here', 'square'));
    const room = roomNamed('square');
    const late = { room, serial: 1, author: 1, name: named('alice'), at: hub.now, origin: 'test' };
    hub.must(write('alice', 'bob', 'later'));
    slices(hub, 'history-index');
    hub.must({ do: 'history-add', said: [{ ...late, text: 'a zebra' }] });
    expect(found(hub, 'alice', 'zebra')).toEqual(['a zebra']);
  });
});

describe('a search', () => {
  test('finds the same before and after the index has it, and only what the asker may read', () => {
    const hub = keepingHub('alice', 'bob', 'eve');
    makeGroup(hub, 'tea', 'alice');
    say(hub, 'alice', 'tea', 'a Zébra before bob');
    makeGroup(hub, 'milk', 'eve', 'bob');
    hub.must(write('alice', 'bob', 'one zebra, in a row'));
    hub.must(write('alice', 'eve', 'zebra for eve'));
    hub.must(write('bob', 'alice', 'row in a zebra'));
    say(hub, 'eve', 'milk', 'ZEBRAS c1 a1 place');
    for (const isIndexed of [false, true]) {
      if (isIndexed) hub.must({ do: 'history-index', most: 100 });
      expect(found(hub, 'alice', 'zebra')).toEqual([
        'row in a zebra',
        'zebra for eve',
        'one zebra, in a row',
        'a Zébra before bob',
      ]);
      expect(found(hub, 'bob', 'zebra')).toEqual(['row in a zebra', 'one zebra, in a row']);
      expect(found(hub, 'bob', 'zeb*')).toEqual([
        'ZEBRAS c1 a1 place',
        'row in a zebra',
        'one zebra, in a row',
      ]);
      expect(found(hub, 'bob', '"in a row"')).toEqual(['one zebra, in a row']);
      expect(found(hub, 'bob', 'row zebra', { from: named('bob') })).toEqual(['row in a zebra']);
      expect(found(hub, 'alice', 'zebra', { of: withUser('eve') })).toEqual(['zebra for eve']);
      // Neither words of the index's own nor its grammar mean anything.
      expect(found(hub, 'alice', 'a1')).toEqual([]);
      expect(found(hub, 'alice', 'zebra OR place')).toEqual([]);
      expect(found(hub, 'alice', 'place:c1')).toEqual([]);
      expect(found(hub, 'alice', `"zebra'); NEAR(* `)).toEqual([]);
      expect(found(hub, 'alice', '!')).toBe('bad-words');
    }
  });
});
