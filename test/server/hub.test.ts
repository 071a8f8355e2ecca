// The hub, command by command: every outcome, every refusal, and the events that each causes.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import type { Command } from '../../src/protocol/commands';
import { limits } from '../../src/protocol/limits';
import { type FileHash, numberedName, type RecipientId } from '../../src/protocol/model';
import { readPending } from '../../src/server/hub/state/messages';
import { Desk, named, roomNamed, sessionOf } from '../support/journal';

const yes = { ok: true, value: undefined } as const;
const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;

const open = (account: string, port = 999, host = '10.0.0.9') =>
  ({
    do: 'callback-open',
    account: named(account),
    address: { host, port },
    dialect: 'test',
    machine: 'm1',
  }) as const;
const close = (account: string, host = '10.0.0.9') =>
  ({ do: 'callback-close', account: named(account), host }) as const;
const unregister = (account: string, host = '10.0.0.9') =>
  ({ do: 'unregister', account: named(account), host }) as const;
const direct = (from: string, to: string, text = 'hi') =>
  ({ do: 'direct', from: { account: named(from) }, to: named(to), text, origin: 'test' }) as const;
const settle = (recipient: string, serial: number) =>
  ({ do: 'settle', recipient: recipient as RecipientId, serial, status: 'delivered' }) as const;
const join = (session: string, room: string, only = false) =>
  ({ do: 'room-join', session: sessionOf(session), room: roomNamed(room), only }) as const;
/** Sends, and gives the message's serial. */
const sent = (made: Desk, ...[from, to, text]: Parameters<typeof direct>): number => {
  const outcome = made.ask(direct(from, to, text));
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome.value.serial;
};
const leave = (session: string) => ({ do: 'leave', session: sessionOf(session) }) as const;

function desk(...accounts: string[]): Desk {
  const made = new Desk();
  for (const name of accounts) made.register(name);
  made.takeEvents();
  return made;
}
const kinds = (made: Desk): string[] =>
  made.takeEvents().map((event) => (event.is === 'notice' ? event.notice.is : event.is));

describe('accounts', () => {
  test('a name is registered once, however it is composed', () => {
    const made = desk('caf\u00e9');
    const again = (name: string) =>
      made.ask({ do: 'register', name: named(name), fullName: 'x', born: '01/01/2000', host: 'h' });
    expect(again('cafe\u0301')).toEqual(no('name-taken'));
    expect(again('<caf\u00e9>')).toEqual(no('name-taken'));
    expect(again('cafe')).toEqual(yes);
  });

  test('a name that a guest holds is taken', () => {
    const made = desk();
    made.enter('s1', 'guest');
    expect(
      made.ask({
        do: 'register',
        name: named('guest'),
        fullName: 'x',
        born: '01/01/2000',
        host: 'h',
      }),
    ).toEqual(no('name-taken'));
  });

  test('unregistering the unknown, from elsewhere, and for real', () => {
    const made = desk('alice', 'bob');
    expect(made.ask(unregister('carol'))).toEqual(no('unknown-user'));
    made.must(open('alice'));
    expect(made.ask(unregister('alice', '10.0.0.1'))).toEqual(no('elsewhere'));
    made.must(direct('bob', 'alice'));
    made.takeEvents();
    expect(made.ask(unregister('alice'))).toEqual(yes);
    expect(kinds(made)).toEqual(['address-gone', 'forgotten']);
    expect(made.db.query('SELECT count(*) AS n FROM message').get()).toEqual({ n: 0 });
    expect(made.db.query('SELECT count(*) AS n FROM address').get()).toEqual({ n: 0 });
  });

  test('a name registered anew starts its ids again and gets none of the old confirmations', () => {
    const made = desk('alice', 'bob');
    const old = sent(made, 'alice', 'bob', 'one');
    made.must(direct('alice', 'bob', 'two'));
    made.must(unregister('alice'));
    made.register('alice');
    made.takeEvents();
    const outcome = made.ask(direct('alice', 'bob', 'three'));
    expect(outcome).toMatchObject({ ok: true, value: { id: 1 } });
    made.takeEvents();
    made.must(settle('a2', old));
    expect(made.takeEvents()).toMatchObject([{ is: 'notice', to: { recipient: 'a1' } }]);
    made.must(settle('a2', outcome.ok ? outcome.value.serial : 0));
    expect(made.takeEvents()).toMatchObject([{ is: 'notice', to: { recipient: 'a3' } }]);
  });
});

