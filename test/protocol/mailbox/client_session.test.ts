// The interactive session: its one connected user, and how it ends.

import { describe, expect, test } from 'bun:test';

import { client, connected, typed } from './client';
import { code } from './support';

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
    // The server had lost the user.
    one.type('CONNECT');
    expect(one.host.answer(code(0))).toEqual(['CONNECT', 'alice', '40001']);
  });

  test.each([code(0), code(1), code(2), code(3), 'refused', 'died'])(
    'DISCONNECT stops the listener, whatever the reply: %j',
    (answer) => {
      const one = connected();
      typed(one, 'DISCONNECT', answer);
      expect(one.host.listeners[0]?.isStopped).toBe(true);
    },
  );

  test('DISCONNECT of another user leaves the listener alone', () => {
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

  test('without a connected user it just ends', () => {
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

  test('a server that does not reply does not hold it up', () => {
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
