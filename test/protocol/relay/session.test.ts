// The states of one program: registering, what is no frame, and every way to end.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { numberedName } from '../../../src/protocol/model';
import { yes } from '../../support/fake_host';
import { erro, flw, header, msg, oi, ok, okqem, qem, short } from './frames';
import { Program } from './program';

const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;

describe('OI', () => {
  test('registers an emitter: deaf, and in the room where it speaks to all', () => {
    const program = new Program();
    expect(program.answers(oi(7, 3))).toEqual(['OK 0>7 #3 @1000']);
    expect(program.commands).toMatchObject([
      {
        do: 'enter',
        wanted: { name: '#7' },
        collision: 'refuse',
        dialect: 'relay',
        machine: 'm1',
        address: program.host.remote,
        deaf: true,
      },
      { do: 'room-join', room: 'relay', mute: true },
    ]);
  });

  test('registers a display: hears, also for the emitter below it', () => {
    const program = new Program();
    expect(program.answers(oi(1007))).toEqual(['OK 0>1007 #0 @1000']);
    const [enter, join] = program.commands;
    expect(enter).toMatchObject({ wanted: { name: '#1007' }, hearsFor: { below: 1000 } });
    expect(enter).not.toHaveProperty('deaf');
    expect(join).toMatchObject({ do: 'room-join', room: 'relay', mute: false });
  });

  test('the first and last numbers of both kinds are numbers, and no other is', () => {
    for (const id of [1, 999, 1000, 1999]) {
      expect(new Program().answers(oi(id))).toEqual([`OK 0>${id} #0 @1000`]);
    }
    for (const id of [2000, 2001, 32_768, 65_534]) {
      const program = new Program();
      expect(program.answers(oi(id, 1))).toEqual([`ERRO 0>${id} #1 @1000`]);
      expect(program.commands).toEqual([]);
    }
  });

  test('0 asks for the lowest free emitter, 65535 for the lowest free display; the OK tells which', () => {
    const emitter = new Program({ enter: () => yes<'enter'>({ name: numberedName(12) }) });
    expect(emitter.answers(oi(0))).toEqual(['OK 0>12 #0 @1000']);
    expect(emitter.commands[0]).toMatchObject({ wanted: { lowest: [1, 999] }, deaf: true });
    expect(emitter.answers(msg(12, 0, 'hi', 1))).toEqual(['OK 0>12 #1 @1000']);
    const display = new Program({ enter: () => yes<'enter'>({ name: numberedName(1012) }) });
    expect(display.answers(oi(65_535))).toEqual(['OK 0>1012 #0 @1000']);
    expect(display.commands[0]).toMatchObject({
      wanted: { lowest: [1000, 1999] },
      hearsFor: { below: 1000 },
    });
  });

  test('a number in use is refused, and another may be tried on the same connection', () => {
    const taken = new Set<string>(['#7', '#8']);
    const program = new Program({
      enter: ({ wanted }) =>
        'name' in wanted && !taken.has(wanted.name)
          ? yes<'enter'>({ name: wanted.name })
          : no('name-taken'),
    });
    expect(program.answers(oi(7, 0))).toEqual(['ERRO 0>7 #0 @1000']);
    expect(program.host.wakeMs).toBe(limits.net.requestMs);
    expect(program.answers(oi(8, 1), oi(9, 2))).toEqual(['ERRO 0>8 #1 @1000', 'OK 0>9 #2 @1000']);
    expect(program.answers(msg(9, 0, 'hi', 3))).toEqual(['OK 0>9 #3 @1000']);
  });

  test('when all numbers are taken, the ERRO carries what was asked', () => {
    const program = new Program({ enter: () => no('none-free') });
    expect(program.answers(oi(0, 4), oi(65_535, 5))).toEqual([
      'ERRO 0>0 #4 @1000',
      'ERRO 0>65535 #5 @1000',
    ]);
  });

  test('a second one on a connection that has a number is refused and changes nothing', () => {
    for (const id of [7, 1007]) {
      const program = Program.registered(id);
      for (const again of [id, 8, 1008, 0, 65_535]) {
        expect(program.answers(oi(again, 1))).toEqual([`ERRO 0>${id} #1 @1000`]);
      }
      expect(program.commands).toEqual([]);
    }
  });

  test('what follows an OI waits for its answer', () => {
    const program = new Program();
    program.host.hold = true;
    expect(program.answers(oi(0, 0), msg(1, 0, 'hi', 1))).toEqual([]);
    expect(program.commands).toMatchObject([{ do: 'enter' }]);
    program.host.hold = false;
    program.host.release();
    expect(program.lines()).toEqual(['OK 0>1 #0 @1000', 'OK 0>1 #1 @1000']);
    expect(program.commands).toMatchObject([{ do: 'room-join' }, { do: 'say', text: 'hi' }]);
  });

  test('before it nothing is accepted, and answers are not answered', () => {
    const program = new Program();
    const early = [msg(7, 0, 'hi', 1), qem(7, 1001, 2), flw(7, 0, 3), okqem(7, [], 4)];
    expect(program.answers(...early)).toEqual([
      'ERRO 0>7 #1 @1000',
      'ERRO 0>7 #2 @1000',
      'ERRO 0>7 #3 @1000',
      'ERRO 0>0 #4 @1000',
    ]);
    expect(program.answers(ok(7, 0, 1), erro(7, 0, 1))).toEqual([]);
    expect(program.commands).toEqual([]);
  });

  test('who never says it is let go', () => {
    const program = new Program();
    expect(program.host.wakeMs).toBe(limits.net.requestMs);
    program.session.woke();
    expect(program.host.ending).toBe('ended');
  });

  test('who said it is not', () => {
    const program = Program.registered(7);
    expect(program.host.wakeMs).toBeUndefined();
    program.session.woke();
    expect(program.host.ending).toBe('open');
  });

  test('a room that cannot be joined ends the connection', () => {
    const program = new Program({ 'room-join': () => no('overloaded') });
    program.send(oi(7));
    expect(program.host.ending).toBe('ended');
    expect(program.commands).toMatchObject([{}, {}, { do: 'leave' }]);
  });
});

