// What a display is shown: stop and wait, late, second and missing answers, other doors' texts, floods.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { limits } from '../../../src/protocol/limits';
import { numberedName, type RoomName } from '../../../src/protocol/model';
import { FairQueue } from '../../../src/protocol/relay/server/fair_queue';
import { erro, msg, oi, ok, padded } from './frames';
import { Program } from './program';

const answer = (sequence: number): Buffer => ok(1007, 0, sequence);

describe('stop and wait', () => {
  test('a text keeps its origin and sequence and gets the time of the server', () => {
    const program = Program.registered(1007);
    program.said(1, 'Ob-la-di', 5);
    expect(program.lines()).toEqual(['MSG 1>1007 #5 @2000 "Ob-la-di"']);
  });

  test('one at a time; OK or ERRO with its number lets the next one go', () => {
    const program = Program.registered(1007);
    for (const sequence of [1, 2, 3]) program.said(1, 'x', sequence);
    expect(program.lines()).toEqual(['MSG 1>1007 #1 @2000 "x"']);
    expect(program.host.wakeMs).toBe(limits.relay.answerMs);
    expect(program.answers(answer(1))).toEqual(['MSG 1>1007 #2 @2000 "x"']);
    expect(program.answers(erro(1007, 0, 2))).toEqual(['MSG 1>1007 #3 @2000 "x"']);
    expect(program.answers(answer(3))).toEqual([]);
  });

  test('answers to other things, second and early ones change nothing', () => {
    const program = Program.registered(1007);
    expect(program.answers(answer(0), answer(1))).toEqual([]);
    program.said(1, 'x', 1);
    program.said(1, 'y', 2);
    program.lines();
    expect(program.answers(answer(0), answer(2), answer(9))).toEqual([]);
    expect(program.answers(answer(1), answer(1), answer(1))).toEqual(['MSG 1>1007 #2 @2000 "y"']);
  });

  test('whatever a display claims as origin, its connection says who it is', () => {
    const program = Program.registered(1007);
    program.said(1, 'x', 1);
    program.said(1, 'y', 2);
    program.lines();
    expect(program.answers(ok(0, 1, 1))).toEqual(['MSG 1>1007 #2 @2000 "y"']);
  });

  test('says what is for it alone only where it has asked for that', () => {
    const usual = Program.registered(1007);
    usual.direct('#1', 'psst', { reference: 4 });
    expect(usual.lines()).toEqual(['MSG 1>1007 #4 @2000 "psst"']);
    const asking = new Program();
    const hello = oi(1007);
    hello.writeUInt32BE(0xffff_ffff, 10);
    asking.send(hello);
    asking.lines();
    asking.direct('#1', 'psst', { reference: 4 });
    expect(asking.answers(ok(1007, 1, 4))).toEqual(['MSG 1>65535 #4 @2000 "psst"']);
    asking.said(1, 'aloud', 5);
    expect(asking.lines()).toEqual(['MSG 1>1007 #5 @2000 "aloud"']);
  });

  test('is padded to 156 bytes where that is asked for', () => {
    const program = Program.registered(1007, {}, { padded: true });
    program.said(1, 'x', 1);
    expect(program.host.bytes).toEqual(Buffer.from(padded(msg(1, 1007, 'x', 1, 2000))));
  });

  test('bytes that are no UTF-8 come out as they went in', () => {
    const program = Program.registered(1007);
    const bytes = Uint8Array.of(0x61, 0xe9, 0xff, 0);
    program.said(1, bytes, 1);
    expect(program.host.bytes).toEqual(Buffer.from(msg(1, 1007, bytes, 1, 2000)));
  });

  test('OKQEM and FLW take their turn, and are not waited for', () => {
    const program = Program.registered(1007);
    const signal = (name: string) =>
      program.told({
        is: 'signal',
        signal: name,
        from: numberedName(7),
        numbers: [3, 1000],
        origin: 'relay',
        at: 2000,
      });
    program.said(7, 'x', 1);
    signal('who');
    program.said(7, 'y', 4);
    signal('stop');
    program.lines();
    expect(program.answers(answer(1))).toEqual([
      'OKQEM 0>1007 #3 @1000 []',
      'MSG 7>1007 #4 @2000 "y"',
    ]);
    expect(program.answers(answer(3))).toEqual([]);
    expect(program.answers(answer(4))).toEqual(['FLW 7>1007 #3 @2000']);
  });
});

