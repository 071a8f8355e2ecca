// The calls that a client receives: what it shows of them, what it leaves out, what it holds back.

import { describe, expect, test } from 'bun:test';

import { client, connected, typed } from './client';
import { code } from './support';

describe('calls', () => {
  const message = { call: 'SEND_MESSAGE', from: 'bob', id: '5', text: 'hola' };

  test('a message: three lines, four spaces', () => {
    const one = connected();
    one.host.listeners[0]?.received(message);
    expect(one.host.takeLines()).toEqual(['s> MESSAGE 5 FROM bob', '    hola', '    END']);
  });

  test('a text of several lines cannot look like the end of its block', () => {
    const one = connected();
    one.host.listeners[0]?.received({ ...message, text: 'a\nEND\r\ns> SEND OK' });
    expect(one.host.takeLines()).toEqual([
      's> MESSAGE 5 FROM bob',
      '    a',
      '      END',
      '      s> SEND OK',
      '    END',
    ]);
  });

  test('names and ids cannot begin a line of the client', () => {
    const one = connected();
    one.host.listeners[0]?.received({ ...message, from: 'bob\ns> SEND OK', id: '1\n2' });
    expect(one.host.takeLines()[0]).toBe('s> MESSAGE 1 2 FROM bob s> SEND OK');
  });

  test('an attachment: its name behind END', () => {
    const one = connected();
    one.host.listeners[0]?.received({ ...message, call: 'SEND_MESSAGE_ATTACH', file: 'a.png' });
    expect(one.host.takeLines()).toEqual([
      's> MESSAGE 5 FROM bob',
      '    hola',
      '    END',
      '    FILE a.png',
    ]);
  });

  test('confirmations', () => {
    const one = connected();
    one.host.listeners[0]?.received({ call: 'SEND_MESS_ACK', id: '7' });
    one.host.listeners[0]?.received({ call: 'SEND_MESS_ATTACH_ACK', id: '8', file: 'a.png' });
    expect(one.host.takeLines()).toEqual([
      's> SEND MESSAGE 7 OK',
      's> SENDATTACH MESSAGE 8 a.png OK',
    ]);
  });

  test('for programs', () => {
    const one = connected();
    one.host.listeners[0]?.received(message);
    one.host.listeners[0]?.received({ call: 'SEND_MESS_ACK', id: '7' });
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
    const received = one.host.listeners[0]?.received ?? (() => {});
    received(message);
    one.host.time += 60_000;
    received({ ...message });
    expect(one.host.takeLines().length).toBe(3);
    received({ ...message, text: 'other' });
    received({ ...message, id: '6' });
    received({ ...message, from: 'carol' });
    expect(one.host.takeLines().length).toBe(9);
    one.host.time += 1;
    received(message);
    expect(one.host.takeLines().length).toBe(3);
  });

  test('servers that call before they reply to CONNECT: shown after the reply, none lost', () => {
    for (const [answer, line] of [
      [code(0), 's> CONNECT OK'],
      [code(3), 's> CONNECT FAIL'],
    ] as const) {
      const one = client();
      one.type('CONNECT alice');
      one.host.request();
      one.host.listeners[0]?.received(message);
      expect(one.host.takeLines()).toEqual(['c> CONNECT alice']);
      one.host.answer(answer);
      expect(one.host.takeLines()).toEqual([line, 's> MESSAGE 5 FROM bob', '    hola', '    END']);
    }
  });

  test('only so many calls are collected before the reply', () => {
    const one = client();
    one.type('CONNECT alice');
    one.host.request();
    for (let id = 1; id <= 64; id++)
      one.host.listeners[0]?.received({ ...message, id: String(id) });
    expect(one.host.takeLines().length).toBe(1 + 3 * 64);
  });

  test('what is no call is ignored', () => {
    const one = connected();
    for (const strange of [undefined, null, 7, 'x', {}, { call: 'x' }, { call: 'SEND_MESSAGE' }]) {
      one.host.listeners[0]?.received(strange);
    }
    expect(one.host.takeLines()).toEqual([]);
  });
});
