// Conversations of several clients with the real server, byte for byte at the wire.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels/index';
import { limits } from '../../../src/protocol/limits';
import { HandClock } from '../../support/hand_clock';
import { startServer, type TestServer } from '../../support/server';
import { connectTcp } from '../../support/tcp';
import { Conversation } from './conversation';
import { padded, textsOf } from './support';

let server: TestServer;
beforeAll(async () => {
  server = await startServer([channels]);
});
afterAll(() => server.stop());

const port = (): number => server.port('channels');

/** A conversation of its own: its channels are not those of the other tests. */
async function play(script: string): Promise<void> {
  await using conversation = new Conversation(port());
  await conversation.play(script);
}

test('the two sessions of the source', async () => {
  await using fresh = await startServer([channels]);
  await using conversation = new Conversation(fresh.port('channels'));
  await conversation.play(`
    Panda connects
    Panda > Hello world!
    Panda < Not currently in any channel. Must join a channel before sending messages.
    Panda > /list
    Panda > /create 168_tas
    Panda > /list
    Panda < 168_tas
    Panda > Hello world!
    Panda .
    Alice connects
    Alice > /list
    Alice < 168_tas
    Alice > /join 168_tas
    Alice > Hi everyone! Does anyone know what we're doing on the first day of lecture?
    Panda < Alice has joined
    Panda < [Alice] Hi everyone! Does anyone know what we're doing on the first day of lecture?
    Panda leaves
    Alice < Panda has left
  `);
});

test("the course's own two clients", () =>
  play(`
    Alice connects
    Kay connects
    Alice > /create tas
    Alice .
    Kay > /join tas
    Alice < Kay has joined
    Kay > Hi!
    Alice < [Kay] Hi!
    Alice > Hello!
    Kay < [Alice] Hello!
  `));

describe('errors change nothing', () => {
  test('a refused join or create leaves the client where it is', () =>
    play(`
      A connects
      B connects
      A > /create here
      A .
      B > /join here
      A < B has joined
      B > /join nowhere
      B < No channel named nowhere exists. Try '/create nowhere'?
      B > /create here
      B < Room here already exists, so cannot be created.
      B > /join
      B < /join command must be followed by the name of a channel to join.
      B > /join a b
      B < /join command must be followed by the name of a channel to join.
      B > /create
      B < /create command must be followed by the name of a channel to create
      B > /create a b
      B < /create command must be followed by the name of a channel to create
      B > /leave here
      B < /leave is not a valid control message. Valid messages are /create, /list, and /join.
      B > still here
      A < [B] still here
    `));

  test('the names of the public rooms of other protocols cannot be created', async () => {
    const market = {
      name: 'market',
      transport: 'tcp',
      server: { room: 'market', open: channels.server.open },
    } as const;
    await using both = await startServer([channels, market]);
    await using conversation = new Conversation(both.port('channels'));
    await conversation.play(`
      A connects
      A > /list
      A > /create market
      A < Room market already exists, so cannot be created.
      A > /join market
      A > /list
      A < market
    `);
  });
});

describe('moving', () => {
  test('says has left to the old channel before has joined to the new one', () =>
    play(`
      Old connects
      New connects
      X connects
      Old > /create old
      Old .
      New > /create new
      New .
      X > /join old
      Old < X has joined
      X > /join new
      Old < X has left
      New < X has joined
      X > to new only
      New < [X] to new only
      X > /create third
      New < X has left
      X > to nobody
      X .
      Old .
    `));

  test('to the channel one is in already: left, then joined, to the others', () =>
    play(`
      A connects
      A > /create same
      A .
      B connects
      B > /join same
      A < B has joined
      B > /join same
      A < B has left
      A < B has joined
    `));

  test('a lost connection has left', async () => {
    await using conversation = new Conversation(port());
    await conversation.play(`
      A connects
      A > /create lossy
      A .
      B connects
      B > /join lossy
      A < B has joined
    `);
    conversation.peer('B').reset();
    conversation.peers.delete('B');
    await conversation.play('A < B has left');
  });

  test('a channel outlives its members', () =>
    play(`
      A connects
      A > /create lasting
      A > /create other
      A .
      B connects
      B > /create lasting
      B < Room lasting already exists, so cannot be created.
      B > /join lasting
    `));
});

