// The tables that last: ordered migrations, never edited once released.

import type { Database } from 'bun:sqlite';

import { historySchema } from './history_schema';
import { moderationSchema } from './moderation_schema';
import { migrateNames, storeLooks } from './name_migration';

/** A statement, or what takes more than SQL. `say`: tells the operator what has changed for users. */
type MigrationStep = string | ((db: Database, say: (line: string) => void) => void);
export type Migration = readonly MigrationStep[];

/** One migration a version: `user_version` n means that the first n have been applied. */
export const migrations: readonly Migration[] = [
  // 1: accounts, call-back addresses, messages and files that wait, outcomes remembered by key
  [
    `CREATE TABLE account (
       id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: acks must not reach a namesake
       key TEXT NOT NULL UNIQUE,             -- what the name is looked up by (names.ts)
       name TEXT NOT NULL,
       full_name TEXT NOT NULL,
       born TEXT NOT NULL,
       host TEXT NOT NULL,
       registered_at INTEGER NOT NULL,
       last_id INTEGER NOT NULL DEFAULT 0 CHECK (last_id BETWEEN 0 AND 4294967295),
       waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),
       token_hash TEXT,
       doors_open INTEGER NOT NULL DEFAULT 0
     ) STRICT`,
    `CREATE INDEX account_host ON account (host)`,
    `CREATE TABLE address (
       opened INTEGER PRIMARY KEY AUTOINCREMENT, -- tells one CONNECT from the next
       account INTEGER NOT NULL UNIQUE REFERENCES account ON DELETE CASCADE,
       host TEXT NOT NULL,
       port INTEGER NOT NULL,
       dialect TEXT NOT NULL,
       machine TEXT NOT NULL,
       wants_files INTEGER NOT NULL DEFAULT 0,
       at INTEGER NOT NULL
     ) STRICT`,
    `CREATE INDEX address_host ON address (host)`,
    `CREATE TABLE message (
       serial INTEGER PRIMARY KEY,           -- the log's position of the command that sent it
       recipient INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
       sender TEXT NOT NULL,                 -- a RecipientId: who is told of the delivery
       id INTEGER NOT NULL,
       from_name TEXT NOT NULL,
       to_name TEXT NOT NULL,
       text TEXT NOT NULL,
       raw BLOB,                             -- the text's bytes where they are not UTF-8
       file_hash TEXT, file_size INTEGER, file_name TEXT,
       reference INTEGER,
       origin TEXT NOT NULL,
       at INTEGER NOT NULL
     ) STRICT`,
    `CREATE INDEX message_recipient ON message (recipient, serial)`,
    `CREATE TABLE file (
       serial INTEGER PRIMARY KEY,           -- that of the message it came with
       recipient TEXT NOT NULL,              -- a RecipientId
       from_key TEXT NOT NULL,
       id INTEGER NOT NULL,
       hash TEXT NOT NULL,
       size INTEGER NOT NULL,
       name TEXT NOT NULL,
       at INTEGER NOT NULL
     ) STRICT`,
    `CREATE INDEX file_recipient ON file (recipient, from_key, id)`,
    `CREATE INDEX file_hash ON file (hash)`,
    `CREATE INDEX file_at ON file (at)`,
    `CREATE TABLE outcome (key TEXT PRIMARY KEY, at INTEGER NOT NULL, outcome TEXT NOT NULL) STRICT, WITHOUT ROWID`,
    `CREATE INDEX outcome_at ON outcome (at)`,
    `CREATE TABLE log (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, at INTEGER NOT NULL) STRICT`,
    `INSERT INTO log VALUES (1, 0, 0)`,
  ],
  // 2: money: balances in whole dollars, and the ledger of all that ever changed them
  [
    `CREATE TABLE funds (
       owner TEXT PRIMARY KEY,               -- an account or a guest's name (ledger.ts)
       name TEXT NOT NULL,
       balance INTEGER NOT NULL CHECK (balance >= 0 AND balance <= 9007199254740991)
     ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE ledger (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       at INTEGER NOT NULL,                  -- seconds since 1970
       payer TEXT REFERENCES funds,          -- null: the payee's balance was set
       payer_name TEXT,
       payee TEXT NOT NULL REFERENCES funds,
       payee_name TEXT NOT NULL,
       amount INTEGER NOT NULL CHECK (amount >= 0 AND amount <= 9007199254740991),
       before INTEGER,                       -- what a balance was that was set anew
       CHECK ((payer IS NULL) = (payer_name IS NULL)),
       CHECK (payer IS NULL OR (payer <> payee AND amount > 0 AND before IS NULL))
     ) STRICT`,
    `CREATE TRIGGER ledger_unchanged BEFORE UPDATE ON ledger
       BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is never changed'); END`,
    `CREATE TRIGGER ledger_undeleted BEFORE DELETE ON ledger
       BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is never deleted'); END`,
    // INSERT OR REPLACE would delete without asking the trigger above.
    `CREATE TRIGGER ledger_unreplaced BEFORE INSERT ON ledger
       WHEN EXISTS (SELECT 1 FROM ledger WHERE id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is never replaced'); END`,
  ],
  // 3: groups (here still closed rooms), their members and invitations
  [
    `CREATE TABLE closed_room (
       name TEXT PRIMARY KEY,
       creator TEXT,                         -- a RecipientId; null once he left
       at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE closed_member (
       room TEXT NOT NULL REFERENCES closed_room ON DELETE CASCADE,
       recipient TEXT NOT NULL,
       name TEXT NOT NULL,
       at INTEGER NOT NULL,
       PRIMARY KEY (room, recipient)
     ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX closed_member_recipient ON closed_member (recipient)`,
    `CREATE TABLE invitation (
       room TEXT NOT NULL REFERENCES closed_room ON DELETE CASCADE,
       recipient TEXT NOT NULL,
       by_name TEXT NOT NULL,
       origin TEXT NOT NULL,
       at INTEGER NOT NULL,
       PRIMARY KEY (room, recipient)
     ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX invitation_recipient ON invitation (recipient)`,
  ],
  // 4: standard names: groups, the accounts that require their token, idempotency keys
  [
    `ALTER TABLE closed_room RENAME TO chat_group`,
    `ALTER TABLE closed_member RENAME TO group_member`,
    `ALTER TABLE group_member RENAME COLUMN room TO group_name`,
    `DROP INDEX closed_member_recipient`,
    `CREATE INDEX group_member_recipient ON group_member (recipient)`,
    `ALTER TABLE invitation RENAME TO group_invitation`,
    `ALTER TABLE group_invitation RENAME COLUMN room TO group_name`,
    `DROP INDEX invitation_recipient`,
    `CREATE INDEX group_invitation_recipient ON group_invitation (recipient)`,
    `ALTER TABLE account ADD COLUMN token_required INTEGER NOT NULL DEFAULT 1`,
    `UPDATE account SET token_required = 1 - doors_open`,
    `ALTER TABLE account DROP COLUMN doors_open`,
    `ALTER TABLE outcome RENAME COLUMN key TO idempotency_key`,
  ],
  // 5: outcomes belong to an account and go with it; an account that has a token is never called
  [
    `CREATE TABLE account_outcome (
       account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
       idempotency_key TEXT NOT NULL,
       at INTEGER NOT NULL,
       outcome TEXT NOT NULL,
       PRIMARY KEY (account, idempotency_key)
     ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX account_outcome_at ON account_outcome (at)`,
    // A key was the account's name, a space and the client's own, and over HTTP a space and the token's hash behind it.
    `INSERT OR IGNORE INTO account_outcome
       SELECT id, CASE WHEN rest LIKE '% ' || token_hash
                  THEN substr(rest, 1, length(rest) - length(token_hash) - 1) ELSE rest END, at, outcome
       FROM (SELECT account.id, token_hash, at, outcome,
                    substr(idempotency_key, instr(idempotency_key, ' ') + 1) AS rest
             FROM outcome JOIN account
               ON account.key = substr(idempotency_key, 1, instr(idempotency_key, ' ') - 1))`,
    `DROP TABLE outcome`,
    `DELETE FROM address WHERE account IN (SELECT id FROM account WHERE token_hash IS NOT NULL)`,
  ],
  // 6: the groups of one creator are counted
  [`CREATE INDEX chat_group_creator ON chat_group (creator)`],
  // 7: the last time that was proved to be right
  [
    `ALTER TABLE log ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0`,
    `UPDATE log SET proved_at = at`,
  ],
  // 8: the bytes that wait for a recipient, and how many of them are of each sender
  [
    `ALTER TABLE account ADD COLUMN waiting_bytes INTEGER NOT NULL DEFAULT 0 CHECK (waiting_bytes >= 0)`,
    `ALTER TABLE message ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0`,
    `ALTER TABLE message ADD COLUMN is_counted INTEGER NOT NULL DEFAULT 0`,
    `UPDATE message SET bytes = 256 + length(CAST(text AS BLOB)) + coalesce(length(raw), 0)`,
    `UPDATE account SET waiting_bytes =
       (SELECT coalesce(sum(bytes), 0) FROM message WHERE recipient = account.id)`,
    `CREATE TABLE message_share (
       recipient INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
       sender TEXT NOT NULL,                 -- a RecipientId
       bytes INTEGER NOT NULL,               -- of the messages of theirs that are counted
       PRIMARY KEY (recipient, sender)
     ) STRICT, WITHOUT ROWID`,
  ],
  // 9: what waits for a recipient is read by sender, so that each has a turn
  [
    `DROP INDEX message_recipient`,
    `CREATE INDEX message_sender ON message (recipient, sender, serial)`,
  ],
  // 10: names are looked up in one case, and none looks like another
  [
    `CREATE TABLE account_look (
       look TEXT NOT NULL,                   -- looks.ts
       account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
       shown INTEGER NOT NULL,               -- 1: as it stands; 0: in another case
       PRIMARY KEY (look, account)
     ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX account_look_account ON account_look (account)`,
    `ALTER TABLE chat_group ADD COLUMN look TEXT NOT NULL DEFAULT ''`,
    `CREATE INDEX chat_group_look ON chat_group (look)`,
    `ALTER TABLE file ADD COLUMN from_name TEXT NOT NULL DEFAULT ''`,
    `UPDATE file SET from_name = from_key`,
    migrateNames,
  ],
  // 11: the outcomes that are remembered for an account are counted
  [
    `ALTER TABLE account_outcome ADD COLUMN number INTEGER NOT NULL DEFAULT 0`,
    `UPDATE account_outcome SET number = numbered.number
       FROM (SELECT account, idempotency_key,
                    row_number() OVER (PARTITION BY account ORDER BY at, idempotency_key) AS number
             FROM account_outcome) AS numbered
       WHERE (account_outcome.account, account_outcome.idempotency_key) =
             (numbered.account, numbered.idempotency_key)`,
    `CREATE INDEX account_outcome_number ON account_outcome (account, number)`,
  ],
  // 12: credentials of several kinds, and codes that let somebody register
  [
    `CREATE TABLE credential (
       id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: what was proved of one proves nothing of another
       account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
       kind TEXT NOT NULL CHECK (kind IN ('key', 'password', 'recovery')),
       hash TEXT NOT NULL,                   -- SHA-256 of a key or a code, argon2id of a password
       label TEXT NOT NULL,
       made_at INTEGER NOT NULL,             -- seconds since 1970
       used_at INTEGER
     ) STRICT`,
    `CREATE INDEX credential_account ON credential (account)`,
    `CREATE INDEX credential_key ON credential (hash) WHERE kind = 'key'`,
    `INSERT INTO credential (account, kind, hash, label, made_at)
       SELECT id, 'key', token_hash, '', registered_at FROM account WHERE token_hash IS NOT NULL ORDER BY id`,
    // 1 once it has had a credential: from then on it never acts without one.
    `ALTER TABLE account ADD COLUMN has_credential INTEGER NOT NULL DEFAULT 0`,
    `UPDATE account SET has_credential = 1 WHERE token_hash IS NOT NULL`,
    `ALTER TABLE account DROP COLUMN token_hash`,
    `ALTER TABLE account RENAME COLUMN token_required TO credential_required`,
    `ALTER TABLE address ADD COLUMN credential INTEGER`,
    `CREATE TABLE invite (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       hash TEXT NOT NULL UNIQUE,            -- the code's SHA-256
       label TEXT NOT NULL,
       made_at INTEGER NOT NULL,
       ends_at INTEGER NOT NULL
     ) STRICT`,
    `CREATE INDEX invite_ends_at ON invite (ends_at)`,
  ],
  // 13: the history of conversations
  historySchema,
  // 14: the looks of one name stand beside each other, and need no index to go with it
  [
    `DROP TABLE account_look`,
    `CREATE TABLE account_look (
       shape TEXT NOT NULL,                  -- looks.ts
       look TEXT NOT NULL,
       account INTEGER NOT NULL,
       shown INTEGER NOT NULL,               -- 1: as it stands; 0: in another case
       PRIMARY KEY (shape, look, account)
     ) STRICT, WITHOUT ROWID`,
    storeLooks,
  ],
  // 15: accounts whose programs hand out the files that they send
  [`ALTER TABLE account ADD COLUMN serves_files INTEGER NOT NULL DEFAULT 0`],
  // 16: roles, bans and mutes, what holds in rooms, whom people block, and the log of all such acts
  moderationSchema,
];
