// What a refusal means, in the user's language.

import { t } from './texts/index';

export const reasonFor = (why: string): string => t.reasons[why] ?? t.tryLater;

/** What a refusal means while nobody is logged in. */
export function signInFault(why: string): string {
  switch (why) {
    case 'name-taken':
      return t.nameTaken;
    case 'bad-name':
      return t.badName;
    case 'bad-date':
      return t.badDate;
    case 'unknown-user':
      return t.unknownAccount;
    case 'not-allowed':
      return t.wrongToken;
    case 'banned':
      return t.moderation.removed.banned;
    case 'bad-invite':
      return t.badInvite;
    case 'unreachable':
      return t.unreachable;
    default:
      return t.tryLater;
  }
}
