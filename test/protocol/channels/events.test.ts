// How what the hub tells is said in frames.

import { describe, expect, test } from 'bun:test';

import { framesOfEvent } from '../../../src/protocol/channels/server/events';
import type {
  ChatEvent,
  Direct,
  FileHash,
  MembershipChange,
  Name,
  RoomName,
  Said,
} from '../../../src/protocol/model';
import { textsOf } from './support';

const bytes = (text: string): Uint8Array => Buffer.from(text);

const said = (text: string, more: Partial<Said> = {}): Said => ({
  is: 'said',
  room: 'r' as RoomName,
  from: 'Alice' as Name,
  text,
  origin: 'channels',
  at: 0,
  ...more,
});
const moved = (is: MembershipChange['is'], name: string): MembershipChange => ({
  is,
  room: 'r' as RoomName,
  name: name as Name,
  origin: 'channels',
});
const direct = (text: string, file?: Direct['file']): Direct => ({
  is: 'direct',
  serial: 1,
  id: 1,
  from: 'bob' as Name,
  to: 'Scott' as Name,
  text,
  origin: 'mailbox',
  at: 0,
  ...(file && { file }),
});
const told = (event: ChatEvent): string[] => textsOf(framesOfEvent(event) ?? new Uint8Array());

describe('what clients are told', () => {
  test('what is said stands behind the name in brackets', () => {
    expect(told(said('Hi everyone!'))).toEqual(['[Alice] Hi everyone!']);
    expect(told(said('  indented'))).toEqual(['[Alice]   indented']);
    expect(told(said(''))).toEqual(['[Alice]']);
  });

  test('who comes and who goes', () => {
    expect(told(moved('joined', 'Alice'))).toEqual(['Alice has joined']);
    expect(told(moved('left', 'Panda'))).toEqual(['Panda has left']);
  });

  test('bytes that are not UTF-8 go out as they came', () => {
    const raw = Buffer.from([0xff, 0x00, 0x80, 0x41]);
    const frames = framesOfEvent(said('\ufffd\0\ufffdA', { raw })) ?? new Uint8Array();
    expect(
      Buffer.from(frames.subarray(0, 12)).equals(Buffer.concat([bytes('[Alice] '), raw])),
    ).toBe(true);
  });

  test('a private message, and a file that came with it', () => {
    const file = { hash: '' as FileHash, size: 1234, name: 'a b.txt' };
    expect(told(direct('hi'))).toEqual(['[bob] (private) hi']);
    expect(told(direct('look', file))).toEqual(['[bob] (private) look (file a b.txt, 1234 bytes)']);
    expect(told(direct('', file))).toEqual(['[bob] (private) (file a b.txt, 1234 bytes)']);
    expect(told(direct('one\ntwo'))).toEqual(['[bob] (private) one', '[bob] (private) two']);
  });

  test('a name stays whole while a text fits beside it, else it is cut', () => {
    const wide = '😀'.repeat(32) + '~2';
    expect(told(moved('left', wide))).toEqual([`${wide} has left`]);
    expect(told(moved('left', 'x'.repeat(255)))).toEqual([`${'x'.repeat(31)}~ has left`]);
  });

  test('nothing of what this protocol has no words for', () => {
    expect(framesOfEvent({ is: 'presence', name: 'a' as Name, here: true })).toBeUndefined();
    expect(
      framesOfEvent({ is: 'receipt', id: 1, by: 'a' as Name, status: 'delivered' }),
    ).toBeUndefined();
  });

  test('the same event is encoded once, another one anew', () => {
    const one = said('hi');
    const frames = framesOfEvent(one);
    expect(framesOfEvent(one)).toBe(frames as Uint8Array);
    expect(framesOfEvent({ ...one })).not.toBe(frames as Uint8Array);
    expect(told(one)).toEqual(['[Alice] hi']);
  });
});
