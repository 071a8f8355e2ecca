// What the server says of itself: to who comes in, and to who asks.

import { limits } from '../../limits';
import type { Answer } from './answer';
import { type Door, serverName } from './door';

export const versionText = 'chat';
const network = 'chat';

/** What holds here, true to the letter; three lines, since one carries thirteen at most. */
const supported = (): string[][] => [
  [
    `AWAYLEN=${limits.irc.aboutBytes}`,
    'CASEMAPPING=ascii',
    `CHANLIMIT=#&:${limits.irc.rooms}`,
    'CHANMODES=b,,,inst',
    `CHANNELLEN=${limits.hub.roomNameBytes + 1}`,
    'CHANTYPES=#&',
    'CLIENTTAGDENY=*',
    'ELIST=MNU',
    `KICKLEN=${limits.hub.reasonBytes}`,
    `MODES=${limits.irc.modes}`,
    `MONITOR=${limits.irc.monitored}`,
    `NETWORK=${network}`,
    `NICKLEN=${limits.irc.nickCharacters}`,
  ],
  [
    'PREFIX=(ov)@+',
    `TARGMAX=JOIN:${limits.irc.targets},PART:${limits.irc.targets},KICK:${limits.irc.targets},PRIVMSG:${limits.irc.messageTargets},NOTICE:${limits.irc.messageTargets},NAMES:1,LIST:1,WHOIS:1`,
    `TOPICLEN=${limits.hub.topicBytes}`,
    `USERLEN=${limits.irc.userCharacters}`,
    'UTF8ONLY',
    'WHOX',
  ],
];

export const dateOf = (seconds: number): string => new Date(seconds * 1000).toUTCString();

export function sayWelcome(answer: Answer, nick: string, door: Door): void {
  answer.numeric('001', [], `Welcome to ${network}, ${nick}`);
  answer.numeric('002', [], `Your host is ${serverName}, running ${versionText}`);
  answer.numeric('003', [], `This server was started ${dateOf(door.since)}`);
  answer.numeric('004', [serverName, versionText, 'i', 'binostv', 'bov']);
  saySupport(answer);
}

export function saySupport(answer: Answer): void {
  for (const words of supported()) answer.numeric('005', words, 'are supported by this server');
}

export function sayUsers(
  answer: Answer,
  { users, rooms, here, most }: { users: number; rooms: number; here: number; most: number },
): void {
  answer.numeric('251', [], `There are ${users} users and 0 invisible on 1 servers`);
  answer.numeric('252', ['0'], 'operator(s) online');
  answer.numeric('254', [String(rooms)], 'channels formed');
  answer.numeric('255', [], `I have ${here} clients and 0 servers`);
  const [now, max] = [String(here), String(most)];
  answer.numeric('265', [now, max], `Current local users ${now}, max ${max}`);
  answer.numeric('266', [now, max], `Current global users ${now}, max ${max}`);
}
