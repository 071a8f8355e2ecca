// A data folder with very much history: private conversations, groups, and one account that reads them.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { openStore, type Store } from '../../src/server/hub/store';

/** Users of the archive; every second conversation of a user is with the reader. */
const users = 20_000;
const groups = 200;
/** Entries of one transaction. */
const slice = 5_000;
const words = 30_000;
const wordsOfText = 10;

/** Always the same numbers, from 0 to 1. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A few words are everywhere and most are rare, as in a language. */
const wordAt = (part: number): string => `w${Math.floor(words ** part).toString(36)}`;

/** The account that reads: it is in all groups, and in every hundredth private conversation. */
export const reader = { account: 1, name: 'reader' } as const;
/** A word that stands in one entry in a hundred thousand, and one that stands in most. */
export const rareWord = 'zebra';
export const commonWord = wordAt(0);

/** Writes `count` entries by the hub's own schema, without its journal, and their words. */
export function fillArchive(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const db = openStore(join(folder, 'chat.db'));
  db.run('PRAGMA synchronous = OFF');
  fillPeople(db, count);
  const random = chance(7);
  const addEntry = db.prepare(
    `INSERT INTO entry (serial, conversation, author, name, at, text, origin)
     VALUES (?, ?, ?, ?, ?, ?, 'mailbox')`,
  );
  const addWords = db.prepare('INSERT INTO entry_words (rowid, text, place) VALUES (?, ?, ?)');
  for (let first = 1; first <= count; first += slice) {
    db.transaction(() => {
      for (let serial = first; serial < first + slice && serial <= count; serial++) {
        const text = Array.from({ length: wordsOfText }, () => wordAt(random()));
        if (serial % 100_000 === 50_000) text.push(rareWord);
        const isGroup = serial % 10 === 0;
        const conversation = 1 + Math.floor(random() * (isGroup ? groups : users - 1));
        const id = isGroup ? conversation : groups + conversation;
        const author = isGroup ? 2 : 1 + conversation;
        const places = isGroup ? '' : ` a${author} a${otherOf(conversation)}`;
        addEntry.run(serial, id, author, `u${author}`, start + serial * 10, text.join(' '));
        addWords.run(serial, text.join(' '), `c${id} n75${places}`);
      }
    })();
  }
  // Else the file stays open.
  for (const statement of [addEntry, addWords]) statement.finalize();
  db.run('UPDATE log SET position = ?, at = ?', [count, start + count * 10]);
  db.run('UPDATE history_state SET kept_ms = ?, most_bytes = ?, indexed = ?', [
    Number.MAX_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
    count,
  ]);
  db.close();
}

const start = 1_700_000_000_000;

/** With whom user `conversation + 1` talks: every hundredth with the reader, the others with user 2. */
const otherOf = (conversation: number): number => (conversation % 100 === 0 ? 1 : 2);

function fillPeople(db: Store, count: number): void {
  db.transaction(() => {
    const addAccount = db.prepare(
      `INSERT INTO account (id, key, name, full_name, born, host, registered_at)
       VALUES (?1, ?2, ?2, ?2, '01/02/2003', '127.0.0.1', 0)`,
    );
    for (let id = 1; id <= users; id++) addAccount.run(id, id === 1 ? reader.name : `u${id}`);
    const addGroup = db.prepare(
      `INSERT INTO conversation (key, kind, name) VALUES ('g ' || ?1, 'group', ?1)`,
    );
    for (let group = 1; group <= groups; group++) {
      addGroup.run(`g${group}`);
      db.run(`INSERT INTO chat_group (name, look, creator, at) VALUES (?1, ?1, 'a2', 0)`, [
        `g${group}`,
      ]);
      db.run(`INSERT INTO group_member (group_name, recipient, name, at) VALUES (?, 'a1', ?, 0)`, [
        `g${group}`,
        reader.name,
      ]);
    }
    // Behind this serial the reader has read nothing: about ten thousand entries of groups.
    const seen = Math.max(0, count - 100_000);
    db.run(
      `INSERT INTO mark (account, conversation, since, got, seen)
       SELECT 1, id, 0, ?1, ?1 FROM conversation`,
      [seen],
    );
    const addPrivate = db.prepare(
      `INSERT INTO conversation (key, kind, name, other_name, account, other)
       VALUES (?1 || ' ' || ?2, 'private', 'u' || ?1, 'u' || ?2, ?1, ?2)`,
    );
    for (let one = 1; one < users; one++) addPrivate.run(otherOf(one), one + 1);
    for (const statement of [addAccount, addGroup, addPrivate]) statement.finalize();
    db.run(
      `INSERT INTO mark (account, conversation, since, got, seen)
       SELECT 1, id, 0, ?1, ?1 FROM conversation WHERE account = 1`,
      [seen],
    );
  })();
}
