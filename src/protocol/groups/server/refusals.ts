// What the hub's refusals are called on this wire.

import type { Outcome } from '../../commands';
import type { Host } from '../../dialect';
import { reasons, type Status } from '../wire/messages';

type Refusal<K extends Parameters<Host['submit']>[0]['do']> = Extract<
  Outcome<K>,
  { readonly ok: false }
>['why'];

export type GroupOperation =
  'group-create' | 'group-invite' | 'group-accept' | 'group-decline' | 'group-leave';

export function directRefusal(why: Refusal<'direct'>): string {
  switch (why) {
    case 'unknown-user':
      return reasons.unknownUser;
    case 'full':
      return reasons.full;
    case 'too-long':
      return reasons.tooLong;
    case 'unknown-sender':
    case 'not-allowed':
    case 'storage':
    case 'overloaded':
    case 'internal':
      return reasons.tryLater;
  }
}

export function sayRefusal(why: Refusal<'say'>): string {
  switch (why) {
    case 'not-member':
      return reasons.notMember;
    case 'too-long':
      return reasons.tooLong;
    case 'not-entered':
    case 'storage':
    case 'overloaded':
    case 'internal':
      return reasons.tryLater;
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
    case 'too-many':
      return why;
    case 'not-entered':
    case 'storage':
    case 'overloaded':
    case 'internal':
      return 'try-later';
  }
}
