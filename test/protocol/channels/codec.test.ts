// What a frame means: control messages, names and channels for the server, messages for the client.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import {
  channelOf,
  controlOf,
  isControl,
  messageOf,
  nameOfFrame,
} from '../../../src/protocol/channels/wire/codec';
import { texts } from '../../../src/protocol/channels/wire/messages';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('a control message', () => {
  test('is what starts with a slash and nothing else', () => {
    expect(isControl(bytes('/list'))).toBe(true);
    expect(isControl(bytes('/'))).toBe(true);
    expect(isControl(bytes(' /list'))).toBe(false);
    expect(isControl(bytes('hi /list'))).toBe(false);
    expect(isControl(bytes(''))).toBe(false);
  });

  test.each([
    ['/list', { is: 'list' }],
    ['/list now', { is: 'list' }],
    ['/join 168_tas', { is: 'join', channel: '168_tas' }],
    ['/join   168_tas', { is: 'join', channel: '168_tas' }],
    ['/join\t168_tas', { is: 'join', channel: '168_tas' }],
    ['/create café', { is: 'create', channel: 'café' }],
    ['/join', { is: 'nameless', command: 'join' }],
    ['/create', { is: 'nameless', command: 'create' }],
    ['/join a b', { is: 'nameless', command: 'join' }],
    ['/create a b', { is: 'nameless', command: 'create' }],
    ['/', { is: 'unknown', word: '/' }],
    ['/ list', { is: 'unknown', word: '/' }],
    ['/foobar', { is: 'unknown', word: '/foobar' }],
    ['/foobar a b', { is: 'unknown', word: '/foobar' }],
    ['/LIST', { is: 'unknown', word: '/LIST' }],
    ['/joinx', { is: 'unknown', word: '/joinx' }],
    ['//list', { is: 'unknown', word: '//list' }],
  ] as const)('%s', (text, control) => {
    expect(controlOf(bytes(text))).toEqual(control);
  });

  test('of any bytes is understood somehow', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 199 }), (tail) => {
        expect(controlOf(Buffer.concat([bytes('/'), tail])).is).toBeString();
      }),
    );
  });
});

describe('a name', () => {
  test.each([
    ['Scott', 'Scott'],
    ['  Scott', 'Scott'],
    ['Scott Shenker', 'Scott Shenker'],
    ['/list', '/list'],
    ['x'.repeat(32), 'x'.repeat(32)],
    ['😀'.repeat(32), '😀'.repeat(32)],
    ['x'.repeat(33), 'guest'],
    ['', 'guest'],
    ['#7', 'guest'],
    ['Alice] hi', 'guest'],
    ['[Alice', 'guest'],
    ['A\tB', 'guest'],
    ['A\nB', 'guest'],
    ['A\0B', 'guest'],
    ['\u202eecilA', 'guest'],
    ['A\u00a0B', 'guest'],
    ['A\u200bB', 'guest'],
  ])('%j becomes %j', (text, name) => {
    expect(nameOfFrame(bytes(text)) as string).toBe(name);
  });

  test('that is not UTF-8 becomes guest', () => {
    expect(nameOfFrame(Uint8Array.of(0x4a, 0xe9)) as string).toBe('guest');
  });
});

describe('a channel', () => {
  test('has 1 to 64 bytes and no white space', () => {
    expect(channelOf('a') as string).toBe('a');
    expect(channelOf('é'.repeat(32))).toBeDefined();
    expect(channelOf('é'.repeat(33))).toBeUndefined();
    expect(channelOf('')).toBeUndefined();
    expect(channelOf('a b')).toBeUndefined();
    expect(channelOf('a\u0000')).toBeUndefined();
  });

  test('has a name in UTF-8', () => {
    const control = controlOf(Buffer.concat([bytes('/create caf'), Uint8Array.of(0xe9)]));
    expect(control.is === 'create' && channelOf(control.channel)).toBeUndefined();
  });
});

describe('what the client hears', () => {
  test.each([
    ['[Alice] Hi everyone!', { is: 'said', from: 'Alice', text: 'Hi everyone!' }],
    ['[Alice]', { is: 'said', from: 'Alice', text: '' }],
    ['[Alice] Bob has left', { is: 'said', from: 'Alice', text: 'Bob has left' }],
    ['Alice has joined', { is: 'joined', name: 'Alice' }],
    ['Mary Ann has left', { is: 'left', name: 'Mary Ann' }],
    ['168_tas\nother', { is: 'told', text: '168_tas\nother' }],
  ])('%j', (text, heard) => {
    expect(messageOf(bytes(text))).toEqual(heard as ReturnType<typeof messageOf>);
  });

  test.each([
    [texts.unknownControl('/foobar'), 'unknown-control'],
    [texts.unknownChannel('x'), 'unknown-channel'],
    [texts.joinNameless, 'nameless'],
    [texts.createNameless, 'nameless'],
    [texts.channelExists('x'), 'channel-exists'],
    [texts.tooMany('x'), 'too-many'],
    [texts.outside, 'outside'],
    [texts.busy, 'busy'],
  ])('the refusal %j', (text, why) => {
    expect(messageOf(bytes(text))).toMatchObject({ is: 'refused', why, text });
  });

  test('nothing in a blank frame', () => {
    expect(messageOf(bytes(''))).toBeUndefined();
  });
});

test('every text stands as the course has it', () => {
  expect(texts.cannotConnect('localhost', 12345)).toBe('Unable to connect to localhost:12345');
  expect(texts.disconnected('localhost', 12345)).toBe('Server at localhost:12345 has disconnected');
  expect(texts.prompt).toBe('[Me] ');
  expect(texts.unknownControl('/foobar')).toBe(
    '/foobar is not a valid control message. Valid messages are /create, /list, and /join.',
  );
  expect(texts.unknownChannel('x')).toBe("No channel named x exists. Try '/create x'?");
  expect(texts.joinNameless).toBe(
    '/join command must be followed by the name of a channel to join.',
  );
  expect(texts.channelExists('x')).toBe('Room x already exists, so cannot be created.');
  expect(texts.createNameless).toBe(
    '/create command must be followed by the name of a channel to create',
  );
  expect(texts.outside).toBe(
    'Not currently in any channel. Must join a channel before sending messages.',
  );
  expect(texts.tooMany('x')).toBe('Too many channels, so x cannot be created.');
});
