// The lines that a user types: read, completed, and run one after the other.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { parseLine } from '../../../src/protocol/mailbox/client/input';
import { client, connected, typed } from './client';
import { code, nul } from './support';

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
    [
      'hi bob',
      'There is no operation hi; SEND USER TEXT writes to somebody, and HELP lists the rest.',
    ],
    ['exit', 'There is no operation exit; did you mean QUIT? HELP lists them.'],
    ['users', 'There is no operation users; did you mean CONNECTEDUSERS? HELP lists them.'],
    ['SNED bob hi', 'There is no operation SNED; did you mean SEND? HELP lists them.'],
    ['/quit now', 'usage: QUIT'],
  ])('%j: %s', (line, note) => {
    const one = connected();
    one.type(line);
    expect(one.host.takeLines()).toEqual([note]);
    expect(one.endings).toEqual(['usage']);
    expect(one.host.connections.length).toBe(2);
  });

  test('an empty line asks for nothing', () => {
    const one = connected();
    one.type('   ');
    expect(one.endings).toEqual(['done']);
    expect(one.host.takeLines()).toEqual([]);
  });

  test('HELP says what every operation does', () => {
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
      'CANCEL',
      'HELP',
      'QUIT',
    ]);
  });

  test('commands that need a user are refused without one', () => {
    for (const line of ['CONNECT', 'DISCONNECT', 'UNREGISTER', 'SEND bob hi', 'GETFILE bob 1']) {
      const one = client();
      one.type(line);
      expect(one.host.takeLines()).toEqual(['As whom? REGISTER first, or CONNECT USER.']);
      expect(one.endings).toEqual(['usage']);
    }
  });

  test('a name that no user can have is not sent', () => {
    const one = client();
    one.type('CONNECT #7');
    expect(one.endings).toEqual(['bad-data']);
    expect(one.host.connections).toEqual([]);
  });

  test('lines that are typed while a command runs wait', () => {
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
    one.host.listeners[0]?.received({
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

test('whatever is typed is read as something', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (line) => {
      expect(['nothing', 'unknown', 'wrong', 'command']).toContain(parseLine(line).is);
      expect(parseLine(`SEND bob ${line}`).is).toBe(line.trim() === '' ? 'wrong' : 'command');
    }),
  );
});