describe('call-back addresses', () => {
  test('open, again, close, again, the unknown', () => {
    const made = desk('alice');
    expect(made.ask(open('nobody'))).toEqual(no('unknown-user'));
    expect(made.ask(close('alice'))).toEqual(no('not-connected'));
    expect(made.ask(open('alice'))).toEqual(yes);
    expect(kinds(made)).toEqual(['address']);
    expect(made.ask(open('alice', 1000))).toEqual(no('already-connected'));
    expect(made.ask(close('alice', '10.0.0.8'))).toEqual(no('elsewhere'));
    expect(made.ask(close('nobody'))).toEqual(no('unknown-user'));
    expect(made.ask(close('alice'))).toEqual(yes);
    expect(kinds(made)).toEqual(['address-gone']);
  });

  test('a dial that fails late does not close what was opened meanwhile', () => {
    const made = desk('alice');
    const lost = (opened: number) =>
      made.ask({ do: 'callback-lost', recipient: 'a1' as RecipientId, opened });
    made.must(open('alice'));
    made.must(close('alice'));
    made.must(open('alice'));
    expect(lost(1)).toEqual(no('not-connected'));
    expect(lost(2)).toEqual(yes);
    expect(lost(2)).toEqual(no('not-connected'));
  });

  test('asking for attachments opens the address anew, for the same session only', () => {
    const made = desk('alice');
    const wants = (account: string, host = '10.0.0.9') =>
      made.ask({ do: 'callback-wants-files', account: named(account), host });
    expect(wants('nobody')).toEqual(no('unknown-user'));
    expect(wants('alice')).toEqual(no('not-connected'));
    made.must(open('alice'));
    made.takeEvents();
    expect(wants('alice', '10.0.0.1')).toEqual(no('not-connected'));
    expect(wants('alice')).toEqual(yes);
    expect(made.takeEvents()).toMatchObject([
      { is: 'address', at: { opened: 1, wantsFiles: true } },
    ]);
  });
});

describe('guests', () => {
  const enter = (made: Desk, session: string, name: string, collision: 'rename' | 'refuse') =>
    made.ask({
      do: 'enter',
      session: sessionOf(session),
      wanted: { name: named(name) },
      collision,
      dialect: 'test',
      machine: 'm1',
      address: { host: 'h', port: 1 },
    });

  test('a name in use is refused or changed, whoever holds it', () => {
    const made = desk('alice');
    expect(enter(made, 's1', 'alice', 'refuse')).toEqual(no('name-taken'));
    expect(enter(made, 's1', 'alice', 'rename')).toEqual({
      ok: true,
      value: { name: named('alice~2') },
    });
    expect(enter(made, 's2', 'alice', 'rename')).toEqual({
      ok: true,
      value: { name: named('alice~3') },
    });
    expect(enter(made, 's2', 'other', 'rename')).toEqual(no('already-entered'));
  });

  test('the lowest free number, until there is none', () => {
    const made = desk();
    const next = (session: string) =>
      made.ask({
        do: 'enter',
        session: sessionOf(session),
        wanted: { lowest: [1, 3] },
        collision: 'refuse',
        dialect: 'test',
        machine: 'm1',
        address: { host: 'h', port: 1 },
      });
    const names = ['a', 'b', 'c'].map((session) => {
      const outcome = next(session);
      return outcome.ok ? outcome.value.name : outcome.why;
    });
    expect(names).toEqual([1, 2, 3].map(numberedName));
    expect(next('d')).toEqual(no('none-free'));
    made.must(leave('b'));
    expect(next('d')).toEqual({ ok: true, value: { name: numberedName(2) } });
  });

  test('what waits for a guest goes with him, and its sender is told', () => {
    const made = desk('alice');
    made.enter('s1', 'guest');
    made.must(direct('alice', 'guest'));
    made.takeEvents();
    made.must(leave('s1'));
    expect(made.takeEvents()).toMatchObject([
      { is: 'departed' },
      { is: 'notice', to: { recipient: 'a1' }, notice: { is: 'receipt', id: 1, status: 'failed' } },
      { is: 'forgotten', recipient: 'gs1' },
    ]);
    expect(made.ask(direct('alice', 'guest'))).toEqual(no('unknown-user'));
  });

  test('the deaf cannot be written to, unless somebody hears for them', () => {
    const made = desk('alice');
    const admit = (session: string, number: number, more: object) =>
      made.must({
        do: 'enter',
        session: sessionOf(session),
        wanted: { name: numberedName(number) },
        collision: 'refuse',
        dialect: 'test',
        machine: 'm1',
        address: { host: 'h', port: 1 },
        ...more,
      });
    admit('emitter', 7, { deaf: true });
    const write = { ...direct('alice', 'x'), to: numberedName(7) };
    expect(made.ask(write)).toEqual(no('unknown-user'));
    admit('display', 1007, { hearsFor: numberedName(7) });
    made.takeEvents();
    expect(made.ask(write).ok).toBe(true);
    expect(made.takeEvents()).toMatchObject([{ is: 'direct', to: 'gdisplay' }]);
  });

  test('leaving twice, or without having come, changes nothing', () => {
    const made = desk();
    expect(made.ask(leave('s1'))).toEqual(yes);
    made.enter('s1', 'guest');
    made.must(leave('s1'));
    made.takeEvents();
    expect(made.ask(leave('s1'))).toEqual(yes);
    expect(made.takeEvents()).toEqual([]);
  });

  test('who watches is told of everybody who comes and goes', () => {
    const made = desk('alice');
    made.enter('w', 'watcher');
    made.must({ do: 'watch', session: sessionOf('w') });
    made.takeEvents();
    made.enter('s1', 'guest');
    made.must(open('alice'));
    made.must(close('alice'));
    made.must(leave('s1'));
    expect(presence(made)).toEqual(['guest true', 'alice true', 'alice false', 'guest false']);
  });
});

