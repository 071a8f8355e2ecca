// Registering, and connecting the user whom the command line names.

import { describe, expect, test } from 'bun:test';

import { client, typed } from './client';
import { code } from './support';

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
    // The new user is remembered.
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
    ['Alice', 'alice', '1/1/00'],
    ['Alice', 'alice', '01/01/2999'],
    ['A'.repeat(256), 'alice', '01/01/1999'],
  ])('%j %j %j is not sent', (fullName, alias, born) => {
    const one = client({ interactive: true });
    one.host.answers = [fullName, alias, born];
    one.type('REGISTER');
    expect(one.host.connections).toEqual([]);
    // It is asked for again, and the user says no more.
    expect(one.endings).toEqual(['usage']);
    expect(one.host.takeLines()).not.toEqual([]);
    // On one line it is an answer to no question.
    one.type(`REGISTER "${fullName}" "${alias}" "${born}"`);
    expect(one.host.connections).toEqual([]);
    expect(one.endings.at(-1)).toBe('bad-data');
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

describe('chat connect alice', () => {
  test('connects by itself, and asks for attachments without a word', () => {
    const one = client({ user: 'alice' });
    expect(one.host.answer(code(0))).toEqual(['CONNECT', 'alice', '40001']);
    expect(one.host.answer(code(0))).toEqual(['ATTACHES', 'alice', '40001']);
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

  test('an answer that cannot be right is asked for again', () => {
    const host = client({ user: 'alice', interactive: true }).host;
    host.answers = ['Text', 'Alice Liddell', '31/02/1852', 'May 1852', '4-5-1852'];
    host.answer(code(1));
    const [name, born] = ['Full name: ', 'Date of birth (DD/MM/YYYY): '];
    expect(host.questions).toEqual([name, name, born, born, born]);
    expect(host.takeLines().slice(3)).toEqual([
      'None of the three may be empty, nor "Text".',
      '31/02/1852 is no date of birth: DD/MM/YYYY, a real day that has come.',
      'May 1852 is no date of birth: DD/MM/YYYY, a real day that has come.',
      'c> REGISTER alice',
    ]);
    expect(host.answer(code(0))).toEqual(['REGISTER', 'Alice Liddell', 'alice', '04/05/1852']);
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

  test('a name that no user can have', () => {
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

  test('connected elsewhere, in a script: the program’s hint says how', () => {
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
