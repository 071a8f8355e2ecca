// The interactive client: every operation with both its lines, who is connected, what is heard, how it ends.

import { describe, expect, test } from 'bun:test';

import type { Ending } from '../../../src/protocol/dialect';
import { client, connected, type TestClient } from './client';
import { nul } from './support';

const code = (number: number): string => String.fromCharCode(number);

/** Types a line that asks the server one thing, and answers it (or is `refused`, or has `died`); the lines shown. */
function typed(one: TestClient, line: string, answer: string): string[] {
  one.host.takeLines();
  one.type(line);
  if (answer === 'refused') one.host.refuse();
  else one.host.answer(answer === 'died' ? '' : answer);
  return one.host.takeLines();
}

describe('the lines of section 6, for every outcome', () => {
  const born = '04/05/1852';
  const table: readonly [string, string, string, readonly [string, string, Ending][]][] = [
    [
      `REGISTER "Alice Liddell" carol ${born}`,
      nul('REGISTER', 'Alice Liddell', 'carol', born),
      'c> REGISTER carol',
      [
        [code(0), 's> REGISTER OK', 'done'],
        [code(1), 's> USERNAME IN USE', 'not-allowed'],
        [code(2), 's> REGISTER FAIL', 'try-later'],
        ['refused', 's> REGISTER FAIL', 'unreachable'],
        ['died', 's> REGISTER FAIL', 'unreachable'],
      ],
    ],
    [
      'UNREGISTER',
      nul('UNREGISTER', 'alice'),
      'c> UNREGISTER alice',
      [
        [code(0), 's> UNREGISTER OK', 'done'],
        [code(1), 's> USER DOES NOT EXIST', 'unknown-user'],
        [code(2), 's> UNREGISTER FAIL', 'not-allowed'],
        ['refused', 's> UNREGISTER FAIL', 'unreachable'],
        ['died', 's> UNREGISTER FAIL', 'unreachable'],
      ],
    ],
    [
      'DISCONNECT',
      nul('DISCONNECT', 'alice'),
      'c> DISCONNECT alice',
      [
        [code(0), 's> DISCONNECT OK', 'done'],
        [code(1), 's> DISCONNECT FAIL / USER DOES NOT EXIST', 'unknown-user'],
        [code(2), 's> DISCONNECT FAIL / USER NOT CONNECTED', 'not-allowed'],
        [code(3), 's> DISCONNECT FAIL', 'not-allowed'],
        ['refused', 's> DISCONNECT FAIL', 'unreachable'],
        ['died', 's> DISCONNECT FAIL', 'unreachable'],
      ],
    ],
    [
      'SEND bob ¿Qué  tal? ',
      nul('SEND', 'alice', 'bob', '¿Qué  tal? '),
      'c> SEND bob ¿Qué  tal? ',
      [
        [`${code(0)}132\0`, 's> SEND OK - MESSAGE 132', 'done'],
        [code(1), 's> SEND FAIL / USER DOES NOT EXIST', 'unknown-user'],
        [code(2), 's> SEND FAIL', 'try-later'],
        ['refused', 's> SEND FAIL', 'unreachable'],
        ['died', 's> SEND FAIL', 'unreachable'],
        [code(0), 's> SEND FAIL', 'unreachable'],
      ],
    ],
    [
      'CONNECTEDUSERS',
      nul('CONNECTEDUSERS', 'alice'),
      'c> CONNECTEDUSERS',
      [
        [
          `${code(0)}${nul('2', 'alice', 'bob')}`,
          's> CONNECTED USERS (2 users connected) OK - alice, bob',
          'done',
        ],
        [
          `${code(0)}${nul('1', 'alice')}`,
          's> CONNECTED USERS (1 users connected) OK - alice',
          'done',
        ],
        [code(1), 's> CONNECTED USERS FAIL / USER IS NOT CONNECTED', 'not-allowed'],
        [code(2), 's> CONNECTED USERS FAIL', 'try-later'],
        ['refused', 's> CONNECTED USERS FAIL', 'unreachable'],
        ['died', 's> CONNECTED USERS FAIL', 'unreachable'],
        [`${code(0)}${nul('2', 'alice')}`, 's> CONNECTED USERS FAIL', 'unreachable'],
      ],
    ],
  ];

  for (const [line, request, first, outcomes] of table) {
    test.each([...outcomes])(`${line}: %j`, (answer, second, ending) => {
      const one = connected();
      expect(typed(one, line, answer)).toEqual([first, second]);
      expect(one.endings).toEqual([ending]);
      if (answer === 'refused') return;
      const again = connected();
      again.type(line);
      expect(nul(...again.host.request())).toBe(request);
    });
  }

  test.each([
    [code(0), 's> CONNECT OK', 'done'],
    [code(1), 's> CONNECT FAIL, USER DOES NOT EXIST', 'unknown-user'],
    [code(3), 's> CONNECT FAIL', 'try-later'],
    ['refused', 's> CONNECT FAIL', 'unreachable'],
    ['died', 's> CONNECT FAIL', 'unreachable'],
  ] as const)('CONNECT bob: %j', (answer, second, ending) => {
    const one = client();
    expect(typed(one, 'CONNECT bob', answer)).toEqual(['c> CONNECT bob', second]);
    expect(one.endings).toEqual([ending]);
    // The listener was there before the server was asked, and stays only if somebody is connected.
    expect(one.host.listeners.map(({ isStopped }) => isStopped)).toEqual([ending !== 'done']);
  });

  test('CONNECT says the port of the listener', () => {
    const one = client();
    one.type('connect bob');
    expect(one.host.request()).toEqual(['CONNECT', 'bob', '40001']);
  });
});

