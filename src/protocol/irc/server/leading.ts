// Who leads a room: its topic, its modes, whom it keeps out, and whom a group invites.

import { cutText } from '../../bytes/text';
import type { Outcome } from '../../commands';
import { limits } from '../../limits';
import type { Name } from '../../model';
import type { RoomAct } from '../../moderation';
import { type ChannelName, channelOf, folded, isChannel, nameOfNick, nickOf } from '../wire/names';
import type { Answer } from './answer';
import {
  channelText,
  type Client,
  type Handler,
  inOrder,
  joinedAs,
  needsMore,
  targetsOf,
  tryAgain,
} from './client';
import { maskOf } from './events';
import { sayTopic, viewRoom } from './room_info';
import { eachTarget } from './rooms';

/** The room that a command names: where the client is in one of that name, that one. */
export function roomNamed(client: Client, text: string | undefined): ChannelName | undefined {
  const named = text === undefined ? undefined : channelOf(text);
  const joined = named && joinedAs(client, named.room);
  if (joined && joined.sigil !== named.sigil) return undefined;
  return joined ?? named;
}

type Refusal = Extract<Outcome<'room-moderate'>, { ok: false }>['why'];

/** An act on a room by the client; `who`: whom it concerns, as the client has named them. */
function act(
  client: Client,
  answer: Answer,
  {
    of,
    act: what,
    who = '*',
  }: { readonly of: ChannelName; readonly act: RoomAct; readonly who?: string },
  then: () => void,
): void {
  const { host } = client;
  const { room } = of;
  host.submit({ do: 'room-moderate', session: host.session, room, act: what }, (outcome) => {
    if (!outcome.ok) sayRefusal(client, answer, { of, who }, outcome.why);
    then();
  });
}

function sayRefusal(
  client: Client,
  answer: Answer,
  { of, who }: { readonly of: ChannelName; readonly who: string },
  why: Refusal,
): void {
  const channel = channelText(of);
  switch (why) {
    case 'not-allowed':
    case 'oneself':
      if (joinedAs(client, of.room))
        answer.numeric('482', [channel], "You're not channel operator");
      else answer.numeric('442', [channel], "You're not on that channel");
      return;
    case 'unknown-room':
      return void answer.numeric('403', [channel], 'No such channel');
    case 'unknown-user':
      return void answer.numeric('401', [who], 'No such nick/channel');
    case 'not-member':
      return void answer.numeric('441', [who, channel], "They aren't on that channel");
    case 'too-many':
      return void answer.numeric('478', [channel, who], 'Channel list is full');
    default:
      // A ban that is not there is gone already.
      if (why !== 'not-banned' && why !== 'not-muted') tryAgain(answer, 'MODE');
  }
}

const noChannel = (client: Client, answer: Answer, target: string): void =>
  inOrder(client, answer, () => answer.numeric('403', [target], 'No such channel'));

export const topic: Handler = (client, answer, [target = '', text]) => {
  if (target === '') return needsMore(client, answer, 'TOPIC');
  const of = roomNamed(client, target);
  if (!of) return noChannel(client, answer, target);
  if (text !== undefined) {
    const cut = cutText(text, limits.hub.topicBytes)[0] ?? '';
    return act(client, answer, { of, act: { do: 'topic', topic: cut } }, () => answer.done());
  }
  viewRoom(client, of, (view) => {
    const channel = channelText(of);
    if (!view) answer.numeric('403', [channel], 'No such channel');
    else if (!sayTopic(answer, channel, view.info))
      answer.numeric('331', [channel], 'No topic is set');
    answer.done();
  });
};

export const kick: Handler = (client, answer, [target = '', list, reason]) => {
  const nicks = targetsOf(list);
  if (target === '' || nicks.length === 0) return needsMore(client, answer, 'KICK');
  const of = roomNamed(client, target);
  if (!of) return noChannel(client, answer, target);
  if (nicks.length > limits.irc.targets) {
    return inOrder(client, answer, () =>
      answer.numeric('407', [nicks.at(-1) ?? '*'], 'Too many targets'),
    );
  }
  const why = cutText(reason ?? client.person.nick, limits.hub.reasonBytes)[0] ?? '';
  eachTarget(answer, nicks, (nick, then) => {
    const name = nameOfNick(nick);
    if (name === undefined) return unknown(client, answer, nick, then);
    act(client, answer, { of, act: { do: 'kick', name, reason: why }, who: nick }, then);
  });
};

const unknown = (client: Client, answer: Answer, nick: string, then: () => void): void =>
  client.host.inOrder(() => {
    answer.numeric('401', [nick], 'No such nick/channel');
    then();
  });

const inviteRefusals: Readonly<Record<string, readonly [string, string]>> = {
  'unknown-room': ['403', 'No such channel'],
  'not-creator': ['482', "You're not channel operator"],
  'already-member': ['443', 'is already on channel'],
  banned: ['474', 'They are banned there'],
};

export const invite: Handler = (client, answer, [nick = '', target = '']) => {
  if (nick === '' || target === '') return needsMore(client, answer, 'INVITE');
  const of = roomNamed(client, target);
  const to = nameOfNick(nick);
  if (!of) return noChannel(client, answer, target);
  if (to === undefined) return unknown(client, answer, nick, () => answer.done());
  if (of.sigil === '#') {
    const text = 'Everybody may come into an open room: only groups invite';
    return inOrder(client, answer, () =>
      answer.fail('INVITE', 'OPEN_ROOM', [channelText(of)], text),
    );
  }
  const { host } = client;
  host.submit({ do: 'group-invite', session: host.session, group: of.room, to }, (outcome) => {
    const channel = channelText(of);
    if (outcome.ok) answer.numeric('341', [nick, channel]);
    else if (outcome.why === 'unknown-user') answer.numeric('401', [nick], 'No such nick/channel');
    else {
      const [code, text] = inviteRefusals[outcome.why] ?? [
        '263',
        'Please wait a while and try again.',
      ];
      const params = outcome.why === 'already-member' ? [nick, channel] : [channel];
      answer.numeric(code, code === '263' ? ['INVITE'] : params, text);
    }
    answer.done();
  });
};

