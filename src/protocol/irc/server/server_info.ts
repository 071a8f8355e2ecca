// Commands that ask about the server itself.

import type { Answer } from './answer';
import { type Handler, inOrder, tryAgain } from './client';
import { serverName } from './door';
import { dateOf, saySupport, sayUsers, versionText } from './welcome';

export const sayMotd = (answer: Answer): Answer =>
  answer.numeric('422', [], 'MOTD File is missing');

/** Where a server is named, it must be this one. */
const isHere = (target: string | undefined): boolean =>
  target === undefined || target === '' || target.toLowerCase() === serverName;

/** A command about this server, answered in its turn. */
const about =
  (say: (answer: Answer, params: readonly string[]) => void): Handler =>
  (client, answer, params) =>
    inOrder(client, answer, () => {
      const [target] = params;
      if (isHere(target)) say(answer, params);
      else answer.numeric('402', [target ?? '*'], 'No such server');
    });

export const motd = about(sayMotd);

export const version = about((answer) => {
  answer.numeric('351', [versionText, serverName], 'one community, many doors');
  saySupport(answer);
});

export const time: Handler = (client, answer, params) =>
  about((told) => {
    const { now } = client.host;
    told.numeric('391', [serverName], dateOf(now));
  })(client, answer, params);

export const info = about((answer) => {
  answer.numeric('371', [], 'chat: one community behind many protocols.');
  answer.numeric(
    '371',
    [],
    'This door speaks IRC; people of other doors have its name as their user.',
  );
  answer.numeric('374', [], 'End of /INFO list');
});

export const links: Handler = (client, answer) =>
  inOrder(client, answer, () => {
    answer.numeric('364', ['*', serverName], '0 chat');
    answer.numeric('365', ['*'], 'End of /LINKS list');
  });

export const lusers: Handler = (client, answer) => {
  const { host, door } = client;
  let users = 0;
  host.submit({ do: 'users', asker: { session: host.session } }, (outcome) => {
    if (outcome.ok) users = outcome.value.users.length;
  });
  host.submit({ do: 'rooms', session: host.session }, (outcome) => {
    if (outcome.ok) {
      const rooms = outcome.value.rooms.length;
      sayUsers(answer, { users, rooms, here: door.count, most: door.most });
    } else tryAgain(answer, 'LUSERS');
    answer.done();
  });
};

const helpLines: readonly string[] = [
  'JOIN #room, PART #room, LIST, NAMES #room, TOPIC #room :text',
  'JOIN &group makes a group or accepts an invitation; INVITE nick &group; PART &group leaves it for good',
  'PRIVMSG nick :text reaches accounts that are away when they come back',
  'MODE #room +o|+v nick, +b mask; KICK #room nick :why; AWAY :why; WHOIS nick; MONITOR + nick',
];

export const help: Handler = (client, answer, params) =>
  inOrder(client, answer, () => {
    const subject = params[0] ?? '*';
    answer.numeric('704', [subject], 'What there is here');
    for (const line of helpLines) answer.numeric('705', [subject], line);
    answer.numeric('706', [subject], 'End of /HELP');
  });
