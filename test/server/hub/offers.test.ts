// File offers in the hub: each recipient decides, the file is brought once, fetched by each, and let go of.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { FileHash } from '../../../src/protocol/model';
import { fileIsNeeded } from '../../../src/server/hub/state/attachments';
import { named, roomNamed, sessionOf, TestHub } from '../../support/journal';

const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;
const file = { name: 'notes.txt', size: 12 } as const;
const hash = 'ab'.repeat(32) as FileHash;
const stored = { ...file, hash } as const;

const offer = (session: string, to: readonly string[], tokenHash = 'up') =>
  ({ do: 'offer', session: sessionOf(session), to: to.map(named), file, tokenHash }) as const;
const accept = (session: string, number = 1) =>
  ({
    do: 'offer-answer',
    session: sessionOf(session),
    offer: number,
    accept: true,
    tokenHash: `down ${session}`,
  }) as const;
const reject = (session: string, number = 1) =>
  ({ do: 'offer-answer', session: sessionOf(session), offer: number, accept: false }) as const;
const open = (session: string, tokenHash: string) =>
  ({ do: 'offer-open', session: sessionOf(session), tokenHash }) as const;
const bring = (session: string, number = 1) =>
  ({ do: 'offer-stored', session: sessionOf(session), offer: number, hash }) as const;
/** The connection that carries it is done, or has failed. */
const end = (session: string, why?: 'gone' | 'no-space' | 'broken') =>
  ({ do: 'offer-end', session: sessionOf(session), ...(why && { why }) }) as const;
/** Who offers says so. */
const takeBack = (session: string, to?: string) =>
  ({
    do: 'offer-end',
    session: sessionOf(session),
    offer: 1,
    ...(to !== undefined && { to: named(to) }),
  }) as const;
const leave = (session: string) => ({ do: 'leave', session: sessionOf(session) }) as const;

/** What was told about offers, to whom; and which files were let go of. */
const told = (hub: TestHub): string[] =>
  hub.takeEvents().flatMap((event) => {
    if (event.is === 'file-released') return ['released'];
    if (event.is !== 'notice' || event.notice.is !== 'offer') return [];
    const { step, by, why } = event.notice;
    const whom = event.to === 'watchers' ? event.to : Object.values(event.to).join(' ');
    return [`${whom}: ${step} by ${by}${why ? ` (${why})` : ''}`];
  });

/** ann, ben and cat are here by one door, dan by another; eve is an account that is away. */
function people(): TestHub {
  const hub = new TestHub();
  for (const name of ['ann', 'ben', 'cat']) hub.enter(name[0] ?? '', name);
  hub.enter('d', 'dan', 'other');
  hub.register('eve');
  hub.takeEvents();
  return hub;
}

describe('an offer', () => {
  test('asks users who came by the same door, and names the others', () => {
    const hub = people();
    expect(hub.ask(offer('a', ['ben', 'dan', 'eve', 'nobody', 'ann']))).toEqual({
      ok: true,
      value: {
        offer: 1,
        asked: ['ben'],
        elsewhere: ['dan', 'eve'],
        unknown: ['nobody', 'ann'],
      } as never,
    });
    expect(told(hub)).toEqual(['gb: offered by ann', 'a: accepted by dan', 'a: accepted by eve']);
  });

  test('is refused without a recipient, from outside the group, and over the bound', () => {
    const hub = people();
    expect(hub.ask(offer('a', ['nobody']))).toEqual(no('nobody'));
    expect(hub.ask(offer('a', ['ann']))).toEqual(no('nobody'));
    expect(hub.ask(offer('a', []))).toEqual(no('nobody'));
    expect(hub.ask(offer('x', ['ben']))).toEqual(no('not-entered'));
    for (let count = 0; count < limits.hub.offersPerSession; count++)
      hub.must(offer('a', ['ben'], `up ${count}`));
    expect(hub.ask(offer('a', ['ben']))).toEqual(no('too-many'));
    hub.must(reject('b', 1));
    hub.must(offer('a', ['ben']));
  });

  test('to a group is one to its other members, by any member', () => {
    const hub = people();
    const room = roomNamed('club');
    const group = room;
    const toClub = (session: string) =>
      ({ do: 'offer', session: sessionOf(session), to: { room }, file, tokenHash: 'up' }) as const;
    hub.must({ do: 'group-create', session: sessionOf('a'), group });
    expect(hub.ask(toClub('a'))).toEqual(no('nobody'));
    for (const [session, to] of [
      ['b', 'ben'],
      ['c', 'cat'],
    ] as const) {
      hub.must({ do: 'group-invite', session: sessionOf('a'), group, to: named(to) });
      hub.must({ do: 'group-accept', session: sessionOf(session), group });
    }
    hub.takeEvents();
    const toClubAnd = {
      ...toClub('b'),
      to: { room, names: ['ann', 'dan', 'nobody'].map(named) },
    } as const;
    expect(hub.ask(toClubAnd)).toMatchObject({
      value: { asked: ['ann', 'cat'], elsewhere: ['dan'], unknown: ['nobody'] },
    });
    hub.takeEvents();
    expect(hub.ask(toClub('b'))).toMatchObject({
      value: { asked: ['ann', 'cat'], elsewhere: [], unknown: [] },
    });
    expect(told(hub)).toEqual(['ga: offered by ben', 'gc: offered by ben']);
    expect(hub.ask(toClub('d'))).toEqual(no('not-member'));
    // Who has an offer of the same user's has not another one.
    const [first, foreign] = [1, 99];
    const again = (...beside: number[]) => ({ ...toClub('b'), beside }) as const;
    expect(hub.ask(again(first, foreign))).toEqual(no('nobody'));
    const alsoDan = { ...again(first), to: ['ann', 'dan', 'nobody'].map(named) } as const;
    expect(hub.ask(alsoDan)).toEqual(no('nobody'));
    expect(hub.ask({ ...toClub('c'), beside: [first] })).toMatchObject({
      value: { asked: ['ann', 'ben'] },
    });
  });
});

