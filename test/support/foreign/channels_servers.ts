// Servers of the channels protocol as other people write them: each departs from ours in one way.

import { texts } from '../../../src/protocol/channels/wire/messages';
import { type FakeCall, type FakeServer, fakeServer } from '../../client/fake_server';
import { padded } from '../../protocol/channels/support';

export interface ForeignChannelsServer {
  readonly name: string;
  /** What it says at once. */
  readonly greeting?: string;
  /** What it says to `/join` without a name; nothing if absent. */
  readonly nameless?: string | readonly string[];
  /** What it says to `/join NAME`; nothing if absent. */
  readonly join?: string | readonly string[];
  /** It ends its side when the client has ended theirs. */
  readonly doesEnd?: boolean;
  /** How `chat send` is to end. */
  readonly status: number;
  /** It does not answer, so what it has counts as sent. */
  readonly isMute?: boolean;
}

/** They all speak of the channel `c`. */
export const channelsServers: readonly ForeignChannelsServer[] = [
  { name: 'as the source', nameless: texts.joinNameless, doesEnd: true, status: 0 },
  { name: 'never ends', nameless: texts.joinNameless, status: 0 },
  { name: 'a full stop less', nameless: texts.joinNameless.slice(0, -1), status: 0 },
  { name: 'other words', nameless: 'ERROR: /join NAME', status: 0 },
  { name: 'looks for no name', nameless: texts.unknownChannel(''), status: 0 },
  { name: 'greets', greeting: 'Welcome!', nameless: texts.joinNameless, status: 0 },
  { name: 'confirms', join: 'You joined c', nameless: texts.joinNameless, status: 0 },
  {
    name: 'a line end inside the padding',
    join: `You joined c${' '.repeat(20)}\n${' '.repeat(20)}`,
    nameless: `${texts.joinNameless}\n`,
    status: 0,
  },
  { name: 'answers in two frames', nameless: ['Invalid command:', 'give a name'], status: 0 },
  { name: 'confirms in two frames', join: ['Welcome', 'to c'], status: 0, isMute: true },
  {
    name: 'refuses in two frames',
    join: ['Error:', 'there is no channel c'],
    nameless: 'Invalid',
    status: 77,
  },
  { name: 'never answers', status: 0, isMute: true },
  { name: 'only confirms', join: 'You joined c', status: 0, isMute: true },
  { name: 'only refuses', join: texts.unknownChannel('c'), status: 67 },
  { name: 'refuses', join: texts.unknownChannel('c'), nameless: texts.joinNameless, status: 67 },
  { name: 'refuses otherwise', join: 'No such channel: c', nameless: 'Invalid', status: 77 },
];

export function startChannelsServer(foreign: ForeignChannelsServer): FakeServer {
  return fakeServer(async (call) => {
    if (foreign.greeting !== undefined) call.send(padded(foreign.greeting));
    if (foreign.doesEnd === true) void call.ended().then(() => call.end());
    for (let frames = 1; ; frames++) reply(call, foreign, await frame(call, frames));
  });
}

/** The frame of that number, from 1. */
async function frame(call: FakeCall, number: number): Promise<string> {
  const all = await call.bytes(number * 200);
  return all.subarray(-200).toString().trimEnd();
}

function reply(call: FakeCall, { nameless, join }: ForeignChannelsServer, text: string): void {
  const said = text === '/join' ? nameless : text === '/join c' ? join : undefined;
  for (const one of [said ?? []].flat()) call.send(padded(one));
}
