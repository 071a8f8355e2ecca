// What an answer of the server's means for the user: in words, and for how the operation ends.

import type { Ending } from '../../dialect';
import type { Failure } from '../wire/codec';
import type { Message, Reason, Status } from '../wire/messages';

const statusMeanings: Readonly<Record<Status, readonly [ending: Ending, words: string]>> = {
  ok: ['done', 'done'],
  'name-taken': ['not-allowed', 'this name is taken'],
  'bad-name': ['bad-data', 'this cannot be a name here'],
  'unknown-user': ['unknown-user', 'unknown user'],
  'not-allowed': ['not-allowed', 'not allowed'],
  'connected-already': ['not-allowed', 'connected already'],
  'not-connected': ['not-allowed', 'not connected'],
  'group-exists': ['not-allowed', 'there is such a group already'],
  'unknown-group': ['unknown-user', 'you know no such group'],
  'not-creator': ['not-allowed', 'only who created the group invites'],
  'not-invited': ['not-allowed', 'you were not invited'],
  'not-member': ['not-allowed', 'you are not in this group'],
  'already-member': ['done', 'is in the group already'],
  'unknown-file': ['unknown-user', 'no such transfer'],
  'too-many': ['try-later', 'too many'],
  'too-large': ['bad-data', 'too large'],
  banned: ['not-allowed', 'banned'],
  'not-banned': ['unknown-user', 'is not banned'],
  'not-muted': ['unknown-user', 'is not muted'],
  'not-blocked': ['unknown-user', 'is not blocked'],
  'bad-request': ['usage', 'not understood by the server'],
  'try-later': ['try-later', 'the server cannot do it now'],
};

const isStatus = (text: string): text is Status => Object.hasOwn(statusMeanings, text);

/** The status of an answer. A server of another make may have others, which count as a general failure. */
export function statusOf({ status = '' }: Message): Status {
  return isStatus(status) ? status : 'try-later';
}

export const wordsFor = (status: Status): string => statusMeanings[status][1];

export const endingOfStatus = (status: Status): Ending => statusMeanings[status][0];

const reasonEndings: Readonly<Record<Reason, Ending>> = {
  'unknown-user': 'unknown-user',
  'several-users': 'unknown-user',
  'no-recipient': 'unknown-user',
  'not-addressed': 'unknown-user',
  'unknown-file': 'unknown-user',
  'too-long': 'bad-data',
  'not-member': 'not-allowed',
  refused: 'not-allowed',
  muted: 'not-allowed',
  kicked: 'not-allowed',
  cancelled: 'not-allowed',
  disconnected: 'try-later',
  full: 'try-later',
  'try-later': 'try-later',
  'no-space': 'try-later',
  broken: 'try-later',
};

/** How an operation ends that failed. A server of another make may give no code, which is a general failure. */
export const endingOfFailure = ({ reason }: Failure): Ending =>
  reason === undefined ? 'try-later' : reasonEndings[reason];
