// The server with clients that other people wrote: every operation of the source, and what waits for who is away.

import { expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels/index';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { ForeignUser, mailboxClients } from '../../support/foreign/mailbox_clients';
import { startServer } from '../../support/server';
import { connectTcp } from '../../support/tcp';
import { padded } from '../channels/support';
import { nul } from './support';

test.each(mailboxClients.map((client) => [client.name, client] as const))(
  '%s',
  async (_, client) => {
    await using server = await startServer([mailbox]);
    const port = server.port('mailbox');
    await using ana = new ForeignUser(client, port);
    await using bob = new ForeignUser(client, port);
    expect(await ana.ask('REGISTER', 'Ana', 'ana', '01/02/2000')).toBe('\0');
    expect(await ana.ask('REGISTER', 'Ana', 'ana', '01/02/2000')).toBe('\x01');
    expect(await bob.ask('REGISTER', 'Bob', 'bob', '01/02/2000')).toBe('\0');
    expect(await ana.connect('ana')).toBe('\0');
    expect(await ana.ask('SEND', 'ana', 'bob', 'one')).toBe('\x001\0');
    expect(await ana.ask('SEND', 'ana', 'bob', 'two')).toBe('\x002\0');
    expect(await ana.ask('SEND', 'ana', 'eve', 'three')).toBe('\x01');
    expect(await bob.connect('bob')).toBe('\0');
    // What waited comes now, and its sender is told.
    expect(await bob.called()).toEqual(['SEND_MESSAGE', 'ana', '1', 'one']);
    expect(await ana.called()).toEqual(['SEND_MESS_ACK', '1']);
    expect(await bob.called()).toEqual(['SEND_MESSAGE', 'ana', '2', 'two']);
    expect(await ana.called()).toEqual(['SEND_MESS_ACK', '2']);
    expect(await ana.ask('CONNECTEDUSERS', 'ana')).toBe('\x002\0ana\0bob\0');
    expect(await ana.ask('DISCONNECT', 'ana')).toBe('\0');
    expect(await ana.ask('DISCONNECT', 'ana')).toBe('\x02');
    // A confirmation for who is away is not kept (8.6); the ones after the next CONNECT come.
    expect(await ana.ask('SEND', 'ana', 'bob', 'three')).toBe('\x003\0');
    expect(await bob.called()).toEqual(['SEND_MESSAGE', 'ana', '3', 'three']);
    expect(await ana.connect('ana')).toBe('\0');
    expect(await ana.ask('SEND', 'ana', 'bob', 'four')).toBe('\x004\0');
    expect(await bob.called()).toEqual(['SEND_MESSAGE', 'ana', '4', 'four']);
    const confirmed = await ana.called();
    // A client that never ends its calls has the third one only after its time, which may be now.
    if (confirmed[1] === '3') expect(await ana.called()).toEqual(['SEND_MESS_ACK', '4']);
    else expect(confirmed).toEqual(['SEND_MESS_ACK', '4']);
    // A user who is connected can be unregistered from where they are, and nothing of theirs is called or kept.
    expect(await bob.ask('UNREGISTER', 'bob')).toBe('\0');
    expect(await ana.ask('SEND', 'ana', 'bob', 'five')).toBe('\x01');
    expect(await bob.ask('REGISTER', 'Bob', 'bob', '01/02/2000')).toBe('\0');
    expect(await ana.ask('CONNECTEDUSERS', 'ana')).toBe('\x001\0ana\0');
    expect(await ana.ask('UNREGISTER', 'ana')).toBe('\0');
  },
);

test('the edition of 2025-26: its users see each other’s addresses, and files stay with their senders', async () => {
  await using server = await startServer([mailbox]);
  const port = server.port('mailbox');
  const asTheSource = { name: 'as the source' };
  await using ana = new ForeignUser(asTheSource, port);
  await using bob = new ForeignUser(asTheSource, port);
  await using old = new ForeignUser(asTheSource, port);
  expect(await ana.ask('REGISTER', 'ana')).toBe('\0');
  expect(await ana.ask('REGISTER', 'ana')).toBe('\x01');
  expect(await bob.ask('REGISTER', 'Bob', 'bob', '1-2-2000')).toBe('\0');
  expect(await old.ask('REGISTER', 'Old', 'old', '01/02/2000')).toBe('\0');
  expect(await ana.connect('ana')).toBe('\0');
  expect(await bob.connect('bob')).toBe('\0');
  expect(await old.connect('old')).toBe('\0');
  const listed = (of: string): string =>
    [`ana :: 127.0.0.1 :: ${ana.port}`, of, `old :: 127.0.0.1 :: ${port}`, ''].join('\0');
  // Bob’s program has not shown yet that it knows the edition: the server stands for it.
  expect(await ana.ask('USERS', 'ana')).toBe(`\x003\0${listed(`bob :: 127.0.0.1 :: ${port}`)}`);
  expect(await bob.ask('USERS', 'bob')).toBe(`\x003\0${listed(`bob :: 127.0.0.1 :: ${bob.port}`)}`);
  expect(await ana.ask('SENDATTACH', 'ana', 'bob', 'look', 'a.txt')).toBe('\x001\0');
  expect(await bob.called()).toEqual(['SEND_MESSAGE_ATTACH', 'ana', '1', 'look', 'a.txt']);
  expect(await ana.called()).toEqual(['SEND_MESS_ATTACH_ACK', '1', 'a.txt']);
  expect(await ana.ask('SENDATTACH', 'ana', 'old', 'look', 'a.txt')).toBe('\x002\0');
  const note = 'look (file a.txt, kept by its sender)';
  expect(await old.called()).toEqual(['SEND_MESSAGE', 'ana', '2', note]);
  expect(await ana.called()).toEqual(['SEND_MESS_ATTACH_ACK', '2', 'a.txt']);
  // What the server keeps is fetched at its address, once.
  expect(await old.ask('SENDATTACH', 'old', 'bob', 'mine', 'b.txt', '5', 'hello')).toBe('\x001\0');
  expect(await bob.called()).toEqual(['SEND_MESSAGE_ATTACH', 'old', '1', 'mine', 'b.txt']);
  expect(await bob.ask('GET_FILE', 'bob', 'no.txt')).toBe('');
  expect(await ana.ask('GET_FILE', 'ana', 'b.txt')).toBe('');
  expect(await bob.ask('GET_FILE', 'bob', 'b.txt')).toBe('5\0hello');
});

test('texts in Latin-1 are brought byte for byte, and to other doors as letters', async () => {
  await using server = await startServer([mailbox, channels]);
  const port = server.port('mailbox');
  await using ana = new ForeignUser({ name: 'as the source' }, port);
  await using bob = new ForeignUser({ name: 'as the source' }, port);
  await using eve = await connectTcp(server.port('channels'));
  for (const user of ['ana', 'bob']) await ana.ask('REGISTER', user, user, '01/02/2000');
  await bob.connect('bob');
  await eve.send(padded('eve'));
  const text = Buffer.from('ma\xf1ana', 'latin1');
  // Asked in order: eve has entered once this is answered.
  await eve.send(padded('/list'));
  for (const to of ['bob', 'eve']) {
    await using peer = await connectTcp(port);
    await peer.send(Buffer.concat([Buffer.from(nul('SEND', 'ana', to)), text, Buffer.of(0)]));
    expect(Buffer.from(await peer.readToEnd())[0]).toBe(0);
  }
  expect(await bob.calledWith()).toEqual(
    Buffer.concat([Buffer.from(nul('SEND_MESSAGE', 'ana', '1')), text, Buffer.of(0)]),
  );
  expect(
    Buffer.from(
      await eve.readUntil((bytes) => {
        const at = Buffer.from(bytes).indexOf('[ana]');
        return at >= 0 && bytes.length >= at + 200 ? bytes.length : undefined;
      }),
    ).toString(),
  ).toContain('[ana] (private) mañana');
});