describe('typing', () => {
  test('operations in any case, and the button’s two words', () => {
    const one = connected();
    const list = `${code(0)}${nul('1', 'alice')}`;
    for (const line of [
      'connectedusers',
      'ConnectedUsers',
      'Connected Users',
      ' CONNECTED  users',
    ]) {
      expect(typed(one, line, list)[1]).toBe('s> CONNECTED USERS (1 users connected) OK - alice');
    }
    expect(typed(one, 'send bob hi', `${code(0)}7\0`)).toEqual([
      'c> SEND bob hi',
      's> SEND OK - MESSAGE 7',
    ]);
  });

  test('a name with spaces in quotes', () => {
    const one = connected();
    one.type('SEND "Ana María" hola "amiga"');
    expect(one.host.request()).toEqual(['SEND', 'alice', 'Ana María', 'hola "amiga"']);
  });

  test.each([
    ['SEND', 'usage: SEND USER TEXT'],
    ['send bob', 'usage: SEND USER TEXT'],
    ['send bob  ', 'usage: SEND USER TEXT'],
    ['SENDATTACH bob', 'usage: SENDATTACH USER FILE [TEXT]'],
    ['GETFILE bob', 'usage: GETFILE USER ID [PATH]'],
    ['DISCONNECT a b', 'usage: DISCONNECT [USER]'],
    ['QUIT now', 'usage: QUIT'],
    ['REGISTER alice', 'usage: REGISTER ["FULL NAME" USER DD/MM/YYYY]'],
    ['REGISTER', 'usage: REGISTER ["FULL NAME" USER DD/MM/YYYY]'],
    ['hello', 'There is no operation hello; HELP lists them.'],
  ])('%j: %s', (line, note) => {
    const one = connected();
    one.type(line);
    expect(one.host.takeLines()).toEqual([note]);
    expect(one.endings).toEqual(['usage']);
    expect(one.host.connections.length).toBe(2);
  });

  test('nothing typed is nothing asked', () => {
    const one = connected();
    one.type('   ');
    expect(one.endings).toEqual(['done']);
    expect(one.host.takeLines()).toEqual([]);
  });

  test('HELP names every operation', () => {
    const one = connected();
    one.type('help');
    expect(one.host.takeLines().map((line) => line.split(' ')[0])).toEqual([
      'REGISTER',
      'UNREGISTER',
      'CONNECT',
      'DISCONNECT',
      'CONNECTEDUSERS',
      'SEND',
      'SENDATTACH',
      'GETFILE',
      'HELP',
      'QUIT',
    ]);
  });

  test('without a user there is nobody to act as', () => {
    for (const line of ['CONNECT', 'DISCONNECT', 'UNREGISTER', 'SEND bob hi', 'GETFILE bob 1']) {
      const one = client();
      one.type(line);
      expect(one.host.takeLines()).toEqual(['As whom? REGISTER first, or CONNECT USER.']);
      expect(one.endings).toEqual(['usage']);
    }
  });

  test('what can be nobody’s name is not asked for', () => {
    const one = client();
    one.type('CONNECT #7');
    expect(one.endings).toEqual(['bad-data']);
    expect(one.host.connections).toEqual([]);
  });

  test('lines typed meanwhile wait their turn', () => {
    const one = connected();
    one.type('SEND bob one');
    one.type('SEND bob two');
    expect(one.host.connections.length).toBe(3);
    expect(one.host.answer(`${code(0)}1\0`).at(-1)).toBe('one');
    expect(one.host.answer(`${code(0)}2\0`).at(-1)).toBe('two');
    expect(one.endings).toEqual(['done', 'done']);
  });

  test('completion: operations, users met, ids of their files', () => {
    const one = connected();
    expect(one.session.complete?.('')).toContain('CONNECTEDUSERS');
    expect(one.session.complete?.('se')).toContain('SENDATTACH');
    expect(one.session.complete?.('SEND ')).toEqual([]);
    typed(one, 'CONNECTEDUSERS', `${code(0)}${nul('3', 'alice', 'bob', 'Ana María')}`);
    expect(one.session.complete?.('send b')).toEqual(['alice', 'bob', '"Ana María"']);
    expect(one.session.complete?.('SEND bob h')).toEqual([]);
    expect(one.session.complete?.('HELP ')).toEqual([]);
    one.host.listeners[0]?.heard({
      call: 'SEND_MESSAGE_ATTACH',
      from: 'carol',
      id: '3',
      text: '',
      file: 'x.png',
    });
    expect(one.session.complete?.('getfile ')).toContain('carol');
    expect(one.session.complete?.('GETFILE carol ')).toEqual(['3']);
  });
});

