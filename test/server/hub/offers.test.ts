// File offers in the hub: each recipient decides, the file is brought once, fetched by each, and let go of.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { FileHash } from '../../../src/protocol/model';
import { fileIsNeeded } from '../../../src/server/hub/state/attachments';
import { Desk, named, roomNamed, sessionOf } from '../../support/journal';

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
const told = (desk: Desk): string[] =>
  desk.takeEvents().flatMap((event) => {
    if (event.is === 'file-released') return ['released'];
    if (event.is !== 'notice' || event.notice.is !== 'offer') return [];
    const { step, by, why } = event.notice;
    const whom = event.to === 'watchers' ? event.to : Object.values(event.to).join(' ');
    return [`${whom}: ${step} by ${by}${why ? ` (${why})` : ''}`];
  });

/** ann, ben and cat are here by one door, dan by another; eve is an account that is away. */
function people(): Desk {
  const desk = new Desk();
  for (const name of ['ann', 'ben', 'cat']) desk.enter(name[0] ?? '', name);
  desk.enter('d', 'dan', 'other');
  desk.register('eve');
  desk.takeEvents();
  return desk;
}

describe('an offer', () => {
  test('asks users who came by the same door, and names the others', () => {
    const desk = people();
    expect(desk.ask(offer('a', ['ben', 'dan', 'eve', 'nobody', 'ann']))).toEqual({
      ok: true,
      value: {
        offer: 1,
        asked: ['ben'],
        elsewhere: ['dan', 'eve'],
        unknown: ['nobody', 'ann'],
      } as never,
    });
    expect(told(desk)).toEqual(['gb: offered by ann', 'a: accepted by dan', 'a: accepted by eve']);
  });

  test('is refused without a recipient, from outside the group, and over the bound', () => {
    const desk = people();
    expect(desk.ask(offer('a', ['nobody']))).toEqual(no('nobody'));
    expect(desk.ask(offer('a', ['ann']))).toEqual(no('nobody'));
    expect(desk.ask(offer('a', []))).toEqual(no('nobody'));
    expect(desk.ask(offer('x', ['ben']))).toEqual(no('not-entered'));
    for (let count = 0; count < limits.hub.offersPerSession; count++)
      desk.must(offer('a', ['ben'], `up ${count}`));
    expect(desk.ask(offer('a', ['ben']))).toEqual(no('too-many'));
    desk.must(reject('b', 1));
    desk.must(offer('a', ['ben']));
  });

  test('to a group is one to its other members, by any member', () => {
    const desk = people();
    const room = roomNamed('club');
    const group = room;
    const toClub = (session: string) =>
      ({ do: 'offer', session: sessionOf(session), to: { room }, file, tokenHash: 'up' }) as const;
    desk.must({ do: 'group-create', session: sessionOf('a'), group });
    expect(desk.ask(toClub('a'))).toEqual(no('nobody'));
    for (const [session, to] of [
      ['b', 'ben'],
      ['c', 'cat'],
    ] as const) {
      desk.must({ do: 'group-invite', session: sessionOf('a'), group, to: named(to) });
      desk.must({ do: 'group-accept', session: sessionOf(session), group });
    }
    desk.takeEvents();
    expect(desk.ask(toClub('b'))).toMatchObject({
      value: { asked: ['ann', 'cat'], elsewhere: [], unknown: [] },
    });
    expect(told(desk)).toEqual(['ga: offered by ben', 'gc: offered by ben']);
    expect(desk.ask(toClub('d'))).toEqual(no('not-member'));
  });
});

