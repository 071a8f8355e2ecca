// Coming into rooms and groups, leaving them, and asking who and what is there.

import { limits } from '../../limits';
import type { RoomName } from '../../model';
import { formatLine } from '../wire/message';
import { type ChannelName, channelOf, folded, isSayable } from '../wire/names';
import type { Answer } from './answer';
import {
  channelText,
  type Client,
  type Handler,
  inOrder,
  type Joined,
  joinedAs,
  needsMore,
  sourceOfClient,
  targetsOf,
  tryAgain,
} from './client';
import { globOf } from './globs';
import { endOfNames, sayNames, tellRoom, viewRoom } from './room_info';

/** One step for each target, one after the other; then the answer is over. */
export function eachTarget(
  answer: Answer,
  targets: readonly string[],
  step: (target: string, then: () => void) => void,
  index = 0,
): void {
  const target = targets[index];
  if (target === undefined) return answer.done();
  step(target, () => eachTarget(answer, targets, step, index + 1));
}

export const join: Handler = (client, answer, [list]) => {
  if (list === '0') return leaveAll(client, answer);
  const targets = targetsOf(list);
  if (targets.length === 0) return needsMore(client, answer, 'JOIN');
  if (targets.length > limits.irc.targets) return tooMany(client, answer, targets);
  eachTarget(answer, targets, (target, then) => joinOne(client, answer, target, then));
};

const tooMany = (client: Client, answer: Answer, targets: readonly string[]): void =>
  inOrder(client, answer, () => answer.numeric('407', [targets.at(-1) ?? '*'], 'Too many targets'));

function joinOne(client: Client, answer: Answer, target: string, then: () => void): void {
  const named = channelOf(target);
  const say = (code: string, text: string): void =>
    client.host.inOrder(() => {
      answer.numeric(code, [target], text);
      then();
    });
  if (!named) return say('403', 'No such channel');
  const before = joinedAs(client, named.room);
  if (before)
    return before.sigil === named.sigil ? client.host.inOrder(then) : say('473', kindText(before));
  if (client.rooms.size >= limits.irc.rooms) return say('405', 'You have joined too many channels');
  const done = (result: Result, room: RoomName = named.room): void => {
    if (result === 'in') return entered(client, answer, { ...named, room }, then);
    const [code, text] = joinTexts[result];
    answer.numeric(code, [target], text);
    then();
  };
  if (named.sigil === '#') joinOpen(client, named, done);
  else joinGroup(client, named, done);
}

const kindText = ({ sigil }: Joined): string =>
  sigil === '&'
    ? 'Cannot join channel: it is a group, with & in front'
    : 'Cannot join channel: it is open, with # in front';

/** What became of a JOIN. */
type Result = 'in' | 'kind' | 'banned' | 'full' | 'many' | 'busy';
type Done = (result: Result, room?: RoomName) => void;

const joinTexts: Readonly<Record<Exclude<Result, 'in'>, readonly [string, string]>> = {
  kind: ['473', 'Cannot join channel (+i)'],
  banned: ['474', 'Cannot join channel (+b)'],
  full: ['471', 'Cannot join channel (+l)'],
  many: ['405', 'You have joined too many channels'],
  busy: ['263', 'Please wait a while and try again.'],
};

/** Spellings that differ in case are one room: the one that is there. */
function joinOpen(client: Client, { room }: ChannelName, done: Done): void {
  const { host } = client;
  const { session } = host;
  host.submit({ do: 'rooms', session }, (outcome) => {
    const rooms = outcome.ok ? outcome.value.rooms : [];
    const same = rooms.includes(room) ? room : rooms.find((one) => folded(one) === folded(room));
    enterOpen(client, same ?? room, 'create', done);
  });
}

function enterOpen(
  client: Client,
  room: RoomName,
  how: 'create' | 'created' | 'exists',
  done: Done,
): void {
  const { host } = client;
  const { session } = host;
  host.submit({ do: 'room-join', session, room }, (outcome) => {
    if (outcome.ok) done('in', room);
    else if (outcome.why === 'banned') done('banned');
    else if (outcome.why !== 'unknown-room' || how === 'created') done('busy');
    else if (how === 'exists') done('kind');
    else {
      host.submit({ do: 'room-create', session, room }, (created) => {
        if (created.ok) enterOpen(client, room, 'created', done);
        // It is a group, or somebody else has just created it.
        else if (created.why === 'room-exists') enterOpen(client, room, 'exists', done);
        else done(created.why === 'too-many' ? 'many' : 'busy');
      });
    }
  });
}

const groupRefusals: Readonly<Record<string, Result>> = {
  'not-invited': 'kind',
  'room-exists': 'kind',
  banned: 'banned',
};