describe('texts', () => {
  test('blank ones, leading spaces, commands behind a space', () =>
    play(`
      A connects
      B connects
      A > /create texts
      A .
      B > /join texts
      A < B has joined
      B > 
      A < [B]
      B >    indented
      A < [B]    indented
      B >  /list
      A < [B]  /list
    `));

  test('of 200 bytes go out in two frames, each with the prefix', () =>
    play(`
      A connects
      B connects
      A > /create long
      A .
      B > /join long
      A < B has joined
      B > ${'x'.repeat(200)}
      A < [B] ${'x'.repeat(196)}
      A < [B] xxxx
      B > ${'é'.repeat(100)}
      A < [B] ${'é'.repeat(98)}
      A < [B] éé
    `));

  test('that are not UTF-8 go out as they came', async () => {
    await using conversation = new Conversation(port());
    await conversation.play(`
      A connects
      B connects
      A > /create rubbish
      A .
      B > /join rubbish
      A < B has joined
    `);
    const rubbish = Buffer.from('caf\xe9 \x00\x1b[2J\xff', 'latin1');
    await conversation
      .peer('B')
      .send(Buffer.concat([rubbish, Buffer.alloc(200 - rubbish.length, ' ')]));
    const frame = Buffer.from(await conversation.peer('A').read(200));
    const expected = Buffer.concat([Buffer.from('[B] '), rubbish]);
    expect(frame.subarray(0, expected.length)).toEqual(expected);
    expect(frame.subarray(expected.length).toString().trim()).toBe('');
  });
});

describe('names', () => {
  test('two may ask for one name', async () => {
    await using conversation = new Conversation(port());
    await conversation.connect('first', 'Twin');
    await conversation.connect('second', 'Twin');
    await conversation.play(`
      first > /create twins
      first .
      second > /join twins
      first < Twin~2 has joined
      second > hi
      first < [Twin~2] hi
      first > hi
      second < [Twin] hi
    `);
  });

  test('of spaces only, or no text at all, are guest', async () => {
    await using conversation = new Conversation(port());
    await conversation.connect('nobody', '');
    await conversation.play(`
      A connects
      A > /create guests
      A .
      nobody > /join guests
      A < guest has joined
    `);
  });
});

describe('frames', () => {
  test('a byte at a time, and all at once', async () => {
    const script = ['Drip', '/create drip', '/list', 'hi', '/join', '/x'].map(padded);
    const answers = async (send: 'send' | 'sendByteByByte', name: string): Promise<string[]> => {
      await using alone = await startServer([channels]);
      await using peer = await connectTcp(alone.port('channels'));
      await peer[send](Buffer.concat([padded(name), ...script.slice(1)]));
      peer.finish();
      return textsOf(await peer.readToEnd());
    };
    const glued = await answers('send', 'Glued');
    expect(glued).toEqual([
      'drip',
      '/join command must be followed by the name of a channel to join.',
      '/x is not a valid control message. Valid messages are /create, /list, and /join.',
    ]);
    expect(await answers('sendByteByByte', 'Drip')).toEqual(glued);
  });

  test('far more than may be under way, then the end: all are dealt with, in order', async () => {
    await using conversation = new Conversation(port());
    await conversation.play(`
      A connects
      A > /create flood
      A .
    `);
    await using flooder = await connectTcp(port());
    const texts = Array.from({ length: 2000 }, (_, at) => `${at}`);
    await flooder.send(Buffer.concat(['Flooder', '/join flood', ...texts].map(padded)));
    flooder.finish();
    expect(textsOf(await flooder.readToEnd())).toEqual([]);
    const heard = textsOf(await conversation.peer('A').read((texts.length + 2) * 200));
    expect(heard).toEqual([
      'Flooder has joined',
      ...texts.map((text) => `[Flooder] ${text}`),
      'Flooder has left',
    ]);
  });
});

