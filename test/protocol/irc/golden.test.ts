// Conversations in rooms and between people over a real server, line by line.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels/index';
import { irc } from '../../../src/protocol/irc/index';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { web } from '../../../src/protocol/web/index';
import { isGap } from '../../support/person';
import { startServer, type TestServer } from '../../support/server';
import { channelsKind } from '../channels/person';
import { mailboxKind } from '../mailbox/person';
import { join as register, tokenFor, webKind } from '../web/person';
import { IrcPeer } from './person';

let server: TestServer;
beforeAll(async () => {
  server = await startServer([irc, channels, web, mailbox]);
});
afterAll(() => server.stop());

const enter = (nick: string, capabilities?: string): Promise<IrcPeer> =>
  IrcPeer.enter(server.port('irc'), nick, capabilities);

/** Hosts of this run: letters made with a secret. */
const bare = (line: string): string =>
  line
    .replaceAll(/@[a-p]{8}\.(\w+)/g, '@HOST.$1')
    .replaceAll(/[a-p]{8}\.(irc|channels|web)/g, 'HOST.$1');
const bares = (lines: readonly string[]): string[] => lines.map(bare);

/** Two in a room that the first one made. */
async function pair(room: string, one = `${room}a`, other = `${room}b`) {
  const [a, b] = [await enter(one), await enter(other)];
  await a.ask(`JOIN #${room}`);
  await b.ask(`JOIN #${room}`);
  await a.settled();
  a.clear();
  return {
    a,
    b,
    [Symbol.asyncDispose]: async () =>
      void (await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()])),
  };
}

