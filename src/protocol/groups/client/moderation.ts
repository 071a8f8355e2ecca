// The commands of who leads a group, and of who blocks somebody: how they are written, and what they ask.

import type { Content } from '../wire/codec';

/** Every word with how it is written and what it does. */
export const moderationCommands = {
  kick: ['kick GROUP USER [WHY]', 'put a user out of a group that you lead'],
  ban: ['ban GROUP USER [WHY]', 'and keep them out'],
  unban: ['unban GROUP USER', 'let them be invited again'],
  mute: ['mute GROUP USER [WHY]', 'let them say nothing in the group'],
  unmute: ['unmute GROUP USER', 'let them speak again'],
  topic: ['topic GROUP [TEXT]', 'say what the group is about'],
  give: ['give GROUP USER', 'let another member lead the group'],
  block: ['block USER', 'get nothing of a user any more; they are not told'],
  unblock: ['unblock USER', 'undo that'],
} as const satisfies Readonly<Record<string, readonly [form: string, about: string]>>;

export type ModerationWord = keyof typeof moderationCommands;

export interface ModerationCommand {
  readonly is: ModerationWord;
  readonly group?: string;
  readonly user?: string;
  readonly text: string;
}

export const isModeration = (word: string): word is ModerationWord =>
  Object.hasOwn(moderationCommands, word);

/** The command of such words; undefined where there are too few of them, or too many. */
export function moderationOf(
  is: ModerationWord,
  words: readonly string[],
): ModerationCommand | undefined {
  const [first, second, ...more] = words;
  if (first === undefined) return undefined;
  if (is === 'block' || is === 'unblock') return { is, user: words.join(' '), text: '' };
  if (is === 'topic') return { is, group: first, text: words.slice(1).join(' ') };
  if (second === undefined) return undefined;
  const takesReason = is === 'kick' || is === 'ban' || is === 'mute';
  if (more.length > 0 && !takesReason) return undefined;
  return { is, group: first, user: second, text: more.join(' ') };
}

export const contentOf = ({ is, group, user, text }: ModerationCommand): Content => ({
  action: is,
  ...(group !== undefined && { group }),
  ...(user !== undefined && { to: [user] }),
  body: text,
});