describe('one file for several', () => {
  test('is brought once, fetched by each who accepted, and released after the last', () => {
    const desk = people();
    desk.must(offer('a', ['ben', 'cat']));
    told(desk);
    desk.must(accept('b'));
    expect(told(desk)).toEqual(['a: accepted by ben']);
    // Nothing is there yet.
    expect(desk.ask(open('w2', 'down b'))).toEqual(no('unknown-offer'));
    expect(desk.ask(open('w1', 'up'))).toEqual({ ok: true, value: { offer: 1, file } });
    expect(desk.ask(open('w3', 'up'))).toEqual(no('unknown-offer'));
    expect(desk.ask(bring('w3'))).toEqual(no('unknown-offer'));
    expect(fileIsNeeded(desk.db)(hash)).toBe(false);
    desk.must(bring('w1'));
    expect(fileIsNeeded(desk.db)(hash)).toBe(true);
    expect(told(desk)).toEqual(['b: stored by ann', 'a: stored by ann']);
    // Who decides later gets it at once.
    desk.must(accept('c'));
    expect(told(desk)).toEqual(['a: accepted by cat', 'c: stored by ann']);

    expect(desk.ask(open('w2', 'down b'))).toEqual({ ok: true, value: { offer: 1, file: stored } });
    expect(desk.ask(open('w3', 'down c'))).toEqual({ ok: true, value: { offer: 1, file: stored } });
    expect(desk.ask(open('w4', 'down c'))).toEqual(no('unknown-offer'));
    desk.must(end('w2'));
    expect(told(desk)).toEqual(['a: done by ben']);
    desk.must(end('w3', 'no-space'));
    expect(told(desk)).toEqual(['a: failed by cat (no-space)', 'released']);
    expect(fileIsNeeded(desk.db)(hash)).toBe(false);
    expect(desk.ask(end('w3'))).toEqual(no('unknown-offer'));
  });

  test('is decided once by each recipient, and by no other user', () => {
    const desk = people();
    desk.must(offer('a', ['ben']));
    told(desk);
    expect(desk.ask(accept('c'))).toEqual(no('unknown-offer'));
    expect(desk.ask(accept('a'))).toEqual(no('unknown-offer'));
    expect(desk.ask(accept('b', 2))).toEqual(no('unknown-offer'));
    expect(desk.ask(accept('x'))).toEqual(no('not-entered'));
    desk.must(accept('b'));
    expect(desk.ask(accept('b'))).toEqual(no('unknown-offer'));
    expect(told(desk)).toEqual(['a: accepted by ben']);
  });

  test('that all reject is over, and is not taken when it comes nevertheless', () => {
    const desk = people();
    desk.must(offer('a', ['ben', 'cat']));
    desk.must(accept('b'));
    desk.must(open('w1', 'up'));
    told(desk);
    desk.must(reject('c'));
    expect(told(desk)).toEqual(['a: rejected by cat']);
    // A recipient who has accepted may still cancel.
    desk.must(reject('b'));
    expect(told(desk)).toEqual(['a: failed by ben (cancelled)']);
    expect(desk.ask(bring('w1'))).toEqual(no('unknown-offer'));
  });
});

describe('a transfer that fails', () => {
  test('because it is taken back: every other side is told', () => {
    const desk = people();
    desk.must(offer('a', ['ben', 'cat', 'dan']));
    desk.must(accept('b'));
    told(desk);
    expect(desk.ask(takeBack('b'))).toEqual(no('unknown-offer'));
    desk.must(takeBack('a'));
    expect(told(desk)).toEqual(['b: failed by ann (cancelled)', 'gc: failed by ann (cancelled)']);
    expect(desk.ask(accept('c'))).toEqual(no('unknown-offer'));
  });

  test('because the connection that brings it broke: everybody is told', () => {
    const desk = people();
    desk.must(offer('a', ['ben', 'cat']));
    desk.must(accept('b'));
    desk.must(open('w1', 'up'));
    told(desk);
    desk.must(end('w1', 'broken'));
    expect(told(desk)).toEqual([
      'b: failed by ann (broken)',
      'a: failed by ben (broken)',
      'gc: failed by ann (broken)',
      'a: failed by cat (broken)',
    ]);
  });

  test('because the sender is gone before it was brought', () => {
    const desk = people();
    desk.must(offer('a', ['ben']));
    desk.must(accept('b'));
    desk.must(open('w1', 'up'));
    told(desk);
    desk.must(leave('a'));
    expect(told(desk)).toEqual(['b: failed by ann (gone)']);
    expect(desk.ask(bring('w1'))).toEqual(no('unknown-offer'));
  });

  test('for a recipient who is gone, and for no other', () => {
    const desk = people();
    desk.must(offer('a', ['ben', 'cat']));
    desk.must(accept('b'));
    told(desk);
    desk.must(leave('c'));
    desk.must(leave('b'));
    expect(told(desk)).toEqual(['a: failed by cat (gone)', 'a: failed by ben (gone)']);
  });
});

