// A client that speaks one protocol at another's door is told so, or shown the end, at once, and learns where its own door is.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { dialects } from '../../src/protocol/index';
import { startServer, type TestServer } from '../support/server';
import { connectTcp } from '../support/tcp';

/** How clients begin; what they are told in their own words holds `told`. */
const starts: Readonly<Record<string, { readonly first: string; readonly isTold: boolean }>> = {
  mailbox: { first: 'CONNECTEDUSERS\0alice\0', isTold: false },
  channels: { first: 'Ana'.padEnd(200), isTold: true },
  relay: { first: `\0\0\0\x07${'\0'.repeat(6)}abcd`, isTold: false },
  groups: {
    first: 'IP: 127.0.0.1\nSide: client\nAction: Req.Connect\nUser: ana\n\n',
    isTold: true,
  },
  web: { first: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', isTold: true },
};

let server: TestServer;
beforeAll(async () => {
  server = await startServer(dialects.filter((dialect) => dialect.server));
});
afterAll(() => server.stop());

const doors = dialects.flatMap(({ name, server }) =>
  server && server.takesAnything !== true ? [name] : [],
);
const pairs = doors.flatMap((door) =>
  Object.keys(starts).flatMap((meant) => (meant === door ? [] : [[meant, door] as const])),
);

/** All that a peer is told who begins so, until the server ends. */
async function told(door: string, first: string, how: 'whole' | 'bytes'): Promise<string> {
  await using peer = await connectTcp(server.port(door));
  const bytes = Buffer.from(first, 'latin1');
  if (how === 'whole') await peer.send(bytes);
  // The end may come while bytes are still on their way.
  else await peer.sendByteByByte(bytes).catch(() => {});
  return Buffer.from(await peer.readToEnd()).toString();
}

const both = pairs.flatMap((pair) =>
  (['whole', 'bytes'] as const).map((how) => [...pair, how] as const),
);

test.each(both)('a client of %s at the %s door: %s', async (meant, door, how) => {
  const { first = '', isTold = false } = starts[meant] ?? {};
  const said = await told(door, first, how);
  if (!isTold) return;
  expect(said).toContain(`This is the ${door} door. You speak ${meant}: `);
  expect(said).toContain(`127.0.0.1:${server.port(meant)}`);
});

describe('who types', () => {
  test('at the mailbox door is shown the end', async () => {
    expect(await told('mailbox', 'hello\n', 'whole')).toBe('');
  });

  test('at the web door is told what it is', async () => {
    expect(await told('web', 'hello\n', 'whole')).toContain('This is the web door.');
  });
});

test('a client of channels that says more at once is told as well', async () => {
  const frames = ['Ana', '/join lobby', 'hello'].map((text) => text.padEnd(200)).join('');
  for (const door of doors.filter((door) => door !== 'channels'))
    expect(await told(door, frames, 'whole')).toContain('You speak channels');
});

test('where the server has no such door, that is said', async () => {
  const mailbox = dialects.filter(({ name }) => name === 'mailbox');
  await using alone = await startServer(mailbox);
  await using peer = await connectTcp(alone.port('mailbox'));
  await peer.send('Ana'.padEnd(200));
  const said = Buffer.from(await peer.readToEnd()).toString();
  expect(said).toContain('You speak channels, for which this server has no door.');
});

describe('whose first bytes are their own', () => {
  test.each([
    ['channels', 'SEND\0'.padEnd(200, '\0')],
    ['market', 'SEND\n10\n'],
    ['market', 'IP: mine\n10\n'],
    ['market', `${'Ana'.padEnd(199)}\n`],
    ['groups', 'Action: Req.List\n\n'],
    ['mailbox', 'CONN'],
    ['web', 'PRI'],
    ['channels', 'CONNECT'],
    ['market', 'Action: Req'],
  ])('stays at the %s door: %j', async (door, first) => {
    await using peer = await connectTcp(server.port(door));
    await peer.send(Buffer.from(first, 'latin1'));
    peer.finish();
    expect(Buffer.from(await peer.readToEnd()).toString()).not.toContain('This is the');
  });

  test('are no matter where anything may be said', async () => {
    const before = server.console.bytes.length;
    await using peer = await connectTcp(server.port('basic'));
    await peer.send('REGISTER\0alice\0');
    peer.finish();
    await peer.readToEnd();
    expect(Buffer.concat(server.console.bytes.slice(before)).toString()).toContain('REGISTER');
  });
});

test('what may yet become another dialect’s, and stops, is taken for this door’s own soon', async () => {
  await using peer = await connectTcp(server.port('market'));
  // A client that sends no line ends; its name might be the beginning of a frame of channels.
  await peer.send('ana');
  expect(await peer.readTo('What is your balance?')).not.toContain('This is the');
});
