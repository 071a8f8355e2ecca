// The server's side of the operations on accounts, messages and lists: each code and each console line.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { Name } from '../../../src/protocol/model';
import { refused } from '../../../src/protocol/model';
import { type Answers, yes } from '../../support/fake_host';
import { nul, open, replyTo } from './support';

const nothing = yes<'register'>(undefined);
const alice = nul('Alice Liddell', 'alice', '04/05/1852');
const code = (...bytes: number[]) => Buffer.from(bytes);

describe('REGISTER', () => {
  const register = (fields: string, answers: Answers = { register: () => nothing }) =>
    replyTo(`REGISTER\0${fields}`, answers);

  test('0: registered, with the name, the date and where it came from', () => {
    const { bytes, printed, host } = register(alice);
    expect(bytes).toEqual(code(0));
    expect(printed).toEqual(['s> REGISTER alice OK']);
    expect(host.commands).toEqual([
      {
        do: 'register',
        name: 'alice' as Name,
        fullName: 'Alice Liddell',
        born: '04/05/1852',
        host: '127.0.0.1',
      },
    ]);
    expect(host.ending).toBe('ended');
    expect(host.wakeMs).toBeUndefined();
  });

  test('1: the alias is taken', () => {
    const { bytes, printed } = register(alice, { register: () => refused('name-taken') });
    expect(bytes).toEqual(code(1));
    expect(printed).toEqual(['s> REGISTER alice FAIL']);
  });

  test('2: anything else', () => {
    for (const why of ['storage', 'overloaded', 'internal'] as const) {
      const { bytes, printed } = register(alice, { register: () => refused(why) });
      expect(bytes).toEqual(code(2));
      expect(printed).toEqual(['s> REGISTER alice FAIL']);
    }
  });

  test.each([
    '31/02/2000',
    '29/02/1900',
    '29/02/2023',
    '00/01/2000',
    '01/00/2000',
    '01/13/2000',
    '01/01/0000',
    '1/1/00',
    '2000/01/01',
    '01/01-2000',
    '2000-13-01',
    '29-02-2023',
    '16/11/2023',
    '01/01/2500',
    '',
    'Text',
  ])('2: %s is no date of birth', (born) => {
    const { bytes, printed, host } = register(nul('Alice', 'alice', born), {});
    expect(bytes).toEqual(code(2));
    expect(printed).toEqual(['s> REGISTER alice FAIL']);
    expect(host.commands).toEqual([]);
  });

  test.each(['29/02/2000', '31/12/1999', '14/11/2023', '15/11/2023', '01/01/0001'])(
    '0: %s is one',
    (born) => {
      // The fake host's clock stands at 22:13 on 14/11/2023, when it is the 15th further east.
      expect(register(nul('Alice', 'alice', born)).bytes).toEqual(code(0));
    },
  );

  test.each(['', '#7', '#alice', ' alice', 'al\nice', 'al\x1b[2Jice', 'al\u202eice', 'a\tb'])(
    '2: %j is no alias',
    (alias) => {
      const { bytes, host } = register(nul('Alice', alias, '04/05/1852'), {});
      expect(bytes).toEqual(code(2));
      expect(host.commands).toEqual([]);
    },
  );

  test('2: no full name', () => {
    expect(register(nul('', 'alice', '04/05/1852'), {}).bytes).toEqual(code(2));
    expect(register(nul('  ', 'alice', '04/05/1852'), {}).bytes).toEqual(code(2));
    expect(register(nul('A\x07', 'alice', '04/05/1852'), {}).bytes).toEqual(code(2));
  });

  test('an alias of 255 bytes is one, of 256 is none', () => {
    const long = 'ñ'.repeat(127) + 'x';
    expect(register(nul('Alice', long, '04/05/1852')).bytes).toEqual(code(0));
    expect(register(nul('Alice', `${long}x`, '04/05/1852'), {}).bytes).toEqual(code(2));
  });

  test('an alias cannot forge a console line', () => {
    const { printed } = register(nul('A', 'x\ns> REGISTER bob OK\x1b[1m', '04/05/1852'), {});
    expect(printed).toEqual(['s> REGISTER x s> REGISTER bob OK[1m FAIL']);
  });
});

describe('UNREGISTER', () => {
  test.each([
    [nothing, 0, 'OK'],
    [refused('unknown-user'), 1, 'FAIL'],
    [refused('elsewhere'), 2, 'FAIL'],
    [refused('not-allowed'), 2, 'FAIL'],
    [refused('storage'), 2, 'FAIL'],
  ] as const)('%j: %i', (outcome, answer, word) => {
    const { bytes, printed, host } = replyTo(nul('UNREGISTER', 'alice'), {
      unregister: () => outcome,
    });
    expect(bytes).toEqual(code(answer));
    expect(printed).toEqual([`s> UNREGISTER alice ${word}`]);
    expect(host.commands).toEqual([
      { do: 'unregister', account: 'alice' as Name, host: '127.0.0.1' },
    ]);
  });

  test('1: a name that no user can have', () => {
    const { bytes, printed } = replyTo(nul('UNREGISTER', '#7'));
    expect(bytes).toEqual(code(1));
    expect(printed).toEqual(['s> UNREGISTER #7 FAIL']);
  });
});

