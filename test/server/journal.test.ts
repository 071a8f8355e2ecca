// The journal's promises: order, batches, one failing command undone alone, a failing commit that says nothing.

import { Database } from 'bun:sqlite';
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { limits } from '../../src/protocol/limits';
import type { Apply } from '../../src/server/hub/hub';
import { NewerDatabase, openStore } from '../../src/server/hub/store';
import { named, roomNamed, sessionOf, TestHub } from '../support/journal';

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
    const hub = new TestHub();
    for (const name of ['a', 'b', 'a']) {
      hub.journal.submit(register(name), (outcome) => hub.log.push(`${name} ${outcome.ok}`));
    }
    expect(hub.log).toEqual([]);
    hub.turn();
    expect(hub.log).toEqual(['a true', 'b true', 'a false']);
  });

  test('each answer comes before the events of its command, and those before the next answer', () => {
    const hub = new TestHub();
    hub.register('alice');
    hub.register('bob');
    hub.journal.submit(direct('alice', 'bob', '1'), () => hub.log.push('done 1'));
    hub.journal.submit(direct('bob', 'alice', '2'), () => hub.log.push('done 2'));
    hub.turn();
    expect(hub.log).toEqual(['done 1', 'event direct', 'done 2', 'event direct']);
  });

  test('what an answer submits is applied in the next batch', () => {
    const hub = new TestHub();
    hub.journal.submit(register('a'), () => {
      hub.log.push('a');
      hub.journal.submit(register('c'), () => hub.log.push('c'));
    });
    hub.journal.submit(register('b'), () => hub.log.push('b'));
    hub.turn();
    expect(hub.log).toEqual(['a', 'b', 'c']);
  });

  test('an answer that throws is reported and harms no other command', () => {
    const hub = new TestHub();
    hub.journal.submit(register('a'), () => {
      throw new Error('ours');
    });
    hub.journal.submit(register('b'), (outcome) => hub.log.push(`b ${outcome.ok}`));
    hub.turn();
    expect(hub.log).toEqual(['b true']);
    expect(hub.reports).toEqual(['answering a command']);
  });
});

describe('batches', () => {
  test('hold at most 256 commands, and the event loop gets its turn between two batches', () => {
    const hub = new TestHub();
    for (let index = 0; index < 600; index++) {
      hub.journal.submit(register(`user${index}`), () => hub.log.push('x'));
    }
    hub.step();
    expect(hub.log.length).toBe(limits.journal.batchCommands);
    hub.step();
    expect(hub.log.length).toBe(2 * limits.journal.batchCommands);
    hub.step();
    expect(hub.log.length).toBe(600);
  });

  test('collect for at most 4 ms', () => {
    const hub = new TestHub(':memory:', (apply) => (command, context) => {
      hub.now += 1;
      return apply(command, context);
    });
    for (let index = 0; index < 200; index++) {
      hub.journal.submit(register(`user${index}`), () => hub.log.push('x'));
    }
    hub.step();
    expect(hub.log.length).toBe(32);
    hub.turn();
    expect(hub.log.length).toBe(200);
  });

  test('a settlement waits a few turns for a batch that it can join, and no time', () => {
    const hub = new TestHub();
    hub.register('bob');
    const settle = { do: 'settle', recipient: 'a1', serial: 1, status: 'delivered' } as const;
    const command = settle as Parameters<typeof hub.journal.submitDeferred<'settle'>>[0];
    hub.journal.submitDeferred(command, () => hub.log.push('alone'));
    for (let turn = 0; turn < limits.journal.settlementTurns; turn++) hub.step();
    expect(hub.log).toEqual([]);
    hub.step();
    expect(hub.log).toEqual(['alone']);

    hub.journal.submitDeferred(command, () => hub.log.push('joined'));
    hub.step();
    hub.journal.submit(register('carol'), () => hub.log.push('carol'));
    hub.step();
    hub.step();
    expect(hub.log).toEqual(['alone', 'joined', 'carol']);
  });

  test('more than the queue holds is refused as overloaded, at once', () => {
    const hub = new TestHub();
    let overloaded = 0;
    for (let index = 0; index < limits.journal.queuedCommands + 3; index++) {
      hub.journal.submit({ do: 'rooms', session: sessionOf('s') }, (outcome) => {
        if (!outcome.ok && outcome.why === 'overloaded') overloaded++;
      });
    }
    expect(overloaded).toBe(3);
    hub.turn();
    expect(overloaded).toBe(3);
  });

  test('load never keeps a user who has left in the lists', () => {
    const hub = new TestHub();
    hub.enter('s', 'guest');
    for (let index = 0; index < limits.journal.queuedCommands; index++) {
      hub.journal.submit({ do: 'rooms', session: sessionOf('s') }, () => {});
    }
    hub.journal.submit({ do: 'leave', session: sessionOf('s') }, (outcome) => {
      hub.log.push(`left ${outcome.ok}`);
    });
    hub.turn();
    expect(hub.log).toContain('left true');
    expect(hub.ask({ do: 'name-free', name: named('guest') })).toMatchObject({
      value: { free: true },
    });
  });
});

