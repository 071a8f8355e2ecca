// Commits that COMMIT does not sync: their answers wait for the disk, in order, and nothing else does.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../src/protocol/limits';
import { Lane } from '../../src/server/journal/lanes';
import { named, roomNamed, sessionOf, TestHub } from '../support/journal';

const register = (name: string) =>
  ({ do: 'register', name: named(name), fullName: name, born: '01/01/2000', host: 'h' }) as const;
const direct = (from: string, to: string, text: string) =>
  ({ do: 'direct', from: { account: named(from) }, to: named(to), text, origin: 'test' }) as const;
const say = (session: string) =>
  ({ do: 'say', session: sessionOf(session), text: 'hello' }) as const;

/** A hub on a slow disk, with two guests in a room and two accounts. */
function slowHub(): TestHub {
  const hub = new TestHub();
  for (const name of ['alice', 'bob']) hub.register(name);
  hub.enter('s1', 'ann');
  hub.enter('s2', 'ben');
  const room = roomNamed('r');
  hub.must({ do: 'room-create', session: sessionOf('s1'), room });
  for (const session of ['s1', 's2']) {
    hub.must({ do: 'room-join', session: sessionOf(session), room });
  }
  hub.log.length = 0;
  hub.disk.isPipelined = true;
  return hub;
}

describe('on a slow disk', () => {
  test('an answer and its events wait for the sync, and batches after it for the next', () => {
    const hub = slowHub();
    hub.journal.submit(direct('alice', 'bob', '1'), () => hub.log.push('done 1'));
    hub.turn();
    expect(hub.disk.syncs).toBe(1);
    hub.journal.submit(direct('bob', 'alice', '2'), () => hub.log.push('done 2'));
    hub.turn();
    hub.journal.submit(direct('bob', 'alice', '3'), () => hub.log.push('done 3'));
    hub.turn();
    expect(hub.log).toEqual([]);
    expect(hub.disk.syncs).toBe(limits.journal.syncsAtOnce);

    hub.disk.synced();
    expect(hub.log.splice(0)).toEqual(['done 1', 'event direct']);
    hub.disk.synced();
    expect(hub.log.splice(0)).toEqual(['done 2', 'event direct']);
    hub.disk.synced();
    expect(hub.log).toEqual(['done 3', 'event direct']);
    expect(hub.disk.syncs).toBe(0);
  });

  test('a sync that ends early answers all that it covers', () => {
    const hub = slowHub();
    for (const text of ['1', '2']) {
      hub.journal.submit(direct('alice', 'bob', text), () => hub.log.push(`done ${text}`));
      hub.turn();
    }
    hub.disk.synced(1);
    expect(hub.log).toEqual(['done 1', 'event direct', 'done 2', 'event direct']);
    hub.disk.synced();
    expect(hub.log).toHaveLength(4);
  });

  test('what was read of it waits, too: nobody is told what a power cut may undo', () => {
    const hub = slowHub();
    const free = { do: 'name-free', name: named('carol') } as const;
    hub.journal.submit(free, () => hub.log.push('before'));
    hub.turn();
    expect(hub.log.splice(0)).toEqual(['before']);
    hub.journal.submit(register('carol'), () => hub.log.push('registered'));
    hub.turn();
    hub.journal.submit(free, ({ ok }) => hub.log.push(`asked ${ok}`));
    hub.turn();
    expect(hub.log).toEqual([]);
    hub.disk.synced();
    expect(hub.log).toEqual(['registered', 'asked true']);
  });

  test('what is said aloud passes by, unless its own connection waits', () => {
    const hub = slowHub();
    const [one, other] = [new Lane(), new Lane()];
    const submit = (command: ReturnType<typeof direct | typeof say>, what: string, lane: Lane) =>
      hub.journal.submit(command, () => hub.log.push(what), undefined, lane);
    submit(direct('alice', 'bob', '1'), 'sent', one);
    submit(say('s1'), 'said by the same', one);
    submit(say('s2'), 'said by another', other);
    hub.turn();
    expect(hub.log.splice(0)).toEqual(['said by another', 'event notice']);
    hub.disk.synced();
    expect(hub.log.splice(0)).toEqual(['sent', 'event direct', 'said by the same', 'event notice']);
    submit(say('s1'), 'said', one);
    hub.turn();
    expect(hub.log).toEqual(['said', 'event notice']);
  });

  test('a sync gathers those who were just answered, for a small part of what it takes', () => {
    const hub = slowHub();
    const send = (text: string): void =>
      hub.journal.submit(direct('alice', 'bob', text), () => hub.log.push(text));
    for (const text of ['1', '2', '3']) send(text);
    hub.turn();
    hub.now += 12;
    hub.disk.synced();
    send('4');
    hub.turn();
    expect(hub.disk.syncs).toBe(0);
    hub.pass();
    expect(hub.disk.syncs).toBe(1);
    hub.disk.synced();
    send('5');
    hub.turn();
    expect(hub.disk.syncs).toBe(1);
  });

  test('a COMMIT that fails refuses its batch in its place, and nothing of others', () => {
    const hub = new TestHub(':memory:', (apply, db) => {
      db.run('CREATE TABLE parent (id INTEGER PRIMARY KEY)');
      db.run('CREATE TABLE child (p INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)');
      return (command, context) => {
        if ('fullName' in command && command.fullName === 'doom') {
          db.run('INSERT INTO child VALUES (7)');
        }
        return apply(command, context);
      };
    });
    hub.disk.isPipelined = true;
    for (const name of ['alice', 'doom', 'bob']) {
      hub.journal.submit(register(name), ({ ok }) => hub.log.push(`${name} ${ok}`));
      hub.turn();
    }
    expect(hub.log).toEqual([]);
    hub.disk.synced();
    expect(hub.log).toEqual(['alice true', 'doom false']);
    hub.disk.synced();
    expect(hub.log).toEqual(['alice true', 'doom false', 'bob true']);
  });

  test('a flush syncs at once and answers all', () => {
    const hub = slowHub();
    for (const text of ['1', '2', '3']) {
      hub.journal.submit(direct('alice', 'bob', text), () => hub.log.push(`done ${text}`));
      hub.turn();
    }
    hub.journal.submit(direct('alice', 'bob', '4'), () => hub.log.push('done 4'));
    hub.journal.flush();
    expect(hub.log.filter((line) => line.startsWith('done'))).toEqual([
      'done 1',
      'done 2',
      'done 3',
      'done 4',
    ]);
    expect(hub.disk.syncsNow).toBeGreaterThan(0);
    hub.disk.synced();
    expect(hub.log).toHaveLength(8);
  });

  test('while the log starts again only what is said aloud is applied', () => {
    const hub = slowHub();
    const lanes = [new Lane(), new Lane(), new Lane()];
    hub.disk.gate?.pause();
    hub.journal.submit(
      direct('alice', 'bob', '1'),
      () => hub.log.push('sent'),
      undefined,
      lanes[0],
    );
    hub.journal.submit(say('s1'), () => hub.log.push('behind it'), undefined, lanes[0]);
    hub.journal.submit(say('s2'), () => hub.log.push('said'), undefined, lanes[1]);
    hub.journal.submit({ do: 'prove-commit' }, () => hub.log.push('own'));
    hub.turn();
    expect(hub.log.splice(0)).toEqual(['said', 'event notice']);
    hub.disk.gate?.resume();
    hub.turn();
    hub.disk.synced();
    expect(hub.log).toEqual(['own', 'sent', 'event direct', 'behind it', 'event notice']);
  });
});
