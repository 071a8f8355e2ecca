// Conversations with the real server, byte for byte: with another protocol's client, and every way to end.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels/index';
import { limits } from '../../../src/protocol/limits';
import { market } from '../../../src/protocol/market/index';
import { startServer, type TestServer } from '../../support/server';
import { connectTcp } from '../../support/tcp';
import { ChannelsPeer } from '../channels/person';
import { Conversation } from './conversation';

describe('with other doors', () => {
  test('a channels client joins the market, speaks and is paid nothing', async () => {
    await using server = await startServer([market, channels]);
    await using conversation = new Conversation(server.port('market'));
    await conversation.play('ann enters with 10');
    await using scott = new ChannelsPeer(server.port('channels'));
    scott.send('Scott', '/join market');
    await conversation.play('ann < [SERVER] Client: <Scott> connected!');
    scott.send('hi there');
    await conversation.play(`
      ann < <Scott>: hi there
      ann > hola :smile
      ann > :u
      ann < [SERVER] Client: Connected users:
      ann < <ann>
      ann < <Scott>
      ann > :t - Scott - 5
      ann < [SERVER] Client: <Scott> has no account here.
      ann > :p - Scott - psst
      ann .
    `);
    expect(await scott.read()).toBe('[ann] hola :~)');
    expect(await scott.read()).toBe('[ann] (private) psst');
    scott.send('/join nowhere');
    await scott.read();
    scott.close();
    await conversation.play('ann < [SERVER] Client: <Scott> disconnected!');
  });
});

describe('the end', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer([market]);
  });
  afterAll(() => server.stop());

  test('all at once, and the peer ends: everything is done, the last line too', async () => {
    await using conversation = new Conversation(server.port('market'));
    await conversation.play('bob enters with 0');
    const peer = await connectTcp(server.port('market'));
    await peer.send('ann\n100\n:t - bob - 40\nhola');
    peer.finish();
    expect(Buffer.from(await peer.readToEnd()).toString()).toBe(
      [
        'Welcome to the best chat in the universe!',
        '[SERVER] Client: What is your balance?',
        '[SERVER] Client: What is your balance?',
        '[SERVER] Client: The balance of 100 has been set to your account.',
        '[SERVER] Client: You transferred 40 dollars to <bob>.',
        'You have been disconnected from the best chat in the universe!',
        '',
      ].join('\n'),
    );
    peer.close();
    await conversation.play(`
      bob < [SERVER] Client: <ann> connected!
      bob < [SERVER] Client: <ann> transferred 40 dollars to you.
      bob < <ann>: hola
      bob < [SERVER] Client: <ann> disconnected!
    `);
  });

  test('a thousand lines at once from a peer that ends are all dealt with, in order', async () => {
    const peer = await connectTcp(server.port('market'));
    await peer.send(`5\n${':funds\n'.repeat(1000)}`);
    peer.finish();
    const lines = Buffer.from(await peer.readToEnd())
      .toString()
      .split('\n');
    peer.close();
    expect(lines.filter((line) => line === '[SERVER] Client: You have 5 dollars.')).toHaveLength(
      1000,
    );
    expect(lines.at(-2)).toBe('You have been disconnected from the best chat in the universe!');
  });

  test('a connection that breaks', async () => {
    await using conversation = new Conversation(server.port('market'));
    await conversation.play(
      'ann enters with 1\nbob enters with 1\nann < [SERVER] Client: <bob> connected!',
    );
    conversation.peer('bob').reset();
    await conversation.play('ann < [SERVER] Client: <bob> disconnected!');
  });

  test('a line that is too long is refused whole', async () => {
    await using conversation = new Conversation(server.port('market'));
    await conversation.play(
      'ann enters with 1\nbob enters with 1\nann < [SERVER] Client: <bob> connected!',
    );
    await conversation.peer('bob').send(`${'x'.repeat(limits.hub.textBytes)}\n`);
    await conversation.readsLines('ann', `<bob>: ${'x'.repeat(limits.hub.textBytes)}\n`);
    await conversation.peer('bob').send(`${'x'.repeat(1_000_000)}:t - ann - 1\nfine\n`);
    await conversation.play(`
      bob < [SERVER] Client: A line has at most 65536 bytes.
      ann < <bob>: fine
    `);
  });

  test('the server stops: everybody is told', async () => {
    await using passing = await startServer([market]);
    await using conversation = new Conversation(passing.port('market'));
    await conversation.play('ann enters with 1\nbob connects');
    const stopped = passing.stop();
    await conversation.play(`
      ann < You have been disconnected from the best chat in the universe!
      ann |
      bob < You have been disconnected from the best chat in the universe!
      bob |
    `);
    await stopped;
  });
});
