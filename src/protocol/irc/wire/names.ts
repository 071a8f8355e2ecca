// Names of people and rooms in the form that IRC has for them, and back.

import { limits } from '../../limits';
import { type Name, nameOf, numberedName, type RoomName, roomNameOf } from '../../model';

/** What a nick cannot hold, and the wide twin that stands for it. */
const twins: Readonly<Record<string, string>> = {
  ' ': '␣',
  ',': '，',
  '*': '＊',
  '?': '？',
  '!': '！',
  '@': '＠',
};
/** What a nick cannot begin with besides. */
const frontTwins: Readonly<Record<string, string>> = {
  '#': '＃',
  ':': '：',
  '~': '～',
  '&': '＆',
  '+': '＋',
  '%': '％',
  $: '＄',
};
const turned = new Map(
  Object.entries({ ...twins, ...frontTwins }).map(([narrow, wide]) => [wide, narrow]),
);
const anyTwin = new RegExp(`[${[...turned.keys()].join('')}]`, 'g');

/** A user's name as this door shows it, whatever door they came by. */
export const nickOf = (name: Name): string =>
  name
    .replace(/[ ,*?!@]/g, (character) => twins[character] ?? character)
    .replace(/^[#:~&+%$]/, (character) => frontTwins[character] ?? character);

/** The user whom a nick stands for, or undefined where it can be nobody's. */
export function nameOfNick(nick: string): Name | undefined {
  const text = nick.replace(anyTwin, (wide) => turned.get(wide) ?? wide);
  const number = /^#(\d{1,5})$/.exec(text)?.[1];
  return number === undefined ? nameOf(text) : numberedName(Number(number));
}

/** The name that a guest asks for, or undefined where it cannot be a nick. No twins: they stand for others. */
export function guestNickOf(text: string): Name | undefined {
  if (text === '' || Array.from(text).length > limits.irc.nickCharacters) return undefined;
  if (/[ ,*?!@]/.test(text) || /^[\d$:#&~+%]/.test(text) || text.search(anyTwin) >= 0)
    return undefined;
  return nameOf(text);
}

/** How ASCII letters are compared (CASEMAPPING=ascii): Unicode's stay as they are. */
export const folded = (text: string): string =>
  text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** `#`: an open room. `&`: a group. */
export type Sigil = '#' | '&';

export interface ChannelName {
  readonly sigil: Sigil;
  readonly room: RoomName;
}

export const isChannel = (text: string): boolean => text.startsWith('#') || text.startsWith('&');

/** Whether a room can be named at this door: a comma ends a name in a list. */
export const isSayable = (room: RoomName): boolean => !room.includes(',');

/** The room that a channel's name stands for, or undefined where it is none. */
export function channelOf(text: string): ChannelName | undefined {
  const room = isChannel(text) ? roomNameOf(text.slice(1)) : undefined;
  if (room === undefined || !isSayable(room)) return undefined;
  return { sigil: text.startsWith('#') ? '#' : '&', room };
}
