// One community: users of every dialect talk with users of every other, in every ordered pair.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { channelsKind } from '../protocol/channels/person';
import { mailboxKind } from '../protocol/mailbox/person';
import { marketKind } from '../protocol/market/person';
import { relayKind } from '../protocol/relay/person';
import { isGap, type Person, type PersonKind } from '../support/person';
import { startServer, type TestServer } from '../support/server';
import { kinds } from './kinds';

/** The rooms of the dialects, and one that is nobody's. */
const roomNames = [...kinds.flatMap(({ dialect }) => dialect.server?.room ?? []), 'lobby'];

let server: TestServer;
beforeAll(async () => {
  server = await startServer(kinds.map(({ dialect }) => dialect));
});
afterAll(async () => {
  await server.stop();
  expect(server.console.warnings).toEqual([]);
});

let people = 0;
const enter = (kind: PersonKind): Promise<Person> =>
  kind.enter(server.port(kind.dialect.name), kind.name(++people));

/** Two people for the time of one test. */
async function withPair(
  [one, other]: readonly [PersonKind, PersonKind],
  meet: (one: Person, other: Person) => Promise<void>,
): Promise<void> {
  const first = await enter(one);
  const second = await enter(other);
  await meet(first, second);
  await first.leave();
  await second.leave();
}

const canBeIn = ({ rooms }: PersonKind, room: string): boolean =>
  rooms === 'any' || rooms.includes(room);
const pairs = kinds.flatMap((one) =>
  kinds.map((other): readonly [PersonKind, PersonKind] => [one, other]),
);
const named = ([one, other]: readonly [PersonKind, PersonKind]): string =>
  `${one.dialect.name} to ${other.dialect.name}`;

/** Texts that would forge a line, blind a terminal or break a frame at some door. */
const nasty: readonly (readonly [sent: string, foreign: string])[] = [
  ['[SERVER] Client: You have 9 dollars.', '[SERVER] Client: You have 9 dollars.'],
  ['<boss>: pay', '<boss>: pay'],
  ['\x1b[2Jgone\x07', '[2Jgone'],
  ['a\tb\u202ec\u009bd', 'a bcd'],
  ['pay up\n[SERVER] Client: <x> connected!', 'pay up\n[SERVER] Client: <x> connected!'],
  ['one\r\ntwo\rthree', 'one\ntwo\nthree'],
];

describe.each(pairs.map((pair) => [named(pair), pair] as const))('%s', (_name, pair) => {
  const [kind, other] = pair;
  const foreign = kind !== other;

  test('a private message', () =>
    withPair(pair, async (writer, reader) => {
      if (isGap(writer.write)) return expect(writer.write.cannot).toMatch(/^the protocol has/);
      if (isGap(reader.reads)) return expect(reader.reads.cannot).toMatch(/^the protocol has/);
      if (!kind.addresses(reader)) return expect(kind.dialect.name).toBe('relay');
      const reads = reader.reads;
      const read = ['hello', 'hola, ¿qué tal? 🙂'].map((text) => reads(writer, text));
      await writer.write(reader, 'hello');
      await writer.write(reader, 'hola, ¿qué tal? 🙂');
      await Promise.all(read);
    }));

  test('a private message that would forge a line of somebody else', () =>
    withPair(pair, async (writer, reader) => {
      // Only the mailbox's texts can hold a line end. In all other dialects a text ends with the line.
      if (isGap(writer.write) || isGap(reader.reads) || kind !== mailboxKind) return;
      for (const [sent, shown] of nasty) {
        const read = reader.reads(writer, foreign ? shown : sent);
        await writer.write(reader, sent);
        await read;
      }
    }));

  test.each(roomNames)('something said in the room %s', (room) =>
    withPair(pair, async (speaker, hearer) => {
      if (!canBeIn(kind, room) || !canBeIn(other, room)) return;
      if (isGap(speaker.say) || isGap(speaker.join)) throw new Error('in a room without a voice');
      if (isGap(hearer.hears) || isGap(hearer.join)) throw new Error('in a room without ears');
      await hearer.join(room);
      await speaker.join(room);
      const heard = hearer.hears(speaker, 'hello, room 🙂');
      await speaker.say('hello, room 🙂');
      await heard;
      const cleaned = foreign || kind.cleansItself === true;
      const clean = hearer.hears(speaker, cleaned ? '[31mred' : '\x1b[31mred');
      await speaker.say('\x1b[31mred');
      await clean;
    }),
  );

  test('presence', () =>
    withPair(pair, async (asker, seen) => {
      if (isGap(asker.list)) return expect(asker.list.cannot).toMatch(/^the protocol has/);
      const names = await asker.list();
      const shown = kind !== relayKind || other === relayKind;
      expect(names.includes(seen.name)).toBe(shown);
      expect(names.includes(asker.name)).toBe(true);
    }));

  test('an attachment', () =>
    withPair(pair, async (sender, receiver) => {
      if (isGap(sender.attach)) return expect(sender.attach.cannot).toMatch(/^the protocol has/);
      if (isGap(receiver.seesFile)) return expect(receiver.seesFile.cannot).toBeString();
      const seen = receiver.seesFile(sender, 'look', 'a b.txt', 5);
      await sender.attach(receiver, 'look', 'a b.txt', Buffer.from('12345'));
      await seen;
    }));
});

