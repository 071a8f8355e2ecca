// What a frame means, for the server and for the client; how texts become frames stands in frames.ts.

import { decodeLossy, decodeText } from '../../bytes/text';
import { limits } from '../../limits';
import { type Name, nameOf, type RoomName, roomNameOf } from '../../model';
import type { Control, Refusal, ServerMessage } from './messages';

// ---- from a client to the server

/** A frame that starts with `/` controls; any other is said to the channel. */
export const isControl = (frame: Uint8Array): boolean => frame[0] === 0x2f;

/** What a frame that starts with `/` asks for. Its words stand between white space. */
export function controlOf(frame: Uint8Array): Control {
  const [word = '/', ...names] = decodeLossy(frame)
    .split(/\s+/u)
    .filter((piece) => piece !== '');
  switch (word) {
    case '/list':
      return { is: 'list' };
    case '/join':
    case '/create': {
      const command = word === '/join' ? 'join' : 'create';
      const [channel] = names;
      if (channel === undefined || names.length > 1) return { is: 'nameless', command };
      return { is: command, channel };
    }
    default:
      return { is: 'unknown', word };
  }
}

/** A channel's name as the community knows it; undefined where it can be none. */
export function channelOf(text: string): RoomName | undefined {
  // U+FFFD stands for what was not UTF-8: different bytes would share one channel.
  return text.includes('\ufffd') ? undefined : roomNameOf(text);
}

const guest = nameOf('guest') as Name;

/** Whom the first frame names: 1 to 32 visible characters, spaces only between them, no brackets; or `guest`. */
export function nameOfFrame(frame: Uint8Array): Name {
  const name = nameOf((decodeText(frame) ?? '').trim());
  if (name === undefined || Array.from(name).length > limits.channels.nameCharacters) return guest;
  return /[[\]]|[^\S ]/u.test(name) ? guest : name;
}

// ---- from the server to a client

const refusals: readonly (readonly [Refusal, RegExp])[] = [
  ['unknown-control', /^\S+ is not a valid control message\. Valid messages are /],
  ['unknown-channel', /^No channel named \S* exists\. Try '\/create /],
  ['nameless', /^\/(join|create) command must be followed by the name of a channel to \1\.?$/],
  ['channel-exists', /^Room \S+ already exists, so cannot be created\.$/],
  ['too-many', /^Too many channels, so \S+ cannot be created\.$/],
  ['outside', /^Not currently in any channel\. Must join a channel before sending messages\.$/],
  ['muted', /^You may not speak here now\.$/],
  ['banned', /^You are banned (?:here|from \S+)\.$/],
  ['busy', /^The server could not do that now\. Try again later\.$/],
];

/** What a frame from the server says; undefined for a blank one. */
export function messageOf(frame: Uint8Array): ServerMessage | undefined {
  const text = decodeLossy(frame);
  if (text === '') return undefined;
  const said = /^\[([^\]]*)\](?: (.*))?$/s.exec(text);
  if (said) return { is: 'said', from: said[1] ?? '', text: said[2] ?? '' };
  for (const [why, form] of refusals) if (form.test(text)) return { is: 'refused', why, text };
  const moved = /^(.+) has (joined|left)$/.exec(text);
  if (moved) return { is: moved[2] === 'joined' ? 'joined' : 'left', name: moved[1] ?? '' };
  return { is: 'told', text };
}
