// The statements over the tables of groups, and their rows.

import type { Name, RecipientId, RoomName } from '../../../protocol/model';
import type { Store } from '../store';

export interface GroupRow {
  readonly name: RoomName;
  /** Who may invite; null once the creator has left. */
  readonly creator: RecipientId | null;
}

type Values = Readonly<Record<string, string | number>>;

function prepareGroups(db: Store) {
  return {
    find: db.prepare<GroupRow, [string]>('SELECT name, creator FROM chat_group WHERE name = ?'),
    add: db.prepare<never, [string, string, string, number]>(
      'INSERT INTO chat_group (name, look, creator, founder, at) VALUES (?1, ?2, ?3, ?3, ?4)',
    ),
    isLookTaken: db.prepare<{ one: 1 }, [string]>(
      `SELECT 1 AS one FROM chat_group WHERE look = ?1
       UNION ALL SELECT 1 FROM live.room WHERE look = ?1 LIMIT 1`,
    ),
    dropCreator: db.prepare<never, [string, string]>(
      'UPDATE chat_group SET creator = NULL WHERE name = ? AND creator = ?',
    ),
    dropFounder: db.prepare<never, [string, string]>(
      'UPDATE chat_group SET founder = NULL WHERE name = ? AND founder = ?',
    ),
    setCreator: db.prepare<never, [string, string]>(
      'UPDATE chat_group SET creator = ? WHERE name = ?',
    ),
    removeInvitationsTo: db.prepare<never, [string]>(
      'DELETE FROM group_invitation WHERE group_name = ?',
    ),
    removeEmpty: db.prepare<{ name: RoomName }, [string]>(
      `DELETE FROM chat_group WHERE name = ?1
       AND NOT EXISTS (SELECT 1 FROM group_member WHERE group_name = ?1) RETURNING name`,
    ),
    recipients: db.prepare<{ recipient: RecipientId; name: Name }, [string]>(
      'SELECT recipient, name FROM group_member WHERE group_name = +? ORDER BY at, name',
    ),
    rename: db.prepare<never, [string, string]>(
      'UPDATE group_member SET name = ? WHERE recipient = ?',
    ),
  };
}

function prepareMembers(db: Store) {
  return {
    isMember: db.prepare<{ one: 1 }, [string, string]>(
      'SELECT 1 AS one FROM group_member WHERE group_name = ? AND recipient = ?',
    ),
    nameOf: db.prepare<{ name: Name }, [string, string]>(
      'SELECT name FROM group_member WHERE group_name = ? AND recipient = ?',
    ),
    members: db.prepare<{ name: Name }, [string]>(
      'SELECT name FROM group_member WHERE group_name = +? ORDER BY at, name',
    ),
    countMembers: db.prepare<{ members: number }, [string]>(
      'SELECT count(*) AS members FROM group_member WHERE group_name = ?',
    ),
    addMember: db.prepare<never, Values>(
      `INSERT INTO group_member (group_name, recipient, name, at)
       VALUES ($group, $recipient, $name, $at)`,
    ),
    removeMember: db.prepare<{ group_name: string }, [string, string]>(
      'DELETE FROM group_member WHERE group_name = ? AND recipient = ? RETURNING group_name',
    ),
    groupsOf: db.prepare<{ group_name: RoomName }, [string]>(
      'SELECT group_name FROM group_member WHERE recipient = +? ORDER BY at, group_name',
    ),
    addInvitation: db.prepare<never, Values>(
      `INSERT INTO group_invitation (group_name, recipient, by_name, origin, at)
       VALUES ($group, $recipient, $byName, $origin, $at)
       ON CONFLICT (group_name, recipient)
       DO UPDATE SET by_name = excluded.by_name, at = excluded.at`,
    ),
    removeInvitation: db.prepare<{ group_name: string }, [string, string]>(
      'DELETE FROM group_invitation WHERE group_name = ? AND recipient = ? RETURNING group_name',
    ),
    removeInvitations: db.prepare<never, [string]>(
      'DELETE FROM group_invitation WHERE recipient = ?',
    ),
  };
}

export const prepareGroupStatements = (db: Store) => ({
  ...prepareGroups(db),
  ...prepareMembers(db),
});