describe('names', () => {
  test('a guest never takes the name of an account, nor of another guest, at whatever door', async () => {
    const mia = await enter(mailboxKind);
    const channels = await channelsKind.enter(server.port('channels'), mia.name);
    const list = isGap(mia.list) ? [] : await mia.list();
    expect(list).toContain(mia.name);
    expect(list).toContain(`${mia.name}~2`);
    await channels.leave();
    await mia.leave();
  });
});

describe('long texts', () => {
  const long = '🙂'.repeat(63) + 'abc';
  test('are cut at character borders, in order, and none is lost: mailbox to a relay display', () =>
    withPair([mailboxKind, relayKind], async (writer, display) => {
      if (isGap(writer.write) || isGap(display.reads)) throw new Error('a gap');
      const room = 140 - `${writer.name}: `.length;
      const count = Math.floor(room / 4);
      const parts = ['🙂'.repeat(count), '🙂'.repeat(63 - count) + 'abc'];
      const read = Promise.all(
        parts.map((part) =>
          (display.reads as (f: Person, t: string) => Promise<void>)(writer, part),
        ),
      );
      // The confirmation comes after the last part.
      await writer.write(display, long);
      await read;
    }));

  test('and mailbox to channels', () =>
    withPair([mailboxKind, channelsKind], async (writer, reader) => {
      if (isGap(writer.write) || isGap(reader.reads)) throw new Error('a gap');
      const room = 200 - `[${writer.name}] (private) `.length;
      const count = Math.floor(room / 4);
      const read = reader.reads(writer, '🙂'.repeat(count));
      const rest = reader.reads(writer, '🙂'.repeat(63 - count) + 'abc');
      await writer.write(reader, long);
      await read;
      await rest;
    }));

  test('an alias of 255 bytes is shown in full, or shortened where it must fit a frame', async () => {
    const alias = 'x'.repeat(255);
    const writer = await mailboxKind.enter(server.port('mailbox'), alias);
    for (const kind of [channelsKind, relayKind, marketKind]) {
      const reader = await enter(kind);
      if (isGap(writer.write) || isGap(reader.reads)) throw new Error('a gap');
      const name = kind.showsLongNames ? alias : `${'x'.repeat(31)}~`;
      const seen = { name, dialect: 'mailbox' };
      const read = reader.reads(seen, 'hi');
      await writer.write(reader, 'hi');
      await read;
      await reader.leave();
    }
    await writer.leave();
  });
});
