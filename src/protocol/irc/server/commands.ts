// Every command of a client that has come in, by its word.

import { folded, guestNickOf } from '../wire/names';
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

const nickRefusals: Readonly<Record<string, readonly [string, string]>> = {
  'name-taken': ['433', 'Nickname is already in use'],
  banned: ['432', 'Erroneous nickname'],
  muted: ['447', 'Cannot change nickname while you may not speak'],
};

/** A guest's; who is logged in goes by the name of the account. */
const nick: Handler = (client, answer, [text = '']) => {
  const { host, door, person } = client;
  const say = (code: string, params: readonly string[], why: string): void =>
    inOrder(client, answer, () => answer.numeric(code, params, why));
  if (text === '') return say('431', [], 'No nickname given');
  if (person.isAccount && folded(text) !== folded(person.nick)) {
    return say('433', [text], 'You go by the name of your account');
  }
  const name = guestNickOf(text);
  if (name === undefined) return say('432', [text], 'Erroneous nickname');
  if (person.isAccount || text === person.nick) return inOrder(client, answer, () => {});
  host.submit({ do: 'rename', session: host.session, name }, (outcome) => {
    if (outcome.ok) answer.body(door.rename(person, outcome.value.name).line);
    else {
      const [code, why] = nickRefusals[outcome.why] ?? [
        '263',
        'Please wait a while and try again.',
      ];
      const params = { '263': ['NICK'], '447': [] }[code] ?? [text];
      answer.numeric(code, params, why);
    }
    answer.done();
  });
};

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