describe('texts', () => {
  test('over 255 bytes: refused before anything is sent', () => {
    const one = connected();
    const text = 'é'.repeat(128);
    one.type(`SEND bob ${text}`);
    expect(one.host.takeLines()).toEqual([
      `c> SEND bob ${text}`,
      's> SEND FAIL',
      'The text has 256 bytes; a message takes at most 255.',
    ]);
    expect(one.endings).toEqual(['bad-data']);
    expect(one.host.connections.length).toBe(2);
  });

  test('of 255 bytes: sent', () => {
    const one = connected();
    one.type(`SEND bob ${'é'.repeat(127)}.`);
    expect(one.host.request().at(-1)).toBe(`${'é'.repeat(127)}.`);
  });
});

describe('registering', () => {
  test('asks for the three fields', () => {
    const one = client({ interactive: true });
    one.host.answers = ['Alice Liddell', 'alice', '04/05/1852'];
    one.type('REGISTER');
    expect(one.host.questions).toEqual([
      'Full name: ',
      'User name: ',
      'Date of birth (DD/MM/YYYY): ',
    ]);
    expect(one.host.answer(code(0))).toEqual(['REGISTER', 'Alice Liddell', 'alice', '04/05/1852']);
    expect(one.host.takeLines()).toEqual(['c> REGISTER alice', 's> REGISTER OK']);
    // It is remembered who that was.
    one.type('CONNECT');
    expect(one.host.request()).toEqual(['CONNECT', 'alice', '40001']);
  });

  test.each([
    ['', 'alice', '04/05/1852'],
    ['  ', 'alice', '04/05/1852'],
    ['Text', 'alice', '04/05/1852'],
    ['Alice', 'Text', '04/05/1852'],
    ['Alice', '', '04/05/1852'],
    ['Alice', 'alice', 'Text'],
    ['Alice', '#7', '04/05/1852'],
    ['Alice', ' alice', '04/05/1852'],
    ['Alice', 'alice', '31/02/2000'],
    ['Alice', 'alice', '1/1/2000'],
    ['Alice', 'alice', '01/01/2999'],
    ['A'.repeat(256), 'alice', '01/01/1999'],
  ])('%j %j %j is not sent', (fullName, alias, born) => {
    const one = client({ interactive: true });
    one.host.answers = [fullName, alias, born];
    one.type('REGISTER');
    expect(one.host.connections).toEqual([]);
    expect(one.endings).toEqual(['bad-data']);
    expect(one.host.takeLines()[1]).toBe('s> REGISTER FAIL');
  });

  test('given up half way', () => {
    const one = client({ interactive: true });
    one.host.answers = ['Alice', undefined];
    one.type('REGISTER');
    expect(one.host.connections).toEqual([]);
    expect(one.endings).toEqual(['usage']);
  });

  test('in a script: from the line, or from the options', () => {
    const one = client({ user: 'alice', fullName: 'Alice', born: '04/05/1852' });
    one.host.answer(code(0));
    one.host.answer(code(0));
    one.type('REGISTER');
    expect(one.host.request()).toEqual(['REGISTER', 'Alice', 'alice', '04/05/1852']);
  });
});

