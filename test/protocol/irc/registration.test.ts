// Coming in, word for word: capabilities, names, passwords, and what is refused.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { irc } from '../../../src/protocol/irc/index';
import { limits } from '../../../src/protocol/limits';
import { web } from '../../../src/protocol/web/index';
import { startServer, type TestServer } from '../../support/server';
import { tokenFor, webKind } from '../web/person';
import { IrcPeer } from './person';

let server: TestServer;
beforeAll(async () => {
  server = await startServer([irc, web]);
});
afterAll(() => server.stop());
const port = (): number => server.port('irc');
const peer = (): IrcPeer => new IrcPeer(port());

/** What came in the order in which it came, dates aside. */
async function read(client: IrcPeer, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) lines.push(await client.read());
  return lines;
}

const plain = (...fields: string[]): string => Buffer.from(fields.join('\0')).toString('base64');

test('as WeeChat and others do it: CAP LS 302 first', async () => {
  await using client = peer();
  client.send('CAP LS 302', 'NICK golden', 'USER gold 0 * :Golden Girl');
  expect(await client.read()).toBe(
    ':irc.chat CAP * LS :away-notify batch cap-notify echo-message labeled-response message-tags ' +
      'multi-prefix sasl=PLAIN server-time setname standard-replies userhost-in-names',
  );
  client.send('CAP REQ :echo-message server-time', 'CAP REQ :echo-message nonsense', 'CAP LIST');
  expect(await read(client, 3)).toEqual([
    ':irc.chat CAP golden ACK :echo-message server-time',
    ':irc.chat CAP golden NAK :echo-message nonsense',
    ':irc.chat CAP golden LIST :cap-notify echo-message server-time',
  ]);
  client.send('CAP END');
  const lines = await read(client, 14);
  expect(lines[0]).toBe(':irc.chat 001 golden :Welcome to chat, golden');
  expect(lines[1]).toBe(':irc.chat 002 golden :Your host is irc.chat, running chat');
  expect(lines[2]).toStartWith(':irc.chat 003 golden :This server was started ');
  expect(lines.slice(3, 6)).toEqual([
    ':irc.chat 004 golden irc.chat chat i binostv bov',
    ':irc.chat 005 golden AWAYLEN=390 CASEMAPPING=ascii CHANLIMIT=#&:100 CHANMODES=b,,,inst ' +
      'CHANNELLEN=65 CHANTYPES=#& CLIENTTAGDENY=* ELIST=MNU KICKLEN=390 MODES=12 MONITOR=100 ' +
      'NETWORK=chat NICKLEN=32 :are supported by this server',
    ':irc.chat 005 golden PREFIX=(ov)@+ TARGMAX=JOIN:100,PART:100,KICK:100,PRIVMSG:4,NOTICE:4,' +
      'NAMES:1,LIST:1,WHOIS:1 TOPICLEN=390 USERLEN=16 UTF8ONLY WHOX :are supported by this server',
  ]);
  expect(lines.slice(6).map((line) => line.split(' ')[1])).toEqual(
    '251 252 254 255 265 266 422 221'.split(' '),
  );
});

describe('a name', () => {
  test('in use at whatever door is 433, and another one may be tried', async () => {
    const bob = await webKind.enter(server.port('web'), 'webber');
    await using client = peer();
    client.send('NICK WEBBER', 'USER w 0 * :w');
    expect(await client.read()).toBe(':irc.chat 433 WEBBER WEBBER :Nickname is already in use');
    client.send('NICK webber2');
    expect(await client.read()).toContain(' 001 webber2 ');
    await bob.leave();
  });

  test('that is none is 432, and none at all 431', async () => {
    await using client = peer();
    client.send('NICK', 'NICK #a', 'NICK 7up', 'NICK a*b', 'NICK :a b');
    expect(await read(client, 5)).toEqual([
      ':irc.chat 431 * :No nickname given',
      ':irc.chat 432 * #a :Erroneous nickname',
      ':irc.chat 432 * 7up :Erroneous nickname',
      ':irc.chat 432 * a*b :Erroneous nickname',
      ':irc.chat 432 * * :Erroneous nickname',
    ]);
  });

  test('of two who ask at once one gets it', async () => {
    await using one = peer();
    await using other = peer();
    for (const client of [one, other]) client.send('NICK twin', 'USER t 0 * :t', 'PING x');
    const first = await Promise.all([one.read(), other.read()]);
    expect(new Set(first.map((line) => line.split(' ')[1]))).toEqual(new Set(['001', '433']));
  });

  test('is asked for once, and USER and PASS too', async () => {
    await using client = await IrcPeer.enter(port(), 'stays');
    expect(await client.ask('NICK stays', 'NICK', 'NICK a*b', 'USER a 0 * :a', 'PASS x')).toEqual([
      ':irc.chat 431 stays :No nickname given',
      ':irc.chat 432 stays a*b :Erroneous nickname',
      ':irc.chat 462 stays :You may not reregister',
      ':irc.chat 462 stays :You may not reregister',
    ]);
  });
});

test('before 001 other commands are 451, PING is answered, and CAP holds it back', async () => {
  await using client = peer();
  client.send('JOIN #a', 'PING one two', 'CAP BOGUS', 'USER few', 'NICK patient', 'CAP LS');
  expect(await read(client, 5)).toEqual([
    ':irc.chat 451 * :You have not registered',
    ':irc.chat PONG irc.chat :one',
    ':irc.chat 410 * BOGUS :Invalid CAP command',
    ':irc.chat 461 * USER :Not enough parameters',
    ':irc.chat CAP patient LS :away-notify batch cap-notify echo-message labeled-response ' +
      'message-tags multi-prefix sasl server-time setname standard-replies userhost-in-names',
  ]);
  client.send('USER p 0 * :p', 'PING held', 'CAP END');
  expect(await client.read()).toBe(':irc.chat PONG irc.chat :held');
  expect(await client.read()).toContain(' 001 patient ');
});

