// What a refusal means: for the exit status of a command, and in words for its user.

import type { Ending } from '../../client';

const known: Readonly<Record<string, readonly [Ending, string]>> = {
  unreachable: ['unreachable', 'the server is gone'],
  'unknown-user': ['unknown-user', 'there is no such user'],
  'unknown-room': ['unknown-user', 'there is no such room or group'],
  'unknown-credential': ['unknown-user', 'there is no such credential'],
  'not-allowed': ['not-allowed', 'that is not allowed'],
  banned: ['not-allowed', 'you are kept out'],
  muted: ['not-allowed', 'you are muted'],
  'not-member': ['not-allowed', 'you are not in it'],
  'not-invited': ['not-allowed', 'nobody has invited you'],
  'name-taken': ['not-allowed', 'the name is taken'],
  'room-exists': ['not-allowed', 'there is one of that name already'],
  'bad-invite': ['not-allowed', 'that needs a code of an invitation that is good: CHAT_INVITE'],
  'not-entered': ['not-allowed', 'you are not logged in'],
  last: ['not-allowed', 'it is the last one, and nobody could enter without it'],
  'bad-name': ['bad-data', 'that cannot be a name here'],
  'bad-date': ['bad-data', 'a date of birth is DD/MM/YYYY, and has passed'],
  'bad-password': ['bad-data', 'such a password is too easy to guess, or too long'],
  'bad-words': ['usage', 'there is no word to look for'],
  'too-long': ['bad-data', 'that is too long'],
  'too-many': ['try-later', 'there are too many already'],
  full: ['try-later', 'too much waits for them already'],
  'rate-limited': ['try-later', 'that was asked too often: try later'],
  overloaded: ['try-later', 'the server has too much to do: try later'],
  storage: ['try-later', 'the server cannot store anything now: try later'],
  internal: ['try-later', 'the server failed: try later'],
};

/** A refusal of a server that is newer than this client keeps its own word. */
const of = (why: string): readonly [Ending, string] =>
  (Object.hasOwn(known, why) ? known[why] : undefined) ?? ['not-allowed', `the server says ${why}`];

export const endingOf = (why: string): Ending => of(why)[0];

export const wordsFor = (why: string): string => of(why)[1];

/** What is said of a login that was refused. */
export const loginRefusal = (name: string, why: string): string => {
  if (why === 'unknown-user')
    return `${name}: there is no such account here; chat register makes one`;
  if (why === 'not-allowed') return `${name}: that key or password is not of this account`;
  return `${name}: ${wordsFor(why)}`;
};

/** What is said where an account has nothing to show. */
export const noSecret = (name: string): string =>
  `There is no key of ${name} for this server here: CHAT_KEY or --key-file gives one, and chat register makes an account.`;
