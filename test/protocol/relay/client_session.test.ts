// The interactive client: an emitter and a display register, are told things, and leave.

import { describe, expect, test } from 'bun:test';

import { planOf } from '../../../src/protocol/relay/client/commands';
import { ClientProgram } from './client_program';
import { erro, flw, header, linesIn, msg, ok, okqem, padded } from './frames';

describe('registering', () => {
  test('emitter first, its display beside it, each on a connection of its own', () => {
    const client = new ClientProgram('7');
    expect(client.host.connections).toHaveLength(1);
    client.open(0);
    expect(linesIn(client.wire(0).take())).toEqual(['OI 7>0 #0 @1700000000']);
    client.wire(0).push(ok(0, 7, 0));
    client.open(1);
    expect(client.said(1)).toEqual(['OI 1007>0 #0']);
    client.wire(1).push(ok(0, 1007, 0));
    expect(client.host.takeLines()).toEqual(['You are emitter 7 and display 1007.']);
    expect(client.host.prompts).toEqual(['7> ']);
  });

  test('without a number the server picks the emitter, and the display goes with it', () => {
    const client = new ClientProgram();
    client.open(0);
    expect(client.said(0)).toEqual(['OI 0>0 #0']);
    client.wire(0).push(ok(0, 12, 0));
    client.open(1);
    expect(client.said(1)).toEqual(['OI 1012>0 #0']);
  });

  test('a display that is in use is replaced by a free one, on the same connection', () => {
    const client = new ClientProgram('7');
    client.open(0, ok(0, 7, 0));
    client.open(1, erro(0, 1007, 0));
    expect(client.said(1)).toEqual(['OI 1007>0 #0', 'OI 65535>0 #1']);
    client.wire(1).push(ok(0, 1000, 1));
    expect(client.host.takeLines()).toEqual(['You are emitter 7 and display 1000.']);
  });

  test('an emitter that is in use ends it, as does a display alone', () => {
    for (const [user, id] of [
      ['7', 7],
      ['1007', 1007],
    ] as const) {
      const client = new ClientProgram(user);
      client.open(0, erro(0, id, 0));
      expect(client.host.takeLines()).toEqual([`Number ${id} is in use; 0 is any that is free.`]);
      expect(client.said(0)).toEqual([`OI ${id}>0 #0`, `FLW ${id}>0 #1`]);
      client.wire(0).push(erro(0, id, 1));
      expect(client.host.endings).toEqual(['try-later']);
    }
    const full = new ClientProgram();
    full.open(0, erro(0, 0, 0));
    expect(full.host.takeLines()).toEqual(['Every number is in use.']);
  });

  test('one of them alone', () => {
    const emitter = new ClientProgram('7', { role: 'emitter' });
    emitter.open(0, ok(0, 7, 0));
    expect(emitter.host.takeLines()).toEqual(['You are emitter 7.']);
    expect(emitter.host.connections).toHaveLength(1);
    const display = new ClientProgram('7', { role: 'display' });
    display.open(0, ok(0, 1007, 0));
    expect(display.said(0)).toEqual(['OI 1007>0 #0']);
    expect(display.host.takeLines()).toEqual(['You are display 1007.']);
  });

  test('what a user and a role stand for', () => {
    const own = 'own';
    expect(planOf(undefined, undefined)).toEqual({ emitter: 0, display: own });
    expect(planOf('0', undefined)).toEqual({ emitter: 0, display: own });
    expect(planOf('999', undefined)).toEqual({ emitter: 999, display: own });
    expect(planOf('1000', undefined)).toEqual({ display: 1000 });
    expect(planOf('7', 'emitter')).toEqual({ emitter: 7 });
    expect(planOf('', 'emitter')).toEqual({ emitter: 0 });
    expect(planOf('7', 'display')).toEqual({ display: 1007 });
    expect(planOf('1999', 'display')).toEqual({ display: 1999 });
    expect(planOf(undefined, 'display')).toEqual({ display: 65_535 });
    for (const [user, role] of [
      ['alice', undefined],
      ['2000', undefined],
      ['-1', undefined],
      ['7.5', 'emitter'],
      ['1007', 'emitter'],
      ['7', 'server'],
    ] as const) {
      expect(typeof planOf(user, role)).toBe('string');
      expect(new ClientProgram(user, { ...(role && { role }) }).host.endings).toEqual(['usage']);
    }
  });

  test('a server that cannot be reached, or goes', () => {
    const client = new ClientProgram('7');
    client.wire(0).events?.lost('refused');
    expect(client.host.takeLines()).toEqual(['Unable to connect to h:1.']);
    expect(client.host.endings).toEqual(['unreachable']);
    const both = ClientProgram.both();
    both.type('hi');
    both.wire(0).events?.lost('closed');
    expect(both.host.takeLines()).toEqual(['The server is gone.']);
    expect(both.endings).toEqual(['unreachable']);
    both.wire(1).events?.lost('closed');
    expect(both.host.endings).toEqual(['unreachable']);
  });
});

