// Addresses as text.

import { expect, test } from 'bun:test';
import { isIP } from 'node:net';

import { ipVersion } from '../../src/net/address';

test.each([
  '1.2.3.4',
  '255.255.255.255',
  '256.1.1.1',
  '1.2.3',
  '1.2.3.4.',
  '01.2.3.4',
  '1.2.3.04',
  '127.1',
  '::',
  '::1',
  'fe80::1%eth0',
  'fe80::1%',
  '::ffff:1.2.3.4',
  '1::2::3',
  'g::1',
  '[::1]',
  '::1]',
  '2001:db8::1',
  '1:2:3:4:5:6:7',
  '1.2.3.4%x',
  '0x7f.1.1.1',
  '::1/64',
  'a:b',
  'localhost',
  '',
])('%p is an address where node:net says so', (text) => {
  expect(ipVersion(text)).toBe(isIP(text) as 0 | 4 | 6);
});