describe('other clients are not hurt by', () => {
  test('as many channels as one client may create, and two more', async () => {
    const most = limits.hub.roomsPerCreator;
    const bounds = { rates: { perSecond: { rooms: Infinity } } };
    await using alone = await startServer([channels], { bounds });
    await using maker = await connectTcp(alone.port('channels'));
    const names = Array.from({ length: most + 2 }, (_, at) => `channel-${at}`);
    const created = names.map((name) => padded(`/create ${name}`));
    const sent = maker.send(Buffer.concat([padded('Maker'), ...created]));
    await using conversation = new Conversation(alone.port('channels'));
    await conversation.play(`
      Other connects
      Other > hi
      Other < Not currently in any channel. Must join a channel before sending messages.
    `);
    await sent;
    expect(textsOf(await maker.read(2 * 200))).toEqual([
      `Too many channels, so channel-${most} cannot be created.`,
      `Too many channels, so channel-${most + 1} cannot be created.`,
    ]);
    await maker.send(padded('/list'));
    const kept = names.slice(0, most);
    const listed: string[] = [];
    while (listed.length < kept.length) {
      const [frame = ''] = textsOf(await maker.read(200));
      listed.push(...frame.split('\n'));
    }
    expect(listed).toEqual(kept);
  });

  test('a thousand joins', async () => {
    await using conversation = new Conversation(port());
    await conversation.play(`
      A connects
      B connects
      A > /create busy
      A .
    `);
    await conversation.peer('B').send(Buffer.concat(Array(1000).fill(padded('/join busy'))));
    const heard = textsOf(await conversation.peer('A').read(1999 * 200));
    expect(heard[0]).toBe('B has joined');
    expect(heard.filter((text) => text === 'B has joined').length).toBe(1000);
    expect(heard.filter((text) => text === 'B has left').length).toBe(999);
  });

  test('binary rubbish of any length', async () => {
    const rubbish = Buffer.alloc(200_077);
    for (let at = 0; at < rubbish.length; at++) rubbish[at] = (at * 7919 + (at >> 8)) & 0xff;
    await using peer = await connectTcp(port());
    await peer.send(rubbish);
    peer.finish();
    for (const text of textsOf(await peer.readToEnd())) {
      expect(text).toMatch(
        /Not currently in any channel|is not a valid control message|must be followed/,
      );
    }
    expect(server.console.warnings).toEqual([]);
  });

  test('a reader that reads nothing stays while others flood, goes in time, and the others are told', async () => {
    const clock = new HandClock();
    const rates = { perSecond: { requests: Infinity } };
    await using own = await startServer([channels], { bounds: { clock, rates } });
    await using conversation = new Conversation(own.port('channels'));
    await conversation.play(`
      A connects
      A > /create slow
      A .
    `);
    const sloth = await connectTcp(own.port('channels'));
    await sloth.send(Buffer.concat(['Sloth', '/join slow'].map(padded)));
    await conversation.play('A < Sloth has joined');
    sloth.stopReading();
    await conversation.play(`
      B connects
      B > /join slow
      A < B has joined
    `);
    // More than the system's buffers and ours hold for the one that does not read.
    const text = 'x'.repeat(190);
    const batch = Buffer.concat(Array<Buffer>(1000).fill(padded(text)));
    for (let batches = 0; batches < 80; batches++) {
      await conversation.peer('A').send(batch);
      const heard = textsOf(await conversation.peer('B').read(batch.length));
      expect(new Set(heard)).toEqual(new Set([`[A] ${text}`]));
    }
    clock.pass(limits.net.stalledMs);
    await conversation.reads('B', 'Sloth has left');
    await conversation.reads('A', 'Sloth has left');
    await sloth[Symbol.asyncDispose]();
  }, 60_000);
});