describe('a display that does not answer', () => {
  test('is waited for once, and then written to without waiting', () => {
    const program = Program.registered(1007);
    program.said(1, 'a', 1);
    program.said(1, 'b', 2);
    program.lines();
    program.session.woke();
    expect(program.lines()).toEqual(['MSG 1>1007 #2 @2000 "b"']);
    expect(program.host.warned).toEqual([
      'relay: display 1007 did not answer within 5 s; it is written to without waiting',
    ]);
    for (const sequence of [3, 4, 5]) program.said(1, 'c', sequence);
    expect(program.lines()).toHaveLength(3);
    program.session.woke();
    expect(program.host.warned).toHaveLength(1);
  });

  test('is waited for again from the moment it answers one, and is reported only once', () => {
    const program = Program.registered(1007);
    program.said(1, 'a', 1);
    program.session.woke();
    for (const sequence of [2, 3, 4]) program.said(1, 'b', sequence);
    program.lines();
    expect(program.answers(answer(3))).toEqual([]);
    for (const sequence of [5, 6]) program.said(1, 'c', sequence);
    expect(program.lines()).toEqual(['MSG 1>1007 #5 @2000 "c"']);
    // The others come late and are ignored.
    expect(program.answers(answer(4), answer(1))).toEqual([]);
    expect(program.answers(answer(5))).toEqual(['MSG 1>1007 #6 @2000 "c"']);
    program.session.woke();
    program.said(1, 'd', 7);
    program.said(1, 'd', 8);
    expect(program.lines()).toHaveLength(2);
    expect(program.host.warned).toHaveLength(1);
  });

  test('its late answer to the very one that was given up counts as an answer', () => {
    const program = Program.registered(1007);
    program.said(1, 'a', 1);
    program.session.woke();
    program.send(answer(1));
    program.said(1, 'b', 2);
    program.said(1, 'c', 3);
    expect(program.lines()).toEqual(['MSG 1>1007 #1 @2000 "a"', 'MSG 1>1007 #2 @2000 "b"']);
  });

  test('an answer to what it was never sent does not count', () => {
    const program = Program.registered(1007);
    program.said(1, 'a', 1);
    program.session.woke();
    program.lines();
    expect(program.answers(answer(77))).toEqual([]);
    program.said(1, 'b', 2);
    program.said(1, 'c', 3);
    expect(program.lines()).toHaveLength(2);
  });

  test('is never dropped for what others say: who floods is cut short, and others are heard', () => {
    const program = Program.registered(1007);
    for (let at = 0; at < 2 * limits.relay.waiting; at++) {
      program.said(1, 'x', at);
      program.foreign('mallory', 'y');
    }
    program.said(2, 'excuse me', 7);
    program.foreign('alice', 'hello');
    const secret = program.direct('#3', 'between us', { reference: 8 });
    expect(program.host.ending).toBe('open');
    program.lines();
    // It does not answer in time, and then gets all that waits.
    program.session.woke();
    const lines = program.lines();
    expect(lines.length).toBeLessThanOrEqual(limits.relay.waiting);
    for (const word of ['excuse me', 'alice: hello', 'between us'])
      expect(lines.filter((line) => line.includes(word))).toHaveLength(1);
    expect(secret).toEqual(['delivered']);
  });

  test('shows all of a text or nothing of it', () => {
    const program = Program.registered(1007);
    const half = limits.relay.waiting / 2;
    for (let at = 0; at < half - 1; at++) program.said(1, 'x', at);
    // As many frames as one text may become: eight such texts leave room for a part of the ninth.
    const { parts } = limits.text;
    for (let taken = parts; taken <= half; taken += parts) {
      program.foreign('mallory', 'a\n'.repeat(parts));
    }
    program.foreign('mallory', 'b\n'.repeat(parts));
    program.session.woke();
    const lines = program.lines().join('\n');
    expect(lines).toContain('mallory: a');
    expect(lines).not.toContain('mallory: b');
  });
});

