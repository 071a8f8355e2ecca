// The list of clients, which client commands load instead of whole dialects.

import { expect, test } from 'bun:test';

import { clients } from '../../src/protocol/clients';
import { dialects } from '../../src/protocol/index';

test('has the client of every dialect that has one, by its name and in the same order', () => {
  const all = dialects.flatMap(({ name, client }) => (client ? [[name, client]] : []));
  expect(Object.entries(clients)).toEqual(all as [string, (typeof clients)[string]][]);
});
