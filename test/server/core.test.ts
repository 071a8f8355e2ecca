// The core with the world in the test's hands: what is said first where one batch of commands brings much.

import { expect, test } from 'bun:test';

import type { Socket } from '../../src/net/socket';
import { market } from '../../src/protocol/market/index';
import { Core } from '../../src/server/core';
import { openCoreStore } from '../../src/server/core_store';
import { Lane } from '../../src/server/journal/lanes';
import { ConnectionHost } from '../../src/server/net/connection_host';
import { Rates } from '../../src/server/quota/rates';
import { HandClock } from '../support/hand_clock';
import { named } from '../support/journal';

test('a user who enters in one batch with a message for them gets it after both answers', () => {
  const steps: (() => void)[] = [];
  const told: string[] = [];
  const unused = (): never => {
    throw new Error('not in this test');
  };
  const db = openCoreStore(':memory:');
  const core = new Core(db, [market], {
    clock: new HandClock(1_700_000_000_000),
    files: { receive: unused, read: unused, release: unused, unpin: unused },
    console: { print: () => {}, warn: () => {}, raw: unused },
    passwords: { hash: unused, verify: unused },
    rates: new Rates(() => 0),
    soon: (step) => void steps.push(step),
    flush: () => {},
    dial: unused,
    isOwnDoor: () => false,
    isDiskLow: () => false,
    report: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  const context = (): void => {
    for (let step = steps.shift(); step; step = steps.shift()) step();
  };
  const socket: Socket = {
    write: (bytes) => void told.push(...Buffer.from(bytes).toString().trimEnd().split('\n')),
    end: () => {},
    abort: () => {},
    pause: () => {},
    resume: () => {},
    keepAlive: () => {},
    queued: 0,
    room: Infinity,
    host: '127.0.0.1',
    remote: { host: '10.0.0.2', port: 4000 },
    local: { host: '10.0.0.1', port: 1 },
  };
  const deps = core.hostDeps('market', { host: '10.0.0.1', port: 1 });
  const max = new ConnectionHost(socket, deps);
  max.start(market.server.open(max));
  max.data(Buffer.from('max\n'));
  context();
  deps.submit(
    { do: 'register', name: named('mia'), fullName: 'Mia', born: '01/01/2000', host: '10.0.0.3' },
    () => {},
    undefined,
    new Lane(),
  );
  context();
  told.length = 0;

  max.data(Buffer.from('100\n'));
  const from = { account: named('mia') };
  deps.submit(
    { do: 'direct', from, to: named('max'), text: 'hi', origin: 'test' },
    (sent) => told.push(`mia: ${String(sent.ok)}`),
    undefined,
    new Lane(),
  );
  context();
  expect(told).toEqual([
    '[SERVER] Client: The balance of 100 has been set to your account.',
    'mia: true',
    '<mia>: hi',
  ]);
  db.close();
});
