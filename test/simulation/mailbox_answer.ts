// How an operation at the mailbox door ended, as far as the user can tell.

import { type Answer as WireAnswer, answerIn, type End } from '../protocol/mailbox/person';

/** An answer, which may be cut; or the request's fate is unknown; or it never reached the server. */
export type Answer =
  | (WireAnswer & { readonly is: 'answer'; readonly isCut: boolean })
  | { readonly is: 'unknown' }
  | { readonly is: 'refused' };

/** `isCut`: the answer may not have come whole. */
export function answerOf(end: End, isCut: boolean): Answer {
  if (end.is !== 'ended') return { is: end.is === 'refused' ? 'refused' : 'unknown' };
  const answer = answerIn(end.bytes);
  return answer ? { is: 'answer', ...answer, isCut } : { is: 'unknown' };
}
