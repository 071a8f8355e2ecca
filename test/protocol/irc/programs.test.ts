// Programs that we did not write, on terminals of their own: irssi, WeeChat and sic talk with each other and with other doors.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';

import { channels } from '../../../src/protocol/channels/index';
import { irc } from '../../../src/protocol/irc/index';
import { isGap } from '../../support/person';
import { keys, Screen } from '../../support/pty';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';
import { channelsKind } from '../channels/person';
import { IrcPeer } from './person';

let server: TestServer;
beforeAll(async () => {
  server = await startServer([irc, channels], { isSecure: false });
});
afterAll(() => server.stop());
const port = (): string => String(server.port('irc'));

/** The test of a program that may be missing. */
function withProgram(name: string): typeof test {
  if (Bun.which(name) !== null) return test;
  process.stderr.write(`SKIPPED: a conversation with ${name}: there is no ${name}\n`);
  return test.skip;
}

const env = (home: string) => ({
  HOME: home,
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  PATH: process.env['PATH'] ?? '',
});

withProgram('irssi')('irssi: joins, talks, leads', async () => {
  const home = await scratchFolder();
  // Without its pauses between commands.
  const settings = 'cmds_max_at_once = "100"; cmd_queue_speed = "10msec";';
  await Bun.write(join(home, 'config'), `settings = { "irc/core" = { ${settings} }; };\n`);
  const command = ['irssi', `--home=${home}`, '-c', '127.0.0.1', '-p', port(), '-n', 'irs'];
  await using screen = new Screen(command, { columns: 110, rows: 40, env: env(home) });
  const type = (line: string): void => screen.type(`${line}${keys.enter}`);
  await screen.until('Your user mode is [+]');
  type('/join #irssi');
  await screen.until('[@irs]');
  const kay = await channelsKind.enter(server.port('channels'), 'Kay');
  if (isGap(kay.join) || isGap(kay.say) || isGap(kay.hears)) throw new Error('a gap');
  await kay.join('irssi');
  await screen.until('Kay [~channels@');
  await kay.say('hello, irssi');
  await screen.until('< Kay> hello, irssi');
  const heard = Promise.all([
    kay.hears({ name: 'irs', dialect: 'irc' }, 'hello, ¿qué tal? 🙂'),
    kay.hears({ name: 'irs', dialect: 'irc' }, '* irs waves'),
  ]);
  type('hello, ¿qué tal? 🙂');
  type('/me waves');
  await heard;
  type('/topic tea at five');
  await screen.until('irs changed the topic of #irssi to: tea at five');
  type('/kick Kay enough');
  await screen.until('Kay was kicked from #irssi by irs [enough]');
  await kay.leave();
});

withProgram('weechat-headless')('WeeChat: capabilities, a room, a private message', async () => {
  const home = await scratchFolder();
  await using peer = await IrcPeer.enter(server.port('irc'), 'tester');
  await peer.ask('JOIN #weechat');
  const say = '/msg -server here tester hello from WeeChat';
  const wishes = [
    `/server add here 127.0.0.1/${port()} -notls`,
    // Without its pauses between lines.
    '/set irc.server.here.anti_flood 0',
    '/set irc.server.here.anti_flood_prio_high 0',
    '/set irc.server.here.anti_flood_prio_low 0',
    '/set irc.server.here.nicks wee',
    '/set irc.server.here.autojoin #weechat',
    `/set irc.server.here.command "${say}"`,
    '/connect here',
  ];
  const command = ['weechat-headless', '--dir', join(home, 'w'), '--stdout'];
  await using screen = new Screen([...command, ...wishes.flatMap((wish) => ['-r', wish])], {
    env: env(home),
  });
  await peer.take((line) => /^:wee!\S+ JOIN #weechat$/.test(line));
  await peer.take((line) => /^:wee!\S+ PRIVMSG tester :hello from WeeChat$/.test(line));
  peer.send('PRIVMSG wee :\u0001VERSION\u0001');
  const version = await peer.take((line) => line.includes(' NOTICE tester :\u0001VERSION '));
  expect(version).toContain('WeeChat');
  await screen.kill();
});

withProgram('sic')('sic: joins and talks', async () => {
  const home = await scratchFolder();
  await using peer = await IrcPeer.enter(server.port('irc'), 'other');
  await peer.ask('JOIN #sic');
  const command = ['sic', '-h', '127.0.0.1', '-p', port(), '-n', 'sicky'];
  await using screen = new Screen(command, { env: env(home) });
  await screen.until('221');
  screen.type(`:j #sic${keys.enter}`);
  await peer.take((line) => /^:sicky!\S+ JOIN #sic$/.test(line));
  screen.type(`hello from sic${keys.enter}`);
  await peer.take((line) => /^:sicky!\S+ PRIVMSG #sic :hello from sic$/.test(line));
  peer.send('PRIVMSG #sic :hello, sic');
  await screen.until('<other> hello, sic');
});