describe('failures', () => {
  test('events that cannot be told cost no other command its answer', () => {
    const hub = new TestHub(
      ':memory:',
      (apply) => apply,
      (events) => {
        if (events.some(({ is }) => is === 'direct')) throw new Error('ours');
      },
    );
    hub.register('alice');
    hub.register('bob');
    hub.journal.submit(direct('alice', 'bob', '1'), () => hub.log.push('done 1'));
    hub.journal.submit(register('carol'), () => hub.log.push('carol'));
    hub.turn();
    hub.register('dave');
    expect(hub.log).toEqual(['done 1', 'event direct', 'carol']);
    expect(hub.reports).toEqual(['telling what happened']);
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
    const hub = new TestHub(':memory:', failing);
    const outcomes: string[] = [];
    for (const name of ['before', 'broken', 'after']) {
      hub.journal.submit(register(name), (outcome) =>
        outcomes.push(`${name} ${outcome.ok ? 'ok' : outcome.why}`),
      );
    }
    hub.turn();
    expect(outcomes).toEqual(['before ok', 'broken internal', 'after ok']);
    expect(hub.reports).toEqual(['applying register']);
    const names = hub.db.query<{ name: string }, []>('SELECT name FROM account').all();
    expect(names.map(({ name }) => name)).toEqual(['before', 'after']);
  });

  test('a disk that fails within a command is a refusal and a line for the operator, and no bug', () => {
    const hub = new TestHub(':memory:', (apply) => (command, context) => {
      if (command.do !== 'direct') return apply(command, context);
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
    });
    for (const name of ['alice', 'bob']) hub.register(name);
    expect(hub.ask(direct('alice', 'bob', 'hi'))).toEqual({ ok: false, why: 'storage' });
    expect(hub.reports).toEqual([]);
    expect(hub.failures[0]).toContain('disk I/O error');
  });

  test('a refusal undoes whatever its command had begun, and causes no event', () => {
    const hub = new TestHub();
    hub.register('alice');
    hub.register('bob');
    hub.db.run('UPDATE account SET waiting = ? WHERE name = ?', [
      limits.hub.pendingPerRecipientMost,
      'bob',
    ]);
    expect(hub.ask(direct('alice', 'bob', 'hi'))).toEqual({ ok: false, why: 'full' });
    expect(hub.takeEvents()).toEqual([]);
    expect(
      hub.db
        .query<{ last_id: number }, []>("SELECT last_id FROM account WHERE name = 'alice'")
        .get(),
    ).toEqual({ last_id: 0 });
  });

  test('a COMMIT that fails refuses the whole batch, changes nothing, and nothing is told', () => {
    // A foreign key that is looked at only when the transaction ends: COMMIT itself is what fails.
    const hub = new TestHub(':memory:', (apply, db) => {
      db.run('CREATE TABLE parent (id INTEGER PRIMARY KEY)');
      db.run('CREATE TABLE child (p INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)');
      return (command, context) => {
        if ('fullName' in command && command.fullName === 'doom')
          db.run('INSERT INTO child VALUES (7)');
        return apply(command, context);
      };
    });
    hub.register('alice');
    hub.register('bob');
    hub.log.length = 0;
    const told = (name: string) => (outcome: { ok: boolean; why?: string }) =>
      hub.log.push(`${name} ${outcome.ok ? 'ok' : outcome.why}`);
    hub.journal.submit(direct('alice', 'bob', 'lost'), told('direct'));
    hub.journal.submit(register('doom'), told('doom'));
    hub.journal.submit(register('carol'), told('carol'));
    hub.turn();
    expect(hub.log).toEqual(['direct storage', 'doom storage', 'carol storage']);
    expect(hub.db.query('SELECT count(*) AS n FROM message').get()).toEqual({ n: 0 });
    expect(hub.db.query('SELECT count(*) AS n FROM account').get()).toEqual({ n: 2 });
    // And it goes on.
    hub.register('carol');
    const outcome = hub.ask(direct('alice', 'bob', 'kept'));
    expect(outcome).toMatchObject({ ok: true, value: { id: 1 } });
  });

  test('a volatile change is rolled back with the durable one beside it', () => {
    const hub = new TestHub(':memory:', failing);
    hub.enter('s1', 'guest');
    hub.journal.submit(
      { do: 'room-create', session: sessionOf('s1'), room: roomNamed('r') },
      () => {},
    );
    hub.journal.submit(register('broken'), () => {});
    hub.turn();
    expect(hub.ask({ do: 'rooms', session: sessionOf('s1') })).toEqual({
      ok: true,
      value: { rooms: [roomNamed('r')] },
    });
  });
});