describe('one connected user', () => {
  test('another one is refused without asking the server', () => {
    const one = connected();
    one.type('CONNECT bob');
    expect(one.host.takeLines()).toEqual([
      'c> CONNECT bob',
      's> CONNECT FAIL',
      'alice is connected here: DISCONNECT first.',
    ]);
    expect(one.endings).toEqual(['not-allowed']);
    expect(one.host.connections.length).toBe(2);
  });

  test('the same again: the server says what it knows, and the listener stays', () => {
    const one = connected();
    expect(typed(one, 'CONNECT', code(2))).toEqual([
      'c> CONNECT alice',
      's> USER ALREADY CONNECTED',
    ]);
    expect(one.host.questions).toEqual([]);
    expect(typed(one, 'CONNECT', 'refused')[1]).toBe('s> CONNECT FAIL');
    expect(one.host.listeners.map(({ isStopped }) => isStopped)).toEqual([false]);
    // The server had lost us.
    one.type('CONNECT');
    expect(one.host.answer(code(0))).toEqual(['CONNECT', 'alice', '40001']);
  });

  test.each([code(0), code(1), code(2), code(3), 'refused', 'died'])(
    'DISCONNECT stops the listener, answered with %j',
    (answer) => {
      const one = connected();
      typed(one, 'DISCONNECT', answer);
      expect(one.host.listeners[0]?.isStopped).toBe(true);
    },
  );

  test('DISCONNECT of somebody else leaves the listener alone', () => {
    const one = connected();
    typed(one, 'DISCONNECT bob', code(2));
    expect(one.host.listeners[0]?.isStopped).toBe(false);
  });

  test('UNREGISTER stops the listener and forgets the user, if the server did', () => {
    const one = connected();
    typed(one, 'UNREGISTER', code(2));
    expect(one.host.listeners[0]?.isStopped).toBe(false);
    typed(one, 'UNREGISTER', code(0));
    expect(one.host.listeners[0]?.isStopped).toBe(true);
    one.type('CONNECT');
    expect(one.host.takeLines()).toEqual(['As whom? REGISTER first, or CONNECT USER.']);
  });

  test('the prompt says who is connected', () => {
    const one = connected();
    expect(one.host.prompts.at(-1)).toBe('alice> ');
    typed(one, 'DISCONNECT', code(0));
    expect(one.host.prompts.at(-1)).toBe('> ');
  });

  test('no way to listen: CONNECT FAIL, and the session goes on', () => {
    const one = client();
    one.host.canListen = false;
    one.type('CONNECT alice');
    expect(one.host.takeLines().slice(0, 2)).toEqual(['c> CONNECT alice', 's> CONNECT FAIL']);
    expect(one.endings).toEqual(['unreachable']);
    one.host.canListen = true;
    expect(typed(one, 'CONNECT alice', code(0))[1]).toBe('s> CONNECT OK');
  });
});

