// Frames to messages and messages to frames, for both sides; what is told to many is encoded once.

import { byteLength, decodeLossy, decodeText, shortName } from '../../bytes/text';
import type { ChatEvent, Name, RoomName, Said } from '../../model';
import { nameOf, roomNameOf } from '../../model';
import { framesOf, framesOfEach } from './frames';
import type { Control, Heard, Refused } from './messages';
import { texts } from './messages';

// ---------------------------------------------------------------------------------- heard by the server

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

const nameCharactersMax = 32;
const guest = nameOf('guest') as Name;

/** Whom the first frame names: 1 to 32 visible characters, spaces only between them, no brackets; or `guest`. */
export function nameOfFrame(frame: Uint8Array): Name {
  const name = nameOf((decodeText(frame) ?? '').trim());
  if (name === undefined || Array.from(name).length > nameCharactersMax) return guest;
  return /[[\]]|[^\S ]/u.test(name) ? guest : name;
}

// ---------------------------------------------------------------------------------- told to clients

/** The longest name that leaves room for a text beside it, in bytes; 32 characters and `~999` always fit. */
const nameBytesMax = 144;

const fitting = (name: Name): string => (byteLength(name) <= nameBytesMax ? name : shortName(name));

let lastTelling: ChatEvent | undefined;
let lastFrames: Uint8Array | undefined;

/**
 * What a client is told, as frames; undefined for what this dialect does not tell. Everybody in a channel is
 * told the same object, one after the other, so its frames are kept until the next one: never change them.
 */
export function framesOfTelling(telling: ChatEvent): Uint8Array | undefined {
  if (telling !== lastTelling) {
    lastFrames = encode(telling);
    lastTelling = telling;
  }
  return lastFrames;
}

let lastRun: readonly Said[] | undefined;
let lastRunFrames: Uint8Array = new Uint8Array(0);

/** What somebody said in a row, as frames in one piece; kept like those of one telling. */
export function framesOfRun(run: readonly Said[]): Uint8Array {
  if (run !== lastRun) {
    const [first] = run;
    lastRunFrames = framesOfEach(first === undefined ? '' : prefixOf(first), run);
    lastRun = run;
  }
  return lastRunFrames;
}

function encode(telling: ChatEvent): Uint8Array | undefined {
  switch (telling.is) {
    case 'said':
      return framesOfEach(prefixOf(telling), [telling]);
    case 'joined':
      return framesOf('', texts.joined(fitting(telling.name)));
    case 'left':
      return framesOf('', texts.left(fitting(telling.name)));
    case 'direct': {
      const { file, text } = telling;
      const note = file === undefined ? '' : `(file ${file.name}, ${file.size} bytes)`;
      const whole = note === '' || text === '' ? text + note : `${text} ${note}`;
      return framesOf(`[${fitting(telling.from)}] (private) `, whole);
    }
    case 'receipt':
    case 'invited':
    case 'paid':
    case 'presence':
    case 'signal':
    case 'offer':
      return undefined;
  }
}

const prefixOf = ({ from }: Said): string => `[${fitting(from)}] `;

// ---------------------------------------------------------------------------------- heard by the client

const refusals: readonly (readonly [Refused, RegExp])[] = [
  ['unknown-control', /^\S+ is not a valid control message\. Valid messages are /],
  ['unknown-channel', /^No channel named \S+ exists\. Try '\/create /],
  ['nameless', /^\/(join|create) command must be followed by the name of a channel to \1\.?$/],
  ['channel-exists', /^Room \S+ already exists, so cannot be created\.$/],
  ['too-many', /^Too many channels, so \S+ cannot be created\.$/],
  ['outside', /^Not currently in any channel\. Must join a channel before sending messages\.$/],
  ['busy', /^The server could not do that now\. Try again later\.$/],
];

/** What a frame from the server says; undefined for a blank one. */
export function heardOf(frame: Uint8Array): Heard | undefined {
  const text = decodeLossy(frame);
  if (text === '') return undefined;
  const said = /^\[([^\]]*)\](?: (.*))?$/s.exec(text);
  if (said) return { is: 'said', from: said[1] ?? '', text: said[2] ?? '' };
  for (const [why, form] of refusals) if (form.test(text)) return { is: 'refused', why, text };
  const moved = /^(.+) has (joined|left)$/.exec(text);
  if (moved) return { is: moved[2] === 'joined' ? 'joined' : 'left', name: moved[1] ?? '' };
  return { is: 'told', text };
}
