// The page's users among those of other doors: one community, and an account that only its owner enters.

import { expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels';
import { mailbox } from '../../../src/protocol/mailbox';
import { web } from '../../../src/protocol/web';
import { startServer } from '../../support/server';
import { listenTcp } from '../../support/tcp';
import { ChannelsPeer } from '../channels/person';
import { operation } from '../mailbox/person';
import { join, WebPerson } from './person';

const born = '04/05/1852';

test('a page and a mailbox user write to each other, with receipts', async () => {
  await using server = await startServer([web, mailbox]);
  const port = server.port('mailbox');
  await using alice = await join(server.port('web'), 'alice');
  await using listener = listenTcp();
  expect(await operation(port, 'REGISTER', 'Bob', 'bob', born)).toBe('\0');
  expect(await operation(port, 'CONNECT', 'bob', String(listener.port))).toBe('\0');
  await alice.until(({ news }) => news.some(({ is }) => is === 'presence'));

  const sent = await alice.insist({ do: 'send', to: 'bob', text: 'hi', key: 'a key of mine' });
  await using call = await listener.accept();
  expect(Buffer.from(await call.read(24)).toString()).toBe('SEND_MESSAGE\0alice\x001\0hi\0');
  call.close();
  await alice.until(({ news }) => news.some(({ is }) => is === 'receipt'));
  expect(alice.news.at(-1)).toEqual({
    is: 'receipt',
    id: sent.id,
    by: 'bob',
    status: 'delivered',
  });

  expect(await operation(port, 'SEND', 'bob', 'alice', 'hi yourself')).toBe('\x001\0');
  await using receipt = await listener.accept();
  expect(Buffer.from(await receipt.read(16)).toString()).toBe('SEND_MESS_ACK\x001\0');
  receipt.close();
  expect(alice.messages).toMatchObject([{ from: 'bob', text: 'hi yourself', door: 'mailbox' }]);
});

test('nobody else may act for an account with a token; its owner may let others write for it', async () => {
  await using server = await startServer([web, mailbox]);
  const port = server.port('mailbox');
  await using alice = await join(server.port('web'), 'alice');
  await operation(port, 'REGISTER', 'Bob', 'bob', born);
  const all = [
    [['SEND', 'alice', 'bob', 'not me'], '\x02', '\x001\0'],
    [['UNREGISTER', 'alice'], '\x02', '\x02'],
    [['CONNECT', 'alice', '4000'], '\x03', '\x03'],
    [['DISCONNECT', 'alice'], '\x03', '\x03'],
    [['ATTACHES', 'alice'], '\x02', '\x02'],
    [['GETFILE', 'alice', 'bob', '1'], '\x02', '\x02'],
  ] as const;
  for (const [fields, closed] of all) {
    expect([fields[0], await operation(port, ...fields)]).toEqual([fields[0], closed]);
  }
  expect(await alice.ask({ do: 'doors', open: true })).toEqual({ open: true });
  // Others may write in the account's name now. They still cannot delete or connect it, while its owner is on the page.
  for (const [fields, , open] of all) {
    expect([fields[0], await operation(port, ...fields)]).toEqual([fields[0], open]);
  }
  await alice.ask({ do: 'doors', open: false });
  expect(await operation(port, 'UNREGISTER', 'alice')).toBe('\x02');
});

test('an account of the mailbox door has no token, and no page enters it', async () => {
  await using server = await startServer([web, mailbox]);
  await operation(server.port('mailbox'), 'REGISTER', 'Bob', 'bob', born);
  await using page = new WebPerson(() => server.port('web'));
  page.client.enter('bob', 'T'.repeat(43));
  await page.until(({ state }) => state.is === 'rejected');
  expect(page.state).toEqual({ is: 'rejected', why: 'not-allowed' });
});

test('a room with a page and a channels client in it', async () => {
  await using server = await startServer([web, channels]);
  await using alice = await join(server.port('web'), 'alice');
  await alice.ask({ do: 'create', room: 'tea' });
  await alice.ask({ do: 'join', room: 'tea' });
  await using scott = new ChannelsPeer(server.port('channels'));
  scott.send('Scott', '/join tea');
  await alice.until(({ news }) => news.some(({ is }) => is === 'joined'));
  await alice.insist({ do: 'say', room: 'tea', text: 'one lump\nor two?', key: 'a key of mine' });
  expect(await scott.read()).toBe('[alice] one lump');
  expect(await scott.read()).toBe('[alice] or two?');
  scott.send('two');
  await alice.until(({ news }) => news.some(({ is }) => is === 'said'));
  expect(alice.news.at(-1)).toMatchObject({ is: 'said', room: 'tea', from: 'Scott', text: 'two' });
});

test('two pages of one account both get what comes; the server keeps it until one has it', async () => {
  await using server = await startServer([web]);
  await using first = await join(server.port('web'), 'alice');
  await using second = new WebPerson(() => server.port('web'));
  await second.enter('alice');
  await using bob = await join(server.port('web'), 'bob');
  await bob.insist({ do: 'send', to: 'alice', text: 'hi both', key: 'a key of mine' });
  await first.until(({ messages }) => messages.length === 1);
  await second.until(({ messages }) => messages.length === 1);
});

test('unregistered in one place, the account is gone in the other', async () => {
  await using server = await startServer([web]);
  await using first = await join(server.port('web'), 'alice');
  await using second = new WebPerson(() => server.port('web'));
  await second.enter('alice');
  await first.ask({ do: 'unregister' });
  expect(second.ask({ do: 'rooms' })).resolves.toEqual({ rooms: [] });
  expect(second.ask({ do: 'users' })).rejects.toThrow('not-connected');
  expect(second.ask({ do: 'funds' })).rejects.toThrow('not-entered');
  await second.until(({ state }) => state.is === 'rejected');
});

test('groups and money, from one page to another', async () => {
  await using server = await startServer([web]);
  await using alice = await join(server.port('web'), 'alice');
  await using bob = await join(server.port('web'), 'bob');
  await alice.ask({ do: 'group-create', group: 'tea' });
  await alice.ask({ do: 'group-invite', group: 'tea', to: 'bob' });
  await bob.until(({ news }) => news.some(({ is }) => is === 'invited'));
  await bob.ask({ do: 'group-accept', group: 'tea' });
  expect((await bob.ask({ do: 'group-list' })).groups).toEqual([
    { name: 'tea', creates: false, members: ['alice', 'bob'] },
  ]);
  await bob.insist({ do: 'say', room: 'tea', text: 'milk?', key: 'a key of mine' });
  await alice.until(({ news }) => news.some(({ is }) => is === 'said'));
  expect(alice.news.at(-1)).toMatchObject({ is: 'said', room: 'tea', from: 'bob', text: 'milk?' });

  await alice.ask({ do: 'balance', amount: 10 });
  await bob.ask({ do: 'balance', amount: 0 });
  const pay = { do: 'transfer', to: 'bob', amount: 4, key: 'a key of pay' } as const;
  expect(await alice.insist(pay)).toEqual({ before: 10, after: 6 });
  // Asked again under the same key, as after a lost answer, it is paid once.
  expect(await alice.insist(pay)).toEqual({ before: 10, after: 6 });
  await bob.until(({ news }) => news.some(({ is }) => is === 'paid'));
  expect(await bob.ask({ do: 'funds' })).toEqual({ balance: 4 });
});

test('what was delivered while its sender was away is known when they are back', async () => {
  await using server = await startServer([web]);
  await using bob = await join(server.port('web'), 'bob');
  bob.client.leave();
  await using alice = await join(server.port('web'), 'alice');
  const message = (text: string) =>
    alice.insist({ do: 'send', to: 'bob', text, key: `the key of ${text}` });
  const { serial } = await message('one');
  expect(await alice.ask({ do: 'undelivered', serials: [serial] })).toEqual({ waiting: [serial] });
  alice.client.leave();
  await bob.enter('bob');
  await bob.until(({ messages }) => messages.length === 1);
  await alice.enter('alice');
  expect(await alice.ask({ do: 'undelivered', serials: [serial] })).toEqual({ waiting: [] });
});
