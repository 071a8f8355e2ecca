// The tables that a restart clears.

/** What lives as long as the process: sessions, open rooms, what waits for guests. */
export const volatileSchema: readonly string[] = [
  `CREATE TABLE live.session (
     number INTEGER PRIMARY KEY,               -- the log's position: the order in which they came
     id TEXT NOT NULL UNIQUE,
     key TEXT NOT NULL,
     name TEXT NOT NULL,
     account INTEGER,                          -- of main.account; null for a guest
     credential INTEGER,                       -- by which it came in
     dialect TEXT NOT NULL,
     machine TEXT NOT NULL,
     host TEXT NOT NULL,
     port INTEGER NOT NULL,
     deaf INTEGER NOT NULL,
     hears_for TEXT,                           -- a key
     watches INTEGER NOT NULL DEFAULT 0,
     last_id INTEGER NOT NULL DEFAULT 0,
     waiting INTEGER NOT NULL DEFAULT 0,
     waiting_bytes INTEGER NOT NULL DEFAULT 0,
     at INTEGER NOT NULL
   ) STRICT`,
  `CREATE UNIQUE INDEX live.guest_key ON session (key) WHERE account IS NULL`,
  `CREATE INDEX live.session_account ON session (account) WHERE account IS NOT NULL`,
  `CREATE INDEX live.session_hears_for ON session (hears_for) WHERE hears_for IS NOT NULL`,
  `CREATE INDEX live.session_host ON session (host)`,
  `CREATE INDEX live.session_watches ON session (id) WHERE watches = 1`,
  `CREATE TABLE live.guest_look (
     look TEXT NOT NULL,
     session TEXT NOT NULL,
     shown INTEGER NOT NULL,
     PRIMARY KEY (look, session)
   ) STRICT, WITHOUT ROWID`,
  // The free numbers of every range of which the lowest was asked for (names as #7); kept by the triggers.
  `CREATE TABLE live.number_range (first INTEGER, last INTEGER, PRIMARY KEY (first, last)) STRICT, WITHOUT ROWID`,
  `CREATE TABLE live.free_number (number INTEGER PRIMARY KEY) STRICT`,
  `CREATE TRIGGER live.number_taken AFTER INSERT ON session WHEN NEW.key GLOB '#[0-9]*'
     BEGIN DELETE FROM free_number WHERE number = CAST(substr(NEW.key, 2) AS INTEGER); END`,
  `CREATE TRIGGER live.number_freed AFTER DELETE ON session WHEN OLD.key GLOB '#[0-9]*'
     BEGIN INSERT OR IGNORE INTO free_number
       SELECT CAST(substr(OLD.key, 2) AS INTEGER)
       WHERE EXISTS (SELECT 1 FROM number_range WHERE CAST(substr(OLD.key, 2) AS INTEGER) BETWEEN first AND last);
     END`,
  `CREATE TABLE live.room (
     number INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they were created
     name TEXT NOT NULL UNIQUE,
     look TEXT NOT NULL,                       -- looks.ts
     creator TEXT,                             -- a RecipientId; null where it is reserved
     creator_name TEXT,
     founder TEXT,                             -- who made it is counted for it, also when another leads it
     reserved INTEGER NOT NULL
   ) STRICT`,
  `CREATE INDEX live.room_look ON room (look)`,
  `CREATE INDEX live.room_founder ON room (founder)`,
  `CREATE TABLE live.member (
     room TEXT NOT NULL, session TEXT NOT NULL, mute INTEGER NOT NULL, PRIMARY KEY (room, session)
   ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX live.member_session ON member (session)`,
  // Whom a guest blocks.
  `CREATE TABLE live.block (
     owner TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
     key TEXT NOT NULL,
     name TEXT NOT NULL,
     PRIMARY KEY (owner, key)
   ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX live.block_key ON block (key)`,
  `CREATE TABLE live.message (
     serial INTEGER PRIMARY KEY,
     recipient TEXT NOT NULL,                  -- a guest's session
     sender TEXT NOT NULL,
     id INTEGER NOT NULL,
     from_name TEXT NOT NULL,
     to_name TEXT NOT NULL,
     text TEXT NOT NULL,
     raw BLOB,
     file_hash TEXT, file_size INTEGER, file_name TEXT,
     reference INTEGER,
     origin TEXT NOT NULL,
     at INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     is_counted INTEGER NOT NULL
   ) STRICT`,
  `CREATE TABLE live.message_share (
     recipient TEXT NOT NULL, sender TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (recipient, sender)
   ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX live.message_sender ON message (recipient, sender, serial)`,
  // A file offered and not yet fetched by all who want it; `offer_part`: one of its recipients.
  `CREATE TABLE live.offer (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     session TEXT,                             -- the session that offers, while it is here
     by_name TEXT NOT NULL,
     origin TEXT NOT NULL,
     name TEXT NOT NULL,
     size INTEGER NOT NULL,
     hash TEXT,                                -- once it is stored
     token_hash TEXT,                          -- what the connection shows that brings it
     file_connection TEXT,                     -- that connection
     serial INTEGER                            -- of the message it waits with
   ) STRICT`,
  `CREATE INDEX live.offer_session ON offer (session)`,
  `CREATE INDEX live.offer_token ON offer (token_hash)`,
  `CREATE INDEX live.offer_hash ON offer (hash)`,
  `CREATE TABLE live.offer_part (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     offer INTEGER NOT NULL,
     recipient TEXT NOT NULL,
     name TEXT NOT NULL,
     state TEXT NOT NULL,
     session TEXT,                             -- by which the recipient accepted
     token_hash TEXT,                          -- what the connection shows that fetches it
     file_connection TEXT,                     -- that connection
     UNIQUE (offer, recipient)
   ) STRICT`,
  `CREATE INDEX live.offer_part_recipient ON offer_part (recipient)`,
  `CREATE INDEX live.offer_part_session ON offer_part (session)`,
  `CREATE INDEX live.offer_part_token ON offer_part (token_hash)`,
];
