// How the client shows what it hears: lines for a person, an object for a program; and how refusals end an operation.

import { decodeLossy, linesOf } from '../../bytes/text';
import type { Ending, Shown } from '../../dialect';
import { type Message, reasons, type Status } from '../wire/messages';
import { commands } from './input';

/** What each answer that is not `ok` means for the operation that it answers. */
export const endings: Readonly<Record<Status, Ending>> = {
  ok: 'done',
  'name-taken': 'not-allowed',
  'bad-name': 'bad-data',
  'unknown-user': 'unknown-user',
  'not-allowed': 'not-allowed',
  'connected-already': 'not-allowed',
  'not-connected': 'not-allowed',
  'group-exists': 'not-allowed',
  'unknown-group': 'unknown-user',
  'not-creator': 'not-allowed',
  'not-invited': 'not-allowed',
  'not-member': 'not-allowed',
  'already-member': 'done',
  'unknown-file': 'unknown-user',
  'too-many': 'try-later',
  'too-large': 'bad-data',
  'bad-request': 'usage',
  'try-later': 'try-later',
};

/** The same in words. */
const words: Readonly<Record<Status, string>> = {
  ok: 'done',
  'name-taken': 'this name is taken',
  'bad-name': 'this cannot be a name here',
  'unknown-user': 'unknown user',
  'not-allowed': 'not allowed',
  'connected-already': 'connected already',
  'not-connected': 'not connected',
  'group-exists': 'there is such a group already',
  'unknown-group': 'you know no such group',
  'not-creator': 'only who created the group invites',
  'not-invited': 'you were not invited',
  'not-member': 'you are not in this group',
  'already-member': 'is in the group already',
  'unknown-file': 'no such transfer',
  'too-many': 'too many',
  'too-large': 'too large',
  'bad-request': 'not understood by the server',
  'try-later': 'the server cannot do it now',
};

const isStatus = (text: string): text is Status => Object.hasOwn(words, text);

/** The status of an answer; a server of another make may have others. */
export function statusOf({ status = '' }: Message): Status {
  return isStatus(status) ? status : 'try-later';
}

export const wordsFor = (status: Status): string => words[status];

/** What a failure's reason means for the operation that failed. */
export function endingOfReason(reason: string): Ending {
  switch (reason) {
    case reasons.unknownUser:
    case reasons.severalUsers:
    case reasons.noOne:
    case reasons.noReceiver:
    case reasons.unknownFile:
      return 'unknown-user';
    case reasons.tooLong:
      return 'bad-data';
    case reasons.notMember:
    case reasons.refused:
    case reasons.cancelled:
      return 'not-allowed';
    default:
      return 'try-later';
  }
}

export const note = (...lines: string[]): Shown => ({
  lines,
  json: { type: 'note', text: lines.join('\n') },
  kind: 'note',
});

export const result = (text: string, json: Readonly<Record<string, unknown>>): Shown => ({
  lines: [text],
  json,
  kind: 'result',
});

const incoming = (lines: readonly string[], json: Readonly<Record<string, unknown>>): Shown => ({
  lines,
  json,
  kind: 'incoming',
});

/** What came unasked, shown; undefined for what is nobody's to see. */
export function shownOf(message: Message, self: string): Shown | undefined {
  const { action, user = '', group = '', id } = message;
  switch (action) {
    case 'send':
      return said(message);
    case 'joined':
      if (user === self)
        return incoming([`You are in the group ${group}.`], { type: action, group });
      return incoming([`${user} has joined ${group}`], { type: action, group, user });
    case 'left':
      return incoming([`${user} has left ${group}`], { type: action, group, user });
    case 'invite':
      return incoming(
        [`${user} asks you into the group ${group}: join ${group}, or decline ${group}`],
        { type: 'invited', group, user },
      );
    case 'disconnect':
      if (user === '') return undefined;
      return incoming([`${user} has disconnected`], { type: 'disconnected', user });
    case 'confirmation':
      // About nothing that was asked: the server did not understand us.
      if (message.status === 'ok') return undefined;
      return note(`The server says: ${words[statusOf(message)]}.`);
    case 'file':
      if (message.status !== 'offer') return undefined;
      return incoming(
        [`${user} offers ${nameAndSize(message)}: accept ${id ?? ''}, or reject ${id ?? ''}`],
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

function said({ user = '', group, body }: Message): Shown {
  const text = decodeLossy(body);
  const prefix = group === undefined ? `${user}: ` : `[${group}] ${user}: `;
  // Nobody may write a line that looks like somebody else's below his own.
  const [first = '', ...more] = linesOf(text);
  const lines = [prefix + first, ...more.map((line) => `    ${line}`)];
  return incoming(lines, { type: 'message', from: user, ...(group && { group }), text });
}

const width = Math.max(...Object.values(commands).map(([form]) => form.length));
/** What `commands` shows: each with how it is written and what it does. */
export const commandList: Shown = {
  kind: 'result',
  lines: Object.values(commands).map(([form, about]) => `${form.padEnd(width)}  ${about}`),
  json: { type: 'commands', commands: Object.values(commands).map(([form]) => form) },
};
