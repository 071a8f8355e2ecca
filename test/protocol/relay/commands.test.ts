// What a user may type, what it becomes on the wire, and what its answer means.

import { describe, expect, test } from 'bun:test';

import { destinationOf, typedOf } from '../../../src/protocol/relay/client/commands';
import { ClientProgram } from './client_program';
import { erro, msg, ok, okqem } from './frames';

describe('what is typed', () => {
  test('goes to all, one after the other, each when the one before was answered', () => {
    const client = ClientProgram.alone('emitter');
    client.type('Ob-la-di');
    client.type('Ob-la-da');
    expect(client.said(0)).toEqual(['MSG 7>0 #1 "Ob-la-di"']);
    expect(client.endings).toEqual([]);
    client.wire(0).push(ok(0, 7, 1));
    expect(client.endings).toEqual(['done']);
    expect(client.said(0)).toEqual(['MSG 7>0 #2 "Ob-la-da"']);
    client.wire(0).push(ok(0, 7, 1));
    expect(client.endings).toEqual(['done']);
    expect(client.host.takeLines()).toEqual([]);
  });

  test('goes to one display, and the refusal is said', () => {
    const client = ClientProgram.alone('emitter');
    client.type('@1002 Life goes on');
    expect(client.said(0)).toEqual(['MSG 7>1002 #1 "Life goes on"']);
    client.wire(0).push(erro(0, 7, 1));
    expect(client.host.takeLines()).toEqual(['There is no display 1002.']);
    expect(client.endings).toEqual(['unknown-user']);
    client.type('all');
    client.wire(0).push(erro(0, 7, 2));
    expect(client.host.takeLines()).toEqual(['The server did not take it.']);
    expect(client.endings).toEqual(['unknown-user', 'try-later']);
  });

  test('is cut between characters into MSGs of at most 140 bytes', () => {
    const client = ClientProgram.alone('emitter');
    client.type('x' + 'é'.repeat(140));
    const parts: string[] = [];
    for (let sequence = 1; client.endings.length === 0; sequence++) {
      parts.push(...client.said(0));
      client.wire(0).push(ok(0, 7, sequence));
    }
    expect(parts).toEqual([
      `MSG 7>0 #1 "x${'é'.repeat(69)}"`,
      `MSG 7>0 #2 "${'é'.repeat(70)}"`,
      'MSG 7>0 #3 "é"',
    ]);
  });

  test('QEM and FLW for a display, and what ERRO means for each', () => {
    const client = ClientProgram.alone('emitter');
    client.type('/who 1001');
    client.wire(0).push(ok(0, 7, 1));
    client.type('/stop 1008');
    client.wire(0).push(erro(0, 7, 2));
    client.type('/who 1009');
    client.wire(0).push(erro(0, 7, 3));
    expect(client.said(0)).toEqual(['QEM 7>1001 #1', 'FLW 7>1008 #2', 'QEM 7>1009 #3']);
    expect(client.endings).toEqual(['done', 'not-allowed', 'unknown-user']);
    expect(client.host.takeLines()).toEqual([
      'Display 1008 is not there, or not yours to stop.',
      'There is no display 1009.',
    ]);
  });

  test('without a number they mean the own display, if there is one', () => {
    const both = ClientProgram.both();
    both.type('/who');
    both.wire(0).push(ok(0, 7, 1));
    both.wire(1).push(okqem(1007, [7, 1007], 1));
    both.type('/stop');
    expect(both.said(0)).toEqual(['QEM 7>1007 #1', 'FLW 7>1007 #2']);
    const alone = ClientProgram.alone('emitter');
    alone.type('/who');
    expect(alone.endings).toEqual(['usage']);
  });

  test('is done, beside a display, when that has shown it', () => {
    const client = ClientProgram.both();
    client.type('one');
    client.wire(0).push(ok(0, 7, 1));
    expect(client.endings).toEqual([]);
    client.wire(1).push(msg(7, 1007, 'one', 1));
    expect(client.endings).toEqual(['done']);
    // The display may be first.
    client.type('two');
    client.wire(1).push(msg(7, 1007, 'two', 2));
    client.wire(0).push(ok(0, 7, 2));
    expect(client.endings).toHaveLength(2);
    // To others it is done when the server has it; a display that is slow is not waited for for ever.
    client.type('@1002 three');
    client.wire(0).push(ok(0, 7, 3));
    expect(client.endings).toHaveLength(3);
    client.type('four');
    client.wire(0).push(ok(0, 7, 4));
    expect(client.endings).toHaveLength(3);
    client.host.ring();
    expect(client.endings).toEqual(['done', 'done', 'done', 'done']);
  });

  test('before there is a number waits for it', () => {
    const client = new ClientProgram('7', { role: 'emitter' });
    client.type('early');
    client.open(0);
    expect(client.said(0)).toEqual(['OI 7>0 #0']);
    client.wire(0).push(ok(0, 7, 0));
    expect(client.said(0)).toEqual(['MSG 7>0 #1 "early"']);
  });

  test('what a line stands for', () => {
    const all = 0;
    expect(typedOf('hi')).toEqual({ is: 'say', to: all, text: 'hi' });
    expect(typedOf('@alice hi')).toEqual({ is: 'say', to: all, text: '@alice hi' });
    expect(typedOf('//shrug')).toEqual({ is: 'say', to: all, text: '/shrug' });
    expect(typedOf('@1002  two spaces')).toEqual({ is: 'say', to: 1002, text: ' two spaces' });
    expect(typedOf('@2 to its display')).toMatchObject({ to: 1002 });
    expect(typedOf('@0 to all')).toMatchObject({ to: all });
    expect(typedOf('  ')).toEqual({ is: 'nothing' });
    expect(typedOf('/who')).toEqual({ is: 'who', display: undefined });
    expect(typedOf('/who 1')).toEqual({ is: 'who', display: 1001 });
    expect(typedOf('/stop 1001')).toEqual({ is: 'stop', display: 1001 });
    expect(typedOf('/quit')).toEqual({ is: 'quit' });
    expect(typedOf('/help')).toEqual({ is: 'help' });
    for (const line of [
      '@1002',
      '@2000 x',
      '@99999 x',
      '/who 0',
      '/who x',
      '/who 1 2',
      '/quit 1',
      '/x',
    ]) {
      expect(typedOf(line)).toMatchObject({ is: 'wrong' });
    }
  });

  test('numbers of people on the wire', () => {
    expect(['0', '1', '999', '1000', '1999'].map(destinationOf)).toEqual([
      0, 1001, 1999, 1000, 1999,
    ]);
    for (const none of ['', '2000', '65535', 'x', '-1', '1e3', '100000']) {
      expect(destinationOf(none)).toBeUndefined();
    }
  });

  test('help, nothing, and what is wrong', () => {
    const client = ClientProgram.both();
    for (const line of ['/help', '', '/dance']) client.type(line);
    expect(client.endings).toEqual(['done', 'done', 'usage']);
    expect(client.host.takeLines()).toContain('@1002 TEXT    to one display');
    expect(client.said(0)).toEqual([]);
    const display = ClientProgram.alone('display');
    display.type('hi');
    expect(display.host.takeLines()).toEqual(['A display only shows. /quit ends it.']);
  });

  test('Tab completes commands, and displays once they are known', () => {
    const client = ClientProgram.both();
    expect(client.client.complete('/')).toContain('/who');
    expect(client.client.complete('@')).toEqual([]);
    client.wire(1).push(okqem(1007, [1, 7, 1001, 1007]));
    expect(client.client.complete('@1')).toEqual(['@1001', '@1007']);
    expect(client.client.complete('/who 1')).toEqual(['1001', '1007']);
    expect(client.client.complete('hello ')).toEqual([]);
  });
});
