// Every command of a client that has come in, by its word.

import { folded } from '../wire/names';
import type { Answer } from './answer';
import { type Client, type Handler, inOrder } from './client';
import { serverName } from './door';
import { invite, kick, mode, topic } from './leading';
import { ison, monitor, userhost } from './monitor';
import { away, setName, who, whois, whowas } from './people';
import { join, list, names, part } from './rooms';
import { help, info, links, lusers, motd, time, version } from './server_info';
import { notice, privmsg, tagmsg } from './talk';

const ping: Handler = (client, answer, [text]) =>
  inOrder(client, answer, () => {
    if (text === undefined) answer.numeric('409', [], 'No origin specified');
    else answer.line('PONG', [serverName], text);
  });

const quit: Handler = (client, answer, [reason]) => {
  answer.done();
  client.quit(reason === undefined || reason === '' ? 'Quit' : `Quit: ${reason}`);
};

/** A name is one's own until one leaves: the hub has no other name for who is here. */
const nick: Handler = (client, answer, [text = '']) =>
  inOrder(client, answer, () => {
    if (text === '') answer.numeric('431', [], 'No nickname given');
    else if (client.person.isAccount && folded(text) !== folded(client.person.nick))
      answer.numeric('433', [text], 'You go by the name of your account');
    else if (text !== client.person.nick)
      answer.numeric('447', [], 'Cannot change nickname: leave, and come in under the other one');
  });

const again: Handler = (client, answer) =>
  inOrder(client, answer, () => answer.numeric('462', [], 'You may not reregister'));

const handlers: Readonly<Record<string, Handler>> = {
  AWAY: away,
  HELP: help,
  HELPOP: help,
  INFO: info,
  INVITE: invite,
  ISON: ison,
  JOIN: join,
  KICK: kick,
  LINKS: links,
  LIST: list,
  LUSERS: lusers,
  MODE: mode,
  MONITOR: monitor,
  MOTD: motd,
  NAMES: names,
  NICK: nick,
  NOTICE: notice,
  PART: part,
  PASS: again,
  PING: ping,
  PRIVMSG: privmsg,
  QUIT: quit,
  SETNAME: setName,
  TAGMSG: tagmsg,
  TIME: time,
  TOPIC: topic,
  USER: again,
  USERHOST: userhost,
  VERSION: version,
  WHO: who,
  WHOIS: whois,
  WHOWAS: whowas,
};

/** Commands behind which the next line may be taken at once: the hub answers in order. */
const followed = new Set(['PRIVMSG', 'NOTICE', 'TAGMSG', 'PING', 'PONG', 'CAP', 'AUTHENTICATE']);

export const mayFollow = (command: string): boolean => followed.has(command);

export function perform(
  client: Client,
  answer: Answer,
  command: string,
  params: readonly string[],
): void {
  const handler = Object.hasOwn(handlers, command) ? handlers[command] : undefined;
  if (handler) return handler(client, answer, params);
  inOrder(client, answer, () => answer.numeric('421', [command], 'Unknown command'));
}
