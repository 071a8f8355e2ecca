// What one user says in a row: told at once it is the same bytes as told one by one, and one piece for all who hear it.

import { expect, test } from 'bun:test';

import { dialects } from '../../src/protocol/index';
import type { Name, RoomName, Said } from '../../src/protocol/model';
import { FakeHost } from '../support/fake_host';

/** Keeps what is written as it is. */
class Listener extends FakeHost {
  readonly pieces: Uint8Array[] = [];

  override write(bytes: Uint8Array): void {
    this.pieces.push(bytes);
  }
}

const said = (text: string): Said => ({
  is: 'said',
  room: 'lounge' as RoomName,
  from: 'Ünal' as Name,
  text,
  origin: 'test',
  at: 1,
});
const run = [said('one'), said(''), said('two\nlines'), said('x'.repeat(500)), said('last')];

const speaking = ['channels', 'market', 'web'];

test.each(speaking)('at the %s door', (name) => {
  const server = dialects.find((one) => one.name === name)?.server;
  const open = () => {
    const host = new Listener();
    const session = server?.open(host, {});
    host.pieces.length = 0;
    return { host, session };
  };
  const [one, other, third] = [open(), open(), open()];
  for (const each of run) one.session?.tell?.(each);
  other.session?.tellAll?.(run);
  third.session?.tellAll?.(run);
  expect(other.host.pieces.length).toBe(1);
  expect(Buffer.concat(other.host.pieces)).toEqual(Buffer.concat(one.host.pieces));
  expect(third.host.pieces[0]).toBe(other.host.pieces[0]);
});
