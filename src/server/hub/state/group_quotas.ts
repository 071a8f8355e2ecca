// What one user may take of groups and invitations, so that nobody takes those of others.

import { limits } from '../../../protocol/limits';
import type { RecipientId, RoomName } from '../../../protocol/model';
import type { Store } from '../store';

export class GroupQuotas {
  readonly #sql;

  constructor(db: Store) {
    this.#sql = {
      groups: db.prepare<{ count: number }, []>('SELECT count(*) AS count FROM chat_group'),
      ofCreator: db.prepare<{ count: number }, [string]>(
        'SELECT count(*) AS count FROM chat_group WHERE founder = ?',
      ),
      ofMember: db.prepare<{ count: number }, [string]>(
        'SELECT count(*) AS count FROM group_member WHERE recipient = ?',
      ),
      isInvited: db.prepare<{ one: 1 }, [string, string]>(
        'SELECT 1 AS one FROM group_invitation WHERE group_name = ? AND recipient = ?',
      ),
      ofInviter: db.prepare<{ count: number }, [string]>(
        `SELECT count(*) AS count FROM group_invitation
         WHERE group_name IN (SELECT name FROM chat_group WHERE creator = ?)`,
      ),
      ofInvited: db.prepare<{ all: number; own: number }, [string, string]>(
        `SELECT count(*) AS "all", count(*) FILTER (WHERE chat_group.creator = +?) AS own
         FROM group_invitation JOIN chat_group ON chat_group.name = group_name WHERE recipient = +?`,
      ),
    };
  }

  /** Whether there is room for one more group, and for one more of this creator. */
  mayCreate(creator: RecipientId): boolean {
    const own = this.#sql.ofCreator.get(creator)?.count ?? 0;
    if (own >= limits.hub.groupsPerCreator || !this.mayJoin(creator)) return false;
    return (this.#sql.groups.get()?.count ?? 0) < limits.hub.groups;
  }

  /** Whether a user may belong to one more group. */
  mayJoin(recipient: RecipientId): boolean {
    return (this.#sql.ofMember.get(recipient)?.count ?? 0) < limits.hub.groupsPerMember;
  }

  /** Whether a creator may invite a user: no inviter takes all places, neither their own nor those of the invited. */
  mayInvite(creator: RecipientId, recipient: RecipientId, group: RoomName): boolean {
    if (this.#sql.isInvited.get(group, recipient)) return true;
    const made = this.#sql.ofInviter.get(creator)?.count ?? 0;
    if (made >= limits.hub.invitationsPerInviter) return false;
    const { all = 0, own = 0 } = this.#sql.ofInvited.get(creator, recipient) ?? {};
    if (own === 0) return all < limits.hub.invitationsPerInvitedMost;
    return all < limits.hub.invitationsPerInvited && own < limits.hub.invitationsPerInvitedOfOne;
  }
}
