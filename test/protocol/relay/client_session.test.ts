// The client without a network: registering, what is typed, what comes, stopping and being stopped.

import { describe, expect, test } from 'bun:test';

import type { ClientOptions, Ending } from '../../../src/protocol/dialect';
import { destinationOf, planOf, typedOf } from '../../../src/protocol/relay/client/commands';
import { RelayClientSession } from '../../../src/protocol/relay/client/session';
import { FakeClientHost, type FakeConnection } from '../../support/fake_client_host';
import { erro, flw, header, linesIn, msg, ok, okqem, padded } from './frames';

/** A client, and the test as its server. */
class Client {
  readonly host = new FakeClientHost();
  readonly client: RelayClientSession;
  readonly endings: Ending[] = [];

  constructor(user?: string, more: Partial<ClientOptions> = {}) {
    this.client = new RelayClientSession(this.host, {
      target: { ...(user !== undefined && { user }), host: 'h', port: 1, path: '' },
      interactive: true,
      takeover: false,
      ...more,
    });
  }

  /** An emitter 7 and a display 1007, both registered. */
  static both(): Client {
    const client = new Client('7');
    client.open(0, ok(0, 7, 0));
    client.open(1, ok(0, 1007, 0));
    client.forget();
    return client;
  }
  static alone(role: 'emitter' | 'display'): Client {
    const client = new Client('7', { role });
    client.open(0, ok(0, role === 'emitter' ? 7 : 1007, 0));
    client.forget();
    return client;
  }

  wire(at: number): FakeConnection {
    const connection = this.host.connections[at];
    if (!connection) throw new Error(`connection ${at} was not dialled`);
    return connection;
  }
  open(at: number, ...answers: Uint8Array[]): void {
    this.wire(at).events?.opened?.();
    for (const answer of answers) this.wire(at).push(answer);
  }
  /** What it has written on a connection since the last time. */
  said(at: number): string[] {
    return linesIn(this.wire(at).take(), false);
  }
  type(line: string): void {
    this.client.typed(line, (ending) => void this.endings.push(ending));
  }
  forget(): void {
    this.host.connections.forEach((connection) => connection.take());
    this.host.shown.length = 0;
  }
}

describe('registering', () => {
  test('emitter first, its display beside it, each on a connection of its own', () => {
    const client = new Client('7');
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
    const client = new Client();
    client.open(0);
    expect(client.said(0)).toEqual(['OI 0>0 #0']);
    client.wire(0).push(ok(0, 12, 0));
    client.open(1);
    expect(client.said(1)).toEqual(['OI 1012>0 #0']);
  });

  test('a display that is in use is replaced by a free one, on the same connection', () => {
    const client = new Client('7');
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
      const client = new Client(user);
      client.open(0, erro(0, id, 0));
      expect(client.host.takeLines()).toEqual([`Number ${id} is in use; 0 is any that is free.`]);
      expect(client.said(0)).toEqual([`OI ${id}>0 #0`, `FLW ${id}>0 #1`]);
      client.wire(0).push(erro(0, id, 1));
      expect(client.host.endings).toEqual(['try-later']);
    }
    const full = new Client();
    full.open(0, erro(0, 0, 0));
    expect(full.host.takeLines()).toEqual(['Every number is in use.']);
  });

  test('one of them alone', () => {
    const emitter = new Client('7', { role: 'emitter' });
    emitter.open(0, ok(0, 7, 0));
    expect(emitter.host.takeLines()).toEqual(['You are emitter 7.']);
    expect(emitter.host.connections).toHaveLength(1);
    const display = new Client('7', { role: 'display' });
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
      expect(new Client(user, { ...(role && { role }) }).host.endings).toEqual(['usage']);
    }
  });

  test('a server that cannot be reached, or goes', () => {
    const client = new Client('7');
    client.wire(0).events?.lost('refused');
    expect(client.host.takeLines()).toEqual(['Unable to connect to h:1.']);
    expect(client.host.endings).toEqual(['unreachable']);
    const both = Client.both();
    both.type('hi');
    both.wire(0).events?.lost('closed');
    expect(both.host.takeLines()).toEqual(['The server is gone.']);
    expect(both.endings).toEqual(['unreachable']);
    both.wire(1).events?.lost('closed');
    expect(both.host.endings).toEqual(['unreachable']);
  });
});