const presence = (made: Desk): string[] =>
  made
    .takeEvents()
    .flatMap((event) =>
      event.is === 'notice' && event.notice.is === 'presence'
        ? [`${event.notice.name} ${event.notice.here}`]
        : [],
    );

describe('accounts with a token', () => {
  const secret = (made: Desk): void =>
    made.must({
      do: 'register',
      name: named('eve'),
      fullName: 'Eve',
      born: '01/01/2000',
      host: 'h',
      tokenHash: 't0k3n',
    });
  const login = (
    made: Desk,
    session: string,
    tokenHash: string,
    { account = 'eve', watches = false } = {},
  ) =>
    made.ask({
      do: 'login',
      session: sessionOf(session),
      account: named(account),
      tokenHash,
      dialect: 'test',
      machine: 'm1',
      address: { host: 'h', port: 1 },
      watches,
    });

  test('are entered with it alone', () => {
    const made = desk('alice');
    secret(made);
    expect(login(made, 's', 'wrong')).toEqual(no('not-allowed'));
    expect(login(made, 's', 't0k3n', { account: 'alice' })).toEqual(no('not-allowed'));
    expect(login(made, 's', 't0k3n', { account: 'nobody' })).toEqual(no('unknown-user'));
    expect(login(made, 's', 't0k3n')).toEqual({ ok: true, value: { name: named('eve') } });
    expect(login(made, 's', 't0k3n')).toEqual(no('already-entered'));
  });

  test('are told who comes and goes if they want that, from the moment they are in', () => {
    const made = desk();
    secret(made);
    login(made, 's', 't0k3n', { watches: true });
    made.takeEvents();
    made.enter('g', 'guest');
    expect(presence(made)).toEqual(['guest true']);
    made.must(leave('s'));
    made.takeEvents();
    login(made, 's', 't0k3n');
    made.takeEvents();
    made.must(leave('g'));
    expect(presence(made)).toEqual([]);
  });

  test('cannot be named by a door that has no sessions', () => {
    const made = desk('alice');
    secret(made);
    expect(made.ask(open('eve'))).toEqual(no('not-allowed'));
    expect(made.ask(direct('eve', 'alice'))).toEqual(no('not-allowed'));
    expect(made.ask(unregister('eve'))).toEqual(no('not-allowed'));
    expect(made.ask(direct('alice', 'eve')).ok).toBe(true);
  });

  test('may have several sessions; they are one recipient, and here until the last leaves', () => {
    const made = desk('alice');
    secret(made);
    login(made, 's1', 't0k3n');
    login(made, 's2', 't0k3n');
    made.must(leave('s1'));
    expect(made.ask(direct('alice', 'eve'))).toMatchObject({ value: { waiting: false } });
    made.must(leave('s2'));
    expect(made.ask(direct('alice', 'eve'))).toMatchObject({ value: { waiting: true } });
  });
});

