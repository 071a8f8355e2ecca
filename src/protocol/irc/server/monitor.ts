// MONITOR: who is told when certain people come and go; and ISON and USERHOST, which ask once.

import { encodedOnce } from '../../bytes/encoded_once';
import { limits } from '../../limits';
import type { Name, Presence, User } from '../../model';
import { formatLine } from '../wire/message';
import { folded, nameOfNick, nickOf } from '../wire/names';
import { type Client, type Handler, inOrder, needsMore, targetsOf, tryAgain } from './client';
import { dialectName, nickAt, serverName } from './door';

const sourceOfUser = (
  { door }: Client,
  { name, dialect }: Pick<User, 'name' | 'dialect'>,
): string => door.source(name, dialect);

/** As long as nobody comes or goes, the hub gives the same list. */
const byNick = encodedOnce(
  (users: readonly User[]): ReadonlyMap<string, User> =>
    new Map(users.map((user) => [folded(nickAt(user.name, user.dialect)), user])),
);

/** The users who are here, by their folded nicks. */
export function whoIsHere(
  client: Client,
  done: (here: ReadonlyMap<string, User> | undefined) => void,
): void {
  const { session } = client.host;
  client.host.submit({ do: 'users', asker: { session } }, (outcome) => {
    if (!outcome.ok) return done(undefined);
    done(byNick(outcome.value.users));
  });
}

export function tellPresence(client: Client, { name, here }: Presence): void {
  const nick = client.monitored.get(folded(nickOf(name)));
  if (nick === undefined) return;
  const source = here ? presentSource(client, name) : nick;
  client.writeLines([formatLine(serverName, here ? '730' : '731', [client.shownNick], source)]);
}

/** Who came by another door is told without the door: the hub does not say it here. */
function presentSource({ door }: Client, name: Name): string {
  return door.find(name) ? door.source(name, dialectName) : nickOf(name);
}

export const monitor: Handler = (client, answer, [what = '', list]) => {
  const { monitored } = client;
  switch (what.toUpperCase()) {
    case '+':
      return add(client, answer, targetsOf(list));
    case '-':
      for (const nick of targetsOf(list)) monitored.delete(folded(nick));
      return answer.done();
    case 'C':
      monitored.clear();
      return answer.done();
    case 'L':
      return inOrder(client, answer, () => {
        if (monitored.size > 0) answer.numeric('732', [], [...monitored.values()].join(','));
        answer.numeric('733', [], 'End of MONITOR list');
      });
    case 'S':
      return sayWhoOf(client, answer, [...monitored.values()]);
    default:
      return needsMore(client, answer, 'MONITOR');
  }
};

const add = (client: Client, answer: Parameters<Handler>[1], nicks: readonly string[]): void => {
  const { host, monitored } = client;
  const added: string[] = [];
  for (const nick of nicks) {
    const key = folded(nick);
    if (nameOfNick(nick) === undefined) continue;
    if (!monitored.has(key) && monitored.size >= limits.irc.monitored) {
      const rest = nicks.slice(nicks.indexOf(nick)).join(',');
      answer.numeric('734', [String(limits.irc.monitored), rest], 'Monitor list is full.');
      break;
    }
    monitored.set(key, nick);
    added.push(nick);
  }
  host.submit({ do: 'watch', session: host.session }, () => {});
  sayWhoOf(client, answer, added);
};

function sayWhoOf(client: Client, answer: Parameters<Handler>[1], nicks: readonly string[]): void {
  whoIsHere(client, (here) => {
    if (!here) tryAgain(answer, 'MONITOR');
    else {
      const of = (nick: string): User | undefined => here.get(folded(nick));
      for (const nick of nicks) {
        const user = of(nick);
        if (user) answer.numeric('730', [], sourceOfUser(client, user));
        else answer.numeric('731', [], nick);
      }
    }
    answer.done();
  });
}

export const ison: Handler = (client, answer, params) => {
  if (params.length === 0) return needsMore(client, answer, 'ISON');
  whoIsHere(client, (here) => {
    if (!here) tryAgain(answer, 'ISON');
    else {
      const nicks = params.flatMap((param) => param.split(' ')).filter((nick) => nick !== '');
      const found = nicks.flatMap((nick) => here.get(folded(nick)) ?? []);
      answer.numeric('303', [], found.map(({ name, dialect }) => nickAt(name, dialect)).join(' '));
    }
    answer.done();
  });
};

const mostUserhosts = 5;

export const userhost: Handler = (client, answer, params) => {
  if (params.length === 0) return needsMore(client, answer, 'USERHOST');
  whoIsHere(client, (here) => {
    if (!here) tryAgain(answer, 'USERHOST');
    else {
      const replies = params.slice(0, mostUserhosts).flatMap((nick) => {
        const user = here.get(folded(nick));
        if (!user) return [];
        const away = client.door.find(user.name)?.away === undefined ? '+' : '-';
        const [shown = '', address = ''] = sourceOfUser(client, user).split('!');
        return [`${shown}=${away}${address}`];
      });
      answer.numeric('302', [], replies.join(' '));
    }
    answer.done();
  });
};
