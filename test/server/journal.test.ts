// The journal's promises: order, batches, one failing command undone alone, a failing commit that says nothing.

import { Database } from 'bun:sqlite';
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { limits } from '../../src/protocol/limits';
import type { Apply } from '../../src/server/hub/hub';
import { NewerDatabase, openStore } from '../../src/server/hub/store';
import { Desk, named, roomNamed, sessionOf } from '../support/journal';

const folder = mkdtempSync(join(tmpdir(), 'chat-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const file = (): string => join(folder, `${++files}.db`);

const register = (name: string) =>
  ({ do: 'register', name: named(name), fullName: name, born: '01/01/2000', host: 'h' }) as const;
const direct = (from: string, to: string, text: string) =>
  ({ do: 'direct', from: { account: named(from) }, to: named(to), text, origin: 'test' }) as const;

describe('order', () => {
  test('nothing is applied before the turn ends, then all of it in the order of submission', () => {
    const desk = new Desk();
    for (const name of ['a', 'b', 'a']) {
      desk.journal.submit(register(name), (outcome) => desk.log.push(`${name} ${outcome.ok}`));
    }
    expect(desk.log).toEqual([]);
    desk.turn();
    expect(desk.log).toEqual(['a true', 'b true', 'a false']);
  });

  test('each answer comes before the events of its command, and those before the next answer', () => {
    const desk = new Desk();
    desk.register('alice');
    desk.register('bob');
    desk.journal.submit(direct('alice', 'bob', '1'), () => desk.log.push('done 1'));
    desk.journal.submit(direct('bob', 'alice', '2'), () => desk.log.push('done 2'));
    desk.turn();
    expect(desk.log).toEqual(['done 1', 'event direct', 'done 2', 'event direct']);
  });

  test('what an answer submits is applied in the next batch', () => {
    const desk = new Desk();
    desk.journal.submit(register('a'), () => {
      desk.log.push('a');
      desk.journal.submit(register('c'), () => desk.log.push('c'));
    });
    desk.journal.submit(register('b'), () => desk.log.push('b'));
    desk.turn();
    expect(desk.log).toEqual(['a', 'b', 'c']);
  });

  test('an answer that throws is reported and harms no other command', () => {
    const desk = new Desk();
    desk.journal.submit(register('a'), () => {
      throw new Error('ours');
    });
    desk.journal.submit(register('b'), (outcome) => desk.log.push(`b ${outcome.ok}`));
    desk.turn();
    expect(desk.log).toEqual(['b true']);
    expect(desk.reports).toEqual(['answering a command']);
  });
});

describe('batches', () => {
  test('hold at most 256 commands, and the event loop gets its turn between two batches', () => {
    const desk = new Desk();
    for (let index = 0; index < 600; index++) {
      desk.journal.submit(register(`user${index}`), () => desk.log.push('x'));
    }
    desk.step();
    expect(desk.log.length).toBe(limits.journal.batchCommands);
    desk.step();
    expect(desk.log.length).toBe(2 * limits.journal.batchCommands);
    desk.step();
    expect(desk.log.length).toBe(600);
  });

  test('collect for at most 4 ms', () => {
    const desk = new Desk(':memory:', (apply) => (command, context) => {
      desk.now += 1;
      return apply(command, context);
    });
    for (let index = 0; index < 200; index++) {
      desk.journal.submit(register(`user${index}`), () => desk.log.push('x'));
    }
    desk.step();
    expect(desk.log.length).toBe(32);
    desk.turn();
    expect(desk.log.length).toBe(200);
  });

  test('a settlement waits at most 10 ms for a batch that it can join', () => {
    const desk = new Desk();
    desk.register('bob');
    const settle = { do: 'settle', recipient: 'a1', serial: 1, status: 'delivered' } as const;
    const command = settle as Parameters<typeof desk.journal.submitDeferred<'settle'>>[0];
    desk.journal.submitDeferred(command, () => desk.log.push('alone'));
    desk.turn();
    expect(desk.log).toEqual([]);
    expect(desk.pass()).toEqual([limits.journal.settlementMs]);
    expect(desk.log).toEqual(['alone']);

    desk.journal.submitDeferred(command, () => desk.log.push('joined'));
    desk.journal.submit(register('carol'), () => desk.log.push('carol'));
    desk.turn();
    expect(desk.log).toEqual(['alone', 'joined', 'carol']);
  });

  test('more than the queue holds is refused as overloaded, at once', () => {
    const desk = new Desk();
    let overloaded = 0;
    for (let index = 0; index < limits.journal.queuedCommands + 3; index++) {
      desk.journal.submit({ do: 'rooms', session: sessionOf('s') }, (outcome) => {
        if (!outcome.ok && outcome.why === 'overloaded') overloaded++;
      });
    }
    expect(overloaded).toBe(3);
    desk.turn();
    expect(overloaded).toBe(3);
  });

  test('load never keeps a user who has left in the lists', () => {
    const desk = new Desk();
    desk.enter('s', 'guest');
    for (let index = 0; index < limits.journal.queuedCommands; index++) {
      desk.journal.submit({ do: 'rooms', session: sessionOf('s') }, () => {});
    }
    desk.journal.submit({ do: 'leave', session: sessionOf('s') }, (outcome) => {
      desk.log.push(`left ${outcome.ok}`);
    });
    desk.turn();
    expect(desk.log).toContain('left true');
    expect(desk.ask({ do: 'name-free', name: named('guest') })).toMatchObject({
      value: { free: true },
    });
  });
});

describe('failures', () => {
  test('events that cannot be told cost no other command its answer', () => {
    const desk = new Desk(
      ':memory:',
      (apply) => apply,
      (events) => {
        if (events.some(({ is }) => is === 'direct')) throw new Error('ours');
      },
    );
    desk.register('alice');
    desk.register('bob');
    desk.journal.submit(direct('alice', 'bob', '1'), () => desk.log.push('done 1'));
    desk.journal.submit(register('carol'), () => desk.log.push('carol'));
    desk.turn();
    desk.register('dave');
    expect(desk.log).toEqual(['done 1', 'event direct', 'carol']);
    expect(desk.reports).toEqual(['telling what happened']);
  });

  /** Fails, after it has written, whenever a full name says so. */
  const failing =
    (apply: Apply): Apply =>
    (command, context) => {
      const outcome = apply(command, context);
      if ('fullName' in command && command.fullName === 'broken') throw new Error('ours');
      return outcome;
    };

  test('a command that throws is undone alone; its neighbours in the batch stay', () => {
    const desk = new Desk(':memory:', failing);
    const outcomes: string[] = [];
    for (const name of ['before', 'broken', 'after']) {
      desk.journal.submit(register(name), (outcome) =>
        outcomes.push(`${name} ${outcome.ok ? 'ok' : outcome.why}`),
      );
    }
    desk.turn();
    expect(outcomes).toEqual(['before ok', 'broken internal', 'after ok']);
    expect(desk.reports).toEqual(['applying register']);
    const names = desk.db.query<{ name: string }, []>('SELECT name FROM account').all();
    expect(names.map(({ name }) => name)).toEqual(['before', 'after']);
  });

  test('a refusal undoes whatever its command had begun, and causes no event', () => {
    const desk = new Desk();
    desk.register('alice');
    desk.register('bob');
    desk.db.run('UPDATE account SET waiting = ? WHERE name = ?', [
      limits.hub.pendingPerRecipient,
      'bob',
    ]);
    expect(desk.ask(direct('alice', 'bob', 'hi'))).toEqual({ ok: false, why: 'full' });
    expect(desk.takeEvents()).toEqual([]);
    expect(
      desk.db
        .query<{ last_id: number }, []>("SELECT last_id FROM account WHERE name = 'alice'")
        .get(),
    ).toEqual({ last_id: 0 });
  });

  test('a COMMIT that fails refuses the whole batch, changes nothing, and nothing is told', () => {
    // A foreign key that is looked at only when the transaction ends: COMMIT itself is what fails.
    const desk = new Desk(':memory:', (apply, db) => {
      db.run('CREATE TABLE parent (id INTEGER PRIMARY KEY)');
      db.run('CREATE TABLE child (p INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)');
      return (command, context) => {
        if ('fullName' in command && command.fullName === 'doom')
          db.run('INSERT INTO child VALUES (7)');
        return apply(command, context);
      };
    });
    desk.register('alice');
    desk.register('bob');
    desk.log.length = 0;
    const told = (name: string) => (outcome: { ok: boolean; why?: string }) =>
      desk.log.push(`${name} ${outcome.ok ? 'ok' : outcome.why}`);
    desk.journal.submit(direct('alice', 'bob', 'lost'), told('direct'));
    desk.journal.submit(register('doom'), told('doom'));
    desk.journal.submit(register('carol'), told('carol'));
    desk.turn();
    expect(desk.log).toEqual(['direct storage', 'doom storage', 'carol storage']);
    expect(desk.db.query('SELECT count(*) AS n FROM message').get()).toEqual({ n: 0 });
    expect(desk.db.query('SELECT count(*) AS n FROM account').get()).toEqual({ n: 2 });
    // And it goes on.
    desk.register('carol');
    const outcome = desk.ask(direct('alice', 'bob', 'kept'));
    expect(outcome).toMatchObject({ ok: true, value: { id: 1 } });
  });

  test('a volatile change is rolled back with the durable one beside it', () => {
    const desk = new Desk(':memory:', failing);
    desk.enter('s1', 'guest');
    desk.journal.submit(
      { do: 'room-create', session: sessionOf('s1'), room: roomNamed('r') },
      () => {},
    );
    desk.journal.submit(register('broken'), () => {});
    desk.turn();
    expect(desk.ask({ do: 'rooms', session: sessionOf('s1') })).toEqual({
      ok: true,
      value: { rooms: [roomNamed('r')] },
    });
  });
});

describe('once only', () => {
  test('a repeat of a key gets the first outcome and changes nothing, also in the same batch', () => {
    const desk = new Desk();
    desk.register('alice');
    desk.register('bob');
    const first = desk.ask(direct('alice', 'bob', 'hi'), 'key-1');
    expect(desk.takeEvents().length).toBe(1);
    expect(desk.ask(direct('alice', 'bob', 'hi'), 'key-1')).toEqual(first);
    expect(desk.takeEvents()).toEqual([]);
    const outcomes: unknown[] = [];
    for (let index = 0; index < 2; index++) {
      desk.journal.submit(
        direct('alice', 'bob', 'ho'),
        (outcome) => outcomes.push(outcome),
        'key-2',
      );
    }
    desk.turn();
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(desk.db.query('SELECT count(*) AS n FROM message').get()).toEqual({ n: 2 });
  });

  test('a refusal is not remembered: the repeat may succeed', () => {
    const desk = new Desk();
    desk.register('alice');
    expect(desk.ask(direct('alice', 'bob', 'hi'), 'k').ok).toBe(false);
    desk.register('bob');
    expect(desk.ask(direct('alice', 'bob', 'hi'), 'k').ok).toBe(true);
  });

  test('a key is forgotten after 24 hours', () => {
    const desk = new Desk();
    desk.register('alice');
    desk.register('bob');
    desk.ask(direct('alice', 'bob', 'hi'), 'k');
    desk.now += limits.journal.outcomeMs + 1;
    expect(desk.ask(direct('alice', 'bob', 'hi'), 'k')).toMatchObject({
      ok: true,
      value: { id: 2 },
    });
  });
});

describe('what lasts', () => {
  const sizes = (path: string): number => statSync(`${path}-wal`).size;

  test('a batch of volatile commands writes nothing to the disk, so it has nothing to sync', () => {
    const path = file();
    const desk = new Desk(path);
    desk.register('alice');
    const before = sizes(path);
    desk.enter('s1', 'guest');
    desk.enter('s2', 'other');
    desk.must({ do: 'room-create', session: sessionOf('s1'), room: roomNamed('r') });
    for (const session of ['s1', 's2']) {
      desk.must({ do: 'room-join', session: sessionOf(session), room: roomNamed('r') });
    }
    desk.must({ do: 'say', session: sessionOf('s1'), text: 'hello' });
    desk.must({
      do: 'direct',
      from: { session: sessionOf('s1') },
      to: named('other'),
      text: 'psst',
      origin: 'test',
    });
    desk.must({ do: 'leave', session: sessionOf('s2') });
    expect(sizes(path)).toBe(before);
    desk.register('bob');
    expect(sizes(path)).toBeGreaterThan(before);
  });

  test('accounts, messages and call-back addresses are there after a restart; guests and rooms are not', () => {
    const path = file();
    const first = new Desk(path);
    first.register('alice');
    first.register('bob');
    first.enter('s1', 'guest');
    first.must({ do: 'room-create', session: sessionOf('s1'), room: roomNamed('r') });
    first.must({
      do: 'callback-open',
      account: named('bob'),
      address: { host: '10.0.0.9', port: 999 },
      dialect: 'test',
      machine: 'm1',
    });
    first.must(direct('alice', 'bob', 'hi'));
    first.journal.close();
    first.db.close();

    const second = new Desk(path);
    const users = second.ask({ do: 'users', asker: { account: named('bob') } });
    expect(users).toMatchObject({ ok: true, value: { users: [{ name: 'bob', kind: 'account' }] } });
    expect(second.ask({ do: 'rooms', session: sessionOf('x') })).toEqual({
      ok: true,
      value: { rooms: [] },
    });
    expect(second.ask(direct('alice', 'bob', 'ho'))).toMatchObject({ ok: true, value: { id: 2 } });
  });

  test('time never runs backwards, also over a restart', () => {
    const path = file();
    const first = new Desk(path);
    first.register('alice');
    first.db.close();
    const second = new Desk(path);
    second.now -= 3_600_000;
    second.register('bob');
    const rows = second.db
      .query<{ registered_at: number }, []>('SELECT registered_at FROM account ORDER BY id')
      .all();
    expect(rows[1]?.registered_at).toBe(rows[0]?.registered_at ?? -1);
  });

  test('a database of a later version is refused and left as it was', () => {
    const path = file();
    openStore(path).close();
    const db = new Database(path);
    db.run('PRAGMA user_version = 9999');
    db.close();
    expect(() => openStore(path)).toThrow(NewerDatabase);
    expect(() => openStore(path)).toThrow(/version 9999/);
  });
});
