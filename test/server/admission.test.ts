// How many connections are let in: in all, and from one address.

import { expect, test } from 'bun:test';

import { limits } from '../../src/protocol/limits';
import { Admission } from '../../src/server/net/admission';

const most = (descriptors: number, host: (index: number) => string): number => {
  const admission = new Admission(descriptors);
  let count = 0;
  while (admission.admit(host(count))) count++;
  return count;
};

test('in all: what the system lets us have, less what files, calls and the database need', () => {
  expect(most(20_000, (index) => `10.0.${index >> 8}.${index & 255}`)).toBe(
    20_000 - limits.net.descriptorsReserved,
  );
  expect(most(1_000, (index) => `10.0.${index >> 8}.${index & 255}`)).toBe(500);
  expect(most(0, (index) => `10.0.0.${index}`)).toBe(16);
});

test('of one address a quarter; loopback has no share', () => {
  expect(most(1_000, () => '10.0.0.1')).toBe(125);
  expect(most(1_000, () => '127.0.0.1')).toBe(500);
  expect(most(1_000, () => '::1')).toBe(500);
});

test('what is given back can be taken again', () => {
  const admission = new Admission(1_000);
  for (let count = 0; count < 125; count++) expect(admission.admit('10.0.0.1')).toBe(true);
  expect(admission.admit('10.0.0.1')).toBe(false);
  expect(admission.admit('10.0.0.2')).toBe(true);
  admission.left('10.0.0.1');
  expect(admission.admit('10.0.0.1')).toBe(true);
  expect(admission.admit('10.0.0.1')).toBe(false);
});

test('a /64 of IPv6 is one address', () => {
  const admission = new Admission(1_000);
  for (let count = 0; count < 125; count++)
    expect(admission.admit(`2001:db8:1:2::${count}`)).toBe(true);
  expect(admission.admit('2001:db8:1:2::ffff')).toBe(false);
  expect(admission.admit('2001:db8:1:3::1')).toBe(true);
  admission.left('2001:db8:1:2::7');
  expect(admission.admit('2001:db8:1:2::ffff')).toBe(true);
});

test('where all places are taken, the longest silent connection of whoever has most makes room', () => {
  const admission = new Admission(64);
  const dropped: string[] = [];
  const silent = (host: string, name: string) => {
    expect(admission.admit(host)).toBe(true);
    const connection = {
      silentAmong: undefined,
      drop: () => {
        dropped.push(name);
        admission.notSilent(connection);
        admission.left(host);
      },
    };
    admission.silent(host, connection);
    return connection;
  };
  const first = silent('127.0.0.1', 'l0');
  silent('10.0.0.1', 'a');
  for (let count = 1; count < 31; count++) silent('127.0.0.1', `l${count}`);
  // Who has asked for something keeps their place.
  admission.notSilent(first);
  expect(admission.admit('10.0.0.2')).toBe(true);
  expect(admission.admit('10.0.0.3')).toBe(true);
  expect(dropped).toEqual(['l1', 'l2']);
});
