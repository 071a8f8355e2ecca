// The server's side of every operation: each code, each console line, each kind of bad input.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { FileHash, Name } from '../../../src/protocol/model';
import { refused } from '../../../src/protocol/model';
import { type Answers, yes } from '../../support/fake_host';
import { asked, nul, open } from './support';

const nothing = yes<'register'>(undefined);
const alice = nul('Alice Liddell', 'alice', '04/05/1852');
const code = (...bytes: number[]) => Buffer.from(bytes);

describe('REGISTER', () => {
  const register = (fields: string, answers: Answers = { register: () => nothing }) =>
    asked(`REGISTER\0${fields}`, answers);

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
    '1/1/2000',
    '2000/01/01',
    '01-01-2000',
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
    const { bytes, printed, host } = asked(nul('UNREGISTER', 'alice'), {
      unregister: () => outcome,
    });
    expect(bytes).toEqual(code(answer));
    expect(printed).toEqual([`s> UNREGISTER alice ${word}`]);
    expect(host.commands).toEqual([
      { do: 'unregister', account: 'alice' as Name, host: '127.0.0.1' },
    ]);
  });

  test('1: what can be nobody’s name', () => {
    const { bytes, printed } = asked(nul('UNREGISTER', '#7'));
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
    const { bytes, printed, host } = asked(nul('CONNECT', 'alice', '45678'), {
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
      const { bytes, printed, host } = asked(nul('CONNECT', 'alice', port));
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

  test('1: what can be nobody’s name', () => {
    expect(asked(nul('CONNECT', '', '4000')).bytes).toEqual(code(1));
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
    const { bytes, printed, host } = asked(nul('DISCONNECT', 'alice'), {
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

  test('0 and the id; the line of a message that goes out at once is delivery’s', () => {
    const { bytes, printed, host } = asked(send, { direct: stored(132, false) });
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
    const { bytes, printed } = asked(send, { direct: stored(4_294_967_295, true) });
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
    const { bytes, printed } = asked(send, { direct: () => refused(why) });
    expect(bytes).toEqual(code(answer));
    expect(printed).toEqual([]);
  });

  test('a text of 255 bytes is taken whole, one of 256 refused', () => {
    const text = 'é'.repeat(127) + '.';
    const { bytes, host } = asked(nul('SEND', 'alice', 'bob', text), { direct: stored(1, false) });
    expect(bytes.toString('latin1')).toBe('\x001\0');
    expect(host.commands[0]).toMatchObject({ text });
    const long = asked(nul('SEND', 'alice', 'bob', `${text}.`));
    expect(long.bytes).toEqual(code(2));
    expect(long.host.commands).toEqual([]);
  });

  test('an empty text is one; its line ends and controls are the sender’s own', () => {
    for (const text of ['', 'a\nb\r\n\x1b[31m']) {
      const { host } = asked(nul('SEND', 'alice', 'bob', text), { direct: stored(1, false) });
      expect(host.commands[0]).toMatchObject({ text });
    }
  });

  test('1: what can be nobody’s name; a relay’s number is somebody’s', () => {
    expect(asked(nul('SEND', 'a\x01', 'bob', 'x')).bytes).toEqual(code(1));
    expect(asked(nul('SEND', 'alice', '', 'x')).bytes).toEqual(code(1));
    expect(asked(nul('SEND', '#7', 'bob', 'x')).bytes).toEqual(code(1));
    const { host } = asked(nul('SEND', 'alice', '#7', 'x'), { direct: stored(1, false) });
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
    const { bytes, printed, host } = asked(nul('CONNECTEDUSERS', 'alice'), users);
    expect(bytes.toString('latin1')).toBe(`\0${nul('3', 'alice', '#7', 'ab')}`);
    expect(printed).toEqual(['s> CONNECTEDUSERS OK']);
    expect(host.commands).toEqual([{ do: 'users', asker: { account: 'alice' as Name } }]);
  });

  test.each([
    ['not-connected', 1],
    ['unknown-user', 2],
    ['storage', 2],
  ] as const)('%s: %i', (why, answer) => {
    const { bytes, printed } = asked(nul('CONNECTEDUSERS', 'alice'), {
      users: () => refused(why),
    });
    expect(bytes).toEqual(code(answer));
    expect(printed).toEqual(['s> CONNECTEDUSERS FAIL']);
  });

  test('without alias: after 200 ms the asker is whoever is connected from there', () => {
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
    expect(asked(nul('CONNECTEDUSERS', ''), users).host.commands).toEqual([
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
    expect(asked(nul('CONNECTEDUSERS', '#7')).bytes).toEqual(code(2));
  });
});

describe('attachments', () => {
  const bytes = Buffer.from('\0one\xfftwo\0', 'latin1');
  const attach = (size: string, name = 'photo.jpg'): Buffer =>
    Buffer.from(nul('SENDATTACH', 'alice', 'bob', 'look', name, size));
  const stored: Answers = {
    direct: () => yes<'direct'>({ id: 3, serial: 7, waiting: true }),
    'may-send-file': () => nothing,
  };

  test('SENDATTACH: 0 and the id once all of it is on disk', () => {
    const { bytes: answer, printed, host } = asked(Buffer.concat([attach('9'), bytes]), stored);
    expect(host.received).toEqual([bytes]);
    expect(answer.toString('latin1')).toBe('\x003\0');
    expect(printed).toEqual(['s> MESSAGE 3 FROM alice TO bob STORED']);
    const hash = new Bun.CryptoHasher('sha256').update(bytes).digest('hex');
    expect(host.commands).toMatchObject([
      { do: 'may-send-file', from: { account: 'alice' }, to: 'bob' },
      { do: 'direct', text: 'look', file: { hash, size: 9, name: 'photo.jpg' } },
    ]);
  });

  test('SENDATTACH: in any pieces, with more behind it, and empty', () => {
    const { host, feed } = open(stored);
    feed.drip(Buffer.concat([attach('9'), bytes]));
    expect(host.received).toEqual([bytes]);
    expect(asked(Buffer.concat([attach('2'), Buffer.from('abc')]), stored).host.received).toEqual([
      Buffer.from('ab'),
    ]);
    expect(asked(attach('0'), stored).host.received).toEqual([Buffer.alloc(0)]);
  });

  test.each(['', '-1', 'x', '1e3', '9007199254740992', '99999999999999999999'])(
    'SENDATTACH: 2 for a size of %j',
    (size) => {
      expect(asked(attach(size)).bytes).toEqual(code(2));
    },
  );

  test.each(['', '.', '..', '../x', '/etc/passwd', 'a\\b', 'a\nb', 'a\x1bb', 'x'.repeat(256)])(
    'SENDATTACH: 2 for a file called %j',
    (name) => {
      expect(asked(attach('0', name)).bytes).toEqual(code(2));
    },
  );

  test('SENDATTACH: 2 when the peer ends or is silent before all has come', () => {
    for (const stop of ['ended', 'woke'] as const) {
      const { host, session, feed } = open(stored);
      feed.push(attach('100'));
      feed.push('abc');
      expect(host.wakeMs).toBe(limits.net.pieceMs);
      session[stop]?.();
      expect(Buffer.from(host.bytes)).toEqual(code(2));
      expect(host.received).toEqual([]);
    }
  });

  test('SENDATTACH: 1 when either is unknown, 2 when it cannot be kept', () => {
    expect(asked(attach('0'), { direct: () => refused('unknown-user') }).bytes).toEqual(code(1));
    expect(asked(attach('0'), { direct: () => refused('full') }).bytes).toEqual(code(2));
  });

  test.each([
    ['unknown-sender', 1],
    ['unknown-user', 1],
    ['not-allowed', 2],
    ['full', 2],
    ['storage', 2],
  ] as const)('SENDATTACH: %s is answered before the file, which is let pass', (why, number) => {
    const { host, feed } = open({ 'may-send-file': () => refused(why) });
    feed.push(attach('9'));
    expect(Buffer.from(host.bytes)).toEqual(code(number));
    feed.push(bytes.subarray(0, 4));
    expect([host.ending, host.wakeMs]).toEqual(['open', limits.net.pieceMs]);
    feed.push(Buffer.concat([bytes.subarray(4), Buffer.from('and more')]));
    expect(host.ending).toBe('ended');
    expect(Buffer.from(host.bytes)).toEqual(code(number));
    expect(host.received).toEqual([]);
    expect(host.commands).toHaveLength(1);
  });

  test('SENDATTACH: 1 at once where a name cannot be anybody’s', () => {
    const { host, feed } = open();
    feed.push(nul('SENDATTACH', 'alice', '', 'look', 'a.txt', '9'));
    expect(Buffer.from(host.bytes)).toEqual(code(1));
    expect(host.commands).toEqual([]);
  });

  test('SENDATTACH: 2 at once where the disk will not take it', () => {
    const { host, feed } = open(stored);
    feed.push(attach('9'));
    host.hopeless('too-large');
    expect(Buffer.from(host.bytes)).toEqual(code(2));
    feed.push(bytes);
    expect(host.ending).toBe('ended');
  });

  test('SENDATTACH: who was refused may end at any point, and is not waited for for ever', () => {
    for (const stop of ['ended', 'woke'] as const) {
      const { host, session, feed } = open({ 'may-send-file': () => refused('full') });
      feed.push(attach('9'));
      session[stop]?.();
      expect(host.ending).toBe(stop === 'ended' ? 'ended' : 'aborted');
      expect(Buffer.from(host.bytes)).toEqual(code(2));
    }
  });

  test('SENDATTACH: a refusal that comes behind the last byte is not the answer', () => {
    let count = 0;
    const { host, feed } = open({
      'may-send-file': () => refused('unknown-user'),
      direct: () => (++count, yes<'direct'>({ id: 3, serial: 7, waiting: false })),
    });
    host.hold = true;
    feed.push(Buffer.concat([attach('9'), bytes]));
    host.release();
    expect(host.text).toBe('\x003\0');
    expect(count).toBe(1);
  });

  const file = {
    hash: 'abc' as FileHash,
    size: 9,
    name: 'photo.jpg',
    serial: 41,
  };
  const found: Answers = {
    'file-find': () => yes<'file-find'>(file),
    'file-taken': () => nothing,
  };

  test('GETFILE: 0, the size, the bytes; erased after the peer’s clean end', () => {
    const { host, session, feed } = open(found);
    feed.push(nul('GETFILE', 'bob', 'alice', '3'));
    expect(host.text).toBe('\x009\0');
    expect(host.filesSent).toEqual([file.hash]);
    expect(host.commands).toEqual([
      {
        do: 'file-find',
        account: 'bob' as Name,
        from: 'alice' as Name,
        id: 3,
        host: '127.0.0.1',
      },
    ]);
    expect(host.ending).toBe('ended');
    expect(host.printed).toEqual(['s> GETFILE bob OK']);
    session.ended();
    session.lost('closed');
    expect(host.commands.slice(1)).toEqual([{ do: 'file-taken', serial: 41 }]);
  });

  test('GETFILE: kept when the peer is gone without a clean end', () => {
    for (const why of ['reset', 'closed', 'slow'] as const) {
      const { host, session, feed } = open(found);
      feed.push(nul('GETFILE', 'bob', 'alice', '3'));
      session.lost(why);
      expect(host.commands.length).toBe(1);
    }
  });

  test('GETFILE: kept when the peer ended before all was sent', () => {
    const { host, session, feed } = open(found);
    host.hold = true;
    feed.push(nul('GETFILE', 'bob', 'alice', '3'));
    session.ended();
    host.release();
    session.lost('closed');
    expect(host.commands.length).toBe(1);
  });

  test.each([
    ['unknown-user', 1],
    ['unknown-file', 2],
    ['elsewhere', 2],
    ['not-allowed', 2],
    ['storage', 2],
  ] as const)('GETFILE: %s: %i', (why, answer) => {
    const { bytes: said, printed } = asked(nul('GETFILE', 'bob', 'alice', '3'), {
      'file-find': () => refused(why),
    });
    expect(said).toEqual(code(answer));
    expect(printed).toEqual(['s> GETFILE bob FAIL']);
  });

  test('GETFILE: what can be nobody’s name, and no id', () => {
    expect(asked(nul('GETFILE', '', 'alice', '3')).bytes).toEqual(code(1));
    for (const id of ['', '0', '-1', 'x', '4294967296']) {
      expect(asked(nul('GETFILE', 'bob', 'alice', id)).bytes).toEqual(code(2));
    }
  });

  test.each([
    [nothing, 0],
    [refused('unknown-user'), 1],
    [refused('not-connected'), 2],
    [refused('storage'), 2],
  ] as const)('ATTACHES: %j: %i, and no line', (outcome, answer) => {
    const { bytes: said, printed } = asked(nul('ATTACHES', 'bob'), {
      'callback-wants-files': () => outcome,
    });
    expect(said).toEqual(code(answer));
    expect(printed).toEqual([]);
  });
});

describe('answers as text', () => {
  test('a digit and NUL in place of the raw byte, with what follows unchanged', () => {
    const settings = { replies: 'text' };
    expect(asked(nul('UNREGISTER', ''), {}, settings).bytes.toString()).toBe('1\0');
    const direct: Answers = { direct: () => yes<'direct'>({ id: 132, serial: 1, waiting: false }) };
    expect(asked(nul('SEND', 'a', 'b', 'c'), direct, settings).bytes.toString()).toBe('0\x00132\0');
  });
});

describe('bad input', () => {
  test('an unknown operation is closed without an answer', () => {
    for (const bytes of [
      'HELLO\0',
      '\0',
      'register\0a\0b\0',
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    ]) {
      const { host, session, feed } = open();
      feed.push(bytes);
      session.ended();
      expect(host.bytes.length).toBe(0);
      expect(host.ending).toBe('ended');
      expect(host.printed).toEqual([]);
    }
  });

  test('a mebibyte without NUL is not collected', () => {
    const mebibyte = Buffer.alloc(1024 * 1024, 'a');
    const { host, feed } = open();
    feed.push(mebibyte);
    expect(host.ending).toBe('ended');
    expect(feed.inbox.size).toBe(0);
    const known = open();
    known.feed.push('REGISTER\0');
    known.feed.push(mebibyte);
    expect(Buffer.from(known.host.bytes)).toEqual(code(2));
    expect(known.feed.inbox.size).toBe(0);
    known.feed.push(mebibyte);
    expect(known.feed.inbox.size).toBe(0);
  });

  test.each([
    ['REGISTER', 2],
    ['UNREGISTER', 2],
    ['CONNECT', 3],
    ['DISCONNECT', 3],
    ['SEND', 2],
    ['CONNECTEDUSERS', 2],
    ['SENDATTACH', 2],
    ['GETFILE', 2],
    ['ATTACHES', 2],
  ] as const)('%s: %i for what is not UTF-8, too long, or never whole', (operation, answer) => {
    const latin1 = asked(Buffer.from(`${operation}\0Jos\xe9\0`, 'latin1'));
    expect(latin1.bytes).toEqual(code(answer));
    const long = asked(`${operation}\0${'x'.repeat(256)}`);
    expect(long.bytes).toEqual(code(answer));
    for (const stop of ['ended', 'woke'] as const) {
      const { host, session, feed } = open();
      feed.push(`${operation}\0x`);
      expect(host.wakeMs).toBe(limits.net.requestMs);
      session[stop]?.();
      expect(Buffer.from(host.bytes)).toEqual(code(answer));
      expect(host.ending).toBe('ended');
    }
  });

  test('an alias that is not UTF-8 is shown with what can be read of it', () => {
    const { printed } = asked(Buffer.from('CONNECT\0Jos\xe9\x00123\0', 'latin1'));
    expect(printed).toEqual(['s> CONNECT Jos\ufffd FAIL']);
  });

  test('nothing at all, and then an end or the deadline', () => {
    for (const stop of ['ended', 'woke'] as const) {
      const { host, session } = open();
      expect(host.wakeMs).toBe(limits.net.requestMs);
      session[stop]?.();
      expect(host.bytes.length).toBe(0);
      expect(host.ending).toBe('ended');
    }
  });

  test('what comes behind a request is ignored', () => {
    const { host, feed } = open({ unregister: () => nothing });
    host.hold = true;
    feed.push(nul('UNREGISTER', 'alice', 'UNREGISTER', 'bob'));
    feed.push('more');
    expect(feed.inbox.size).toBe(0);
    host.release();
    feed.push('more');
    expect(Buffer.from(host.bytes)).toEqual(code(0));
    expect(host.commands.length).toBe(1);
  });

  test('a peer that ends its side still gets the answer', () => {
    const { host, session, feed } = open({ unregister: () => nothing });
    host.hold = true;
    feed.push(nul('UNREGISTER', 'alice'));
    session.ended();
    host.release();
    expect(Buffer.from(host.bytes)).toEqual(code(0));
  });
});

test('the banner and the prompt', async () => {
  const { mailbox } = await import('../../../src/protocol/mailbox/index');
  expect(mailbox.server.banner({ host: '192.168.1.7', port: 8888 })).toEqual([
    's> init server 192.168.1.7:8888',
  ]);
  expect(mailbox.server.banner({ host: '::1', port: 8888 })).toEqual(['s> init server [::1]:8888']);
  expect(mailbox.server.prompt).toBe('s> ');
});
