// A server that does not greet: its user learns soon that it is probably none of this protocol.

import { describe, expect, test } from 'bun:test';

import type { Target } from '../../../src/protocol/dialect';
import { limits } from '../../../src/protocol/limits';
import { market } from '../../../src/protocol/market/index';
import { texts } from '../../../src/protocol/market/wire/messages';
import { FakeClientHost } from '../../support/fake_client_host';

const target: Target = { user: 'alice', host: '127.0.0.1', port: 8891, path: '' };

const clients = {
  'a session': (host: FakeClientHost): void => {
    market.client.connect(host, { target, interactive: true, takeover: false, plain: true });
  },
  'a sender': (host: FakeClientHost): void => {
    market.client.send(host, target).send({ to: 'bob', text: 'hi' }, () => {});
  },
};

describe.each(Object.entries(clients))('%s', (_, open) => {
  function connected(): FakeClientHost {
    const host = new FakeClientHost();
    open(host);
    host.connection.events?.opened?.();
    return host;
  }
  const timeIsUp = ({ timers }: FakeClientHost): void =>
    timers.find(({ ms }) => ms === limits.market.greetingMs)?.ring();

  test('says that nothing has come', () => {
    const host = connected();
    timeIsUp(host);
    expect(host.takeLines()).toEqual([
      '127.0.0.1:8891 says nothing: perhaps it speaks another protocol.',
    ]);
  });

  test('does not where something has', () => {
    const host = connected();
    host.connection.push(Buffer.from(`${texts.welcome}\n`));
    host.takeLines();
    timeIsUp(host);
    expect(host.takeLines()).toEqual([]);
  });

  test('does not where the connection is lost', () => {
    const host = connected();
    host.connection.events?.lost('reset');
    host.takeLines();
    timeIsUp(host);
    expect(host.takeLines()).toEqual([]);
  });
});
