// Who is who: WHO, WHOIS, WHOWAS, and what a client says of itself.

import { cutText } from '../../bytes/text';
import { limits } from '../../limits';
import type { User } from '../../model';
import { capabilities } from '../wire/capabilities';
import { formatLine } from '../wire/message';
import { channelOf, folded, isChannel, nameOfNick, nickOf } from '../wire/names';
import type { Answer } from './answer';
import {
  channelText,
  type Client,
  type Handler,
  inOrder,
  joinedAs,
  needsMore,
  sourceOfClient,
  tryAgain,
} from './client';
import { serverName } from './door';
import { globOf } from './globs';
import { whoIsHere } from './monitor';
import { rankOf, seen, viewRoom } from './room_info';
import { dateOf } from './welcome';

/** One line of WHO: a user, in a room or anywhere. */
interface Row {
  readonly user: Pick<User, 'name' | 'dialect' | 'kind'>;
  readonly channel: string;
  readonly rank: string;
}

export const who: Handler = (client, answer, [mask = '', fields = '']) => {
  const whox = /^%([a-z]*)(?:,(\d{1,3}))?$/i.exec(fields);
  const say = (row: Row): void => sayRow(client, answer, row, whox);
  const end = (): void =>
    answer.numeric('315', [mask === '' ? '*' : mask], 'End of /WHO list').done();
  if (isChannel(mask)) {
    const named = channelOf(mask);
    if (named === undefined) return client.host.inOrder(end);
    const joined = joinedAs(client, named.room);
    return viewRoom(client, joined ?? named, (view) => {
      const channel = channelText(joined ?? named);
      for (const user of view?.members ?? []) {
        say({ user, channel, rank: rankOf(view!.info, user.name) });
      }
      end();
    });
  }
  const fits = globOf(mask === '' || mask === '0' ? '*' : mask);
  whoIsHere(client, (here) => {
    if (!here) tryAgain(answer, 'WHO');
    for (const [nick, user] of here ?? []) {
      if (fits(nick)) say({ user, channel: '*', rank: '' });
    }
    end();
  });
};

function sayRow(
  client: Client,
  answer: Answer,
  { user, channel, rank }: Row,
  whox: RegExpExecArray | null,
): void {
  const { nick, user: ident, host, realName, away } = seen(client, user);
  const flags = `${away === undefined ? 'H' : 'G'}${rank}`;
  if (whox === null) {
    const params = [channel, ident, host, serverName, nick, flags];
    answer.numeric('352', params, `0 ${realName}`);
    return;
  }
  const [, wanted = '', token = '0'] = whox;
  const idle = client.door.find(user.name);
  const values: Readonly<Record<string, string>> = {
    t: token,
    c: channel,
    u: ident,
    i: '255.255.255.255',
    h: host,
    s: serverName,
    n: nick,
    f: flags,
    d: '0',
    l: String(idle ? client.host.now - idle.spokeAt : 0),
    a: user.kind === 'account' ? nick : '0',
    o: 'n/a',
  };
  const shown = Array.from('tcuihsnfdlao').filter((field) => wanted.includes(field));
  const params = shown.map((field) => values[field] ?? '*');
  answer.numeric('354', params, wanted.includes('r') ? realName : undefined);
}

export const whois: Handler = (client, answer, params) => {
  const nick = params.length > 1 ? params[1] : params[0];
  if (nick === undefined || nick === '') {
    return inOrder(client, answer, () => answer.numeric('431', [], 'No nickname given'));
  }
  whoIsHere(client, (here) => {
    const user = here?.get(folded(nick)) ?? userNamed(here, nick);
    if (!here) tryAgain(answer, 'WHOIS');
    else if (user) sayWhois(client, answer, user);
    else answer.numeric('401', [nick], 'No such nick/channel');
    answer.numeric('318', [nick], 'End of /WHOIS list').done();
  });
};

/** Every spelling of a nick finds the same user. */
function userNamed(here: ReadonlyMap<string, User> | undefined, nick: string): User | undefined {
  const name = nameOfNick(nick);
  return name === undefined ? undefined : here?.get(folded(nickOf(name)));
}

function sayWhois(client: Client, answer: Answer, user: User): void {
  const { nick, user: ident, host, realName, away } = seen(client, user);
  answer.numeric('311', [nick, ident, host, '*'], realName);
  const person = user.dialect === 'irc' ? client.door.find(user.name) : undefined;
  const rooms = (person?.rooms() ?? []).filter(
    ({ sigil, room }) => sigil === '#' || client.person.isIn(room),
  );
  const channels = cutText(rooms.map(channelText).join(' '), limits.irc.aboutBytes)[0];
  if (channels !== undefined && channels !== '') answer.numeric('319', [nick], channels);
  answer.numeric('312', [nick, serverName], `by the ${user.dialect} door`);
  if (away !== undefined) answer.numeric('301', [nick], away);
  if (user.kind === 'account') answer.numeric('330', [nick, nick], 'is logged in as');
  if (person) {
    const idle = String(client.host.now - person.spokeAt);
    answer.numeric('317', [nick, idle, String(person.since)], 'seconds idle, signon time');
  }
}

export const whowas: Handler = (client, answer, [nick = '', most = '0']) =>
  inOrder(client, answer, () => {
    if (nick === '') return void answer.numeric('431', [], 'No nickname given');
    const name = nameOfNick(nick);
    const count = Number(most) > 0 ? Number(most) : limits.irc.remembered;
    const gone = name === undefined ? [] : client.door.goneOf(name).slice(0, count);
    for (const { person, at } of gone) {
      answer.numeric('314', [person.nick, person.user, person.host, '*'], person.realName);
      answer.numeric('312', [person.nick, serverName], dateOf(at));
    }
    if (gone.length === 0) answer.numeric('406', [nick], 'There was no such nickname');
    answer.numeric('369', [nick], 'End of WHOWAS');
  });

export const away: Handler = (client, answer, [text = '']) =>
  inOrder(client, answer, () => {
    if (!client.mayChange()) return void tryAgain(answer, 'AWAY');
    const { person } = client;
    person.away = text === '' ? undefined : cutText(text, limits.irc.aboutBytes)[0];
    const isAway = person.away !== undefined;
    answer.numeric(
      isAway ? '306' : '305',
      [],
      isAway ? 'You have been marked as being away' : 'You are no longer marked as being away',
    );
    const line = formatLine(sourceOfClient(client), 'AWAY', [], person.away);
    client.tellNeighbours(line, capabilities['away-notify']);
  });

export const setName: Handler = (client, answer, [text = '']) => {
  if (text === '') return needsMore(client, answer, 'SETNAME');
  inOrder(client, answer, () => {
    if (!client.mayChange()) return void tryAgain(answer, 'SETNAME');
    const realName = cutText(text, limits.irc.aboutBytes)[0] ?? '';
    client.person.realName = realName;
    const line = formatLine(sourceOfClient(client), 'SETNAME', [], realName);
    if (client.has(capabilities.setname)) answer.body(line);
    client.tellNeighbours(line, capabilities.setname);
  });
};
