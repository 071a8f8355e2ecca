// What waits for a recipient is bounded in bytes, and in each sender's: no stranger fills a mailbox for its friends.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { limits } from '../../../src/protocol/limits';
import { named, sessionOf, type TestHub } from '../../support/journal';
import { direct, leave, no, settle, testHub } from './commands';

const {
  messageOverheadBytes,
  pendingBytesLeast,
  pendingBytesOfGuests,
  pendingBytesPerRecipient,
  pendingBytesPerSender,
  pendingBytesUncounted,
} = limits.hub;

const long = 'x'.repeat(limits.hub.textBytes - messageOverheadBytes);

/** Sends the longest text until it is refused; how many bytes were taken. */
function flood(hub: TestHub, from: string, to: string): number {
  for (let taken = 0; ; taken += limits.hub.textBytes) {
    const outcome = hub.ask(direct(from, to, long));
    if (!outcome.ok) {
      expect(outcome.why).toBe('full');
      return taken;
    }
  }
}

const say = (session: string, to: string, text = 'hi') =>
  ({
    do: 'direct',
    from: { session: sessionOf(session) },
    to: named(to),
    text,
    origin: 'test',
  }) as const;

describe('one sender', () => {
  test('takes their share and no more; a friend still has one', () => {
    const hub = testHub('victim', 'eve', 'friend');
    const taken = flood(hub, 'eve', 'victim');
    expect(taken).toBeGreaterThanOrEqual(pendingBytesPerSender);
    expect(taken).toBeLessThanOrEqual(pendingBytesPerSender + 2 * pendingBytesUncounted);
    expect(hub.ask(direct('eve', 'victim'))).toEqual(no('full'));
    expect(hub.ask(direct('friend', 'victim', long)).ok).toBe(true);
    expect(hub.ask(direct('eve', 'friend')).ok).toBe(true);
  });

  test('has a share of what waits for a guest, too, whose messages are in memory', () => {
    const hub = testHub('eve', 'friend');
    hub.enter('v', 'victim');
    expect(flood(hub, 'eve', 'victim')).toBeLessThanOrEqual(
      pendingBytesPerSender + 2 * pendingBytesUncounted,
    );
    expect(hub.ask(direct('friend', 'victim', long)).ok).toBe(true);
  });

  test('gets it back as messages are settled', () => {
    const hub = testHub('victim', 'eve');
    const serials: number[] = [];
    for (let outcome = hub.ask(direct('eve', 'victim', long)); outcome.ok;) {
      serials.push(outcome.value.serial);
      outcome = hub.ask(direct('eve', 'victim', long));
    }
    hub.must(settle('a1', serials.at(-1) ?? 0));
    expect(hub.ask(direct('eve', 'victim', long)).ok).toBe(true);
    expect(hub.ask(direct('eve', 'victim', long))).toEqual(no('full'));
  });
});

test('many senders fill a mailbox; a friend who has little there still writes', () => {
  const strangers = Array.from({ length: 5 }, (_, at) => `eve${at}`);
  const hub = testHub('victim', 'friend', ...strangers);
  let taken = 0;
  for (const stranger of strangers) taken += flood(hub, stranger, 'victim');
  expect(taken).toBeLessThanOrEqual(
    pendingBytesPerRecipient + strangers.length * pendingBytesLeast + 2 * pendingBytesUncounted,
  );
  for (const stranger of strangers) {
    expect(hub.ask(direct(stranger, 'victim', long))).toEqual(no('full'));
  }
  expect(hub.ask(direct('friend', 'victim')).ok).toBe(true);
  expect(flood(hub, 'friend', 'victim')).toBeLessThanOrEqual(pendingBytesLeast);
});

test('what waits for all guests is bounded, and each still has a little', () => {
  const hub = testHub();
  const shares = Math.ceil(pendingBytesOfGuests / pendingBytesPerSender) + 2;
  let taken = 0;
  for (let count = 0; count < shares; count++) {
    hub.enter(`e${count}`, `eve${count}`);
    hub.enter(`v${count}`, `victim${count}`);
    while (hub.ask(say(`e${count}`, `victim${count}`, long)).ok) taken += limits.hub.textBytes;
  }
  expect(taken).toBeGreaterThan(pendingBytesOfGuests);
  expect(taken).toBeLessThan(
    pendingBytesOfGuests + shares * (pendingBytesLeast + 2 * pendingBytesUncounted),
  );
  // All of it goes with the guests.
  for (let count = 0; count < shares; count++) hub.must(leave(`v${count}`));
  expect(hub.db.query('SELECT count(*) AS rows FROM live.message_share').get()).toEqual({
    rows: 0,
  });
  hub.enter('new', 'newcomer');
  for (let count = 0; count < 10; count++) hub.must(say('e0', 'newcomer', long));
});

test('what is counted is what waits, whatever comes and goes', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          from: fc.constantFrom('ann', 'ben', 'cat'),
          to: fc.constantFrom('ann', 'ben', 'guest'),
          size: fc.constantFrom(1, 1000, 30_000, 60_000),
          settles: fc.boolean(),
        }),
        { maxLength: 60 },
      ),
      (steps) => {
        const hub = testHub('ann', 'ben', 'cat');
        hub.enter('g', 'guest');
        const waiting: { recipient: string; serial: number }[] = [];
        for (const { from, to, size, settles } of steps) {
          const outcome = hub.ask(direct(from, to, 'é'.repeat(size / 2 + 1)));
          const recipient = { ann: 'a1', ben: 'a2', guest: 'gg' }[to] ?? '';
          if (outcome.ok) waiting.push({ recipient, serial: outcome.value.serial });
          const oldest = settles ? waiting.shift() : undefined;
          if (oldest) hub.must(settle(oldest.recipient, oldest.serial));
        }
        for (const [schema, owners] of [
          ['main', 'account'],
          ['live', 'live.session'],
        ]) {
          const counted = hub.db
            .query(
              `SELECT id, waiting_bytes AS bytes FROM ${owners} WHERE waiting_bytes > 0 ORDER BY id`,
            )
            .all();
          expect(counted).toEqual(
            hub.db
              .query(
                `SELECT recipient AS id, sum(bytes) AS bytes FROM ${schema}.message
                 GROUP BY recipient ORDER BY recipient`,
              )
              .all(),
          );
          expect(hub.db.query(`SELECT * FROM ${schema}.message_share`).all()).toEqual(
            hub.db
              .query(
                `SELECT recipient, sender, sum(bytes) AS bytes FROM ${schema}.message
                 WHERE is_counted = 1 GROUP BY recipient, sender ORDER BY recipient, sender`,
              )
              .all(),
          );
        }
        hub.db.close();
      },
    ),
    { numRuns: 60 },
  );
});