describe('private messages', () => {
  test('are settled when the display has answered, not before', () => {
    for (const answered of [ok, erro]) {
      const program = Program.registered(1007);
      program.said(2, 'x', 9);
      const settled = program.direct('#1', 'hi', { reference: 5 });
      expect(program.lines()).toEqual(['MSG 2>1007 #9 @2000 "x"']);
      expect(program.answers(answer(9))).toEqual(['MSG 1>1007 #5 @2000 "hi"']);
      expect(settled).toEqual([]);
      program.send(answered(1007, 1, 5), answered(1007, 1, 5));
      expect(settled).toEqual([answered === ok ? 'delivered' : 'refused']);
    }
  });

  test('count as shown when the display does not answer in time, and at once when it never does', () => {
    const program = Program.registered(1007);
    const first = program.direct('#1', 'hi', { reference: 5 });
    program.session.woke();
    expect(first).toEqual(['delivered']);
    expect(program.direct('#1', 'ho', { reference: 6 })).toEqual(['delivered']);
  });

  test('are settled by the end of the server, which has written them', () => {
    const program = Program.registered(1007);
    const [first, second] = [1, 2].map((at) => program.direct('#1', 'hi', { reference: at }));
    program.session.closing();
    expect([first, second]).toEqual([['delivered'], ['delivered']]);
  });

  test('find no display at an emitter', () => {
    expect(Program.registered(7).direct('alice', 'hi')).toEqual(['failed']);
    expect(new Program().direct('alice', 'hi')).toEqual(['failed']);
  });
});