describe('lists of users', () => {
  const list = (made: Desk, asker: Command<'users'>['asker']): string[] | string => {
    const outcome = made.ask({ do: 'users', asker });
    return outcome.ok ? outcome.value.users.map(({ name }) => name) : outcome.why;
  };

  test('show everybody once, in the order in which they came, to who is here', () => {
    const made = desk('alice', 'bob');
    expect(list(made, { account: named('carol') })).toBe('unknown-user');
    expect(list(made, { account: named('alice') })).toBe('not-connected');
    made.now += 10;
    made.enter('s1', 'guest');
    made.now += 10;
    made.must(open('bob'));
    made.now += 10;
    made.must(open('alice'));
    expect(list(made, { account: named('alice') })).toEqual(['guest', 'bob', 'alice']);
    expect(list(made, { session: sessionOf('s1') })).toEqual(['guest', 'bob', 'alice']);
    expect(list(made, { session: sessionOf('s9') })).toBe('not-connected');
  });

  test('an asker without a name is whoever is, or was registered, at the host', () => {
    const made = desk('alice');
    expect(list(made, { host: '10.9.9.9' })).toBe('unknown-user');
    expect(list(made, { host: '10.0.0.1' })).toBe('not-connected');
    made.must(open('alice', 1, '10.0.0.1'));
    expect(list(made, { host: '10.0.0.1' })).toEqual(['alice']);
  });
});

describe('rooms', () => {
  const said = (session: string, room?: string) =>
    ({
      do: 'say',
      session: sessionOf(session),
      text: 'hello',
      ...(room !== undefined && { room: roomNamed(room) }),
    }) as const;
  const create = (session: string, room: string) =>
    ({ do: 'room-create', session: sessionOf(session), room: roomNamed(room) }) as const;

  function two(): Desk {
    const made = desk();
    made.enter('s1', 'panda');
    made.enter('s2', 'alice');
    made.takeEvents();
    return made;
  }

  test('are created once; reserved names are taken; strangers create nothing', () => {
    const made = two();
    expect(made.ask(create('s9', 'r'))).toEqual(no('not-entered'));
    expect(made.ask(create('s1', 'r'))).toEqual(yes);
    expect(made.ask(create('s2', 'r'))).toEqual(no('room-exists'));
    expect(made.ask(create('s2', 'square'))).toEqual(no('room-exists'));
  });

  test('a reserved one is listed while somebody is in it', () => {
    const made = two();
    const rooms = () => made.ask({ do: 'rooms', session: sessionOf('s1') });
    made.must(create('s1', 'b'));
    made.must(create('s1', 'a'));
    expect(rooms()).toMatchObject({ value: { rooms: ['b', 'a'] } });
    made.must(join('s1', 'square'));
    expect(rooms()).toMatchObject({ value: { rooms: ['square', 'b', 'a'] } });
    made.must(leave('s1'));
    expect(rooms()).toMatchObject({ value: { rooms: ['b', 'a'] } });
  });

  test('moving says left to the old room before joined to the new one', () => {
    const made = two();
    made.must(create('s1', 'r1'));
    made.must(create('s1', 'r2'));
    expect(made.ask(join('s1', 'nowhere'))).toEqual(no('unknown-room'));
    made.must(join('s1', 'r1', true));
    expect(kinds(made)).toEqual(['room-in', 'joined']);
    made.must(join('s1', 'r2', true));
    expect(kinds(made)).toEqual(['room-out', 'left', 'room-in', 'joined']);
    made.must(join('s1', 'r2', true));
    expect(kinds(made)).toEqual(['room-out', 'left', 'room-in', 'joined']);
  });

  test('only members speak, and an error changes nothing', () => {
    const made = two();
    made.must(create('s1', 'r1'));
    expect(made.ask(said('s1'))).toEqual(no('not-member'));
    expect(made.ask(said('s1', 'r1'))).toEqual(no('not-member'));
    expect(made.ask(said('s9'))).toEqual(no('not-entered'));
    made.must(join('s1', 'r1'));
    made.takeEvents();
    expect(made.ask(said('s1'))).toEqual({ ok: true, value: { room: roomNamed('r1') } });
    expect(made.takeEvents()).toMatchObject([
      { is: 'notice', to: { room: 'r1', except: 's1' }, notice: { is: 'said', from: 'panda' } },
    ]);
  });

  test('leaving a room, and the server', () => {
    const made = two();
    const out = { do: 'room-leave', session: sessionOf('s1'), room: roomNamed('square') } as const;
    expect(made.ask(out)).toEqual(no('not-member'));
    made.must(join('s1', 'square'));
    made.takeEvents();
    expect(made.ask(out)).toEqual(yes);
    expect(kinds(made)).toEqual(['room-out', 'left']);
    made.must(join('s1', 'square'));
    made.takeEvents();
    made.must(leave('s1'));
    expect(kinds(made)).toEqual(['room-out', 'left', 'departed', 'forgotten']);
  });

  test('there is an end to how many', () => {
    const made = two();
    for (let index = 0; index < limits.hub.rooms; index++) {
      made.journal.submit(create('s1', `r${index}`), () => {});
    }
    made.turn();
    expect(made.ask(create('s1', 'one-more'))).toEqual(no('too-many'));
  });
});

