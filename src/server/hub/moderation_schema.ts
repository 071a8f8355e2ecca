// The tables of moderation: roles, bans and mutes, what holds in rooms, whom people block, and the log of all acts.

export const moderationSchema: readonly string[] = [
  `ALTER TABLE account ADD COLUMN role TEXT NOT NULL DEFAULT 'member'`,
  `CREATE TABLE sanction (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     kind TEXT NOT NULL,                   -- ban, mute
     target TEXT NOT NULL,                 -- name, network
     key TEXT NOT NULL,                    -- the name's key (names.ts), or the network
     shown TEXT NOT NULL,
     reason TEXT NOT NULL,
     by_name TEXT NOT NULL,                -- '': the operator
     at INTEGER NOT NULL,                  -- in seconds, as until
     until INTEGER,                        -- null: until it is undone
     UNIQUE (kind, target, key)
   ) STRICT`,
  `CREATE INDEX sanction_until ON sanction (until) WHERE until IS NOT NULL`,
  `CREATE TABLE room_rule (
     room TEXT NOT NULL,                   -- an open room, or a group
     kind TEXT NOT NULL,                   -- ban, mute, operator, voice
     key TEXT NOT NULL,                    -- the key of a name or mask; of a rank, a RecipientId
     shown TEXT NOT NULL,
     reason TEXT NOT NULL,
     by_name TEXT NOT NULL,
     at INTEGER NOT NULL,
     until INTEGER,
     PRIMARY KEY (room, kind, key)
   ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX room_rule_key ON room_rule (key, kind)`,
  `CREATE INDEX room_rule_mute ON room_rule (room) WHERE kind = 'mute'`,
  `CREATE TABLE room_topic (
     room TEXT PRIMARY KEY,
     topic TEXT NOT NULL,
     by_name TEXT NOT NULL,
     at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
  // Who made a group is counted for it, also when somebody else leads it.
  `ALTER TABLE chat_group ADD COLUMN founder TEXT`,
  `UPDATE chat_group SET founder = creator`,
  `CREATE INDEX chat_group_founder ON chat_group (founder)`,
  `CREATE TABLE block (
     owner INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
     key TEXT NOT NULL,                    -- of the name that is blocked
     name TEXT NOT NULL,
     PRIMARY KEY (owner, key)
   ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX block_key ON block (key)`,
  `CREATE TABLE audit (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     at INTEGER NOT NULL,                  -- in ms
     by_name TEXT NOT NULL,                -- '': the operator
     origin TEXT NOT NULL,
     act TEXT NOT NULL,
     target TEXT NOT NULL,
     detail TEXT NOT NULL                  -- JSON
   ) STRICT`,
  `CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
     BEGIN SELECT RAISE(ABORT, 'an entry of the audit log is never changed'); END`,
  `CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit
     BEGIN SELECT RAISE(ABORT, 'an entry of the audit log is never deleted'); END`,
  // INSERT OR REPLACE would delete without asking the trigger above.
  `CREATE TRIGGER audit_unreplaced BEFORE INSERT ON audit
     WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
     BEGIN SELECT RAISE(ABORT, 'an entry of the audit log is never replaced'); END`,
];