describe('CONNECT', () => {
  test.each([
    [nothing, 0, 'OK'],
    [refused('unknown-user'), 1, 'FAIL'],
    [refused('already-connected'), 2, 'FAIL'],
    [refused('not-allowed'), 3, 'FAIL'],
    [refused('storage'), 3, 'FAIL'],
  ] as const)('%j: %i', (outcome, answer, word) => {
    const { bytes, printed, host } = replyTo(nul('CONNECT', 'alice', '45678'), {
      'callback-open': () => outcome,
    });
    expect(bytes).toEqual(code(answer));
    expect(printed).toEqual([`s> CONNECT alice ${word}`]);
    expect(host.commands).toEqual([
      {
        do: 'callback-open',
        account: 'alice' as Name,
        address: { host: '127.0.0.1', port: 45_678 },
        dialect: 'mailbox',
        machine: 'm1',
      },
    ]);
  });

  test.each(['0', '70000', '65536', 'abc', '', '-1', '80 ', '0x50', '1e3', '8888'])(
    '3: port %j',
    (port) => {
      const { bytes, printed, host } = replyTo(nul('CONNECT', 'alice', port));
      expect(bytes).toEqual(code(3));
      expect(printed).toEqual(['s> CONNECT alice FAIL']);
      expect(host.commands).toEqual([]);
    },
  );

  test('0: another machine may use the number of our door', () => {
    const { host, feed } = open({ 'callback-open': () => nothing });
    host.remote = { host: '10.0.0.5', port: 3 };
    feed.push(nul('CONNECT', 'alice', '8888'));
    expect(Buffer.from(host.bytes)).toEqual(code(0));
  });

  test('1: a name that no user can have', () => {
    expect(replyTo(nul('CONNECT', '', '4000')).bytes).toEqual(code(1));
  });
});

describe('DISCONNECT', () => {
  test.each([
    [nothing, 0, 'OK'],
    [refused('unknown-user'), 1, 'FAIL'],
    [refused('not-connected'), 2, 'FAIL'],
    [refused('elsewhere'), 3, 'FAIL'],
    [refused('not-allowed'), 3, 'FAIL'],
    [refused('storage'), 3, 'FAIL'],
  ] as const)('%j: %i', (outcome, answer, word) => {
    const { bytes, printed, host } = replyTo(nul('DISCONNECT', 'alice'), {
      'callback-close': () => outcome,
    });
    expect(bytes).toEqual(code(answer));
    expect(printed).toEqual([`s> DISCONNECT alice ${word}`]);
    expect(host.commands).toEqual([
      { do: 'callback-close', account: 'alice' as Name, host: '127.0.0.1' },
    ]);
  });
});

describe('SEND', () => {
  const send = nul('SEND', 'alice', 'bob', '¿Qué tal?');
  const stored = (id: number, waiting: boolean) => () => yes<'direct'>({ id, serial: 9, waiting });

  test('0 and the id; delivery prints the line of a message that leaves at once', () => {
    const { bytes, printed, host } = replyTo(send, { direct: stored(132, false) });
    expect(bytes.toString('latin1')).toBe('\x00132\0');
    expect(printed).toEqual([]);
    expect(host.writes.length).toBe(1);
    expect(host.commands).toEqual([
      {
        do: 'direct',
        from: { account: 'alice' as Name },
        to: 'bob' as Name,
        text: '¿Qué tal?',
        origin: 'mailbox',
      },
    ]);
  });

  test('a message that waits is said to be stored', () => {
    const { bytes, printed } = replyTo(send, { direct: stored(4_294_967_295, true) });
    expect(bytes.toString('latin1')).toBe('\x004294967295\0');
    expect(printed).toEqual(['s> MESSAGE 4294967295 FROM alice TO bob STORED']);
  });

  test.each([
    ['unknown-sender', 1],
    ['unknown-user', 1],
    ['full', 2],
    ['too-long', 2],
    ['not-allowed', 2],
    ['storage', 2],
    ['overloaded', 2],
  ] as const)('%s: %i and nothing more', (why, answer) => {
    const { bytes, printed } = replyTo(send, { direct: () => refused(why) });
    expect(bytes).toEqual(code(answer));
    expect(printed).toEqual([]);
  });

  test('a text of 255 bytes is taken whole, one of 256 refused', () => {
    const text = 'é'.repeat(127) + '.';
    const { bytes, host } = replyTo(nul('SEND', 'alice', 'bob', text), {
      direct: stored(1, false),
    });
    expect(bytes.toString('latin1')).toBe('\x001\0');
    expect(host.commands[0]).toMatchObject({ text });
    const long = replyTo(nul('SEND', 'alice', 'bob', `${text}.`));
    expect(long.bytes).toEqual(code(2));
    expect(long.host.commands).toEqual([]);
  });

  test('an empty text is one; its line ends and controls are the sender’s own', () => {
    for (const text of ['', 'a\nb\r\n\x1b[31m']) {
      const { host } = replyTo(nul('SEND', 'alice', 'bob', text), { direct: stored(1, false) });
      expect(host.commands[0]).toMatchObject({ text });
    }
  });

  test('1: a name that no user can have; a relay’s number is a user', () => {
    expect(replyTo(nul('SEND', 'a\x01', 'bob', 'x')).bytes).toEqual(code(1));
    expect(replyTo(nul('SEND', 'alice', '', 'x')).bytes).toEqual(code(1));
    expect(replyTo(nul('SEND', '#7', 'bob', 'x')).bytes).toEqual(code(1));
    const { host } = replyTo(nul('SEND', 'alice', '#7', 'x'), { direct: stored(1, false) });
    expect(host.commands[0]).toMatchObject({ to: '#7' });
  });
});

