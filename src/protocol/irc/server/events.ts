// How what the hub tells is said on this wire; what a room is told is encoded once for each set of capabilities.

import { changeSentence } from '../../bytes/change_words';
import { sentenceOf } from '../../bytes/moderation_words';
import { eachLinePiece, type FileNote, partsOfText } from '../../bytes/parts';
import { byteLength, decodeLossy, encodeText } from '../../bytes/text';
import { limits } from '../../limits';
import type { Direct, Name, Notice, RoomStanding, Said } from '../../model';
import { capabilities } from '../wire/capabilities';
import { formatLine, formatTags } from '../wire/message';
import { nickOf } from '../wire/names';
import { dialectName, type Door, serverName, sourceOf } from './door';

const lineEnd = '\r\n';

/** Capabilities on which the bytes of an event depend. */
export const encodingMask = capabilities['server-time'] | capabilities['message-tags'];

/** What came out of one event: lines without tags, when it was, and under which id. */
export interface Told {
  readonly bodies: readonly string[];
  readonly at?: number;
  readonly serial?: number;
}

export const idOf = (serial: number): string => serial.toString(36);

const timeOf = (at: number): string => `time=${new Date(at * 1000).toISOString()}`;

/** Lines with the tags that a client has asked for. Only the first one has the id: the others belong to it. */
export function linesOf({ bodies, at, serial }: Told, mask: number): string[] {
  const time = at === undefined || (mask & capabilities['server-time']) === 0 ? [] : [timeOf(at)];
  const hasId = serial !== undefined && (mask & capabilities['message-tags']) !== 0;
  return bodies.map((body, index) => {
    const id = hasId && index === 0 ? [`msgid=${idOf(serial)}`] : [];
    return formatTags([...id, ...time]) + body;
  });
}

export const bytesOf = (lines: readonly string[]): Uint8Array =>
  encodeText(lines.map((line) => `${line}\r\n`).join(''));

/** How a text of this door stands in `raw`, where it is no plain PRIVMSG. */
export const rawOf = (command: 'PRIVMSG' | 'NOTICE', text: string): Uint8Array =>
  encodeText(`${command} ${text}`);

/** A text as lines to one target. */
export function spoken(
  source: string,
  target: string,
  said: Pick<Said, 'text' | 'raw' | 'origin'> & { readonly file?: FileNote },
): string[] {
  if (said.origin === dialectName && said.raw !== undefined) {
    const [, command = 'PRIVMSG', text = ''] = /^(\w+) (.*)$/s.exec(decodeLossy(said.raw)) ?? [];
    return [formatLine(source, command, [target], text)];
  }
  const front = formatLine(source, 'PRIVMSG', [target], '');
  const room = limits.irc.lineBytes - lineEnd.length - byteLength(front);
  const most = Math.max(room, limits.irc.leastTextBytes);
  const pieces = (text: string): Iterable<string> => eachLinePiece(text, most);
  const parts = partsOfText(said.text, said.file, pieces, byteLength);
  // Clients throw lines without a text away.
  const seen = parts.filter((part) => part !== '');
  return (seen.length > 0 ? seen : [' ']).map((part) => front + part);
}

export const directLines = (door: Door, message: Direct, nick: string): Told => ({
  bodies: spoken(door.source(message.from, message.origin), nick, message),
  at: message.at,
  serial: message.serial,
});

const modesOf: Readonly<Record<RoomStanding['change'], string | undefined>> = {
  operator: '+o',
  creator: '+o',
  voice: '+v',
  none: '-ov',
  banned: '+b',
  unbanned: '-b',
  muted: undefined,
  unmuted: undefined,
};