describe('chat connect alice', () => {
  test('connects by itself, and asks for attachments without a word', () => {
    const one = client({ user: 'alice' });
    expect(one.host.answer(code(0))).toEqual(['CONNECT', 'alice', '40001']);
    expect(one.host.answer(code(0))).toEqual(['ATTACHES', 'alice']);
    expect(one.host.takeLines()).toEqual(['c> CONNECT alice', 's> CONNECT OK']);
  });

  test('a server without attachments is none the worse', () => {
    const one = client({ user: 'alice' });
    one.host.answer(code(0));
    one.host.answer('');
    expect(one.host.takeLines()).toEqual(['c> CONNECT alice', 's> CONNECT OK']);
    expect(typed(one, 'SEND bob hi', `${code(0)}1\0`)[1]).toBe('s> SEND OK - MESSAGE 1');
  });

  test('not registered, at a terminal: asks, registers, connects', () => {
    const host = client({ user: 'alice', interactive: true }).host;
    host.answers = ['Alice Liddell', '04/05/1852'];
    host.answer(code(1));
    expect(host.questions).toEqual(['Full name: ', 'Date of birth (DD/MM/YYYY): ']);
    expect(host.answer(code(0))).toEqual(['REGISTER', 'Alice Liddell', 'alice', '04/05/1852']);
    expect(host.answer(code(0))).toEqual(['CONNECT', 'alice', '40002']);
    expect(host.takeLines()).toEqual([
      'c> CONNECT alice',
      's> CONNECT FAIL, USER DOES NOT EXIST',
      'alice is not registered yet.',
      'c> REGISTER alice',
      's> REGISTER OK',
      'c> CONNECT alice',
      's> CONNECT OK',
    ]);
    expect(host.endings).toEqual([]);
  });

  test('not registered, at a terminal, and no answer: the session goes on', () => {
    const one = client({ user: 'alice', interactive: true });
    one.host.answer(code(1));
    expect(one.host.endings).toEqual([]);
    expect(typed(one, 'CONNECT bob', code(0))[1]).toBe('s> CONNECT OK');
  });

  test('not registered, with --name and --born', () => {
    const { host } = client({ user: 'alice', fullName: 'Alice', born: '04/05/1852' });
    host.answer(code(1));
    expect(host.answer(code(0))).toEqual(['REGISTER', 'Alice', 'alice', '04/05/1852']);
    host.answer(code(0));
    expect(host.takeLines().at(-1)).toBe('s> CONNECT OK');
  });

  test('not registered, in a script: 67 with the hint', () => {
    const { host } = client({ user: 'alice' });
    host.answer(code(1));
    expect(host.takeLines().at(-1)).toBe('alice is not registered: hint for registration.');
    expect(host.endings).toEqual(['unknown-user']);
  });

  test.each([
    [code(3), 'try-later'],
    ['refused', 'unreachable'],
    ['died', 'unreachable'],
  ] as const)('a script ends where it cannot connect: %j', (answer, ending) => {
    const { host } = client({ user: 'alice' });
    if (answer === 'refused') host.refuse();
    else host.answer(answer === 'died' ? '' : answer);
    expect(host.endings).toEqual([ending]);
  });

  test('a script that is at its end already still ends with what became of it', () => {
    const { host, session } = client({ user: 'alice' });
    session.leave();
    host.answer(code(1));
    expect(host.endings[0]).toBe('unknown-user');
  });

  test('a terminal’s session stays usable without a server', () => {
    const one = client({ user: 'alice', interactive: true });
    one.host.refuse();
    expect(one.host.takeLines()).toEqual(['c> CONNECT alice', 's> CONNECT FAIL']);
    expect(one.host.endings).toEqual([]);
    expect(typed(one, 'CONNECT', code(0))).toEqual(['c> CONNECT alice', 's> CONNECT OK']);
  });

  test('a name that can be nobody’s', () => {
    const { host } = client({ user: '#7' });
    expect(host.endings).toEqual(['bad-data']);
    expect(host.connections).toEqual([]);
  });

  test('connected elsewhere, taken over by --takeover', () => {
    const { host } = client({ user: 'alice', takeover: true });
    expect(host.answer(code(2))).toEqual(['CONNECT', 'alice', '40001']);
    expect(host.answer(code(0))).toEqual(['DISCONNECT', 'alice']);
    expect(host.answer(code(0))).toEqual(['CONNECT', 'alice', '40002']);
    expect(host.takeLines()).toEqual([
      'c> CONNECT alice',
      's> USER ALREADY CONNECTED',
      'c> DISCONNECT alice',
      's> DISCONNECT OK',
      'c> CONNECT alice',
      's> CONNECT OK',
    ]);
  });

  test('connected elsewhere, at a terminal: asks', () => {
    const yes = client({ user: 'alice', interactive: true });
    yes.host.answers = ['Y'];
    yes.host.answer(code(2));
    expect(yes.host.questions).toEqual(['alice is connected elsewhere. End that session? [y/N] ']);
    expect(yes.host.request()).toEqual(['DISCONNECT', 'alice']);
    const no = client({ user: 'alice', interactive: true });
    no.host.answers = [''];
    no.host.answer(code(2));
    expect(no.host.connections.length).toBe(1);
    expect(no.host.endings).toEqual([]);
  });

  test('connected elsewhere, in a script: says how', () => {
    const { host } = client({ user: 'alice' });
    host.answer(code(2));
    expect(host.takeLines().at(-1)).toBe('alice is connected elsewhere: hint for takeover.');
    expect(host.endings).toEqual(['not-allowed']);
  });

  test('a session that cannot be ended from here is not taken over', () => {
    const { host } = client({ user: 'alice', takeover: true });
    host.answer(code(2));
    host.answer(code(3));
    expect(host.takeLines().at(-1)).toBe('s> DISCONNECT FAIL');
    expect(host.endings).toEqual(['not-allowed']);
  });
});

