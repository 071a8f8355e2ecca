// What a person at a terminal is told about channels: who they are, where they are, and what they may type.

import { encodeText } from '../../bytes/text';
import { note } from '../../client_kit/note';
import type { Shown } from '../../dialect';
import { nameOfFrame } from '../wire/codec';

const help = [
  'TEXT           said to all in the channel that you are in',
  '/list          the channels',
  '/join NAME     go into one, and out of the one before',
  '/create NAME   make one, and go into it',
  '/help          this page',
  '/quit          end; so do Ctrl-C and Ctrl-D',
] as const;

export const helpPage: Shown = {
  kind: 'result',
  lines: help,
  json: { type: 'help', lines: help },
};

/** Who the user is here: a server calls nobody by a name that cannot be one. */
export function greeting(user: string | undefined, channel: string): Shown {
  const name = nameOfFrame(encodeText(user ?? ''));
  const where = channel === '' ? '' : ` in ${channel}`;
  const why = user === undefined ? 'you gave no name' : `${user} cannot be a name here`;
  const who = name === user ? '' : ` (${why}; channels://NAME@HOST:PORT gives one)`;
  const how =
    channel === ''
      ? '/list shows the channels, /join NAME enters one'
      : 'What you type is said there';
  return note(`You are ${name}${where}${who}. ${how}; /help shows the rest.`);
}

/** The prompt says where a text goes. */
export const promptOf = (channel: string): string =>
  channel === '' ? 'no channel> ' : `${channel}> `;
