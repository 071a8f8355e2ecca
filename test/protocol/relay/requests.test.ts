// What a registered program asks: texts, who is there, the end of a display and its own, and every refusal.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { numberedName, type User } from '../../../src/protocol/model';
import { yes } from '../../support/fake_host';
import { flw, msg, oi, ok, okqem, padded, qem } from './frames';
import { Program } from './program';

const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;

describe('MSG', () => {
  test('to 0 is said to all, with its sequence as reference', () => {
    const program = Program.registered(1);
    expect(program.answers(msg(1, 0, 'Ob-la-di', 5))).toEqual(['OK 0>1 #5 @1000']);
    expect(program.commands).toEqual([
      { do: 'say', session: program.host.session, room: 'relay', text: 'Ob-la-di', reference: 5 },
    ]);
  });

  test('to a display is private', () => {
    const program = Program.registered(1);
    expect(program.answers(msg(1, 1002, 'Ob-la-da', 6))).toEqual(['OK 0>1 #6 @1000']);
    expect(program.commands).toEqual([
      {
        do: 'direct',
        from: { session: program.host.session },
        to: '#1002',
        text: 'Ob-la-da',
        reference: 6,
        origin: 'relay',
      },
    ]);
  });

  test('to a display that is not there, or can take no more: ERRO', () => {
    for (const why of ['unknown-user', 'full', 'overloaded', 'storage', 'internal'] as const) {
      const program = Program.registered(1, { direct: () => no(why), say: () => no('not-member') });
      expect(program.answers(msg(1, 1002, 'hi', 1))).toEqual(['ERRO 0>1 #1 @1000']);
      expect(program.answers(msg(1, 0, 'hi', 2))).toEqual(['ERRO 0>1 #2 @1000']);
      expect(program.host.ending).toBe('open');
    }
  });

  test('to what is no display at all: ERRO, without asking', () => {
    const program = Program.registered(1);
    for (const to of [1, 7, 999, 2000, 65_535]) {
      expect(program.answers(msg(1, to, 'hi', 1))).toEqual(['ERRO 0>1 #1 @1000']);
    }
    expect(program.commands).toEqual([]);
  });

  test('with an origin that this connection has not registered: ERRO', () => {
    const program = Program.registered(1);
    for (const origin of [0, 2, 1001, 65_535]) {
      expect(program.answers(msg(origin, 0, 'hi', 1))).toEqual(['ERRO 0>1 #1 @1000']);
      expect(program.answers(qem(origin, 1001, 2))).toEqual(['ERRO 0>1 #2 @1000']);
      expect(program.answers(flw(origin, 0, 3))).toEqual(['ERRO 0>1 #3 @1000']);
    }
    expect(program.commands).toEqual([]);
  });

  test('of 0 and of 140 bytes goes as it is; of 141 it is refused and the connection stays', () => {
    const program = Program.registered(1);
    for (const text of ['', 'x'.repeat(140), 'é'.repeat(70)]) {
      expect(program.answers(msg(1, 0, text, 1))).toEqual(['OK 0>1 #1 @1000']);
      expect(program.commands).toMatchObject([{ do: 'say', text }]);
    }
    expect(program.answers(msg(1, 0, 'x'.repeat(141), 2), msg(1, 0, 'on', 3))).toEqual([
      'ERRO 0>1 #2 @1000',
      'OK 0>1 #3 @1000',
    ]);
    expect(program.commands).toMatchObject([{ text: 'on' }]);
  });

  test('with a character cut at 140 bytes keeps its bytes', () => {
    const program = Program.registered(1);
    const cut = Buffer.from('x' + 'é'.repeat(70)).subarray(0, 140);
    expect(program.answers(msg(1, 0, cut, 1), msg(1, 1001, cut, 2))).toHaveLength(2);
    const [said, sent] = program.commands as { raw: Uint8Array; text: string }[];
    for (const one of [said, sent]) {
      expect(Buffer.from(one?.raw ?? [])).toEqual(cut);
      expect(one?.text).toBe('x' + 'é'.repeat(69) + '\ufffd');
    }
  });

  test('from peers that pad to 156 bytes, and from those that do not', () => {
    const program = Program.registered(1);
    const frames = [padded(msg(1, 0, 'a', 1)), padded(msg(1, 0, 'b', 2)), msg(1, 0, 'c', 3)];
    program.feed.drip(Buffer.concat([...frames, flw(1, 0, 4)]));
    expect(program.lines()).toEqual([1, 2, 3, 4].map((at) => `OK 0>1 #${at} @1000`));
  });

  test('is taken when the one before it was answered, and not earlier', () => {
    const program = Program.registered(1);
    program.host.hold = true;
    program.send(msg(1, 0, 'a', 1), msg(1, 0, 'b', 2), msg(2, 0, 'c', 3));
    expect(program.commands).toMatchObject([{ text: 'a' }]);
    program.host.release(1);
    expect(program.lines()).toEqual(['OK 0>1 #1 @1000']);
    expect(program.commands).toMatchObject([{ text: 'b' }]);
    program.host.release(1);
    expect(program.lines()).toEqual(['OK 0>1 #2 @1000', 'ERRO 0>1 #3 @1000']);
  });

  test('from a display: ERRO, and it stays', () => {
    const program = Program.registered(1007);
    expect(program.answers(msg(1007, 0, 'hi', 1), qem(1007, 1007, 2), okqem(0, [], 3))).toEqual([
      'ERRO 0>1007 #1 @1000',
      'ERRO 0>1007 #2 @1000',
      'ERRO 0>1007 #3 @1000',
    ]);
    expect(program.host.ending).toBe('open');
    expect(program.commands).toEqual([]);
  });
});