describe('what is typed', () => {
  test('goes to all, one after the other, each when the one before was answered', () => {
    const client = Client.alone('emitter');
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
    const client = Client.alone('emitter');
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
    const client = Client.alone('emitter');
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
    const client = Client.alone('emitter');
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
    const both = Client.both();
    both.type('/who');
    both.wire(0).push(ok(0, 7, 1));
    both.wire(1).push(okqem(1007, [7, 1007], 1));
    both.type('/stop');
    expect(both.said(0)).toEqual(['QEM 7>1007 #1', 'FLW 7>1007 #2']);
    const alone = Client.alone('emitter');
    alone.type('/who');
    expect(alone.endings).toEqual(['usage']);
  });

  test('is done, beside a display, when that has shown it', () => {
    const client = Client.both();
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
    const client = new Client('7', { role: 'emitter' });
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
    const client = Client.both();
    for (const line of ['/help', '', '/dance']) client.type(line);
    expect(client.endings).toEqual(['done', 'done', 'usage']);
    expect(client.host.takeLines()).toContain('@1002 TEXT    to one display');
    expect(client.said(0)).toEqual([]);
    const display = Client.alone('display');
    display.type('hi');
    expect(display.host.takeLines()).toEqual(['A display only shows. /quit ends it.']);
  });

  test('Tab completes commands, and displays once they are known', () => {
    const client = Client.both();
    expect(client.client.complete('/')).toContain('/who');
    expect(client.client.complete('@')).toEqual([]);
    client.wire(1).push(okqem(1007, [1, 7, 1001, 1007]));
    expect(client.client.complete('@1')).toEqual(['@1001', '@1007']);
    expect(client.client.complete('/who 1')).toEqual(['1001', '1007']);
    expect(client.client.complete('hello ')).toEqual([]);
  });
});

describe('what comes', () => {
  test('is answered and shown with the number of who sent it', () => {
    const client = Client.alone('display');
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

  test('padded or not, glued or cut', () => {
    const client = Client.alone('display');
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

  test('cannot look like something from somebody else', () => {
    const client = Client.alone('display');
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
    const client = Client.alone('display');
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
    const client = Client.alone('display');
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
    const client = Client.both();
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
    const client = Client.both();
    client.type('lost');
    client.client.leave();
    expect(client.endings).toEqual(['unreachable']);
    expect(client.host.timers.map(({ ms }) => ms)).toEqual([1000, 1000]);
    client.host.ring();
    expect(client.host.endings).toEqual(['done']);
  });

  test('one that ends the connection instead has answered too', () => {
    const client = Client.both();
    client.client.leave();
    client.wire(0).events?.ended();
    client.wire(1).events?.lost('closed');
    expect(client.host.endings).toEqual(['done']);
    expect(client.host.takeLines()).toEqual([]);
  });

  test('a script that ends before it was connected leaves when it is, or could not be', () => {
    const client = new Client('7', { interactive: false, role: 'emitter' });
    client.client.leave();
    expect(client.host.endings).toEqual([]);
    client.open(0, ok(0, 7, 0));
    expect(client.said(0)).toEqual(['OI 7>0 #0', 'FLW 7>0 #1']);
    client.wire(0).push(ok(0, 7, 1));
    expect(client.host.endings).toEqual(['done']);
    const nowhere = new Client('7', { interactive: false });
    nowhere.client.leave();
    nowhere.wire(0).events?.lost('refused');
    expect(nowhere.host.endings).toEqual(['unreachable']);
  });

  test('before it was connected nothing is said', () => {
    const client = new Client('7');
    client.client.leave();
    expect(client.wire(0).ending).toBe('aborted');
    expect(client.host.endings).toEqual(['done']);
    client.wire(0).events?.lost('closed');
    expect(client.host.endings).toEqual(['done']);
  });

  test('/quit', () => {
    const client = Client.alone('display');
    client.type('/quit');
    expect(client.said(0)).toEqual(['FLW 1007>0 #1']);
    expect(client.endings).toEqual(['done']);
  });

  test('a display alone that is stopped says goodbye and ends', () => {
    const client = Client.alone('display');
    client.wire(0).push(flw(7, 1007, 4));
    expect(client.host.takeLines()).toEqual(['Stopped by 7.']);
    expect(client.said(0)).toEqual(['OK 1007>7 #4', 'FLW 1007>0 #1']);
    client.wire(0).push(ok(0, 1007, 1));
    expect(client.host.endings).toEqual(['done']);
  });

  test('beside an emitter the display ends alone', () => {
    const client = Client.both();
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
    const client = Client.both();
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
  });
});