describe('accounts kept in memory', () => {
  test('are a bounded copy: who is not among them any more is found all the same', () => {
    const made = desk('alice', 'bob');
    for (let count = 0; count <= limits.hub.cachedAccounts; count++) {
      expect(made.ask(direct('alice', `nobody${count}`))).toEqual(no('unknown-user'));
    }
    expect(made.ask(direct('alice', 'bob')).ok).toBe(true);
    made.must(unregister('bob'));
    expect(made.ask(direct('alice', 'bob'))).toEqual(no('unknown-user'));
  });
});

describe('private messages', () => {
  test('need two who exist', () => {
    const made = desk('alice');
    expect(made.ask(direct('nobody', 'alice'))).toEqual(no('unknown-sender'));
    expect(made.ask(direct('alice', 'nobody'))).toEqual(no('unknown-user'));
    expect(made.ask(direct('alice', 'alice'))).toMatchObject({ ok: true, value: { id: 1 } });
  });

  test('ids count per sender; the one after the last is 1', () => {
    const made = desk('alice', 'bob', 'carol');
    const ids = [direct('alice', 'bob'), direct('alice', 'carol'), direct('bob', 'carol')].map(
      (command) => {
        const outcome = made.ask(command);
        return outcome.ok ? outcome.value.id : outcome.why;
      },
    );
    expect(ids).toEqual([1, 2, 1]);
    made.db.run("UPDATE account SET last_id = 4294967294 WHERE name = 'alice'");
    expect(made.ask(direct('alice', 'bob'))).toMatchObject({ value: { id: 4294967295 } });
    expect(made.ask(direct('alice', 'bob'))).toMatchObject({ value: { id: 1 } });
  });

  test('wait in order, and are erased when settled, once', () => {
    const made = desk('alice', 'bob');
    const [one, two] = ['1', '2', '3'].map((text) => sent(made, 'alice', 'bob', text));
    const waiting = () => readPending(made.db)('a2' as RecipientId, 0, 10).map(({ text }) => text);
    expect(waiting()).toEqual(['1', '2', '3']);
    expect(made.ask(settle('a2', two ?? 0))).toEqual(yes);
    expect(made.ask(settle('a2', two ?? 0))).toEqual(no('unknown-message'));
    expect(made.ask(settle('a1', one ?? 0))).toEqual(no('unknown-message'));
    expect(waiting()).toEqual(['1', '3']);
    expect(made.db.query("SELECT waiting FROM account WHERE name = 'bob'").get()).toEqual({
      waiting: 2,
    });
  });

  test('for one recipient are bounded, and settling makes room', () => {
    const made = desk('alice', 'bob', 'carol');
    const first = sent(made, 'alice', 'bob');
    made.db.run('UPDATE account SET waiting = ? WHERE name = ?', [
      limits.hub.pendingPerRecipient,
      'bob',
    ]);
    expect(made.ask(direct('alice', 'bob'))).toEqual(no('full'));
    expect(made.ask(direct('alice', 'carol')).ok).toBe(true);
    made.must(settle('a2', first));
    expect(made.ask(direct('alice', 'bob')).ok).toBe(true);
  });

  test('carry any text that a string can hold, unchanged', () => {
    const made = desk('alice', 'bob');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const well = text.isWellFormed() ? text : text.toWellFormed();
        const outcome = made.ask(direct('alice', 'bob', well));
        const serial = outcome.ok ? outcome.value.serial : 0;
        expect(readPending(made.db)('a2' as RecipientId, serial - 1, 1)[0]?.text).toBe(well);
      }),
      { numRuns: 200 },
    );
  });

  test('are found without a scan, however many wait for others', () => {
    const made = desk('alice', 'bob');
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
      const steps = made.db
        .query<{ detail: string }, null[]>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...Array.from(sql.matchAll(/\?/g), () => null));
      for (const { detail } of steps) expect(`${sql}: ${detail}`).not.toMatch(/\bSCAN\b/);
    }
  });
});

