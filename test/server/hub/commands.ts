// Commands and short forms that the tests of the hub share.

import type { RecipientId } from '../../../src/protocol/model';
import { named, roomNamed, sessionOf, TestHub } from '../../support/journal';

export const yes = { ok: true, value: undefined } as const;
export const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;

export const open = (account: string, port = 999, host = '10.0.0.9') =>
  ({
    do: 'callback-open',
    account: named(account),
    address: { host, port },
    dialect: 'test',
    machine: 'm1',
  }) as const;
export const close = (account: string, host = '10.0.0.9') =>
  ({ do: 'callback-close', account: named(account), host }) as const;
export const unregister = (account: string, host = '10.0.0.9') =>
  ({ do: 'unregister', account: named(account), host }) as const;
export const direct = (from: string, to: string, text = 'hi') =>
  ({ do: 'direct', from: { account: named(from) }, to: named(to), text, origin: 'test' }) as const;
export const settle = (recipient: string, serial: number) =>
  ({ do: 'settle', recipient: recipient as RecipientId, serial, status: 'delivered' }) as const;
export const join = (session: string, room: string, only = false) =>
  ({ do: 'room-join', session: sessionOf(session), room: roomNamed(room), only }) as const;
/** Sends, and gives the message's serial. */
export const sent = (hub: TestHub, ...[from, to, text]: Parameters<typeof direct>): number => {
  const outcome = hub.ask(direct(from, to, text));
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome.value.serial;
};
export const leave = (session: string) => ({ do: 'leave', session: sessionOf(session) }) as const;

export function testHub(...accounts: string[]): TestHub {
  const hub = new TestHub();
  for (const name of accounts) hub.register(name);
  hub.takeEvents();
  return hub;
}
export const kinds = (hub: TestHub): string[] =>
  hub.takeEvents().map((event) => (event.is === 'notice' ? event.notice.is : event.is));

export const presence = (hub: TestHub): string[] =>
  hub
    .takeEvents()
    .flatMap((event) =>
      event.is === 'notice' && event.notice.is === 'presence'
        ? [`${event.notice.name} ${event.notice.here}`]
        : [],
    );
