// The words of `chat admin`: what each asks for, and what it needs.

import { CliError, exit } from '../../cli/exit';
import { didYouMean } from '../../protocol/bytes/nearest';
import { networkIn } from '../../protocol/bytes/network';
import { limits } from '../../protocol/limits';

/** What was typed behind the word, and the options. */
export interface Typed {
  /** The first, second, ... argument. */
  readonly given: readonly (string | undefined)[];
  readonly reason: string;
  /** Until when, in seconds since 1970. */
  readonly until: number | undefined;
  /** A new code's SHA-256, for words that need one. */
  hash(): string;
}

interface Word {
  /** How it is written, behind `chat admin`. */
  readonly form: string;
  readonly about: string;
  /** How many arguments it needs, and may have. */
  readonly least: number;
  readonly most: number;
  request(typed: Typed): object;
}

const grounds = ({ reason, until }: Typed) => ({ reason, ...(until !== undefined && { until }) });

/** Whom a ban is of: what is an address or a network is one. */
const whom = (text = ''): object =>
  networkIn(text) || /^[\da-f.:]+\/\d+$/i.test(text) ? { network: text } : { name: text };

const list = (listing: string, about: string): Word => ({
  form: listing,
  about,
  least: 0,
  most: 0,
  request: () => ({ list: listing }),
});

const word = (
  form: string,
  about: string,
  [least, most]: readonly [number, number],
  act: (typed: Typed) => object,
): Word => ({ form, about, least, most, request: (typed) => ({ act: act(typed) }) });

/** Acts on a room, as `chat admin room ROOM ...`. */
const roomWords: Readonly<Record<string, (typed: Typed) => object>> = {
  kick: ({ given: [, , name], reason }) => ({ do: 'kick', name, reason }),
  ban: (typed) => ({ do: 'ban', mask: typed.given[2], ...grounds(typed) }),
  unban: ({ given: [, , mask] }) => ({ do: 'unban', mask }),
  mute: (typed) => ({ do: 'mute', name: typed.given[2], ...grounds(typed) }),
  unmute: ({ given: [, , name] }) => ({ do: 'unmute', name }),
  operator: ({ given: [, , name] }) => ({ do: 'rank', name, rank: 'operator' }),
  voice: ({ given: [, , name] }) => ({ do: 'rank', name, rank: 'voice' }),
  member: ({ given: [, , name] }) => ({ do: 'rank', name, rank: 'none' }),
  topic: ({ given: [, , topic = ''] }) => ({ do: 'topic', topic }),
  'hand-over': ({ given: [, , to] }) => ({ do: 'hand-over', to }),
};

function roomAct(typed: Typed): object {
  const [room, verb = ''] = typed.given;
  const make = Object.hasOwn(roomWords, verb) ? roomWords[verb] : undefined;
  if (make) return { do: 'room', room, act: make(typed) };
  const hint = didYouMean(verb, Object.keys(roomWords)) ?? Object.keys(roomWords).join(', ');
  throw new CliError(exit.usage, `nothing is done to a room by ${verb}`, hint);
}

export const words: Readonly<Record<string, Word>> = {
  sessions: list('sessions', 'who is connected, from where, by what door, in what rooms'),
  accounts: list('accounts', 'who is registered, with roles'),
  bans: list('bans', 'who is kept out'),
  mutes: list('mutes', 'who may not speak'),
  rooms: list('rooms', 'open rooms'),
  groups: list('groups', 'groups'),
  files: list('files', 'files that wait'),
  invites: list('invites', 'invite codes that were not used'),
  audit: list('audit', 'what moderators did (chat audit needs no server)'),
  kick: word('kick NAME', 'end all sessions of a user, who may come back', [1, 1], (typed) => ({
    do: 'kick',
    who: { name: typed.given[0] },
    reason: typed.reason,
  })),
  ban: word('ban NAME|ADDRESS|NETWORK', 'keep out, for good or --for a time', [1, 1], (typed) => ({
    do: 'ban',
    whom: whom(typed.given[0]),
    ...grounds(typed),
  })),
  unban: word('unban NAME|ADDRESS|NETWORK', 'undo that', [1, 1], ({ given: [text] }) => ({
    do: 'unban',
    whom: whom(text),
  })),
  mute: word('mute NAME', 'let somebody say nothing anywhere', [1, 1], (typed) => ({
    do: 'mute',
    name: typed.given[0],
    ...grounds(typed),
  })),
  unmute: word('unmute NAME', 'undo that', [1, 1], ({ given: [name] }) => ({ do: 'unmute', name })),
  rename: word('rename NAME NEW', 'give an account another name', [2, 2], (typed) => ({
    do: 'rename',
    account: typed.given[0],
    name: typed.given[1],
  })),
  delete: word('delete NAME', 'erase an account and all that waits for it', [1, 1], (typed) => ({
    do: 'delete',
    account: typed.given[0],
    reason: typed.reason,
  })),
  role: word('role NAME owner|admin|member', 'say what an account may do', [2, 2], (typed) => ({
    do: 'role',
    account: typed.given[0],
    role: typed.given[1],
  })),
  reset: word(
    'reset NAME',
    'void all credentials of an account, and print one recovery code for its owner',
    [1, 1],
    (typed) => ({ do: 'credentials-reset', account: typed.given[0], hash: typed.hash() }),
  ),
  invite: word(
    'invite [LABEL]',
    'print a code with which somebody may register',
    [0, 1],
    (typed) => ({
      do: 'invite',
      label: typed.given[0] ?? '',
      hash: typed.hash(),
      endsAt: typed.until ?? Math.floor((Date.now() + limits.admin.inviteMs) / 1000),
    }),
  ),
  uninvite: word('uninvite NUMBER', 'void such a code', [1, 1], ({ given: [id] }) => ({
    do: 'invite-revoke',
    id: Number(id),
  })),
  announce: word('announce TEXT', 'tell everybody who is here', [1, 1], ({ given: [text] }) => ({
    do: 'announce',
    text,
  })),
  room: word(
    'room ROOM kick|ban|mute|... NAME',
    'act on a room or group as who leads it (also: unban, unmute, operator, voice, member, topic, hand-over)',
    [2, 3],
    roomAct,
  ),
  clear: word(
    'clear room|file|files WHICH',
    'put everybody out of a room and erase it; erase a file, or all for an account',
    [2, 2],
    ({ given: [what = '', which = ''], reason }) => {
      if (what === 'room') return { do: 'room-clear', room: which, reason };
      if (what === 'file') return { do: 'files-clear', of: { serial: Number(which) } };
      if (what === 'files') return { do: 'files-clear', of: { account: which } };
      throw new CliError(exit.usage, `${what} cannot be cleared`, 'room, file and files can');
    },
  ),
};

/** The request of what was typed. Throws a CliError that says what is wrong. */
export function requestOf(verb: string, typed: Typed): object {
  const known = Object.hasOwn(words, verb) ? words[verb] : undefined;
  if (!known) {
    const hint = didYouMean(verb, Object.keys(words)) ?? 'see chat admin --help';
    throw new CliError(exit.usage, `chat admin cannot ${verb}`, hint);
  }
  const count = typed.given.filter((one) => one !== undefined).length;
  if (count < known.least || count > known.most) {
    throw new CliError(exit.usage, `write it like this: chat admin ${known.form}`);
  }
  return known.request(typed);
}