describe('attachments', () => {
  const hash = 'ab'.repeat(32) as FileHash;
  const attach = (made: Desk): number => {
    const outcome = made.ask({
      ...direct('alice', 'bob'),
      file: { hash, size: 5, name: 'a.txt' },
    });
    if (!outcome.ok) throw new Error(outcome.why);
    return outcome.value.serial;
  };
  const find = (made: Desk, more: object = {}) =>
    made.ask({
      do: 'file-find',
      account: named('bob'),
      from: named('alice'),
      id: 1,
      host: '10.0.0.9',
      ...more,
    });

  test('are found by the recipient from where he is connected, and taken once', () => {
    const made = desk('alice', 'bob');
    const serial = attach(made);
    expect(find(made)).toEqual(no('elsewhere'));
    made.must(open('bob'));
    expect(find(made, { host: '10.0.0.8' })).toEqual(no('elsewhere'));
    expect(find(made, { id: 2 })).toEqual(no('unknown-file'));
    expect(find(made, { account: named('nobody') })).toEqual(no('unknown-user'));
    expect(find(made)).toEqual({ ok: true, value: { serial, hash, size: 5, name: 'a.txt' } });
    // Delivering the message does not take the file.
    made.must(settle('a2', serial));
    expect(find(made).ok).toBe(true);
    made.takeEvents();
    expect(made.ask({ do: 'file-taken', serial })).toEqual(yes);
    expect(made.takeEvents()).toEqual([{ is: 'file-released', hash }]);
    expect(made.ask({ do: 'file-taken', serial })).toEqual(no('unknown-file'));
    expect(find(made)).toEqual(no('unknown-file'));
  });

  test('are listed for a session of their recipient, once their message was delivered', () => {
    const made = desk('alice');
    const token = { account: named('bob'), tokenHash: 't' };
    made.must({
      do: 'register',
      name: named('bob'),
      fullName: 'Bob',
      born: '01/01/2000',
      host: 'h',
      tokenHash: 't',
    });
    const serial = attach(made);
    const at = { dialect: 'test', machine: 'm1', address: { host: 'h', port: 1 } };
    made.must({ do: 'login', session: sessionOf('s'), ...token, ...at });
    const list = () => made.ask({ do: 'files-waiting', session: sessionOf('s') });
    expect(list()).toEqual({ ok: true, value: { files: [] } });
    made.must(settle('a2', serial));
    const file = { serial, hash, size: 5, name: 'a.txt', from: named('alice') };
    expect(list()).toEqual({ ok: true, value: { files: [file] } });
    made.must({ do: 'file-taken', serial });
    expect(list()).toEqual({ ok: true, value: { files: [] } });
    for (let count = 0; count <= limits.hub.attachmentsListed; count++) {
      made.must(settle('a2', attach(made)));
    }
    const many = list();
    expect(many.ok && many.value.files.length).toBe(limits.hub.attachmentsListed);
    const nobody = { do: 'files-waiting', session: sessionOf('nobody') } as const;
    expect(made.ask(nobody)).toEqual(no('not-entered'));
  });

  test('expire, and go with their recipient', () => {
    const made = desk('alice', 'bob');
    attach(made);
    const expire = (before: number) => made.ask({ do: 'file-expire', before });
    expect(expire(made.now)).toEqual({ ok: true, value: { hashes: [] } });
    expect(expire(made.now + 1)).toEqual({ ok: true, value: { hashes: [hash] } });
    attach(made);
    made.takeEvents();
    made.must(unregister('bob'));
    expect(made.takeEvents()).toContainEqual({ is: 'file-released', hash });
  });
});