describe('rooms', () => {
  test('JOIN makes one; who comes second is no operator; PART and QUIT are told', async () => {
    await using a = await enter('ann');
    await using b = await enter('ben', 'userhost-in-names');
    expect(bares(await a.ask('JOIN #tea'))).toEqual([
      ':ann!~ann@HOST.irc JOIN #tea',
      ':irc.chat 353 ann = #tea :@ann',
      ':irc.chat 366 ann #tea :End of /NAMES list',
    ]);
    expect(bares(await b.ask('JOIN #TEA'))).toEqual([
      ':ben!~ben@HOST.irc JOIN #tea',
      ':irc.chat 353 ben = #tea :@ann!~ann@HOST.irc ben!~ben@HOST.irc',
      ':irc.chat 366 ben #tea :End of /NAMES list',
    ]);
    expect(bare(await a.read())).toBe(':ben!~ben@HOST.irc JOIN #tea');
    expect(bares(await b.ask('JOIN #tea', 'PART #tea :tired', 'PART #tea', 'PART #no,x'))).toEqual([
      ':ben!~ben@HOST.irc PART #tea :tired',
      ":irc.chat 442 ben #tea :You're not on that channel",
      ":irc.chat 442 ben #no :You're not on that channel",
      ':irc.chat 403 ben x :No such channel',
    ]);
    expect(bare(await a.read())).toBe(':ben!~ben@HOST.irc PART #tea');
    await b.ask('JOIN #tea,#coffee');
    await a.ask('JOIN #coffee');
    b.send('QUIT :bye');
    expect(bare(await a.take((line) => line.includes('QUIT')))).toBe(
      ':ben!~ben@HOST.irc QUIT :Quit: bye',
    );
    // One departure is told once, however many rooms were shared.
    await a.settled();
    expect(a.rest.filter((line) => /QUIT|PART/.test(line))).toEqual([]);
  });

  test('people of other doors are members like others', async () => {
    await using a = await enter('ian');
    const kay = await channelsKind.enter(server.port('channels'), 'Kay');
    if (isGap(kay.join) || isGap(kay.say) || isGap(kay.hears)) throw new Error('a gap');
    await kay.join('168_tas');
    expect(bares(await a.ask('JOIN #168_tas'))[1]).toBe(':irc.chat 353 ian = #168_tas :ian @Kay');
    await kay.say('Hi!');
    expect(bare(await a.read())).toBe(':Kay!~channels@HOST.channels PRIVMSG #168_tas :Hi!');
    const heard = kay.hears({ name: 'ian', dialect: 'irc' }, '* ian waves red');
    a.send('PRIVMSG #168_tas :\u0001ACTION waves \u000304red\u000f\u0001');
    await heard;
    expect(bares(await a.ask('WHO #168_tas', 'WHOIS kay'))).toEqual([
      ':irc.chat 352 ian #168_tas ~ian HOST.irc irc.chat ian H :0 ian the tester',
      ':irc.chat 352 ian #168_tas ~channels HOST.channels irc.chat Kay H@ :0 Kay',
      ':irc.chat 315 ian #168_tas :End of /WHO list',
      ':irc.chat 311 ian Kay ~channels HOST.channels * :Kay',
      ':irc.chat 312 ian Kay irc.chat :by the channels door',
      ':irc.chat 318 ian kay :End of /WHOIS list',
    ]);
    await kay.leave();
    expect(bare(await a.read())).toBe(':Kay!~channels@HOST.channels PART #168_tas');
  });

  test('NICK: one line however many rooms are shared, and all goes on under the new name', async () => {
    await using a = await enter('nia');
    await using b = await enter('noa');
    const kay = await channelsKind.enter(server.port('channels'), 'Kai');
    if (isGap(kay.join) || isGap(kay.hears)) throw new Error('a gap');
    await a.ask('JOIN #n1,#n2');
    await b.ask('JOIN #n1,#n2');
    await kay.join('n1');
    await b.settled();
    b.clear();
    const line = ':nia!~nia@HOST.irc NICK nelly';
    expect(bares(await a.ask('NICK nelly')).at(-1)).toBe(line);
    const seen = bares(await b.ask('NAMES #n2', 'PRIVMSG nia :x', 'WHOIS nelly'));
    expect(seen.filter((one) => !one.includes(' 317 '))).toEqual([
      line,
      ':irc.chat 353 noa = #n2 :@nelly noa',
      ':irc.chat 366 noa #n2 :End of /NAMES list',
      ':irc.chat 401 noa nia :No such nick/channel',
      ':irc.chat 311 noa nelly ~nia HOST.irc * :nia the tester',
      ':irc.chat 319 noa nelly :#n1 #n2',
      ':irc.chat 312 noa nelly irc.chat :by the irc door',
      ':irc.chat 318 noa nelly :End of /WHOIS list',
    ]);
    const heard = kay.hears({ name: 'nelly', dialect: 'irc' }, 'it is me');
    a.send('PRIVMSG #n1 :it is me', 'PRIVMSG noa :and here', 'TOPIC #n1 :still mine');
    await heard;
    expect(bares([await b.read(), await b.read(), await b.read()])).toEqual([
      ':nelly!~nia@HOST.irc PRIVMSG #n1 :it is me',
      ':nelly!~nia@HOST.irc PRIVMSG noa :and here',
      ':nelly!~nia@HOST.irc TOPIC #n1 :still mine',
    ]);
    expect(await a.ask('NICK NOA', 'NICK kai')).toContain(
      ':irc.chat 433 nelly NOA :Nickname is already in use',
    );
    await a.ask('NICK Nelly', 'PART #n1');
    expect(bares([await b.read(), await b.read()])).toEqual([
      ':nelly!~nia@HOST.irc NICK Nelly',
      ':Nelly!~nia@HOST.irc PART #n1',
    ]);
    // Who comes under the old name is another one.
    await using c = await enter('nia');
    await c.ask('JOIN #n1', 'PART #n1');
    expect(bares([await b.read(), await b.read()])).toEqual([
      ':nia!~nia@HOST.irc JOIN #n1',
      ':nia!~nia@HOST.irc PART #n1',
    ]);
    await kay.leave();
  });

  test('who leads: topic, ranks, bans, kicks', async () => {
    await using both = await pair('led');
    const { a, b } = both;
    expect(
      bares(await b.ask('TOPIC #led', 'TOPIC #led :mine', 'KICK #led leda', 'MODE #led +o ledb')),
    ).toEqual([
      ':irc.chat 331 ledb #led :No topic is set',
      ":irc.chat 482 ledb #led :You're not channel operator",
      ":irc.chat 482 ledb #led :You're not channel operator",
      ":irc.chat 482 ledb #led :You're not channel operator",
    ]);
    const told = [
      ':leda!~leda@HOST.irc TOPIC #led :tea at five',
      ':leda!~leda@HOST.irc MODE #led +v ledb',
      ':leda!~leda@HOST.irc MODE #led +b nasty!*@*',
    ];
    expect(
      bares(await a.ask('TOPIC #led :tea at five', 'MODE #led +v ledb', 'MODE #led +b nasty!*@*')),
    ).toEqual(told);
    expect(bares([await b.read(), await b.read(), await b.read()])).toEqual(told);
    const asked = bares(
      await b.ask('TOPIC #led', 'NAMES #led', 'MODE #led', 'MODE #led b', 'NAMES'),
    );
    expect(asked.map((line) => line.replaceAll(/ \d{10}$/g, ' AT'))).toEqual([
      ':irc.chat 332 ledb #led :tea at five',
      ':irc.chat 333 ledb #led leda AT',
      ':irc.chat 353 ledb = #led :@leda +ledb',
      ':irc.chat 366 ledb #led :End of /NAMES list',
      ':irc.chat 324 ledb #led +nt',
      ':irc.chat 367 ledb #led nasty!*@* leda AT',
      ':irc.chat 368 ledb #led :End of channel ban list',
      ':irc.chat 366 ledb * :End of /NAMES list',
    ]);
    await using nasty = await enter('nasty');
    expect(await nasty.ask('JOIN #led')).toEqual([
      ':irc.chat 474 nasty #led :Cannot join channel (+b)',
    ]);
    expect(
      await a.ask('MODE #led +k x', 'MODE #led +b *!*@host', 'MODE #led +o nobody', 'MODE #led +n'),
    ).toEqual([
      ':irc.chat 472 leda k :is a mode that cannot be changed here',
      ':irc.chat NOTICE leda :MODE: A ban goes by the nick here: nick!*@*',
      ":irc.chat 441 leda nobody #led :They aren't on that channel",
    ]);
    a.send('KICK #led ledb :enough');
    const kicked = ':leda!~leda@HOST.irc KICK #led ledb :enough';
    expect(bares([await a.read(), await b.read()])).toEqual([kicked, kicked]);
    expect(await b.ask('PRIVMSG #led :still here?')).toEqual([
      ':irc.chat 404 ledb #led :Cannot send to channel',
    ]);
  });

  test('LIST', async () => {
    await using both = await pair('listed');
    const { a } = both;
    await a.ask('TOPIC #listed :of lists', 'JOIN #listed2');
    const rows = async (words: string): Promise<string[]> =>
      (await a.ask(`LIST ${words}`)).filter((line) => line.includes(' 322 '));
    const one = ':irc.chat 322 listeda #listed 2 :of lists';
    const two = ':irc.chat 322 listeda #listed2 1 :';
    expect(await rows('#listed')).toEqual([one]);
    expect(await rows('*listed*')).toEqual([one, two]);
    expect(await rows('*listed*,>1')).toEqual([one]);
    expect(await rows('*listed*,!*2')).toEqual([one]);
    const all = await a.ask('LIST');
    expect([all[0], all.at(-1)]).toEqual([
      ':irc.chat 321 listeda Channel :Users  Name',
      ':irc.chat 323 listeda :End of /LIST',
    ]);
  });
});