describe('what comes', () => {
  test('is answered and shown with the number of who sent it', () => {
    const client = ClientProgram.alone('display');
    client.wire(0).push(msg(1, 1007, 'Ob-la-di', 5));
    expect(linesIn(client.wire(0).take())).toEqual(['OK 1007>1 #5 @1000']);
    expect(client.host.shown).toEqual([
      {
        kind: 'incoming',
        lines: ['Message from 1: Ob-la-di'],
        json: {
          type: 'message',
          from: 1,
          to: 1007,
          text: 'Ob-la-di',
          sequence: 5,
          timestamp: 1000,
        },
      },
    ]);
  });

  test('from another door stands with the name, unless that could be a number', () => {
    const client = ClientProgram.alone('display');
    for (const text of ['alice: hi: there', '7: I am seven', '7 (private): hi', 'no name'])
      client.wire(0).push(msg(0, 1007, text, 5));
    client.wire(0).push(msg(8, 1007, 'bob: hi', 5));
    expect(client.host.takeLines()).toEqual([
      'Message from alice: hi: there',
      'Message from 0: 7: I am seven',
      'Message from 0: 7 (private): hi',
      'Message from 0: no name',
      'Message from 8: bob: hi',
    ]);
  });

  test('for one display alone is marked, where the display has asked for it', () => {
    const person = new ClientProgram('1007', { plain: false });
    person.open(0);
    const oi = person.wire(0).take();
    expect([...oi.subarray(10, 14)]).toEqual([255, 255, 255, 255]);
    person.wire(0).push(ok(0, 1007, 0));
    person.forget();
    person.wire(0).push(msg(1, 65_535, 'psst', 5));
    person.wire(0).push(msg(1, 1007, 'aloud', 6));
    expect(person.host.shown.map(({ json }) => json['private'])).toEqual([true, undefined]);
    expect(person.host.takeLines()).toEqual([
      'Message from 1 (private): psst',
      'Message from 1: aloud',
    ]);
    expect(linesIn(person.wire(0).take(), false)).toEqual(['OK 1007>1 #5', 'OK 1007>1 #6']);
    const script = new ClientProgram('1007', { interactive: false, plain: false });
    script.open(0, ok(0, 1007, 0));
    script.forget();
    script.wire(0).push(msg(1, 65_535, 'psst', 5));
    expect(script.host.takeLines()).toEqual(['Message from 1: psst']);
  });

  test('padded or not, glued or cut', () => {
    const client = ClientProgram.alone('display');
    const frames = [
      padded(msg(1, 1007, 'a', 1)),
      msg(2, 1007, 'b', 2),
      padded(msg(3, 1007, 'c', 3)),
    ];
    for (const byte of Buffer.concat([...frames, msg(4, 1007, 'd', 4)])) {
      client.wire(0).push(Buffer.of(byte));
    }
    expect(client.host.takeLines()).toEqual([
      'Message from 1: a',
      'Message from 2: b',
      'Message from 3: c',
      'Message from 4: d',
    ]);
  });

  test('cannot look like something from another user', () => {
    const client = ClientProgram.alone('display');
    client.wire(0).push(msg(1, 1007, 'a\nMessage from 2: b\r\nc\0\0', 1));
    expect(client.host.takeLines()).toEqual([
      'Message from 1: a',
      'Message from 1: Message from 2: b',
      'Message from 1: c',
    ]);
    client.wire(0).push(msg(1, 1007, Buffer.of(0x61, 0xc3), 2));
    expect(client.host.takeLines()).toEqual(['Message from 1: a\ufffd']);
  });

  test('who is there', () => {
    const client = ClientProgram.alone('display');
    client.wire(0).push(okqem(1007, [1, 2, 1001, 1007], 4));
    client.wire(0).push(okqem(1007, [], 5));
    expect(client.host.takeLines()).toEqual([
      'Emitters: 1, 2',
      'Displays: 1001, 1007',
      'Emitters: none',
      'Displays: none',
    ]);
    // It is an answer itself.
    expect(client.said(0)).toEqual([]);
  });

  test('what no server sends is refused; garbage ends it', () => {
    const client = ClientProgram.alone('display');
    client.wire(0).push(header(0, 0, 1007, 8));
    client.wire(0).push(header(99, 0, 1007, 9));
    expect(client.said(0)).toEqual(['ERRO 1007>0 #8', 'ERRO 1007>0 #9']);
    client.wire(0).push(Buffer.alloc(14 * 20, 0x47));
    expect(client.host.takeLines()).toEqual(['The server is gone.']);
    expect(client.host.endings).toEqual(['unreachable']);
  });
});