describe('QEM', () => {
  test('is passed to the display with its sequence and timestamp', () => {
    const program = Program.registered(1);
    expect(program.answers(qem(1, 1001, 4))).toEqual(['OK 0>1 #4 @1000']);
    expect(program.commands).toEqual([
      {
        do: 'signal',
        session: program.host.session,
        to: '#1001',
        signal: 'who',
        numbers: [4, 1000],
      },
    ]);
  });

  test('for a display that is not there, or for what is none: ERRO', () => {
    const program = Program.registered(1, { signal: () => no('unknown-user') });
    expect(program.answers(qem(1, 1001, 4))).toEqual(['ERRO 0>1 #4 @1000']);
    program.host.commands.length = 0;
    for (const to of [0, 1, 999, 2000, 65_535]) {
      expect(program.answers(qem(1, to, 4))).toEqual(['ERRO 0>1 #4 @1000']);
    }
    expect(program.commands).toEqual([]);
  });

  test('shows the display all numbers in ascending order, emitters first, and no other user', () => {
    const names = ['#1001', '#2', 'alice', '#999', '#1000', '#1', '#7x'];
    const users = names.map((name) => ({ name, kind: 'guest' }) as User);
    const program = Program.registered(1001, { users: () => yes<'users'>({ users }) });
    program.told({
      is: 'signal',
      signal: 'who',
      from: numberedName(1),
      numbers: [4, 1000],
      origin: 'relay',
      at: 2000,
    });
    expect(program.lines()).toEqual(['OKQEM 0>1001 #4 @1000 [1 2 999 1000 1001]']);
  });
});

describe('FLW', () => {
  test('to 0: the number is given back, then OK, and the program closes', () => {
    for (const id of [7, 1007]) {
      const program = Program.registered(id);
      program.host.hold = true;
      expect(program.answers(flw(id, 0, 9))).toEqual([]);
      program.host.release();
      expect(program.lines()).toEqual([`OK 0>${id} #9 @1000`]);
      expect(program.commands).toEqual([{ do: 'leave', session: program.host.session }]);
      // Nothing more is sent to it, whatever it or another program says.
      expect(program.answers(oi(8, 1), msg(id, 0, 'x', 2), flw(id, 0, 3))).toEqual([]);
      program.said(1, 'hi', 1);
      expect(program.direct('#1', 'hi', { reference: 1 })).toEqual(['failed']);
      expect(program.lines()).toEqual([]);
      expect(program.host.ending).toBe('open');
      expect(program.host.wakeMs).toBe(limits.net.closingMs);
      program.feed.end();
      program.session.woke();
      expect(program.host.ending).toBe('ended');
    }
  });

  test('from an emitter to its own display is passed on', () => {
    const program = Program.registered(7);
    expect(program.answers(flw(7, 1007, 4))).toEqual(['OK 0>7 #4 @1000']);
    expect(program.commands).toMatchObject([
      { do: 'signal', to: '#1007', signal: 'stop', numbers: [4, 1000] },
    ]);
    expect(program.answers(msg(7, 0, 'still here', 5))).toEqual(['OK 0>7 #5 @1000']);
  });

  test('to the display of another emitter only with --open-stop', () => {
    const strict = Program.registered(7);
    expect(strict.answers(flw(7, 1008, 4))).toEqual(['ERRO 0>7 #4 @1000']);
    expect(strict.commands).toEqual([]);
    const open = Program.registered(7, {}, { openStop: true });
    expect(open.answers(flw(7, 1008, 4))).toEqual(['OK 0>7 #4 @1000']);
    expect(open.commands).toMatchObject([{ to: '#1008', signal: 'stop' }]);
    expect(open.answers(flw(7, 8, 5))).toEqual(['ERRO 0>7 #5 @1000']);
  });

  test('to a display that is not there: ERRO', () => {
    const program = Program.registered(7, { signal: () => no('unknown-user') });
    expect(program.answers(flw(7, 1007, 4))).toEqual(['ERRO 0>7 #4 @1000']);
  });

  test('reaches the display with the number of the emitter and the time of the server', () => {
    const program = Program.registered(1007);
    program.told({
      is: 'signal',
      signal: 'stop',
      from: numberedName(7),
      numbers: [4, 1000],
      origin: 'relay',
      at: 2000,
    });
    expect(program.lines()).toEqual(['FLW 7>1007 #4 @2000']);
    // It ends by itself.
    expect(program.answers(ok(1007, 7, 4), flw(1007, 0, 1))).toEqual(['OK 0>1007 #1 @1000']);
  });

  test('from a display to itself is its own; to another program it is refused', () => {
    const program = Program.registered(1007);
    for (const to of [7, 1008, 65_535]) {
      expect(program.answers(flw(1007, to, 1))).toEqual(['ERRO 0>1007 #1 @1000']);
    }
    expect(program.answers(flw(1008, 0, 2))).toEqual(['ERRO 0>1007 #2 @1000']);
    expect(program.answers(flw(1007, 1007, 3))).toEqual(['OK 0>1007 #3 @1000']);
  });
});