describe('CONNECTEDUSERS', () => {
  const users: Answers = {
    users: () =>
      yes<'users'>({
        users: [
          {
            name: 'alice' as Name,
            kind: 'account',
            dialect: 'mailbox',
            address: { host: '127.0.0.1', port: 1 },
          },
          {
            name: '#7' as Name,
            kind: 'guest',
            dialect: 'relay',
            address: { host: '127.0.0.1', port: 2 },
          },
          {
            name: 'a,b' as Name,
            kind: 'guest',
            dialect: 'channels',
            address: { host: '127.0.0.1', port: 3 },
          },
        ],
      }),
  };

  test('0, how many, and each; names of other doors as they are shown everywhere here', () => {
    const { bytes, printed, host } = replyTo(nul('CONNECTEDUSERS', 'alice'), users);
    expect(bytes.toString('latin1')).toBe(`\0${nul('3', 'alice', '#7', 'ab')}`);
    expect(printed).toEqual(['s> CONNECTEDUSERS OK']);
    expect(host.commands).toEqual([{ do: 'users', asker: { account: 'alice' as Name } }]);
  });

  test.each([
    ['not-connected', 1],
    ['unknown-user', 2],
    ['storage', 2],
  ] as const)('%s: %i', (why, answer) => {
    const { bytes, printed } = replyTo(nul('CONNECTEDUSERS', 'alice'), {
      users: () => refused(why),
    });
    expect(bytes).toEqual(code(answer));
    expect(printed).toEqual(['s> CONNECTEDUSERS FAIL']);
  });

  test('without alias: after 200 ms the asker is the user who is connected from that address', () => {
    const { host, session, feed } = open(users);
    feed.push('CONNECTEDUSERS\0');
    expect(host.commands).toEqual([]);
    expect(host.wakeMs).toBe(200);
    session.woke?.();
    expect(host.commands).toEqual([{ do: 'users', asker: { host: '127.0.0.1' } }]);
    expect(host.text).toBe(`\0${nul('3', 'alice', '#7', 'ab')}`);
  });

  test('without alias: at once if the peer has ended its side', () => {
    const { host, session, feed } = open(users);
    feed.push('CONNECTEDUSERS\0');
    session.ended();
    expect(host.commands).toEqual([{ do: 'users', asker: { host: '127.0.0.1' } }]);
  });

  test('an empty alias is none', () => {
    expect(replyTo(nul('CONNECTEDUSERS', ''), users).host.commands).toEqual([
      { do: 'users', asker: { host: '127.0.0.1' } },
    ]);
  });

  test('an alias in time counts, and once begun all of it is awaited', () => {
    const { host, feed } = open(users);
    feed.push('CONNECTEDUSERS\0');
    feed.push('ali');
    expect(host.wakeMs).toBe(limits.net.requestMs);
    feed.push('ce\0');
    expect(host.commands).toEqual([{ do: 'users', asker: { account: 'alice' as Name } }]);
  });

  test('2: an alias that never ends, or is none', () => {
    const { host, session, feed } = open();
    feed.push('CONNECTEDUSERS\0ali');
    session.woke?.();
    expect(Buffer.from(host.bytes)).toEqual(code(2));
    expect(host.printed).toEqual(['s> CONNECTEDUSERS FAIL']);
    expect(replyTo(nul('CONNECTEDUSERS', '#7')).bytes).toEqual(code(2));
  });
});
