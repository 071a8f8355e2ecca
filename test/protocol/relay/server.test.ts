// Conversations at a real relay door: the source's runs, refusals, silence, floods, crowds, the id space.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';

import { relay } from '../../../src/protocol/relay/index';
import { startServer, type TestServer } from '../../support/server';
import { isOverTls } from '../../support/tls';
import { flw, header, msg, oi, ok, padded, qem } from './frames';
import { many, range, RelayProgram } from './person';

let server: TestServer;
let port: number;

beforeEach(async () => {
  server = await startServer([relay]);
  port = server.port('relay');
});
afterEach(async () => {
  RelayProgram.resetAll();
  await server.stop();
  expect(server.console.warnings).toEqual([]);
});

const registered = (id: number, answers = true): Promise<RelayProgram> =>
  RelayProgram.registered(port, id, { answers });
/** A display has nothing more to read, once it has read this. */
async function nothingElse(display: RelayProgram, emitter: RelayProgram): Promise<void> {
  emitter.send(msg(emitter.id, display.id, 'and that was all', 4_000_000));
  expect(await display.line()).toBe(`MSG ${emitter.id}>${display.id} #4000000 "and that was all"`);
  while (!(await emitter.line()).startsWith(`OK 0>${emitter.id} #4000000`));
}

describe('the runs of the source', () => {
  test('all four', async () => {
    const [one, two] = [await registered(1), await registered(2)];
    const [first, second] = [await registered(1001), await registered(1002)];

    expect(await one.answers(msg(1, 0, 'Ob-la-di', 1))).toEqual(['OK 0>1 #1']);
    expect(await first.line()).toBe('MSG 1>1001 #1 "Ob-la-di"');
    expect(await second.line()).toBe('MSG 1>1002 #1 "Ob-la-di"');

    expect(await one.answers(msg(1, 1002, 'Ob-la-da', 2))).toEqual(['OK 0>1 #2']);
    expect(await second.line()).toBe('MSG 1>1002 #2 "Ob-la-da"');

    expect(await two.answers(msg(2, 1001, 'Life goes on, brah!!!', 1))).toEqual(['OK 0>2 #1']);
    expect(await first.line()).toBe('MSG 2>1001 #1 "Life goes on, brah!!!"');

    expect(await one.answers(qem(1, 1001, 3))).toEqual(['OK 0>1 #3']);
    expect(await first.line()).toBe('OKQEM 0>1001 #3 [1 2 1001 1002]');

    await nothingElse(first, one);
    await nothingElse(second, two);
  });

  test('answers and OKQEM carry the timestamp of the request, a forwarded MSG the server’s', async () => {
    const before = Math.floor(Date.now() / 1000);
    const [emitter, display] = [await registered(1), await registered(1001)];
    emitter.send(msg(1, 0, 'x', 1, 77));
    expect(await emitter.next()).toMatchObject({ kind: 'OK', timestamp: 77 });
    const { timestamp } = await display.next();
    expect(timestamp).toBeGreaterThanOrEqual(before);
    expect(timestamp).toBeLessThanOrEqual(Math.floor(Date.now() / 1000));
    emitter.send(header(5, 1, 1001, 2, 78));
    expect(await emitter.next()).toMatchObject({ kind: 'OK', timestamp: 78 });
    expect(await display.next()).toMatchObject({ kind: 'OKQEM', sequence: 2, timestamp: 78 });
  });
});