describe('one file for several', () => {
  test('is brought once, fetched by each who accepted, and released after the last', () => {
    const hub = people();
    hub.must(offer('a', ['ben', 'cat']));
    told(hub);
    hub.must(accept('b'));
    expect(told(hub)).toEqual(['a: accepted by ben']);
    // Nothing is there yet.
    expect(hub.ask(open('w2', 'down b'))).toEqual(no('unknown-offer'));
    expect(hub.ask(open('w1', 'up'))).toEqual({ ok: true, value: { offer: 1, file } });
    expect(hub.ask(open('w3', 'up'))).toEqual(no('unknown-offer'));
    expect(hub.ask(bring('w3'))).toEqual(no('unknown-offer'));
    expect(fileIsNeeded(hub.db)(hash)).toBe(false);
    hub.must(bring('w1'));
    expect(fileIsNeeded(hub.db)(hash)).toBe(true);
    expect(told(hub)).toEqual(['b: stored by ann', 'a: stored by ann']);
    // Who decides later gets it at once.
    hub.must(accept('c'));
    expect(told(hub)).toEqual(['a: accepted by cat', 'c: stored by ann']);

    expect(hub.ask(open('w2', 'down b'))).toEqual({ ok: true, value: { offer: 1, file: stored } });
    expect(hub.ask(open('w3', 'down c'))).toEqual({ ok: true, value: { offer: 1, file: stored } });
    expect(hub.ask(open('w4', 'down c'))).toEqual(no('unknown-offer'));
    hub.must(end('w2'));
    expect(told(hub)).toEqual(['a: done by ben']);
    hub.must(end('w3', 'no-space'));
    expect(told(hub)).toEqual(['a: failed by cat (no-space)', 'released']);
    expect(fileIsNeeded(hub.db)(hash)).toBe(false);
    expect(hub.ask(end('w3'))).toEqual(no('unknown-offer'));
  });

  test('is decided once by each recipient, and by no other user', () => {
    const hub = people();
    hub.must(offer('a', ['ben']));
    told(hub);
    expect(hub.ask(accept('c'))).toEqual(no('unknown-offer'));
    expect(hub.ask(accept('a'))).toEqual(no('unknown-offer'));
    expect(hub.ask(accept('b', 2))).toEqual(no('unknown-offer'));
    expect(hub.ask(accept('x'))).toEqual(no('not-entered'));
    hub.must(accept('b'));
    expect(hub.ask(accept('b'))).toEqual(no('unknown-offer'));
    expect(told(hub)).toEqual(['a: accepted by ben']);
  });

  test('that all reject is over, and is not taken when it comes nevertheless', () => {
    const hub = people();
    hub.must(offer('a', ['ben', 'cat']));
    hub.must(accept('b'));
    hub.must(open('w1', 'up'));
    told(hub);
    hub.must(reject('c'));
    expect(told(hub)).toEqual(['a: rejected by cat']);
    // A recipient who has accepted may still cancel.
    hub.must(reject('b'));
    expect(told(hub)).toEqual(['a: failed by ben (cancelled)', 'w1: failed by ann (cancelled)']);
    expect(hub.ask(bring('w1'))).toEqual(no('unknown-offer'));
  });
});

describe('a transfer that fails', () => {
  test('because it is taken back: every other side is told', () => {
    const hub = people();
    hub.must(offer('a', ['ben', 'cat', 'dan']));
    hub.must(accept('b'));
    told(hub);
    expect(hub.ask(takeBack('b'))).toEqual(no('unknown-offer'));
    hub.must(takeBack('a'));
    expect(told(hub)).toEqual(['b: failed by ann (cancelled)', 'gc: failed by ann (cancelled)']);
    expect(hub.ask(accept('c'))).toEqual(no('unknown-offer'));
  });

  test('because the connection that brings it broke: everybody is told', () => {
    const hub = people();
    hub.must(offer('a', ['ben', 'cat']));
    hub.must(accept('b'));
    hub.must(open('w1', 'up'));
    told(hub);
    hub.must(end('w1', 'broken'));
    expect(told(hub)).toEqual([
      'b: failed by ann (broken)',
      'a: failed by ben (broken)',
      'gc: failed by ann (broken)',
      'a: failed by cat (broken)',
    ]);
  });

  test('because the sender is gone before it was brought', () => {
    const hub = people();
    hub.must(offer('a', ['ben']));
    hub.must(accept('b'));
    hub.must(open('w1', 'up'));
    told(hub);
    hub.must(leave('a'));
    expect(told(hub)).toEqual(['b: failed by ann (gone)', 'w1: failed by ann (cancelled)']);
    expect(hub.ask(bring('w1'))).toEqual(no('unknown-offer'));
  });

  test('for a recipient who is gone, and for no other', () => {
    const hub = people();
    hub.must(offer('a', ['ben', 'cat']));
    hub.must(accept('b'));
    told(hub);
    hub.must(leave('c'));
    hub.must(leave('b'));
    expect(told(hub)).toEqual(['a: failed by cat (gone)', 'a: failed by ben (gone)']);
  });
});