describe('attachments', () => {
  test('SENDATTACH: the request, then the file, then the answer', () => {
    const one = connected();
    one.host.files.set('/tmp/x y.png', { name: 'x y.png', size: 5, close() {} });
    one.type('SENDATTACH bob "/tmp/x y.png" look at this');
    expect(one.host.request()).toEqual([
      'SENDATTACH',
      'alice',
      'bob',
      'look at this',
      'x y.png',
      '5',
    ]);
    one.host.connections.at(-1)?.sent?.({ ok: true, value: undefined });
    one.host.answer(`${code(0)}4\0`);
    expect(one.host.takeLines()).toEqual([
      'c> SENDATTACH bob /tmp/x y.png look at this',
      's> SENDATTACH OK - MESSAGE 4',
    ]);
  });

  test.each([
    [code(1), 's> SENDATTACH FAIL / USER DOES NOT EXIST', 'unknown-user'],
    [code(2), 's> SENDATTACH FAIL', 'try-later'],
    ['', 's> SENDATTACH FAIL', 'unreachable'],
  ] as const)('SENDATTACH refused before all was sent: %j', (answer, line, ending) => {
    const one = connected();
    one.host.files.set('x', { name: 'x', size: 5, close() {} });
    one.type('SENDATTACH bob x');
    one.host.answer(answer);
    expect(one.host.takeLines()).toEqual(['c> SENDATTACH bob x', line]);
    expect(one.endings).toEqual([ending]);
    expect(one.host.connections.at(-1)?.ending).not.toBe('open');
    // What the sending comes to is no longer anybody's matter.
    one.host.connections.at(-1)?.sent?.({ ok: false, why: 'gone' });
    expect(one.endings.length).toBe(1);
  });

  test('SENDATTACH of what cannot be read, and of a file that got shorter', () => {
    const one = connected();
    one.type('SENDATTACH bob nothing.txt');
    expect(one.host.request()).toEqual([]);
    expect(one.host.takeLines()).toEqual([
      'c> SENDATTACH bob nothing.txt',
      's> SENDATTACH FAIL',
      'nothing.txt cannot be read.',
    ]);
    one.host.files.set('x', { name: 'x', size: 5, close() {} });
    one.type('SENDATTACH bob x');
    one.host.request();
    one.host.connections.at(-1)?.sent?.({ ok: false, why: 'gone' });
    expect(one.host.connections.at(-1)?.ending).toBe('aborted');
    expect(one.endings).toEqual(['bad-data', 'unreachable']);
  });

  test('a file’s own name is made a base name that every server takes', () => {
    const one = connected();
    one.host.files.set('x', { name: 'a\\b\nc', size: 0, close() {} });
    one.type('SENDATTACH bob x');
    expect(one.host.request()[4]).toBe('a_b_c');
  });

  test('GETFILE: saved, and only then the connection is ended', () => {
    const one = connected();
    one.host.listeners[0]?.heard({
      call: 'SEND_MESSAGE_ATTACH',
      from: 'bob',
      id: '3',
      text: 'see',
      file: 'photo.jpg',
    });
    one.host.takeLines();
    one.type('GETFILE bob 3');
    expect(one.host.request()).toEqual(['GETFILE', 'alice', 'bob', '3']);
    const connection = one.host.connections.at(-1);
    connection?.push(Buffer.from(`${code(0)}5\0ab`));
    expect(connection?.ending).toBe('open');
    connection?.push(Buffer.from('\0cd'));
    expect(connection?.ending).toBe('ended');
    expect(connection?.saved?.name).toBe('photo.jpg');
    expect(Buffer.concat(connection?.saved?.bytes ?? []).toString()).toBe('ab\0cd');
    expect(one.host.takeLines()).toEqual(['c> GETFILE bob 3', 's> GETFILE OK - FILE photo.jpg']);
  });

  test('GETFILE: where the user says, and under sender and id where no name is known', () => {
    const one = connected();
    one.type('GETFILE bob 3 "/tmp/my file"');
    one.host.answer(`${code(0)}0\0`);
    expect(one.host.connections.at(-1)?.saved).toMatchObject({
      path: '/tmp/my file',
      name: 'bob-3',
    });
    expect(one.endings).toEqual(['done']);
  });

  test('GETFILE: the name from the note of a session that heard of it as a text', () => {
    const one = connected();
    one.host.listeners[0]?.heard({
      call: 'SEND_MESSAGE',
      from: 'bob',
      id: '3',
      text: 'see (file photo.jpg, 5 bytes: GETFILE bob 3)',
    });
    one.type('GETFILE bob 3');
    one.host.answer(`${code(0)}0\0`);
    expect(one.host.connections.at(-1)?.saved?.name).toBe('photo.jpg');
  });

  test.each([
    [code(1), 's> GETFILE FAIL / USER DOES NOT EXIST', 'unknown-user'],
    [code(2), 's> GETFILE FAIL', 'not-allowed'],
    ['', 's> GETFILE FAIL', 'unreachable'],
    [`${code(0)}5\0abc`, 's> GETFILE FAIL', 'unreachable'],
    [`${code(0)}x\0`, 's> GETFILE FAIL', 'unreachable'],
  ] as const)('GETFILE: %j', (answer, line, ending) => {
    const one = connected();
    one.type('GETFILE bob 3');
    one.host.answer(answer);
    expect(one.host.takeLines()).toEqual(['c> GETFILE bob 3', line]);
    expect(one.endings).toEqual([ending]);
    const connection = one.host.connections.at(-1);
    expect(connection?.isAbandoned).toBe(connection?.saved !== undefined);
  });

  test('GETFILE: what cannot be written is not ended cleanly, so the server keeps it', () => {
    const one = connected();
    one.type('GETFILE bob 3');
    one.host.request();
    const connection = one.host.connections.at(-1);
    if (connection) connection.canSave = false;
    connection?.push(Buffer.from(`${code(0)}2\0ab`));
    expect(connection?.ending).toBe('aborted');
    expect(one.host.takeLines()).toEqual([
      'c> GETFILE bob 3',
      's> GETFILE FAIL',
      'The file cannot be written there; the server keeps it.',
    ]);
    expect(one.endings).toEqual(['unwritable']);
  });
});

