// The relay in the house: emitters and displays among people who came by other doors.

import { afterEach, beforeEach, expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels/index';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { relay } from '../../../src/protocol/relay/index';
import { startServer, type TestServer } from '../../support/server';
import { listenTcp } from '../../support/tcp';
import { ChannelsPeer } from '../channels/person';
import { answerTo } from '../mailbox/person';
import { nul } from '../mailbox/support';
import { erro, msg, ok, qem } from './frames';
import { RelayProgram } from './person';

let server: TestServer;
let emitter: RelayProgram;
let display: RelayProgram;
beforeEach(async () => {
  server = await startServer([mailbox, channels, relay]);
  emitter = await RelayProgram.registered(server.port('relay'), 7);
  display = await RelayProgram.registered(server.port('relay'), 1007);
});
afterEach(async () => {
  RelayProgram.resetAll();
  await server.stop();
});

/** The result byte of one operation at the mailbox door. */
const operation = async (...fields: string[]): Promise<number> =>
  (await answerTo(server.port('mailbox'), nul(...fields)))[0] ?? 255;

async function registerAlice(): Promise<void> {
  expect(await operation('REGISTER', 'Alice Liddell', 'alice', '04/05/1852')).toBe(0);
}

test('a user in the channel `relay` hears emitters by their numbers, and is heard by displays', async () => {
  await using scott = new ChannelsPeer(server.port('channels'));
  scott.send('Scott', '/join relay', 'hello there');
  expect(await display.line()).toBe('MSG 0>1007 #0 "Scott: hello there"');
  expect(await emitter.answers(msg(7, 0, 'Ob-la-di\u001b[2J', 1))).toEqual(['OK 0>7 #1']);
  expect(await display.line()).toBe('MSG 7>1007 #1 "Ob-la-di\\u001b[2J"');
  expect(await scott.read()).toBe('[#7] Ob-la-di[2J');
  // Only numbers are listed to displays.
  expect(await emitter.answers(qem(7, 1007, 2))).toEqual(['OK 0>7 #2']);
  expect(await display.line()).toBe('OKQEM 0>1007 #2 [7 1007]');
});

test('an account writes to an emitter, whose display shows it', async () => {
  await registerAlice();
  expect(await operation('SEND', 'alice', '#7', 'hello, seven')).toBe(0);
  expect(await display.line()).toBe('MSG 0>1007 #0 "alice: hello, seven"');
  expect(await operation('SEND', 'alice', '#1007', 'and display')).toBe(0);
  expect(await display.line()).toBe('MSG 0>1007 #1 "alice: and display"');
});

test('its sender hears of what a display has taken, and not of what it has refused', async () => {
  await registerAlice();
  const picky = await RelayProgram.registered(server.port('relay'), 1008, { answers: false });
  const phone = listenTcp();
  expect(await operation('CONNECT', 'alice', String(phone.port))).toBe(0);
  for (const [text, answer] of [
    ['no', erro],
    ['yes', ok],
  ] as const) {
    expect(await operation('SEND', 'alice', '#1008', text)).toBe(0);
    const frame = await picky.next();
    picky.send(answer(1008, 0, frame.sequence));
  }
  // The first was refused.
  const told: string[] = [];
  while (!told.includes('2')) {
    await using call = await phone.accept();
    expect(await call.readTo('\0')).toBe('SEND_MESS_ACK\0');
    told.push((await call.readTo('\0')).replace('\0', ''));
    call.close();
  }
  expect(told).toEqual(['2']);
  phone.close();
});

test('no user of another protocol can come by a number', async () => {
  expect(await operation('REGISTER', 'Eight', '#8', '04/05/1852')).not.toBe(0);
  await using eve = new ChannelsPeer(server.port('channels'));
  eve.send('#9', '/join relay', 'I am nine');
  expect(await display.line()).toBe('MSG 0>1007 #0 "guest: I am nine"');
});