function joinGroup(client: Client, { room: group }: ChannelName, done: Done): void {
  const { host } = client;
  const { session } = host;
  host.submit({ do: 'group-accept', session, group }, (outcome) => {
    if (outcome.ok) return done('in');
    if (outcome.why === 'too-many') return done('full');
    if (outcome.why !== 'unknown-room') return done(groupRefusals[outcome.why] ?? 'busy');
    host.submit({ do: 'group-create', session, group }, (created) => {
      if (created.ok) done('in');
      else done(created.why === 'too-many' ? 'many' : (groupRefusals[created.why] ?? 'busy'));
    });
  });
}

function entered(
  client: Client,
  answer: Answer,
  { sigil, room }: ChannelName,
  then: () => void,
): void {
  const channel = channelText({ sigil, room });
  const joined: Joined = { room, sigil, channel, isEntering: true };
  client.join(joined);
  answer.open().body(formatLine(sourceOfClient(client), 'JOIN', [channelText(joined)]));
  tellRoom(client, answer, joined, then);
}

export const part: Handler = (client, answer, [list, reason]) => {
  const targets = targetsOf(list);
  if (targets.length === 0) return needsMore(client, answer, 'PART');
  if (targets.length > limits.irc.targets) return tooMany(client, answer, targets);
  eachTarget(answer, targets, (target, then) => partOne(client, answer, { target, reason }, then));
};

function partOne(
  client: Client,
  answer: Answer,
  { target, reason }: { readonly target: string; readonly reason: string | undefined },
  then: () => void,
): void {
  const named = channelOf(target);
  const joined = named && joinedAs(client, named.room);
  if (!joined || joined.sigil !== named.sigil) {
    return client.host.inOrder(() => {
      if (named) answer.numeric('442', [target], "You're not on that channel");
      else answer.numeric('403', [target], 'No such channel');
      then();
    });
  }
  const { host } = client;
  const { session } = host;
  const { room, sigil } = joined;
  const left = (outcome: { readonly ok: boolean }): void => {
    if (outcome.ok) {
      client.part(room);
      answer.body(formatLine(sourceOfClient(client), 'PART', [channelText(joined)], reason));
    } else tryAgain(answer, 'PART');
    then();
  };
  if (sigil === '#') host.submit({ do: 'room-leave', session, room }, left);
  else host.submit({ do: 'group-leave', session, group: room }, left);
}

/** Groups are not left by the way: PART leaves them for good. */
function leaveAll(client: Client, answer: Answer): void {
  const open = [...client.rooms.values()].filter(({ sigil }) => sigil === '#').map(channelText);
  if (open.length === 0) return inOrder(client, answer, () => {});
  eachTarget(answer, open, (target, then) =>
    partOne(client, answer, { target, reason: undefined }, then),
  );
}

export const names: Handler = (client, answer, [target]) => {
  const named = target === undefined ? undefined : channelOf(target);
  if (!named) return inOrder(client, answer, () => endOfNames(answer, target ?? '*'));
  const joined = joinedAs(client, named.room);
  viewRoom(client, joined ?? named, (view) => {
    const channel = channelText(joined ?? named);
    if (view && (joined ?? named).sigil === named.sigil) sayNames(client, answer, channel, view);
    endOfNames(answer, channel).done();
  });
};

interface Listed {
  readonly room: RoomName;
  readonly members: number;
}

/** What LIST is asked for: names, masks, and how many are there (ELIST=MNU). */
function conditionOf(word: string): (row: Listed) => boolean {
  const count = /^([<>])(\d{1,9})$/.exec(word);
  if (count) {
    const bound = Number(count[2]);
    return ({ members }) => (count[1] === '<' ? members < bound : members > bound);
  }
  const fits = globOf(word.startsWith('!') ? word.slice(1) : word);
  return ({ room }) => fits(`#${room}`) !== word.startsWith('!');
}

/** Names are either or; everything else must hold. */
function conditionOfList(list: string | undefined): (row: Listed) => boolean {
  const words = targetsOf(list);
  const isName = (word: string): boolean => /^[#&]/.test(word) && !/[*?]/.test(word);
  const named = new Set(words.filter(isName).map(folded));
  const others = words.filter((word) => !isName(word)).map(conditionOf);
  return (row) =>
    (named.size === 0 || named.has(folded(`#${row.room}`))) && others.every((fits) => fits(row));
}

export const list: Handler = (client, answer, [words]) => {
  const { host } = client;
  const fits = conditionOfList(words);
  host.submit({ do: 'rooms-counted', session: host.session }, (outcome) => {
    answer.numeric('321', ['Channel'], 'Users  Name');
    if (!outcome.ok) tryAgain(answer, 'LIST');
    for (const row of outcome.ok ? outcome.value.rooms : []) {
      if (!isSayable(row.room) || !fits(row)) continue;
      answer.numeric('322', [`#${row.room}`, String(row.members)], row.topic);
    }
    answer.numeric('323', [], 'End of /LIST').done();
  });
};