describe('numbers', () => {
  test('in use, and a second try on the same connection', async () => {
    const first = await registered(7);
    const second = await RelayProgram.connect(port);
    expect(await second.answers(oi(7, 0), oi(2000, 1), oi(8, 2), oi(9, 3))).toEqual([
      'ERRO 0>7 #0',
      'ERRO 0>2000 #1',
      'OK 0>8 #2',
      'ERRO 0>8 #3',
    ]);
    await first.leave();
    const third = await registered(7);
    expect(third.id).toBe(7);
    // A connection that breaks gives its number back, too.
    third.reset();
    for (;;) {
      const next = await RelayProgram.connect(port);
      const [line] = await next.answers(oi(7));
      await next.close();
      if (line === 'OK 0>7 #0') break;
    }
  });

  test('0 and 65535 give the lowest free ones', async () => {
    await registered(1);
    const third = await registered(3);
    await registered(1000);
    expect((await registered(0)).id).toBe(2);
    expect((await registered(0)).id).toBe(4);
    expect((await registered(65_535)).id).toBe(1001);
    await third.leave();
    expect((await registered(0)).id).toBe(3);
  });

  // Two thousand handshakes, on both sides, are more than this process does in time.
  test.skipIf(isOverTls)(
    'all of them: 999 emitters and 1000 displays at once, and no more',
    async () => {
      const displays = await many(range(1000, 1999), () => registered(65_535));
      const emitters = await many(range(1, 999), () => registered(0));
      const ids = (programs: readonly RelayProgram[]): number[] =>
        programs.map(({ id }) => id).sort((one, other) => one - other);
      expect(ids(emitters)).toEqual(range(1, 999));
      expect(ids(displays)).toEqual(range(1000, 1999));
      const late = await RelayProgram.connect(port);
      expect(await late.answers(oi(0, 1), oi(65_535, 2), oi(500, 3), oi(1500, 4))).toEqual([
        'ERRO 0>0 #1',
        'ERRO 0>65535 #2',
        'ERRO 0>500 #3',
        'ERRO 0>1500 #4',
      ]);

      // Every display hears its own emitter, and ten that speak to all.
      for (const emitter of emitters) emitter.send(msg(emitter.id, emitter.id + 1000, 'mine', 1));
      const speakers = emitters.filter(({ id }) => id <= 10);
      for (const { id, send } of speakers.map((one) => ({ id: one.id, send: one }))) {
        send.send(msg(id, 0, `all from ${id}`, 2));
      }
      await Promise.all(
        emitters.map(async (one) => expect(await one.line()).toBe(`OK 0>${one.id} #1`)),
      );
      await Promise.all(
        speakers.map(async (one) => expect(await one.line()).toBe(`OK 0>${one.id} #2`)),
      );
      const toAll = range(1, 10).map((id) => `all from ${id}`);
      await Promise.all(
        displays.map(async (display) => {
          const mine = display.id === 1000 ? [] : ['mine'];
          await display.until(() => display.frames.length >= 10 + mine.length, 'all of it');
          const texts = display.frames.map((frame) =>
            frame.kind === 'MSG' ? Buffer.from(frame.text).toString() : frame.kind,
          );
          expect(texts.sort()).toEqual([...toAll, ...mine].sort());
          const own = display.frames.filter(({ sequence }) => sequence === 1);
          expect(own.map(({ origin }) => origin)).toEqual(mine.map(() => display.id - 1000));
        }),
      );

      const [emitter, display] = [emitters[0], displays[0]];
      if (!emitter || !display) throw new Error('too few programs');
      display.frames.length = 0;
      emitter.send(qem(emitter.id, display.id, 5));
      expect(await display.next()).toMatchObject({ kind: 'OKQEM', ids: range(1, 1999) });
    },
    60_000,
  );
});

describe('thirty emitters and forty displays at once', () => {
  test('every message at every display, each emitter’s in order', async () => {
    const texts = 40;
    const displays = await many(range(1000, 1039), (id) => registered(id));
    const emitters = await many(range(1, 30), (id) => registered(id));
    // Half of them wait for each OK, half do not; some pad.
    for (const emitter of emitters.filter(({ id }) => id % 2 === 0)) {
      const frames = range(1, texts).map((at) => msg(emitter.id, 0, `${emitter.id}:${at}`, at));
      emitter.send(...frames.map((frame) => (emitter.id % 3 === 0 ? padded(frame) : frame)));
    }
    await Promise.all(
      emitters.map(async (emitter) => {
        for (let at = 1; at <= texts; at++) {
          if (emitter.id % 2 === 1) emitter.send(msg(emitter.id, 0, `${emitter.id}:${at}`, at));
          expect(await emitter.line()).toBe(`OK 0>${emitter.id} #${at}`);
        }
      }),
    );
    for (const display of displays) {
      await display.until(() => display.frames.length >= 30 * texts, 'all of it');
      expect(display.frames).toHaveLength(30 * texts);
      for (const { id } of emitters) {
        const own = display.frames.filter(({ origin }) => origin === id);
        expect(own.map(({ sequence }) => sequence)).toEqual(range(1, texts));
        const said = own.map((frame) =>
          frame.kind === 'MSG' ? Buffer.from(frame.text).toString() : '',
        );
        expect(said).toEqual(range(1, texts).map((at) => `${id}:${at}`));
      }
    }
  }, 30_000);
});