describe('what comes by other doors', () => {
  /** The texts of all that it is shown, answering each. */
  const shown = (program: Program): string[] => {
    const all: string[] = [];
    for (let at = 0; program.host.writes.length > 0; at++) {
      all.push(...program.lines(false));
      program.send(answer(at));
    }
    return all;
  };

  test('has origin 0, says who speaks, and is numbered by the server', () => {
    const program = Program.registered(1007);
    program.foreign('alice', 'hello');
    program.foreign('bob', '');
    expect(shown(program)).toEqual(['MSG 0>1007 #0 "alice: hello"', 'MSG 0>1007 #1 "bob: "']);
  });

  test('is one MSG for each line, each with the name', () => {
    const program = Program.registered(1007);
    program.foreign('alice', 'one\n\nMessage from 7: two\n');
    expect(shown(program)).toEqual([
      'MSG 0>1007 #0 "alice: one"',
      'MSG 0>1007 #1 "alice: "',
      'MSG 0>1007 #2 "alice: Message from 7: two"',
    ]);
  });

  test('is cut between characters to at most 140 bytes, and loses nothing', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
        fc.string({ maxLength: 400, unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text)),
        (name, text) => {
          const program = Program.registered(1007);
          program.foreign(name, text);
          const frames: Buffer[] = [];
          for (let at = 0; program.host.writes.length > 0; at++) {
            frames.push(...program.host.writes.splice(0).map((bytes) => Buffer.from(bytes)));
            program.send(answer(at));
          }
          const texts = frames.map((bytes) => bytes.subarray(16).toString());
          for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(156);
          const [first = ''] = texts;
          const prefix = first.slice(0, first.indexOf(': ', Math.min(name.length, 31) - 1) + 2);
          if (!name.includes(':')) {
            expect(texts.map((one) => one.slice(prefix.length)).join('')).toBe(text);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('a long name is shortened', () => {
    const program = Program.registered(1007);
    program.foreign('n'.repeat(200), 'hi');
    expect(program.lines(false)).toEqual([`MSG 0>1007 #0 "${'n'.repeat(31)}~: hi"`]);
  });

  test('a file is told by its name and size', () => {
    const program = Program.registered(1007);
    const hash = 'x' as never;
    program.session.deliver(
      {
        is: 'direct',
        serial: 1,
        id: 1,
        from: 'alice' as never,
        to: numberedName(7),
        text: 'see',
        file: { hash, size: 12, name: 'a.png' },
        origin: 'mailbox',
        at: 2000,
      },
      () => {},
    );
    expect(program.lines(false)).toEqual(['MSG 0>1007 #0 "alice: see (file a.png, 12 bytes)"']);
  });

  test('private ones in parts are settled with the last part', () => {
    const program = Program.registered(1007);
    const settled = program.direct('alice', 'x'.repeat(200), { origin: 'mailbox' });
    program.send(answer(0));
    expect(settled).toEqual([]);
    program.send(answer(1));
    expect(settled).toEqual(['delivered']);
  });

  test('who comes and goes elsewhere, money and invitations are not shown', () => {
    const program = Program.registered(1007);
    const [name, from] = [numberedName(1), numberedName(2)];
    const room = 'relay' as RoomName;
    program.told({ is: 'joined', room, name, origin: 'market' });
    program.told({ is: 'left', room, name, origin: 'market' });
    program.told({ is: 'paid', from, amount: 1, origin: 'market' });
    program.told({ is: 'invited', room, by: from, origin: 'groups' });
    program.told({ is: 'presence', name, here: true });
    program.told({ is: 'receipt', id: 1, by: name, status: 'delivered' });
    expect(program.lines()).toEqual([]);
  });
});

describe('one emitter that floods', () => {
  test('does not keep the others waiting behind all of it', () => {
    const program = Program.registered(1007);
    for (let at = 0; at < 5000; at++) program.said(1, 'flood', at);
    program.said(2, 'excuse me', 70_000);
    let turns = 0;
    for (; !program.lines().some((line) => line.includes('excuse me')); turns++) {
      program.send(answer(turns));
    }
    expect(turns).toBeLessThanOrEqual(limits.relay.placesPerSender + 1);
  });

  test('twenty who flood keep nobody waiting behind a share of each', () => {
    const program = Program.registered(1007);
    for (let at = 0; at < 500; at++) {
      for (let id = 1; id <= 20; id++) program.said(id, 'flood', 100 * at + id);
    }
    program.said(21, 'excuse me', 70_000);
    let turns = 0;
    for (; !program.lines().some((line) => line.includes('excuse me')); turns++) {
      program.send(answer(turns < 20 ? 1 + turns : 0));
      if (turns > 20) break;
    }
    expect(turns).toBeLessThanOrEqual(3);
  });

  test('the order of each sender is kept, and with little traffic the order of all', () => {
    const item = fc.record({ sender: fc.constantFrom('1', '2', '3', '4', '5'), value: fc.nat() });
    fc.assert(
      fc.property(fc.array(fc.option(item), { maxLength: 400 }), (steps) => {
        const queue = new FairQueue<{ sender: string; value: number }>();
        const added: { sender: string; value: number }[] = [];
        const taken: typeof added = [];
        const take = (): boolean => {
          const one = queue.take();
          if (one) taken.push(one);
          return one !== undefined;
        };
        for (const step of steps) {
          if (step) queue.add(step);
          else take();
          if (step) added.push(step);
          expect(queue.size).toBe(added.length - taken.length);
          const own = (items: typeof added) => items.filter(({ sender }) => sender === '1').length;
          expect(queue.countOf('1')).toBe(own(added) - own(taken));
        }
        while (take());
        for (const sender of ['1', '2', '3', '4', '5']) {
          const own = (items: typeof added) => items.filter((one) => one.sender === sender);
          expect(own(taken)).toEqual(own(added));
        }
        const counts = ['1', '2', '3', '4', '5'].map(
          (id) => added.filter(({ sender }) => sender === id).length,
        );
        if (Math.max(...counts) <= limits.relay.placesPerSender) expect(taken).toEqual(added);
      }),
    );
  });
});