describe('groups', () => {
  test('JOIN makes one, INVITE asks people in, and a group is no room', async () => {
    await using a = await enter('gail');
    await using b = await enter('gus');
    expect(
      bares(
        await a.ask(
          'JOIN &book',
          'MODE &book',
          'INVITE gus &book',
          'INVITE nobody &book',
          'JOIN #book',
        ),
      ),
    ).toEqual([
      ':gail!~gail@HOST.irc JOIN &book',
      ':irc.chat 353 gail = &book :@gail',
      ':irc.chat 366 gail &book :End of /NAMES list',
      ':irc.chat 324 gail &book +inst',
      ':irc.chat 341 gail gus &book',
      ':irc.chat 401 gail nobody :No such nick/channel',
      ':irc.chat 473 gail #book :Cannot join channel: it is a group, with & in front',
    ]);
    expect(bare(await b.read())).toBe(':gail!~gail@HOST.irc INVITE gus &book');
    await using c = await enter('gill');
    expect(await c.ask('JOIN &book', 'JOIN #book')).toEqual([
      ':irc.chat 473 gill &book :Cannot join channel (+i)',
      ':irc.chat 473 gill #book :Cannot join channel (+i)',
    ]);
    await b.ask('JOIN &book');
    expect(bare(await a.read())).toBe(':gus!~gus@HOST.irc JOIN &book');
    a.send('PRIVMSG &book :page one');
    expect(bare(await b.read())).toBe(':gail!~gail@HOST.irc PRIVMSG &book :page one');
  });
});

