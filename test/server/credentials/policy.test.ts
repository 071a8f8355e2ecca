// Who may come in at all: registration, guests, and accounts that show nothing, at every door.

import { describe, expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels/index';
import { groups } from '../../../src/protocol/groups/index';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { market } from '../../../src/protocol/market/index';
import type { PolicySettings } from '../../../src/server/credentials/policy';
import { Policy } from '../../../src/server/credentials/policy';
import { nul } from '../../protocol/mailbox/support';
import { named, sessionOf } from '../../support/journal';
import { startServer } from '../../support/server';
import { connectTcp } from '../../support/tcp';

const key = 'k'.repeat(43);
const registering = nul('REGISTER', 'Alice', 'alice', '01/01/2000');

/** What the mailbox door answers, as text. */
async function asked(port: number, text: string): Promise<string> {
  await using peer = await connectTcp(port);
  await peer.send(text);
  return Buffer.from(await peer.readToEnd()).toString('latin1');
}

const refusalOf = (settings: PolicySettings, command: Parameters<Policy['admit']>[0]) => {
  const admitted = new Policy(settings).admit(command);
  return admitted.ok ? undefined : admitted.why;
};

describe('registration', () => {
  test.each([
    ['open', '\0', '\0'],
    ['invite', '\x02', '\x02'],
    ['closed', '\x02', '\x02'],
  ] as const)('%s', async (registration, plain, withKey) => {
    const policy = { registration };
    await using server = await startServer([mailbox], { bounds: { policy } });
    const port = server.port('mailbox');
    expect(await asked(port, registering)).toBe(plain);
    const other = nul('KEY', key, 'REGISTER', 'Bob', 'bob', '01/01/2000');
    expect(await asked(port, other)).toBe(withKey);
    // No code is good that nobody made.
    const invited = nul(
      'INVITE',
      '01234-01234-01234-01234',
      'REGISTER',
      'C',
      'carol',
      '01/01/2000',
    );
    expect(await asked(port, invited)).toBe(plain);
  });
});

describe('--require-credentials', () => {
  const requires = { requiresCredentials: true };
  const account = named('alice');

  test('lets no account be made without a key, and none act by its name alone', async () => {
    await using server = await startServer([mailbox], { bounds: { policy: requires } });
    const port = server.port('mailbox');
    expect(await asked(port, registering)).toBe('\x02');
    expect(await asked(port, nul('KEY', key) + registering)).toBe('\0');
    const send = nul('SEND', 'alice', 'alice', 'hi');
    expect(await asked(port, send)).toBe('\x02');
    expect(await asked(port, nul('KEY', key) + send)).toBe('\x001\0');
    expect(await asked(port, nul('CONNECTEDUSERS', 'alice'))).toBe('\x02');
    expect(await asked(port, nul('KEY', key, 'CONNECTEDUSERS', 'alice'))).toBe('\x000\0');
  });

  test.each([
    { do: 'unregister', account, host: 'h' },
    { do: 'callback-open', account, address: { host: 'h', port: 1 }, dialect: 'd', machine: 'm' },
    { do: 'callback-close', account, host: 'h' },
    { do: 'callback-wants-files', account, host: 'h' },
    { do: 'account-serves-files', account },
    { do: 'file-find', account, from: account, id: 1, host: 'h' },
    { do: 'file-named', account, fileName: 'f', host: 'h' },
    { do: 'direct', from: { account }, to: account, text: '', origin: 'o' },
    { do: 'may-send-file', from: { account }, to: account },
    { do: 'users', asker: { account } },
    { do: 'users', asker: { host: 'h' } },
    { do: 'credentials', by: { account } },
    { do: 'credential-add', by: { account }, host: 'h', kind: 'key', hash: 'x', label: '' },
  ] as const)('%j needs one', (command) => {
    expect(refusalOf(requires, command)).toBe('not-allowed');
    expect(refusalOf({}, command)).toBeUndefined();
  });

  test('a session has shown one already, or is a guest’s', () => {
    const session = sessionOf('s');
    expect(refusalOf(requires, { do: 'users', asker: { session } })).toBeUndefined();
    const text = { to: account, text: '', origin: 'o' } as const;
    expect(refusalOf(requires, { do: 'direct', from: { session }, ...text })).toBeUndefined();
  });
});

test('--no-guests: each door says so in its own words, and takes accounts', async () => {
  const policy = { refusesGuests: true };
  const doors = [mailbox, channels, market, groups];
  await using server = await startServer(doors, { bounds: { policy } });
  const port = server.port('mailbox');
  expect(await asked(port, nul('KEY', key) + registering)).toBe('\0');
  await using chatter = await connectTcp(server.port('channels'));
  await chatter.send('Scott'.padEnd(200));
  expect(Buffer.from(await chatter.readToEnd()).toString()).toContain('without an account');
  await using trader = await connectTcp(server.port('market'));
  await trader.send('5\n');
  await trader.readTo('without an account');
  await using guest = await connectTcp(server.port('groups'));
  await guest.send('Action: Req.Connect\nUser: bob\n\n');
  await guest.readTo('Status: not-allowed');
  await using owner = await connectTcp(server.port('groups'));
  await owner.send(`Action: Req.Connect\nUser: alice\nToken: ${key}\n\n`);
  await owner.readTo('Status: ok');
});