describe('what is heard', () => {
  const message = { call: 'SEND_MESSAGE', from: 'bob', id: '5', text: 'hola' };

  test('a message: three lines, four spaces', () => {
    const one = connected();
    one.host.listeners[0]?.heard(message);
    expect(one.host.takeLines()).toEqual(['s> MESSAGE 5 FROM bob', '    hola', '    END']);
  });

  test('a text of several lines cannot look like the end of its block', () => {
    const one = connected();
    one.host.listeners[0]?.heard({ ...message, text: 'a\nEND\r\ns> SEND OK' });
    expect(one.host.takeLines()).toEqual([
      's> MESSAGE 5 FROM bob',
      '    a',
      '      END',
      '      s> SEND OK',
      '    END',
    ]);
  });

  test('names and ids cannot begin a line of ours', () => {
    const one = connected();
    one.host.listeners[0]?.heard({ ...message, from: 'bob\ns> SEND OK', id: '1\n2' });
    expect(one.host.takeLines()[0]).toBe('s> MESSAGE 1 2 FROM bob s> SEND OK');
  });

  test('an attachment: its name behind END', () => {
    const one = connected();
    one.host.listeners[0]?.heard({ ...message, call: 'SEND_MESSAGE_ATTACH', file: 'a.png' });
    expect(one.host.takeLines()).toEqual([
      's> MESSAGE 5 FROM bob',
      '    hola',
      '    END',
      '    FILE a.png',
    ]);
  });

  test('confirmations', () => {
    const one = connected();
    one.host.listeners[0]?.heard({ call: 'SEND_MESS_ACK', id: '7' });
    one.host.listeners[0]?.heard({ call: 'SEND_MESS_ATTACH_ACK', id: '8', file: 'a.png' });
    expect(one.host.takeLines()).toEqual([
      's> SEND MESSAGE 7 OK',
      's> SENDATTACH MESSAGE 8 a.png OK',
    ]);
  });

  test('for programs', () => {
    const one = connected();
    one.host.listeners[0]?.heard(message);
    one.host.listeners[0]?.heard({ call: 'SEND_MESS_ACK', id: '7' });
    typed(connected(), 'SEND bob hi', `${code(0)}1\0`);
    expect(one.host.shown.map(({ json, kind }) => [kind, json])).toEqual([
      ['incoming', { type: 'message', id: '5', from: 'bob', text: 'hola' }],
      ['incoming', { type: 'receipt', id: '7' }],
    ]);
    const other = connected();
    other.type('SEND bob hi');
    other.host.answer(`${code(0)}1\0`);
    other.type('UNREGISTER');
    other.host.answer(code(2));
    expect(other.host.shown.map(({ json, kind }) => [kind, json])).toEqual([
      ['request', { type: 'request', operation: 'SEND' }],
      ['result', { type: 'result', operation: 'SEND', ok: true, id: '1' }],
      ['request', { type: 'request', operation: 'UNREGISTER' }],
      ['result', { type: 'result', operation: 'UNREGISTER', ok: false, why: 'not-allowed' }],
    ]);
  });

  test('a repeat within 60 s is shown once', () => {
    const one = connected();
    const heard = one.host.listeners[0]?.heard ?? (() => {});
    heard(message);
    one.host.time += 60_000;
    heard({ ...message });
    expect(one.host.takeLines().length).toBe(3);
    heard({ ...message, text: 'other' });
    heard({ ...message, id: '6' });
    heard({ ...message, from: 'carol' });
    expect(one.host.takeLines().length).toBe(9);
    one.host.time += 1;
    heard(message);
    expect(one.host.takeLines().length).toBe(3);
  });

  test('servers that call before they answer CONNECT: shown behind the answer, none lost', () => {
    for (const [answer, line] of [
      [code(0), 's> CONNECT OK'],
      [code(3), 's> CONNECT FAIL'],
    ] as const) {
      const one = client();
      one.type('CONNECT alice');
      one.host.request();
      one.host.listeners[0]?.heard(message);
      expect(one.host.takeLines()).toEqual(['c> CONNECT alice']);
      one.host.answer(answer);
      expect(one.host.takeLines()).toEqual([line, 's> MESSAGE 5 FROM bob', '    hola', '    END']);
    }
  });

  test('a flood before the answer is not collected without bound', () => {
    const one = client();
    one.type('CONNECT alice');
    one.host.request();
    for (let id = 1; id <= 64; id++) one.host.listeners[0]?.heard({ ...message, id: String(id) });
    expect(one.host.takeLines().length).toBe(1 + 3 * 64);
  });

  test('what is no call of ours is ignored', () => {
    const one = connected();
    for (const strange of [undefined, null, 7, 'x', {}, { call: 'x' }, { call: 'SEND_MESSAGE' }]) {
      one.host.listeners[0]?.heard(strange);
    }
    expect(one.host.takeLines()).toEqual([]);
  });
});

