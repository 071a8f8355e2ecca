// Private messages in the hub: accepted, counted, kept in order, and erased.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { limits } from '../../../src/protocol/limits';
import type { RecipientId } from '../../../src/protocol/model';
import { readPending } from '../../../src/server/hub/state/pending_reader';
import { direct, no, sent, settle, testHub, yes } from './commands';

describe('private messages', () => {
  test('need a sender and a recipient that exist', () => {
    const hub = testHub('alice');
    expect(hub.ask(direct('nobody', 'alice'))).toEqual(no('unknown-sender'));
    expect(hub.ask(direct('alice', 'nobody'))).toEqual(no('unknown-user'));
    expect(hub.ask(direct('alice', 'alice'))).toMatchObject({ ok: true, value: { id: 1 } });
  });

  test('ids count per sender; the one after the last is 1', () => {
    const hub = testHub('alice', 'bob', 'carol');
    const ids = [direct('alice', 'bob'), direct('alice', 'carol'), direct('bob', 'carol')].map(
      (command) => {
        const outcome = hub.ask(command);
        return outcome.ok ? outcome.value.id : outcome.why;
      },
    );
    expect(ids).toEqual([1, 2, 1]);
    hub.db.run("UPDATE account SET last_id = 4294967294 WHERE name = 'alice'");
    expect(hub.ask(direct('alice', 'bob'))).toMatchObject({ value: { id: 4294967295 } });
    expect(hub.ask(direct('alice', 'bob'))).toMatchObject({ value: { id: 1 } });
  });

  test('wait in order, and are erased when settled, once', () => {
    const hub = testHub('alice', 'bob');
    const [one, two] = ['1', '2', '3'].map((text) => sent(hub, 'alice', 'bob', text));
    const waiting = () =>
      readPending(hub.db)('a2' as RecipientId, 10).messages.map(({ text }) => text);
    expect(waiting()).toEqual(['1', '2', '3']);
    expect(hub.ask(settle('a2', two ?? 0))).toEqual(yes);
    expect(hub.ask(settle('a2', two ?? 0))).toEqual(no('unknown-message'));
    expect(hub.ask(settle('a1', one ?? 0))).toEqual(no('unknown-message'));
    expect(waiting()).toEqual(['1', '3']);
    expect(hub.db.query("SELECT waiting FROM account WHERE name = 'bob'").get()).toEqual({
      waiting: 2,
    });
  });

  test('for one recipient are bounded, and settling makes room', () => {
    const hub = testHub('alice', 'bob', 'carol');
    const first = sent(hub, 'alice', 'bob');
    hub.db.run('UPDATE account SET waiting = ? WHERE name = ?', [
      limits.hub.pendingPerRecipientMost,
      'bob',
    ]);
    expect(hub.ask(direct('alice', 'bob'))).toEqual(no('full'));
    expect(hub.ask(direct('alice', 'carol')).ok).toBe(true);
    hub.must(settle('a2', first));
    expect(hub.ask(direct('alice', 'bob')).ok).toBe(true);
  });

  test('carry any text that a string can hold, unchanged', () => {
    const hub = testHub('alice', 'bob');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const well = text.isWellFormed() ? text : text.toWellFormed();
        const outcome = hub.ask(direct('alice', 'bob', well));
        const serial = outcome.ok ? outcome.value.serial : 0;
        expect(
          readPending(hub.db)('a2' as RecipientId, 1000).messages.find(
            (message) => message.serial === serial,
          )?.text,
        ).toBe(well);
      }),
      { numRuns: 200 },
    );
  });

  test('are found without a scan, however many wait for others', () => {
    const hub = testHub('alice', 'bob');
    const plans = [
      'SELECT * FROM message WHERE recipient = ? AND serial > ? ORDER BY serial LIMIT 32',
      'DELETE FROM message WHERE serial = ? AND recipient = ?',
      'SELECT id FROM account WHERE key = ?',
      'UPDATE account SET waiting = waiting + 1 WHERE id = ? AND waiting < ?',
      'SELECT serial FROM file WHERE recipient = ? AND from_key = ? AND id = ? ORDER BY serial DESC LIMIT 1',
      'SELECT 1 FROM file WHERE hash = ? LIMIT 1',
      'SELECT 1 FROM address WHERE account = ?',
      'SELECT id FROM live.session WHERE key = ? AND account IS NULL',
      'SELECT room FROM live.member WHERE session = ?',
      'SELECT * FROM live.message WHERE recipient = ? AND serial > ? ORDER BY serial LIMIT 32',
      'DELETE FROM account WHERE id = ?',
    ];
    for (const sql of plans) {
      const steps = hub.db
        .query<{ detail: string }, null[]>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...Array.from(sql.matchAll(/\?/g), () => null));
      for (const { detail } of steps) expect(`${sql}: ${detail}`).not.toMatch(/\bSCAN\b/);
    }
  });
});
