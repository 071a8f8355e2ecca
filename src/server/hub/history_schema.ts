// The tables of the history: what was said in each conversation, and how far each account has read it.

export const historySchema: readonly string[] = [
  // One row: how long and how much is kept, and how far the index of words has come.
  `CREATE TABLE history_state (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     kept_ms INTEGER NOT NULL,             -- 0: nothing is kept
     most_bytes INTEGER NOT NULL,
     indexed INTEGER NOT NULL,             -- entries up to this serial stand in the index of words, and are counted
     bytes INTEGER NOT NULL                -- of the entries that are counted
   ) STRICT`,
  `INSERT INTO history_state VALUES (1, 0, 0, 0, 0)`,
  `CREATE TABLE conversation (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     key TEXT NOT NULL UNIQUE,             -- whose it is (state/conversations.ts); no name alone ever opens it
     kind TEXT NOT NULL,                   -- private, group or room
     name TEXT NOT NULL,                   -- of the room or group, or of the first account
     other_name TEXT NOT NULL DEFAULT '',  -- private: of the other one
     account INTEGER,                      -- private: the first account; null once it is gone
     other INTEGER,                        -- private: the second; null where it is a guest, or gone
     is_off INTEGER NOT NULL DEFAULT 0,    -- 1: nothing more is kept of it
     is_gone INTEGER NOT NULL DEFAULT 0    -- 1: nobody may read it any more; it is removed in slices
   ) STRICT`,
  `CREATE INDEX conversation_account ON conversation (account) WHERE account IS NOT NULL`,
  `CREATE INDEX conversation_other ON conversation (other) WHERE other IS NOT NULL`,
  `CREATE INDEX conversation_gone ON conversation (id) WHERE is_gone = 1`,
  `CREATE TABLE entry (
     serial INTEGER PRIMARY KEY,           -- the log's position of what said it: one order over all conversations
     conversation INTEGER NOT NULL,
     author INTEGER NOT NULL,              -- an account's number; 0 or less: a guest's
     name TEXT NOT NULL,                   -- the author's
     at INTEGER NOT NULL,                  -- in ms since 1970
     text TEXT NOT NULL,
     origin TEXT NOT NULL,                 -- a dialect
     id INTEGER,                           -- the author's own number of it
     reply INTEGER,                        -- the serial of what it answers
     edited INTEGER,                       -- in ms
     deleted INTEGER                       -- in ms
   ) STRICT`,
  `CREATE INDEX entry_conversation ON entry (conversation)`,
  // What few entries have stands in tables of its own: an index of the entries costs each of them.
  `CREATE TABLE entry_file (
     serial INTEGER PRIMARY KEY,
     file_hash TEXT NOT NULL, file_size INTEGER NOT NULL, file_name TEXT NOT NULL
   ) STRICT`,
  `CREATE INDEX entry_file_hash ON entry_file (file_hash)`,
  `CREATE TABLE entry_change (
     conversation INTEGER NOT NULL,
     position INTEGER NOT NULL,            -- the log's, of the last change
     serial INTEGER NOT NULL UNIQUE,       -- of the entry
     PRIMARY KEY (conversation, position)
   ) STRICT, WITHOUT ROWID`,
  // Bytes of each author that are counted; author 0: those of all guests.
  `CREATE TABLE history_share (author INTEGER PRIMARY KEY, bytes INTEGER NOT NULL) STRICT`,
  `CREATE INDEX history_share_bytes ON history_share (bytes)`,
  `CREATE VIRTUAL TABLE entry_words USING fts5(
     text, place, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2")`,
  // How far an account has come in a conversation to which it belongs.
  `CREATE TABLE mark (
     account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
     conversation INTEGER NOT NULL,
     since INTEGER NOT NULL,               -- what came before this serial is not for it
     got INTEGER NOT NULL,                 -- it has what came up to this serial
     seen INTEGER NOT NULL,                -- it has read up to this serial
     PRIMARY KEY (account, conversation)
   ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX mark_conversation ON mark (conversation)`,
  `CREATE TABLE history_off (account INTEGER PRIMARY KEY REFERENCES account ON DELETE CASCADE) STRICT`,
  `CREATE TABLE reaction (
     serial INTEGER NOT NULL,
     author INTEGER NOT NULL,
     mark TEXT NOT NULL,
     name TEXT NOT NULL,
     PRIMARY KEY (serial, author, mark)
   ) STRICT, WITHOUT ROWID`,
  // Accounts that are in groups already hear what is said there from now on.
  `INSERT INTO conversation (key, kind, name) SELECT 'g ' || name, 'group', name FROM chat_group`,
  `INSERT INTO mark (account, conversation, since, got, seen)
     SELECT CAST(substr(recipient, 2) AS INTEGER), conversation.id, position, position, position
     FROM group_member JOIN conversation ON conversation.key = 'g ' || group_name, log
     WHERE recipient GLOB 'a*' AND EXISTS
       (SELECT 1 FROM account WHERE id = CAST(substr(recipient, 2) AS INTEGER))`,
];