describe('what is no frame', () => {
  test('a kind that is none: ERRO with its sequence, and the connection stays', () => {
    for (const id of [0, 7, 1007]) {
      const program = id === 0 ? new Program() : Program.registered(id);
      for (const kind of [7, 300, 65_535]) {
        expect(program.answers(header(kind, 5, 0, 8))).toEqual([`ERRO 0>${id || 5} #8 @1000`]);
      }
      expect(program.host.ending).toBe('open');
    }
  });

  test('a length that lies is refused at once, however little comes of it', () => {
    const program = Program.registered(7);
    expect(program.answers(header(2, 7, 0, 8), short(65_535))).toEqual(['ERRO 0>7 #8 @1000']);
    expect(program.answers(Buffer.alloc(65_535), msg(7, 0, 'on', 9))).toEqual(['OK 0>7 #9 @1000']);
  });

  test('many headers in a row that are none: the connection ends', () => {
    const program = Program.registered(7);
    const garbage = Buffer.from('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n'.repeat(9));
    program.send(garbage);
    expect(program.lines()).toHaveLength(16);
    expect(program.host.ending).toBe('ended');
    expect(program.commands).toEqual([{ do: 'leave', session: program.host.session }]);
  });

  test('kinds that are none do not add up when there are frames between them', () => {
    const program = Program.registered(7);
    for (let times = 0; times < 40; times++) program.send(header(9, 7, 0), msg(7, 0, 'x'));
    expect(program.lines()).toHaveLength(80);
    expect(program.host.ending).toBe('open');
  });

  test('a frame cut by the end: ERRO, and the end', () => {
    for (const length of [1, 5, 13, 14, 15, 17]) {
      const program = Program.registered(7);
      program.send(msg(7, 0, 'hi', 0x01020304).subarray(0, length));
      expect(program.lines()).toEqual([]);
      program.feed.end();
      const sequence = length === 1 || length === 5 ? 0 : 0x01020304;
      expect(program.lines(false)).toEqual([`ERRO 0>7 #${sequence}`]);
      expect(program.host.ending).toBe('ended');
      expect(program.commands).toMatchObject([{ do: 'leave' }]);
    }
  });

  test('an end between frames leaves in silence, after what was asked is answered', () => {
    const program = Program.registered(7);
    program.host.hold = true;
    program.send(msg(7, 0, 'a', 1), msg(7, 0, 'b', 2));
    program.feed.end();
    expect(program.host.ending).toBe('open');
    program.host.release();
    expect(program.lines()).toEqual(['OK 0>7 #1 @1000', 'OK 0>7 #2 @1000']);
    expect(program.host.ending).toBe('ended');
    expect(program.commands).toMatchObject([{}, {}, { do: 'leave' }]);
  });

  test('a connection that breaks while something is with the hub is simply gone', () => {
    for (const frames of [[oi(7)], [oi(7), msg(7, 0, 'a')], [oi(7), flw(7)]]) {
      const program = new Program();
      program.host.hold = true;
      program.send(...frames);
      program.session.lost();
      program.host.release();
      expect(program.lines()).toEqual([]);
      expect(program.host.ending).toBe('open');
    }
  });
});

describe('the end of the server', () => {
  test('a display gets what waits, a word, and FLW from 0', () => {
    const program = Program.registered(1007);
    program.host.now = 3000;
    program.said(1, 'a', 5);
    program.said(1, 'b', 6);
    program.session.closing();
    expect(program.lines()).toEqual([
      'MSG 1>1007 #5 @2000 "a"',
      'MSG 1>1007 #6 @2000 "b"',
      'MSG 0>1007 #0 @3000 "server is closing"',
      'FLW 0>1007 #1 @3000',
    ]);
    expect(program.host.ending).toBe('ended');
  });

  test('an emitter, or a program without a number, is just left', () => {
    for (const program of [Program.registered(7), new Program()]) {
      program.session.closing();
      expect(program.lines()).toEqual([]);
      expect(program.host.ending).toBe('ended');
    }
  });
});
