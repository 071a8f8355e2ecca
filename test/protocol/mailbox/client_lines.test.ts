// The two lines that the client shows for each operation and each reply.

import { describe, expect, test } from 'bun:test';

import type { Ending } from '../../../src/protocol/dialect';
import { client, connected, typed } from './client';
import { code, nul } from './support';

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
        [code(0), 's> SEND OK\nThe server gave the message no number.', 'done'],
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
        [
          `${code(0)}${nul('2', 'alice')}`,
          's> CONNECTED USERS (1 users connected) OK - alice\nThe server announced 2 users and named 1.',
          'done',
        ],
      ],
    ],
  ];

  for (const [line, request, first, outcomes] of table) {
    test.each([...outcomes])(`${line}: %j`, (answer, second, ending) => {
      const one = connected();
      expect(typed(one, line, answer)).toEqual([first, ...second.split('\n')]);
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
    // The listener is opened before CONNECT is sent, and stays only if the user is connected.
    expect(one.host.listeners.map(({ isStopped }) => isStopped)).toEqual([ending !== 'done']);
  });

  test('CONNECT says the port of the listener', () => {
    const one = client();
    one.type('connect bob');
    expect(one.host.request()).toEqual(['CONNECT', 'bob', '40001']);
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