describe('people', () => {
  test('an echo with the id that all others have, and an answer behind its label', async () => {
    await using a = await enter('echo', 'echo-message message-tags labeled-response batch');
    await using b = await enter('hears', 'message-tags');
    const [own] = await a.ask('@label=l1 PRIVMSG hears :psst');
    const got = await b.read();
    const id = /msgid=(\w+)/.exec(own ?? '')?.[1] ?? 'none';
    expect(bare(own ?? '')).toBe(`@label=l1;msgid=${id} :echo!~echo@HOST.irc PRIVMSG hears :psst`);
    expect(bare(got)).toBe(`@msgid=${id} :echo!~echo@HOST.irc PRIVMSG hears :psst`);
    expect(
      bares(await a.ask('@label=l2 PONG x', '@label=l3 PING y', '@label=l4 JOIN #labels')),
    ).toEqual([
      '@label=l2 :irc.chat ACK',
      '@label=l3 :irc.chat PONG irc.chat :y',
      '@label=l4 :irc.chat BATCH +1 labeled-response',
      '@batch=1 :echo!~echo@HOST.irc JOIN #labels',
      '@batch=1 :irc.chat 353 echo = #labels :@echo',
      '@batch=1 :irc.chat 366 echo #labels :End of /NAMES list',
      ':irc.chat BATCH -1',
    ]);
  });

  test('NOTICE is one, CTCP reaches people of this door only, and a flood of targets is 407', async () => {
    await using a = await enter('cara');
    await using b = await enter('carl');
    a.send('NOTICE carl :\u0001VERSION x\u0001', 'PRIVMSG carl :\u0001VERSION\u0001');
    expect(bares([await b.read(), await b.read()])).toEqual([
      ':cara!~cara@HOST.irc NOTICE carl :\u0001VERSION x\u0001',
      ':cara!~cara@HOST.irc PRIVMSG carl :\u0001VERSION\u0001',
    ]);
    const page = await webKind.enter(server.port('web'), 'pagey');
    expect(
      await a.ask(
        'PRIVMSG pagey :\u0001VERSION\u0001',
        'NOTICE nobody :x',
        'PRIVMSG nobody :x',
        'PRIVMSG a,b,c,d,e :x',
      ),
    ).toEqual([
      ':irc.chat 401 cara pagey :No such nick/channel',
      ':irc.chat 401 cara nobody :No such nick/channel',
      ':irc.chat 407 cara e :Too many targets',
    ]);
    await page.leave();
  });

  test('an account that is away gets it later, once, and settles it with its PONG', async () => {
    const page = await register(server.port('web'), 'later');
    await using a = await enter('early');
    expect(bares(await a.ask('MONITOR + later'))).toEqual([
      ':irc.chat 730 early :later!~web@HOST.web',
    ]);
    await page[Symbol.asyncDispose]();
    expect(await a.read()).toBe(':irc.chat 731 early :later');
    expect(await a.ask('PRIVMSG later :for you')).toEqual([
      ':irc.chat 301 early later :Not here: it gets your message later',
    ]);
    const come = async (): Promise<IrcPeer> => {
      const client = new IrcPeer(server.port('irc'), 'later');
      client.send(
        'CAP REQ :message-tags',
        `PASS later:${tokenFor('later')}`,
        'NICK l',
        'USER l 0 * :l',
        'CAP END',
      );
      await client.take((line) => line.endsWith(' PING :delivery-check'));
      return client;
    };
    const text = (line: string): boolean => line.endsWith(' PRIVMSG later :for you');
    // A client that has answered the first PING, and then is gone.
    const dead = await come();
    await dead.take(text);
    await dead[Symbol.asyncDispose]();
    await using other = await come();
    other.send('PONG delivery-check');
    await other.settled();
    a.send('PRIVMSG later :and this');
    const line = await other.take((one) => one.endsWith(' :and this'));
    const id = /msgid=(\w+)/.exec(line)?.[1] ?? 'none';
    expect(await other.take((one) => one.includes(' PING '))).toBe(`:irc.chat PING :${id}`);
    a.send('PRIVMSG later :the last');
    await a.settled();
    // The next one waits for the PONG.
    expect(other.rest.filter((one) => one.endsWith(':the last'))).toEqual([]);
    other.send(`PONG ${id}`);
    await other.take((one) => one.endsWith(' PRIVMSG later :the last'));
  });

  test('a mailbox user writes and is written to', async () => {
    const max = await mailboxKind.enter(server.port('mailbox'), 'maxmailer');
    if (isGap(max.write) || isGap(max.reads)) throw new Error('a gap');
    await using a = await enter('irma');
    await max.write({ name: 'irma', dialect: 'irc' }, 'one\ntwo');
    expect(bares([await a.read(), await a.read()])).toEqual([
      ':maxmailer!~mailbox@HOST.mailbox PRIVMSG irma :one',
      ':maxmailer!~mailbox@HOST.mailbox PRIVMSG irma :two',
    ]);
    const read = max.reads({ name: 'irma', dialect: 'irc' }, 'hi');
    a.send('PRIVMSG maxmailer :hi');
    await read;
    await max.leave();
  });
});
