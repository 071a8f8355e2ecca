// The server with clients that other people wrote: every operation of the source, and what waits for who is away.

import { expect, test } from 'bun:test';

import { mailbox } from '../../../src/protocol/mailbox/index';
import { ForeignUser, mailboxClients } from '../../support/foreign/mailbox_clients';
import { startServer } from '../../support/server';

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
    expect(await ana.ask('UNREGISTER', 'ana')).toBe('\0');
  },
);