/** One change of a mode. */
interface Change {
  readonly isOn: boolean;
  readonly mode: string;
  readonly argument: string | undefined;
}

const withArgument = 'ovb';

function changesOf(modes: string, rest: readonly string[]): Change[] {
  const left = [...rest];
  let isOn = true;
  const changes: Change[] = [];
  for (const mode of modes) {
    if (mode === '+' || mode === '-') isOn = mode === '+';
    else if (changes.length < limits.irc.modes) {
      changes.push({
        isOn,
        mode,
        argument: withArgument.includes(mode) ? left.shift() : undefined,
      });
    }
  }
  return changes;
}

export const mode: Handler = (client, answer, [target = '', modes, ...rest]) => {
  if (target === '') return needsMore(client, answer, 'MODE');
  if (!isChannel(target)) return userMode(client, answer, target, modes);
  const of = roomNamed(client, target);
  if (!of) return noChannel(client, answer, target);
  if (modes === undefined) return sayModes(client, answer, of);
  const changes = changesOf(modes, rest);
  const step = (index: number): void => {
    const change = changes[index];
    if (change) changeOne(client, answer, { of, change }, () => step(index + 1));
    else client.host.inOrder(() => answer.done());
  };
  step(0);
};

/** What a room's modes always are: they cannot be changed here. */
const fixedModes = { '#': 'nt', '&': 'inst' } as const;

function sayModes(client: Client, answer: Answer, of: ChannelName): void {
  viewRoom(client, of, (view) => {
    const channel = channelText(of);
    if (view) answer.numeric('324', [channel, `+${fixedModes[of.sigil]}`]);
    else answer.numeric('403', [channel], 'No such channel');
    answer.done();
  });
}

function changeOne(
  client: Client,
  answer: Answer,
  { of, change }: { readonly of: ChannelName; readonly change: Change },
  then: () => void,
): void {
  const { isOn, mode: letter, argument } = change;
  if (letter === 'b') return ban(client, answer, { of, change }, then);
  if (letter !== 'o' && letter !== 'v') {
    return client.host.inOrder(() => {
      // What is so already is no fault.
      if (!(isOn && fixedModes[of.sigil].includes(letter)))
        answer.numeric('472', [letter], 'is a mode that cannot be changed here');
      then();
    });
  }
  const name = argument === undefined ? undefined : nameOfNick(argument);
  if (argument === undefined || name === undefined) {
    return client.host.inOrder(() => {
      if (argument === undefined) answer.numeric('461', ['MODE'], 'Not enough parameters');
      else answer.numeric('401', [argument], 'No such nick/channel');
      then();
    });
  }
  const rank = !isOn ? 'none' : letter === 'o' ? 'operator' : 'voice';
  act(client, answer, { of, act: { do: 'rank', name, rank }, who: argument }, then);
}

function ban(
  client: Client,
  answer: Answer,
  { of, change: { isOn, argument } }: { readonly of: ChannelName; readonly change: Change },
  then: () => void,
): void {
  if (argument === undefined) return sayBans(client, answer, of, then);
  const mask = banOf(argument);
  if (mask === undefined) {
    return client.host.inOrder(() => {
      const text = 'A ban goes by the nick here: nick!*@*';
      answer.fail('MODE', 'UNSUPPORTED_MASK', [channelText(of)], text);
      then();
    });
  }
  const what: RoomAct = isOn ? { do: 'ban', mask, reason: '' } : { do: 'unban', mask };
  act(client, answer, { of, act: what, who: argument }, then);
}

/** The part of a mask that a ban goes by; undefined where the others say something, or where it would be everybody. */
export function banOf(mask: string): Name | undefined {
  const [, nick = '', user = '*', host = '*'] =
    /^([^!@]*)(?:!([^@]*))?(?:@(.*))?$/.exec(mask) ?? [];
  if (!/^\**$/.test(user) || !/^\**$/.test(host) || /^[*?]*$/.test(nick)) return undefined;
  return nameOfNick(nick);
}

function sayBans(client: Client, answer: Answer, of: ChannelName, then: () => void): void {
  viewRoom(client, of, (view) => {
    const channel = channelText(of);
    if (!view) {
      answer.numeric('403', [channel], 'No such channel');
      return then();
    }
    for (const { name, by, at } of view.info.bans) {
      const who = by === '' ? 'server' : nickOf(by as Name);
      answer.numeric('367', [channel, maskOf(name), who, String(at)]);
    }
    answer.numeric('368', [channel], 'End of channel ban list');
    then();
  });
}

/** `i` and `w` are taken and change nothing: programs set them when they come in. */
function userMode(client: Client, answer: Answer, nick: string, modes: string | undefined): void {
  inOrder(client, answer, () => {
    if (folded(nick) !== folded(client.person.nick)) {
      answer.numeric('502', [], "Can't change mode for other users");
    } else if (modes === undefined) answer.numeric('221', ['+']);
    else if (/[^iw+-]/.test(modes)) answer.numeric('501', [], 'Unknown MODE flag');
  });
}
