// Encoding once for many: how often, and what is kept.

import { expect, test } from 'bun:test';

import { encodedOnce } from '../../../src/protocol/bytes/encoded_once';

test('one object is encoded once, until another comes', () => {
  const seen: string[] = [];
  const encode = encodedOnce(({ text }: { readonly text: string }) => {
    seen.push(text);
    return text === '' ? undefined : Buffer.from(text);
  });
  const [hi, none] = [{ text: 'hi' }, { text: '' }];
  expect(encode(hi)).toBe(encode(hi));
  expect([encode(none), encode(none)]).toEqual([undefined, undefined]);
  expect(encode({ text: 'hi' })?.toString()).toBe('hi');
  expect(seen).toEqual(['hi', '', 'hi']);
});
