// Signals between sessions of one dialect, who hears for whom by number, and bytes that are not UTF-8.

import { expect, test } from 'bun:test';

import { numberedName } from '../../../src/protocol/model';
import { readPending } from '../../../src/server/hub/state/pending_reader';
import { named, sessionOf, TestHub } from '../../support/journal';

const enter = (hub: TestHub, session: string, number: number, more: object = {}): unknown =>
  hub.must({
    do: 'enter',
    session: sessionOf(session),
    wanted: { lowest: [number, number + 10] },
    collision: 'refuse',
    dialect: 'numbers',
    machine: 'm1',
    address: { host: 'h', port: 1 },
    ...more,
  });

const signal = (session: string, to: number) =>
  ({
    do: 'signal',
    session: sessionOf(session),
    to: numberedName(to),
    signal: 'stop',
    numbers: [1, 2],
  }) as const;
const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;

test('a signal reaches the session of that name, with who sent it and when', () => {
  const hub = new TestHub();
  enter(hub, 's1', 7, { deaf: true });
  enter(hub, 's2', 1007);
  hub.takeEvents();
  expect(hub.ask(signal('s1', 1007))).toEqual({ ok: true, value: undefined });
  expect(hub.takeEvents()).toMatchObject([
    {
      is: 'notice',
      to: { session: 's2' },
      notice: { is: 'signal', signal: 'stop', from: '#7', numbers: [1, 2], origin: 'numbers' },
    },
  ]);
});

test('a signal reaches neither strangers, nor the deaf, nor other dialects', () => {
  const hub = new TestHub();
  expect(hub.ask(signal('s1', 1007))).toEqual(no('not-entered'));
  enter(hub, 's1', 7, { deaf: true });
  expect(hub.ask(signal('s1', 1007))).toEqual(no('unknown-user'));
  expect(hub.ask(signal('s1', 7))).toEqual(no('unknown-user'));
  enter(hub, 's2', 1007, { dialect: 'letters' });
  expect(hub.ask(signal('s1', 1007))).toEqual(no('unknown-user'));
});

test('a numbered session hears for the number that much below its own', () => {
  const hub = new TestHub();
  hub.register('alice');
  const write = (to: number) =>
    ({
      do: 'direct',
      from: { account: named('alice') },
      to: numberedName(to),
      text: 'hi',
      origin: 'test',
    }) as const;
  enter(hub, 's1', 1000, { hearsFor: { below: 1000 } });
  enter(hub, 's2', 1007, { hearsFor: { below: 1000 } });
  expect(hub.ask(write(0))).toEqual(no('unknown-user'));
  hub.takeEvents();
  expect(hub.ask(write(7)).ok).toBe(true);
  expect(hub.takeEvents()).toMatchObject([{ is: 'direct', to: 'gs2' }]);
});

test('bytes that are not UTF-8 wait beside the text', () => {
  const hub = new TestHub();
  hub.register('alice');
  enter(hub, 's1', 7);
  const raw = Uint8Array.of(0x61, 0xe9);
  for (const to of [named('alice'), numberedName(7)]) {
    hub.must({
      do: 'direct',
      from: { session: sessionOf('s1') },
      to,
      text: 'a\ufffd',
      raw,
      origin: 'numbers',
    });
  }
  const events = hub.takeEvents().filter((event) => event.is === 'direct');
  expect(events.map(({ message }) => message.raw)).toEqual([raw, raw]);
  const waiting = readPending(hub.db);
  for (const { to } of events)
    expect(waiting(to, 9).messages).toMatchObject([{ text: 'a\ufffd', raw }]);
});
