// How the client shows what it hears: lines for a person, an object for a program.

import { decodeLossy, linesOf } from '../../bytes/text';
import { note } from '../../client_kit/note';
import type { Shown } from '../../dialect';
import type { ListedUser } from '../wire/codec';
import type { Message } from '../wire/messages';
import { statusOf, wordsFor } from './statuses';

type Json = Readonly<Record<string, unknown>>;

export const result = (text: string, json: Json): Shown => ({
  kind: 'result',
  lines: [text],
  json,
});

const incoming = (lines: readonly string[], json: Json): Shown => ({
  kind: 'incoming',
  lines,
  json,
});

export const shownUsers = (users: readonly ListedUser[]): Shown => ({
  kind: 'result',
  lines: users.map(({ name, ip, port }) => `${name} ${ip} ${port}`),
  json: { type: 'users', users },
});

/** The server does not take a request about a file. */
export function shownFileRefusal(file: string, answer: Message): Shown {
  const status = statusOf(answer);
  return result(`${file}: ${wordsFor(status)}`, { type: 'refusal', file, why: status });
}

/** A message that came unasked, shown; undefined where there is nothing for the user to see. `self`: the user. */
export function shownOf(message: Message, self: string): Shown | undefined {
  const { action, user = '', group = '', id } = message;
  switch (action) {
    case 'send':
      return shownText(message);
    case 'joined':
      if (user === self) {
        return incoming([`You are in the group ${group}.`], { type: action, group });
      }
      return incoming([`${user} has joined ${group}`], { type: action, group, user });
    case 'notice':
      return incoming([decodeLossy(message.body)], {
        type: action,
        ...(group !== '' && { group }),
        text: decodeLossy(message.body),
      });
    case 'left':
      if (message.reason === 'kicked') {
        const text = decodeLossy(message.body);
        return incoming([text], { type: 'kicked', group, user, text });
      }
      return incoming([`${user} has left ${group}`], { type: action, group, user });
    case 'invite':
      return incoming(
        [`${user} asks you into the group ${group}: join ${group} or decline ${group}`],
        { type: 'invited', group, user },
      );
    case 'disconnect':
      if (user === '') return note('The server is closing.');
      return incoming([`${user} has disconnected`], { type: 'disconnected', user });
    case 'confirmation':
      // It answers nothing that was asked: the server did not understand us.
      if (message.status === 'ok') return undefined;
      return note(`The server says: ${wordsFor(statusOf(message))}.`);
    case 'file':
      if (message.status !== 'offer') return undefined;
      return incoming(
        [`${user} offers ${nameAndSize(message)}: accept ${id ?? ''} or reject ${id ?? ''}`],
        { type: 'offer', id, from: user, file: message.fileName, size: message.fileSize },
      );
    default:
      return undefined;
  }
}

export const nameAndSize = ({
  fileName = '',
  fileSize = 0,
}: Pick<Message, 'fileName' | 'fileSize'>): string => `${fileName} (${fileSize} bytes)`;

function shownText({ user = '', group, body }: Message): Shown {
  const text = decodeLossy(body);
  const prefix = group === undefined ? `${user}: ` : `[${group}] ${user}: `;
  // Further lines are set in, so that no user can write a line that looks like another user's.
  const [first = '', ...more] = linesOf(text);
  const lines = [prefix + first, ...more.map((line) => `    ${line}`)];
  return incoming(lines, { type: 'message', from: user, ...(group && { group }), text });
}
