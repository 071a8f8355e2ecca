// What the history must hold when nothing moves: all that was accepted, once, in order, for those who were meant.

import type { Store } from '../../src/server/hub/store';
import type { Model, PrivateMessage, Stay } from './model';

interface Row {
  readonly text: string;
  readonly serial: number;
  readonly author: string;
  readonly kind: string;
  /** The sides of a private conversation, as they are called now. */
  readonly one: string | null;
  readonly other: string | null;
  readonly guest: string;
}

/** The dialects whose users have accounts. */
const withAccounts: ReadonlySet<string> = new Set(['mailbox', 'web']);

const isAccount = (stay: Stay | undefined): boolean =>
  stay !== undefined && withAccounts.has(stay.dialect) && stay.leftAt === undefined;

/** Whether one side at least has been an account since before it was sent, and is one now. */
function isKept({ from, stay, sentAt }: PrivateMessage): boolean {
  const wasThere = stay?.enteredAt !== undefined && stay.enteredAt < sentAt;
  return isAccount(from) || (wasThere && isAccount(stay));
}

const wordOf = (text: string): string => /^[ms]\d+/.exec(text)?.[0] ?? '';

export function checkHistory(db: Store, model: Model, violated: (what: string) => never): void {
  const rows = db
    .query<Row, []>(
      `SELECT text, serial, entry.name AS author, kind, one.name AS one, two.name AS other,
         other_name AS guest
       FROM entry JOIN conversation ON conversation.id = entry.conversation
       LEFT JOIN account AS one ON one.id = conversation.account
       LEFT JOIN account AS two ON two.id = conversation.other
       WHERE is_gone = 0 ORDER BY serial`,
    )
    .all();
  const byWord = Map.groupBy(
    rows.filter(({ text }) => wordOf(text) !== ''),
    ({ text }) => wordOf(text),
  );
  for (const [word, found] of byWord) {
    if (found.length > 1) violated(`${word} stands ${found.length} times in the history`);
  }
  for (const message of model.messages.values()) {
    const { word, state, from, text } = message;
    const [row] = byWord.get(word) ?? [];
    if (state === 'refused' && row) violated(`${word} was refused and stands in the history`);
    if (state === 'accepted' && !row && isKept(message)) {
      violated(`${word} from ${from.name} to ${message.to} is not in the history`);
    }
    if (!row) continue;
    if (row.kind !== 'private') violated(`${word} is private and stands in a ${row.kind}`);
    if (row.author !== from.name) violated(`${word} of ${from.name} is ${row.author}'s there`);
    // A dialect may have cut it, or put a word about a file behind it.
    if (!text.startsWith(row.text) && !row.text.startsWith(text)) {
      violated(`${word} is ${JSON.stringify(row.text)} in the history`);
    }
    const sides = [row.one, row.other, row.guest].filter((side) => side !== null && side !== '');
    if (isAccount(from) && !sides.includes(from.name)) {
      violated(`${word} of ${from.name} stands in a conversation of ${sides.join()}`);
    }
  }
  for (const [word, said] of model.roomMessages) {
    const [row] = byWord.get(word) ?? [];
    if (row && said.refused) violated(`${word} was refused and stands in the history`);
    if (row?.kind === 'private') violated(`${word} was said aloud and is private there`);
  }
  checkCounters(db, violated);
}

/** What stands for a sum is the sum, and the index of words has what it should. */
function checkCounters(db: Store, violated: (what: string) => never): void {
  const counted = db
    .query<{ bytes: number; shares: number; strangers: number; missing: number }, []>(
      `SELECT bytes, (SELECT coalesce(sum(bytes), 0) FROM history_share) AS shares,
         (SELECT count(*) FROM entry_words WHERE rowid NOT IN (SELECT serial FROM entry)) AS strangers,
         (SELECT count(*) FROM entry JOIN conversation ON conversation.id = entry.conversation
          WHERE serial <= indexed AND deleted IS NULL AND is_gone = 0
            AND serial NOT IN (SELECT rowid FROM entry_words)) AS missing
       FROM history_state`,
    )
    .get();
  if (!counted) return violated('there is no state of the history');
  const { bytes, shares, strangers, missing } = counted;
  if (bytes !== shares) violated(`the history has ${bytes} bytes, and its authors ${shares}`);
  if (strangers > 0) violated(`the index of words has ${strangers} entries that are gone`);
  if (missing > 0) violated(`the index of words has passed ${missing} entries without them`);
}