describe('displays that do not keep others waiting', () => {
  test('one that never answers, and one that does not even read', async () => {
    const emitter = await registered(1);
    const [silent, deaf, good] = [
      await registered(1001, false),
      await registered(1002, false),
      await registered(1003),
    ];
    deaf.pause();
    for (let at = 1; at <= 200; at++) {
      expect(await emitter.answers(msg(1, 0, 'x'.repeat(140), at))).toEqual([`OK 0>1 #${at}`]);
    }
    await good.until(() => good.frames.length === 200, 'all of it');
    expect(silent.frames.map(({ sequence }) => sequence)).toEqual([1]);
    deaf.resume();
    await deaf.until(() => deaf.frames.length === 1, 'the first');
    // The one that answers late goes on where it was.
    silent.send(ok(1001, 0, 1));
    await silent.until(() => silent.frames.length === 2, 'the second');
    silent.send(ok(1001, 0, 1), ok(1001, 0, 7), ok(1001, 0, 2));
    await silent.until(() => silent.frames.length === 3, 'the third');
  });

  test('an emitter that floods keeps no other from speaking, and nothing of it is lost', async () => {
    const [flooder, other] = [await registered(1), await registered(2)];
    const displays = await many(range(1001, 1004), (id) => registered(id));
    const total = 6000;
    flooder.send(...range(1, total).map((at) => msg(1, 0, 'flood', at)));
    const sent = performance.now();
    expect(await other.answers(msg(2, 0, 'excuse me', 1))).toEqual(['OK 0>2 #1']);
    for (const display of displays) {
      await display.until(() => display.frames.some(({ origin }) => origin === 2), 'the other');
      // It did not wait for the end of the flood.
      expect(display.frames.length).toBeLessThan(total);
    }
    expect(performance.now() - sent).toBeLessThan(5000);
    for (const display of displays) {
      await display.until(() => display.frames.length === total + 1, 'the flood');
      const flood = display.frames.filter(({ origin }) => origin === 1);
      expect(flood.map(({ sequence }) => sequence)).toEqual(range(1, total));
    }
    await flooder.until(() => flooder.frames.length === total, 'every OK');
  }, 30_000);

  test('one that goes away while it is written to', async () => {
    const [emitter, good] = [await registered(1), await registered(1001)];
    const bad = await registered(1002, false);
    expect(await emitter.answers(msg(1, 0, 'a', 1), msg(1, 1002, 'b', 2))).toEqual([
      'OK 0>1 #1',
      'OK 0>1 #2',
    ]);
    bad.reset();
    for (let at = 3; ; at++) {
      const [line] = await emitter.answers(msg(1, 1002, 'still there?', at));
      if (line === `ERRO 0>1 #${at}`) break;
    }
    expect(await good.line()).toBe('MSG 1>1001 #1 "a"');
    await nothingElse(good, emitter);
  });
});

describe('what is no frame', () => {
  test('lies, garbage and pieces end where they are, and harm no other program', async () => {
    const [emitter, display] = [await registered(1), await registered(1001)];
    const lies = [header(65_535, 1, 0, 1), msg(1, 0, 'x'.repeat(141), 2), header(7, 1, 0, 3)];
    expect(await emitter.answers(...lies)).toEqual(['ERRO 0>1 #1', 'ERRO 0>1 #2', 'ERRO 0>1 #3']);
    const cut = await RelayProgram.connect(port);
    cut.send(oi(5).subarray(0, 9));
    cut.finish();
    expect(await cut.line()).toBe('ERRO 0>5 #0');
    await cut.ended();
    const web = await RelayProgram.connect(port);
    web.send(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\r\n\r\n'.repeat(20)));
    await web.ended();
    expect(web.frames.every(({ kind }) => kind === 'ERRO')).toBe(true);
    // A character cut at 140 bytes arrives as it was sent, to all and to one.
    const text = Buffer.from('x' + 'é'.repeat(70)).subarray(0, 140);
    expect(await emitter.answers(msg(1, 0, text, 4), msg(1, 1001, text, 5))).toHaveLength(2);
    for (const sequence of [4, 5]) {
      expect(await display.next()).toMatchObject({ kind: 'MSG', sequence, text });
    }
    await nothingElse(display, emitter);
  });
});

describe('FLW', () => {
  test('of an emitter stops its display, and no other', async () => {
    const [emitter, display] = [await registered(7), await registered(1007)];
    const other = await registered(1008);
    expect(await emitter.answers(flw(7, 1008, 1), flw(7, 1009, 2), flw(7, 1007, 3))).toEqual([
      'ERRO 0>7 #1',
      'ERRO 0>7 #2',
      'OK 0>7 #3',
    ]);
    expect(await display.line()).toBe('FLW 7>1007 #3');
    await display.leave();
    expect(await emitter.answers(msg(7, 1007, 'gone', 4))).toEqual(['ERRO 0>7 #4']);
    await nothingElse(other, emitter);
    await emitter.leave();
  });

  test('with --open-stop any emitter stops any display', async () => {
    await server.stop();
    server = await startServer([relay], { flags: { 'open-stop': true } });
    const emitter = await RelayProgram.registered(server.port('relay'), 7);
    const display = await RelayProgram.registered(server.port('relay'), 1008);
    expect(await emitter.answers(flw(7, 1008, 1))).toEqual(['OK 0>7 #1']);
    expect(await display.line()).toBe('FLW 7>1008 #1');
  });

  test('of the server: displays are told, in a frame of their own, and everybody is let go', async () => {
    const [emitter, display] = [await registered(7), await registered(1007)];
    const stopped = server.stop();
    expect(await display.lines(2)).toEqual(['MSG 0>1007 #0 "server is closing"', 'FLW 0>1007 #1']);
    await display.ended();
    await emitter.ended();
    await Promise.all([emitter.close(), display.close()]);
    await stopped;
  });

  test('a padding server pads what goes to displays, and only that', async () => {
    await server.stop();
    server = await startServer([relay], { flags: { 'relay-pad': true } });
    const display = await RelayProgram.registered(server.port('relay'), 1001, { answers: false });
    const emitter = await RelayProgram.registered(server.port('relay'), 1);
    emitter.send(msg(1, 0, 'x', 1));
    await emitter.next();
    await display.until(() => display.bytes >= 14 + 156, '156 bytes');
    expect(display.bytes).toBe(14 + 156);
  });
});
