// What the hub's refusals are called on this wire.

import type { OperationName, Outcome } from '../../commands';
import type { ProofRefusal } from '../../dialect';
import type { OfferFailure } from '../../model';
import type { Reason, Status } from '../wire/messages';

type Refusal<K extends OperationName> = Extract<Outcome<K>, { readonly ok: false }>['why'];

export type GroupOperation =
  'group-create' | 'group-invite' | 'group-accept' | 'group-decline' | 'group-leave';

/** Why a user is not let in. */
export function signInRefusal(why: Refusal<'enter' | 'login'> | ProofRefusal): Status {
  switch (why) {
    case 'name-taken':
    case 'unknown-user':
    case 'not-allowed':
    case 'banned':
      return why;
    case 'already-entered':
      return 'connected-already';
    case 'none-free':
    case 'too-many':
    case 'storage':
    case 'overloaded':
    case 'rate-limited':
    case 'internal':
      return 'try-later';
  }
}

/** Why a message to a user is not sent. */
export function directRefusal(why: Refusal<'direct'>): Reason {
  switch (why) {
    case 'unknown-user':
    case 'full':
    case 'too-long':
    case 'muted':
      return why;
    case 'unknown-sender':
    case 'not-allowed':
    case 'banned':
    case 'storage':
    case 'overloaded':
    case 'rate-limited':
    case 'internal':
      return 'try-later';
  }
}

/** Why a message to a group is not sent. */
export function sayRefusal(why: Refusal<'say'>): Reason {
  switch (why) {
    case 'not-member':
    case 'too-long':
    case 'muted':
      return why;
    case 'not-entered':
    case 'storage':
    case 'overloaded':
    case 'rate-limited':
    case 'internal':
      return 'try-later';
  }
}

export function groupRefusal(why: Refusal<GroupOperation>): Status {
  switch (why) {
    case 'room-exists':
      return 'group-exists';
    case 'unknown-room':
      return 'unknown-group';
    case 'not-creator':
    case 'not-invited':
    case 'not-member':
    case 'already-member':
    case 'unknown-user':
    case 'banned':
    case 'too-many':
      return why;
    case 'muted':
      return 'not-allowed';
    case 'not-entered':
    case 'storage':
    case 'overloaded':
    case 'rate-limited':
    case 'internal':
      return 'try-later';
  }
}

/** Why a group is not moderated, or nobody blocked. */
export function moderationRefusal(why: Refusal<'room-moderate' | 'block' | 'unblock'>): Status {
  switch (why) {
    case 'unknown-room':
      return 'unknown-group';
    case 'unknown-user':
    case 'not-member':
    case 'not-banned':
    case 'not-muted':
    case 'not-blocked':
    case 'too-many':
      return why;
    case 'not-allowed':
    case 'oneself':
      return 'not-allowed';
    case 'too-long':
      return 'too-large';
    case 'name-taken':
    case 'bad-name':
    case 'bad-network':
    case 'unknown-file':
    case 'unknown-invite':
      return 'bad-request';
    case 'not-entered':
    case 'storage':
    case 'overloaded':
    case 'rate-limited':
    case 'internal':
      return 'try-later';
  }
}

/** Why a file is not offered. */
export function offerRefusal(why: Refusal<'offer'>): Status {
  switch (why) {
    case 'nobody':
      return 'unknown-user';
    case 'not-member':
    case 'too-many':
      return why;
    case 'muted':
      return 'not-allowed';
    case 'not-entered':
    case 'storage':
    case 'overloaded':
    case 'rate-limited':
    case 'internal':
      return 'try-later';
  }
}

/** Why an offered file did not come over. */
export function reasonOfOfferFailure(why: OfferFailure | undefined): Reason {
  switch (why) {
    case 'gone':
      return 'disconnected';
    case 'cancelled':
    case 'no-space':
    case 'broken':
      return why;
    case undefined:
      return 'broken';
  }
}
