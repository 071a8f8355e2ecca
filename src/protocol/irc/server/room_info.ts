// What a room is, as a client asks for it: who is there with which rank, and its topic.

import { byteLength } from '../../bytes/text';
import type { RoomMember } from '../../commands';
import { limits } from '../../limits';
import type { RoomInfo } from '../../moderation';
import { capabilities } from '../wire/capabilities';
import { folded, nickOf } from '../wire/names';
import type { Answer } from './answer';
import { channelText, type Client, type Joined } from './client';
import { dialectName, serverName } from './door';

const lineEnd = '\r\n';

/** What one asks for all that is said of a room. */
export interface RoomView {
  readonly members: readonly RoomMember[];
  readonly info: RoomInfo;
}

/** Asks the hub; undefined where it does not say. */
export function viewRoom(
  { host }: Client,
  { room }: Pick<Joined, 'room'>,
  done: (view: RoomView | undefined) => void,
): void {
  let info: RoomInfo | undefined;
  const { session } = host;
  host.submit({ do: 'room-info', session, room }, (outcome) => {
    if (outcome.ok) info = outcome.value;
  });
  host.submit({ do: 'room-members', session, room }, (outcome) =>
    done(outcome.ok && info ? { info, members: outcome.value.members } : undefined),
  );
}

const has = (names: readonly string[], name: string): boolean =>
  names.some((one) => folded(one) === folded(name));

/** What stands in front of a member's nick: `@`, `+` or nothing. */
export function rankOf({ creator, operators, voices }: RoomInfo, name: string): '@' | '+' | '' {
  if (creator !== undefined && folded(creator) === folded(name)) return '@';
  if (has(operators, name)) return '@';
  return has(voices, name) ? '+' : '';
}

/** A member as others see them: `nick`, `user`, `host`, and what is known of those at this door. */
export function seen({ door }: Client, { name, dialect }: RoomMember) {
  const person = dialect === dialectName ? door.find(name) : undefined;
  return person ?? { ...door.foreign(name, dialect), realName: nickOf(name), away: undefined };
}

/** 353 as often as it takes, without 366. */
export function sayNames(client: Client, answer: Answer, channel: string, view: RoomView): void {
  const withHosts = client.has(capabilities['userhost-in-names']);
  const front = byteLength(`:${serverName} 353 ${client.shownNick} = ${channel} :`);
  const most = limits.irc.lineBytes - lineEnd.length - front;
  let words: string[] = [];
  let length = 0;
  const flush = (): void => {
    if (words.length > 0) answer.numeric('353', ['=', channel], words.join(' '));
    [words, length] = [[], 0];
  };
  for (const member of view.members) {
    const { nick, user, host } = seen(client, member);
    const shown = withHosts ? `${nick}!${user}@${host}` : nick;
    const word = rankOf(view.info, member.name) + shown;
    const bytes = byteLength(word) + 1;
    if (length + bytes > most) flush();
    words.push(word);
    length += bytes;
  }
  flush();
}

export const endOfNames = (answer: Answer, channel: string): Answer =>
  answer.numeric('366', [channel], 'End of /NAMES list');

/** 332 and 333, where there is a topic. */
export function sayTopic(answer: Answer, channel: string, { topic }: RoomInfo): boolean {
  if (topic === undefined || topic.text === '') return false;
  answer.numeric('332', [channel], topic.text);
  const by = topic.by === '' ? serverName : topic.by;
  answer.numeric('333', [channel, nickOf(by as never), String(topic.at)]);
  return true;
}

/** What stands behind one's own JOIN. */
export function tellRoom(client: Client, answer: Answer, joined: Joined, then: () => void): void {
  const channel = channelText(joined);
  viewRoom(client, joined, (view) => {
    joined.isEntering = false;
    if (view) {
      sayTopic(answer, channel, view.info);
      sayNames(client, answer, channel, view);
    }
    endOfNames(answer, channel);
    then();
  });
}