test('what is stored can still be fetched when the sender has left', () => {
  const desk = people();
  desk.must(offer('a', ['ben', 'cat']));
  desk.must(accept('b'));
  desk.must(open('w1', 'up'));
  desk.must(bring('w1'));
  told(desk);
  desk.must(leave('a'));
  expect(told(desk)).toEqual([]);
  desk.must(accept('c'));
  expect(told(desk)).toEqual(['c: stored by ann']);
  desk.must(open('w2', 'down b'));
  desk.must(open('w3', 'down c'));
  desk.must(end('w3'));
  expect(told(desk)).toEqual([]);
  desk.must(end('w2', 'gone'));
  expect(told(desk)).toEqual(['released']);
});

test('a recipient who cannot be asked is served by the offering session, once the file is stored', () => {
  const desk = people();
  desk.must(offer('a', ['dan', 'eve']));
  desk.must(open('w1', 'up'));
  told(desk);
  desk.must(bring('w1'));
  expect(told(desk)).toEqual(['a: stored by ann']);
  const from = { session: sessionOf('a') };
  desk.must({
    do: 'direct',
    from,
    to: named('eve'),
    text: '',
    file: stored,
    origin: 'test',
  } as never);
  desk.must(takeBack('a', 'eve'));
  expect(told(desk)).toEqual([]);
  desk.must(takeBack('a', 'dan'));
  expect(told(desk)).toEqual(['released']);
  // It waits with the message now.
  expect(fileIsNeeded(desk.db)(hash)).toBe(true);
});

describe('a file that waits with a message', () => {
  function waiting(): { desk: Desk; serial: number } {
    const desk = people();
    const from = { session: sessionOf('d') };
    const sent = desk.ask({
      do: 'direct',
      from,
      to: named('ben'),
      text: 'see',
      file: stored,
      origin: 'other',
    });
    if (!sent.ok) throw new Error(sent.why);
    desk.takeEvents();
    return { desk, serial: sent.value.serial };
  }
  const fetch = (session: string, serial: number) =>
    ({ do: 'offer-waiting', session: sessionOf(session), serial, tokenHash: 'down' }) as const;

  test('is fetched like an offered one, by its recipient, and is taken then', () => {
    const { desk, serial } = waiting();
    expect(desk.ask(fetch('c', serial))).toEqual(no('unknown-file'));
    expect(desk.ask(fetch('b', serial + 1))).toEqual(no('unknown-file'));
    expect(desk.ask(fetch('b', serial))).toEqual({ ok: true, value: { offer: 1 } });
    expect(desk.ask(open('w1', 'down'))).toEqual({ ok: true, value: { offer: 1, file: stored } });
    desk.must(end('w1'));
    expect(told(desk)).toContain('released');
    expect(fileIsNeeded(desk.db)(hash)).toBe(false);
    expect(desk.ask(fetch('b', serial))).toEqual(no('unknown-file'));
  });

  test('still waits when fetching it failed', () => {
    const { desk, serial } = waiting();
    desk.must(fetch('b', serial));
    desk.must(open('w1', 'down'));
    desk.must(end('w1', 'broken'));
    expect(fileIsNeeded(desk.db)(hash)).toBe(true);
    desk.must(fetch('b', serial));
  });
});

test('an account that is here twice is asked at both places, and decides at one', () => {
  const desk = people();
  desk.must({
    do: 'register',
    name: named('fay'),
    fullName: 'Fay',
    born: '01/01/2000',
    host: '10.0.0.1',
    tokenHash: 'fay',
  });
  for (const session of ['f1', 'f2']) {
    desk.must({
      do: 'login',
      session: sessionOf(session),
      account: named('fay'),
      tokenHash: 'fay',
      dialect: 'test',
      machine: 'm1',
      address: { host: '10.0.0.2', port: 4000 },
    });
  }
  desk.takeEvents();
  expect(desk.ask(offer('a', ['fay']))).toMatchObject({ value: { asked: ['fay'] } });
  expect(told(desk)).toHaveLength(1);
  desk.must(accept('f2'));
  expect(desk.ask(accept('f1'))).toEqual(no('unknown-offer'));
  told(desk);
  // The place where nothing was accepted goes: nothing changes.
  desk.must(leave('f1'));
  expect(told(desk)).toEqual([]);
  desk.must(leave('f2'));
  expect(told(desk)).toEqual(['a: failed by fay (gone)']);
});