/** What all members of a room are told in the same words. `channel`: its name with the sign in front. */
export function roomTold(door: Door, notice: Notice, channel: string): Told | undefined {
  const by = (name: Name | undefined, origin: string): string =>
    name === undefined ? serverName : door.source(name, origin);
  switch (notice.is) {
    case 'said': {
      const { from, origin, at, serial } = notice;
      const bodies = spoken(door.source(from, origin), channel, notice);
      return { bodies, at, ...(serial !== undefined && { serial }) };
    }
    case 'joined': {
      // Another connection of the same user is there already.
      if (notice.origin === dialectName && door.countIn(notice.name, notice.room) > 1)
        return undefined;
      return { bodies: [formatLine(door.source(notice.name, notice.origin), 'JOIN', [channel])] };
    }
    case 'left': {
      if (notice.origin === dialectName && door.countIn(notice.name, notice.room) > 0)
        return undefined;
      return { bodies: [formatLine(door.source(notice.name, notice.origin), 'PART', [channel])] };
    }
    case 'kicked': {
      const params = [channel, nickOf(notice.name)];
      const bodies = [formatLine(by(notice.by, notice.origin), 'KICK', params, notice.reason)];
      return { bodies };
    }
    case 'topic': {
      const { topic, at } = notice;
      return { bodies: [formatLine(by(notice.by, notice.origin), 'TOPIC', [channel], topic)], at };
    }
    case 'standing': {
      const modes = modesOf[notice.change];
      const nick = nickOf(notice.name);
      if (modes === undefined)
        return {
          bodies: [formatLine(serverName, 'NOTICE', [channel], sentenceOf(notice, nickOf))],
        };
      const params = modes.endsWith('b')
        ? [maskOf(notice.name)]
        : modes === '-ov'
          ? [nick, nick]
          : [nick];
      return {
        bodies: [formatLine(by(notice.by, notice.origin), 'MODE', [channel, modes, ...params])],
      };
    }
    default:
      return undefined;
  }
}

/** A ban of the hub's is of a name; here it stands as a mask of all three parts. */
export const maskOf = (name: Name): string => `${name.replaceAll(' ', '␣')}!*@*`;

/** What one user alone is told, in their own words. */
export function personalTold(door: Door, notice: Notice, nick: string): Told | undefined {
  const server = (text: string): Told => ({
    bodies: [...eachLinePiece(text, limits.irc.aboutBytes)].map((line) =>
      formatLine(serverName, 'NOTICE', [nick], line),
    ),
  });
  switch (notice.is) {
    case 'invited': {
      const source = door.source(notice.by, notice.origin);
      return { bodies: [formatLine(source, 'INVITE', [nick, `&${notice.room}`])] };
    }
    case 'paid':
      return server(`${nickOf(notice.from)} has paid you ${notice.amount} dollars`);
    case 'receipt': {
      if (notice.status !== 'failed') return undefined;
      const params = [nick, nickOf(notice.by)];
      return {
        bodies: [formatLine(serverName, '401', params, 'No such nick: it was not delivered')],
      };
    }
    case 'sent': {
      const { message } = notice;
      const bodies = spoken(door.source(message.from, message.origin), nickOf(message.to), message);
      return { bodies, at: message.at, serial: message.serial };
    }
    case 'muted':
    case 'announced':
      return server(sentenceOf(notice, nickOf));
    case 'changed': {
      const sentence = changeSentence(notice, nickOf);
      return sentence === undefined ? undefined : server(sentence);
    }
    default:
      return undefined;
  }
}

/** The line by which somebody who left this door has left all rooms at once. */
export const quitLine = (
  door: Door,
  name: Name,
): { readonly of: object; readonly body: string } | undefined => {
  if (door.find(name) !== undefined) return undefined;
  const gone = door.lastOf(name);
  if (gone === undefined) return undefined;
  return { of: gone, body: formatLine(sourceOf(gone.person), 'QUIT', [], gone.reason) };
};

/** Bytes of what a room is told, kept for each channel's name and set of capabilities until something else is told. */
export class RoomBytes {
  #last: object | undefined;
  readonly #bytes = new Map<string, Uint8Array | undefined>();
  /** What was asked for last: most members have the same capabilities. */
  #channel = '';
  #mask = 0;
  #found: Uint8Array | undefined;

  /** `told`: one notice, or several in a row; all members get the same object. */
  of(
    door: Door,
    told: Notice | readonly Notice[],
    channel: string,
    allMask: number,
  ): Uint8Array | undefined {
    const mask = allMask & encodingMask;
    if (this.#last === told && this.#mask === mask && this.#channel === channel) return this.#found;
    if (this.#last !== told) {
      this.#last = told;
      this.#bytes.clear();
    }
    const key = `${mask}${channel}`;
    if (!this.#bytes.has(key)) this.#bytes.set(key, encoded(door, told, channel, mask));
    this.#channel = channel;
    this.#mask = mask;
    this.#found = this.#bytes.get(key);
    return this.#found;
  }
}

function encoded(
  door: Door,
  told: Notice | readonly Notice[],
  channel: string,
  mask: number,
): Uint8Array | undefined {
  const lines = [told].flat().flatMap((notice: Notice) => {
    const one = roomTold(door, notice, channel);
    return one === undefined ? [] : linesOf(one, mask);
  });
  return lines.length === 0 ? undefined : bytesOf(lines);
}