describe('the end', () => {
  test('both say goodbye, wait for their OK, and close', () => {
    const client = ClientProgram.both();
    client.client.leave();
    expect([client.said(0), client.said(1)]).toEqual([['FLW 7>0 #1'], ['FLW 1007>0 #1']]);
    expect(client.host.endings).toEqual([]);
    client.wire(0).push(ok(0, 7, 1));
    expect(client.wire(0).ending).toBe('ended');
    expect(client.host.endings).toEqual([]);
    client.wire(1).push(ok(0, 1007, 1));
    expect(client.wire(1).ending).toBe('ended');
    expect(client.host.endings).toEqual(['done']);
    client.client.leave();
    expect(client.host.endings).toEqual(['done']);
  });

  test('a server that does not answer is not waited for longer than a second', () => {
    const client = ClientProgram.both();
    client.type('lost');
    client.client.leave();
    expect(client.endings).toEqual(['unreachable']);
    expect(client.host.timers.map(({ ms }) => ms)).toEqual([1000, 1000]);
    client.host.ring();
    expect(client.host.endings).toEqual(['done']);
  });

  test('one that ends the connection instead has answered too', () => {
    const client = ClientProgram.both();
    client.client.leave();
    client.wire(0).events?.ended();
    client.wire(1).events?.lost('closed');
    expect(client.host.endings).toEqual(['done']);
    expect(client.host.takeLines()).toEqual([]);
  });

  test('a script that ends before it was connected leaves when it is, or could not be', () => {
    const client = new ClientProgram('7', { interactive: false, role: 'emitter' });
    client.client.leave();
    expect(client.host.endings).toEqual([]);
    client.open(0, ok(0, 7, 0));
    expect(client.said(0)).toEqual(['OI 7>0 #0', 'FLW 7>0 #1']);
    client.wire(0).push(ok(0, 7, 1));
    expect(client.host.endings).toEqual(['done']);
    const nowhere = new ClientProgram('7', { interactive: false });
    nowhere.client.leave();
    nowhere.wire(0).events?.lost('refused');
    expect(nowhere.host.endings).toEqual(['unreachable']);
  });

  test('before it was connected nothing is said', () => {
    const client = new ClientProgram('7');
    client.client.leave();
    expect(client.wire(0).ending).toBe('aborted');
    expect(client.host.endings).toEqual(['done']);
    client.wire(0).events?.lost('closed');
    expect(client.host.endings).toEqual(['done']);
  });

  test('/quit', () => {
    const client = ClientProgram.alone('display');
    client.type('/quit');
    expect(client.said(0)).toEqual(['FLW 1007>0 #1']);
    expect(client.endings).toEqual(['done']);
  });

  test('a display alone that is stopped says goodbye and ends', () => {
    const client = ClientProgram.alone('display');
    client.wire(0).push(flw(7, 1007, 4));
    expect(client.host.takeLines()).toEqual(['Stopped by 7.']);
    expect(client.said(0)).toEqual(['OK 1007>7 #4', 'FLW 1007>0 #1']);
    client.wire(0).push(ok(0, 1007, 1));
    expect(client.host.endings).toEqual(['done']);
  });

  test('beside an emitter the display ends alone', () => {
    const client = ClientProgram.both();
    client.type('/stop');
    client.wire(0).push(ok(0, 7, 1));
    expect(client.endings).toEqual([]);
    client.wire(1).push(flw(7, 1007, 1));
    expect(client.endings).toEqual(['done']);
    client.wire(1).push(msg(1, 1007, 'too late', 9));
    client.wire(1).push(ok(0, 1007, 1));
    expect(client.wire(1).ending).toBe('ended');
    expect(client.host.takeLines()).toEqual(['Stopped by 7.', 'What you type is still sent.']);
    client.type('still here');
    client.wire(0).push(ok(0, 7, 2));
    expect(client.endings).toEqual(['done', 'done']);
    client.client.leave();
    client.wire(0).push(ok(0, 7, 3));
    expect(client.host.endings).toEqual(['done']);
  });

  test('a server that closes ends both', () => {
    const client = ClientProgram.both();
    client.wire(1).push(Buffer.concat([msg(0, 1007, 'server is closing', 0), flw(0, 1007, 1)]));
    expect(client.host.takeLines()).toEqual([
      'Message from 0: server is closing',
      'The server is closing.',
    ]);
    expect([client.said(0), client.said(1)]).toEqual([
      ['FLW 7>0 #1'],
      ['OK 1007>0 #0', 'OK 1007>0 #1', 'FLW 1007>0 #1'],
    ]);
    client.wire(0).events?.ended();
    client.wire(1).events?.ended();
    expect(client.host.endings).toEqual(['unreachable']);
    // The emitter was told nothing, and comes back.
    expect(client.host.isFinal).toBe(false);
    expect(client.client.resume()).toEqual({ user: '7' });
  });

  test('a server that closes ends a display that stands alone for good', () => {
    const client = ClientProgram.alone('display');
    client.wire(0).push(flw(0, 1007, 0));
    client.wire(0).events?.ended();
    expect(client.host.endings).toEqual(['unreachable']);
    expect(client.host.isFinal).toBe(true);
  });

  test('whoever comes back asks for the same number, and takes another only where none was chosen', () => {
    const given = new ClientProgram(undefined, { resumed: { user: '12' } });
    given.open(0, erro(0, 12, 0));
    expect(given.said(0)).toEqual(['OI 12>0 #0', 'OI 0>0 #1']);
    const chosen = new ClientProgram('7', { resumed: { user: '7' } });
    chosen.open(0, erro(0, 7, 0), erro(0, 7, 1));
    expect(chosen.host.endings).toEqual(['try-later']);
  });
});
