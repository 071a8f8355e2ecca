// The invitations that wait for a recipient, read for delivery: a few at a time, oldest first.

import type { Name, RecipientId, RoomName } from '../../../protocol/model';
import type { Store } from '../store';

/** An invitation that was neither accepted nor declined. */
export interface WaitingInvitation {
  readonly group: RoomName;
  readonly by: Name;
  /** The dialect by which it was made. */
  readonly origin: string;
  /** When it was made, in ms since 1970. */
  readonly at: number;
}

/** At most so many, those behind one of them or the oldest: read by delivery between batches. */
export type ReadInvitations = (
  recipient: RecipientId,
  most: number,
  after?: WaitingInvitation,
) => readonly WaitingInvitation[];

export function readInvitations(db: Store): ReadInvitations {
  const behind = db.prepare<WaitingInvitation, [string, number, string, number]>(
    `SELECT group_name AS "group", by_name AS by, origin, at FROM group_invitation
     WHERE recipient = +? AND (at, group_name) > (?, ?) ORDER BY at, group_name LIMIT +?`,
  );
  return (recipient, most, after) =>
    behind.all(recipient, after?.at ?? -1, after?.group ?? '', most);
}