test('what is stored can still be fetched when the sender has left', () => {
  const hub = people();
  hub.must(offer('a', ['ben', 'cat']));
  hub.must(accept('b'));
  hub.must(open('w1', 'up'));
  hub.must(bring('w1'));
  told(hub);
  hub.must(leave('a'));
  expect(told(hub)).toEqual([]);
  hub.must(accept('c'));
  expect(told(hub)).toEqual(['c: stored by ann']);
  hub.must(open('w2', 'down b'));
  hub.must(open('w3', 'down c'));
  hub.must(end('w3'));
  expect(told(hub)).toEqual([]);
  hub.must(end('w2', 'gone'));
  expect(told(hub)).toEqual(['released']);
});

test('a recipient who cannot be asked is served by the offering session, once the file is stored', () => {
  const hub = people();
  hub.must(offer('a', ['dan', 'eve']));
  hub.must(open('w1', 'up'));
  told(hub);
  hub.must(bring('w1'));
  expect(told(hub)).toEqual(['a: stored by ann']);
  const from = { session: sessionOf('a') };
  hub.must({
    do: 'direct',
    from,
    to: named('eve'),
    text: '',
    file: stored,
    origin: 'test',
  } as never);
  hub.must(takeBack('a', 'eve'));
  expect(told(hub)).toEqual([]);
  hub.must(takeBack('a', 'dan'));
  expect(told(hub)).toEqual(['released']);
  // It waits with the message now.
  expect(fileIsNeeded(hub.db)(hash)).toBe(true);
});

describe('a file that waits with a message', () => {
  function waiting(): { hub: TestHub; serial: number } {
    const hub = people();
    const from = { session: sessionOf('d') };
    const sent = hub.ask({
      do: 'direct',
      from,
      to: named('ben'),
      text: 'see',
      file: stored,
      origin: 'other',
    });
    if (!sent.ok) throw new Error(sent.why);
    hub.takeEvents();
    return { hub, serial: sent.value.serial };
  }
  const fetch = (session: string, serial: number) =>
    ({ do: 'offer-waiting', session: sessionOf(session), serial, tokenHash: 'down' }) as const;

  test('is fetched like an offered one, by its recipient, and is taken then', () => {
    const { hub, serial } = waiting();
    expect(hub.ask(fetch('c', serial))).toEqual(no('unknown-file'));
    expect(hub.ask(fetch('b', serial + 1))).toEqual(no('unknown-file'));
    expect(hub.ask(fetch('b', serial))).toEqual({ ok: true, value: { offer: 1 } });
    expect(hub.ask(open('w1', 'down'))).toEqual({ ok: true, value: { offer: 1, file: stored } });
    hub.must(end('w1'));
    expect(told(hub)).toContain('released');
    expect(fileIsNeeded(hub.db)(hash)).toBe(false);
    expect(hub.ask(fetch('b', serial))).toEqual(no('unknown-file'));
  });

  test('still waits when fetching it failed', () => {
    const { hub, serial } = waiting();
    hub.must(fetch('b', serial));
    hub.must(open('w1', 'down'));
    hub.must(end('w1', 'broken'));
    expect(fileIsNeeded(hub.db)(hash)).toBe(true);
    hub.must(fetch('b', serial));
  });
});

test('an account that is here twice is asked at both places, and decides at one', () => {
  const hub = people();
  hub.registerWith('fay');
  for (const session of ['f1', 'f2']) {
    hub.must({
      do: 'login',
      session: sessionOf(session),
      ...hub.proof('fay'),
      dialect: 'test',
      machine: 'm1',
      address: { host: '10.0.0.2', port: 4000 },
    });
  }
  hub.takeEvents();
  expect(hub.ask(offer('a', ['fay']))).toMatchObject({ value: { asked: ['fay'] } });
  expect(told(hub)).toHaveLength(1);
  hub.must(accept('f2'));
  expect(hub.ask(accept('f1'))).toEqual(no('unknown-offer'));
  told(hub);
  // The place where nothing was accepted goes: nothing changes.
  hub.must(leave('f1'));
  expect(told(hub)).toEqual([]);
  hub.must(leave('f2'));
  expect(told(hub)).toEqual(['a: failed by fay (gone)']);
});
