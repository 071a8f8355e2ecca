// How what the hub tells is said in lines.

import { describe, expect, test } from 'bun:test';

import { bytesOfEvent } from '../../../src/protocol/market/server/events';
import type { ChatEvent, FileHash, Name, RoomName } from '../../../src/protocol/model';

const name = (text: string): Name => text as Name;

describe('what clients are told', () => {
  const origin = 'market';
  const room = 'market' as RoomName;
  const said = { is: 'said', room, from: name('bob'), text: 'hi', origin, at: 0 } as const;
  const direct = {
    is: 'direct',
    serial: 1,
    id: 1,
    from: name('bob'),
    to: name('alice'),
    text: 'hi',
    origin,
    at: 0,
  } as const;
  const file = { hash: '' as FileHash, size: 5, name: 'a.txt' };
  const told: readonly (readonly [ChatEvent, string | undefined])[] = [
    [said, '<bob>: hi\n'],
    [{ ...said, text: 'one\ntwo\n' }, '<bob>: one\n<bob>: two\n'],
    [{ ...said, text: 'hi\n[SERVER] Client: x' }, '<bob>: hi\n<bob>: [SERVER] Client: x\n'],
    [direct, '<bob>: hi\n'],
    [{ ...direct, file }, '<bob>: hi (file a.txt, 5 bytes)\n'],
    [{ ...direct, text: '', file }, '<bob>: (file a.txt, 5 bytes)\n'],
    [{ is: 'joined', room, name: name('bob'), origin }, '[SERVER] Client: <bob> connected!\n'],
    [{ is: 'left', room, name: name('bob'), origin }, '[SERVER] Client: <bob> disconnected!\n'],
    [
      { is: 'paid', from: name('bob'), origin, amount: 10 },
      '[SERVER] Client: <bob> transferred 10 dollars to you.\n',
    ],
    [
      { is: 'receipt', id: 1, by: name('bob'), status: 'failed' },
      '[SERVER] Client: <bob> left before your message arrived.\n',
    ],
    [{ is: 'receipt', id: 1, by: name('bob'), status: 'delivered' }, undefined],
    [{ is: 'presence', name: name('bob'), here: true }, undefined],
    [{ is: 'invited', room, by: name('bob'), origin }, undefined],
    [{ is: 'signal', signal: 'x', from: name('bob'), numbers: [], origin, at: 0 }, undefined],
  ];
  for (const [event, bytes] of told) {
    test(`${event.is}: ${JSON.stringify(bytes)}`, () => {
      const made = bytesOfEvent(event);
      expect(made && Buffer.from(made).toString()).toBe(bytes as string);
    });
  }

  test('what is told to many is encoded once', () => {
    const one = bytesOfEvent(said);
    expect(bytesOfEvent(said)).toBe(one as Uint8Array);
    expect(bytesOfEvent({ ...said })).not.toBe(one as Uint8Array);
  });
});