describe('an account', () => {
  test('comes in with SASL PLAIN, under its own name', async () => {
    const page = await webKind.enter(server.port('web'), 'saslia');
    await using client = peer();
    client.send('CAP REQ :sasl', 'NICK whatever', 'USER s 0 * :s', 'AUTHENTICATE PLAIN');
    expect((await read(client, 2))[1]).toBe('AUTHENTICATE +');
    client.send(`AUTHENTICATE ${plain('', 'saslia', 'B'.repeat(43))}`);
    expect(await client.read()).toBe(':irc.chat 904 whatever :SASL authentication failed');
    client.send('AUTHENTICATE PLAIN', `AUTHENTICATE ${plain('', 'saslia', tokenFor('saslia'))}`);
    expect(await read(client, 3)).toEqual([
      'AUTHENTICATE +',
      ':irc.chat 900 whatever whatever!*@* saslia :You are now logged in as saslia',
      ':irc.chat 903 whatever :SASL authentication successful',
    ]);
    client.send('AUTHENTICATE PLAIN', 'CAP END');
    expect(await client.read()).toBe(
      ':irc.chat 907 whatever :You have already authenticated using SASL',
    );
    expect(await client.read()).toBe(':irc.chat 001 saslia :Welcome to chat, saslia');
    expect(await client.ask('NICK whatever')).toContain(
      ':irc.chat 433 saslia whatever :You go by the name of your account',
    );
    await page.leave();
  });

  test('or with PASS name:password; a wrong one ends the connection', async () => {
    const page = await webKind.enter(server.port('web'), 'passia');
    await using client = peer();
    client.send(`PASS passia:${tokenFor('passia')}`, 'NICK p', 'USER p 0 * :p');
    expect(await client.read()).toBe(':irc.chat 001 passia :Welcome to chat, passia');
    await using wrong = peer();
    wrong.send('PASS passia:nonsense nonsense', 'NICK p', 'USER p 0 * :p');
    expect(await read(wrong, 2)).toEqual([
      ':irc.chat 464 p :Password incorrect',
      'ERROR :Password incorrect',
    ]);
    await page.leave();
  });

  test('SASL that is none', async () => {
    await using client = peer();
    client.send('AUTHENTICATE SCRAM-SHA-256', 'AUTHENTICATE PLAIN', 'AUTHENTICATE *');
    expect(await read(client, 4)).toEqual([
      ':irc.chat 908 * PLAIN :are available SASL mechanisms',
      ':irc.chat 904 * :SASL authentication failed',
      'AUTHENTICATE +',
      ':irc.chat 906 * :SASL authentication aborted',
    ]);
    client.send('AUTHENTICATE PLAIN', `AUTHENTICATE ${'A'.repeat(401)}`, 'AUTHENTICATE');
    expect(await read(client, 3)).toEqual([
      'AUTHENTICATE +',
      ':irc.chat 905 * :SASL message too long',
      ':irc.chat 461 * AUTHENTICATE :Not enough parameters',
    ]);
    client.send('AUTHENTICATE PLAIN', 'CAP END');
    expect(await read(client, 2)).toEqual([
      'AUTHENTICATE +',
      ':irc.chat 906 * :SASL authentication aborted',
    ]);
  });
});

describe('bad input', () => {
  test('is told, and the connection goes on', async () => {
    await using client = await IrcPeer.enter(port(), 'badly');
    client.sendBytes(Buffer.from('PRIVMSG badly :\xff\xfe\r\n\r\n   \r\n', 'latin1'));
    client.send('x'.repeat(600), 'FOO', 'PRIVMSG', 'PRIVMSG badly', 'PI\0NG still here');
    expect(await read(client, 6)).toEqual([
      ':irc.chat NOTICE badly :PRIVMSG: Message rejected: it is not UTF-8',
      ':irc.chat 417 badly :Input line was too long',
      ':irc.chat 421 badly FOO :Unknown command',
      ':irc.chat 411 badly :No recipient given (PRIVMSG)',
      ':irc.chat 412 badly :No text to send',
      ':irc.chat PONG irc.chat :still',
    ]);
  });

  test('with standard replies as FAIL', async () => {
    await using client = await IrcPeer.enter(port(), 'failing', 'standard-replies');
    client.sendBytes(Buffer.from('PRIVMSG failing :\xff\r\n', 'latin1'));
    expect(await client.read()).toBe(
      ':irc.chat FAIL PRIVMSG INVALID_UTF8 :Message rejected: it is not UTF-8',
    );
  });

  test('a line without an end is the end', async () => {
    await using client = peer();
    client.sendBytes(Buffer.alloc(limits.irc.unendedBytes + 1, 'x'));
    expect(await client.read()).toBe('ERROR :A line without an end');
    await client.putOut();
  });

  test('QUIT says goodbye, before and behind 001', async () => {
    const early = peer();
    early.send('QUIT');
    expect(await early.read()).toBe('ERROR :Quit');
    await early.putOut();
    const late = await IrcPeer.enter(port(), 'later');
    late.send('QUIT :so long', 'PING unheard');
    expect(await late.read()).toBe('ERROR :Quit: so long');
    await late.putOut();
    expect(late.rest).toEqual([]);
  });
});