describe('a disk that is nearly full', () => {
  test('takes nothing more that stays, and all that gives space back or does not last', () => {
    const hub = new TestHub();
    hub.register('alice');
    hub.register('bob');
    hub.must(direct('alice', 'bob', 'before'));
    hub.enter('s1', 'ann');
    hub.enter('s2', 'ben');
    const [message] = hub.takeEvents().filter((event) => event.is === 'direct');
    if (message?.is !== 'direct') throw new Error('no message');
    hub.isDiskLow = true;
    const no = { ok: false, why: 'storage' } as const;
    expect(hub.ask(direct('alice', 'bob', 'more'))).toEqual(no);
    expect(hub.ask(register('carol'))).toEqual(no);
    expect(hub.ask({ do: 'balance-set', session: sessionOf('s1'), amount: 1 })).toEqual(no);
    const group = roomNamed('club');
    expect(hub.ask({ do: 'group-create', session: sessionOf('s1'), group })).toEqual(no);
    const guest = { session: sessionOf('s1') };
    const toGuest = { do: 'direct', to: named('ben'), text: 'hi', origin: 'test' } as const;
    expect(hub.takeEvents()).toEqual([]);

    hub.must({ ...toGuest, from: guest });
    hub.must({
      do: 'settle',
      recipient: message.to,
      serial: message.message.serial,
      status: 'delivered',
    });
    hub.must({ do: 'unregister', account: named('bob'), host: '10.0.0.1' });
    expect(new Set(hub.failures)).toEqual(new Set(['too little of the disk is free']));
    hub.isDiskLow = false;
    hub.must(register('carol'));
    expect(hub.failures.at(-1)).toBe('works');
    expect(hub.ask(direct('alice', 'carol', 'hi'))).toMatchObject({ value: { id: 2 } });
    expect(hub.failures.filter((line) => line === 'works')).toHaveLength(1);
  });
});

describe('what lasts', () => {
  const sizes = (path: string): number => statSync(`${path}-wal`).size;

  test('a batch of volatile commands writes nothing to the disk, so it has nothing to sync', () => {
    const path = file();
    const hub = new TestHub(path);
    hub.register('alice');
    const before = sizes(path);
    hub.enter('s1', 'guest');
    hub.enter('s2', 'other');
    hub.must({ do: 'room-create', session: sessionOf('s1'), room: roomNamed('r') });
    for (const session of ['s1', 's2']) {
      hub.must({ do: 'room-join', session: sessionOf(session), room: roomNamed('r') });
    }
    hub.must({ do: 'say', session: sessionOf('s1'), text: 'hello' });
    hub.must({
      do: 'direct',
      from: { session: sessionOf('s1') },
      to: named('other'),
      text: 'psst',
      origin: 'test',
    });
    hub.must({ do: 'leave', session: sessionOf('s2') });
    expect(sizes(path)).toBe(before);
    hub.register('bob');
    expect(sizes(path)).toBeGreaterThan(before);
  });

  test('accounts, messages and call-back addresses are there after a restart; guests and rooms are not', () => {
    const path = file();
    const first = new TestHub(path);
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

    const second = new TestHub(path);
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
    const first = new TestHub(path);
    first.register('alice');
    first.db.close();
    const second = new TestHub(path);
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