describe('leaving', () => {
  test('QUIT disconnects first', () => {
    const one = connected();
    one.type('QUIT');
    expect(one.host.endings).toEqual([]);
    expect(one.host.answer(code(0))).toEqual(['DISCONNECT', 'alice']);
    expect(one.host.takeLines()).toEqual(['c> DISCONNECT alice', 's> DISCONNECT OK']);
    expect(one.host.endings).toEqual(['done']);
    expect(one.host.listeners[0]?.isStopped).toBe(true);
    expect(one.endings).toEqual(['done']);
  });

  test('with nobody connected it just ends', () => {
    const one = client();
    one.type('quit');
    expect(one.host.endings).toEqual(['done']);
  });

  test('Ctrl-C lets what is under way end, and nothing more begin', () => {
    const one = connected();
    one.type('SEND bob one');
    one.type('SEND bob two');
    one.session.leave();
    one.session.leave();
    expect(one.host.answer(`${code(0)}1\0`).at(-1)).toBe('one');
    expect(one.host.answer(code(0))).toEqual(['DISCONNECT', 'alice']);
    expect(one.host.endings).toEqual(['done']);
  });

  test('a server that does not answer does not hold it up', () => {
    const one = connected();
    one.type('SEND bob one');
    one.host.request();
    one.session.leave();
    one.host.ring();
    expect(one.host.request()).toEqual(['DISCONNECT', 'alice']);
    one.host.ring();
    expect(one.host.endings).toEqual(['done']);
  });
});
