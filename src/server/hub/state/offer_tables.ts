// The tables of file offers: their rows, and every statement over them.

import type { FileHash, Name, RecipientId, SessionId } from '../../../protocol/model';
import type { Store } from '../store';

export interface OfferRow {
  readonly number: number;
  /** Null once the session that offers has left (what is stored can still be fetched), or for what waited with a message. */
  readonly session: SessionId | null;
  readonly by_name: Name;
  readonly origin: string;
  readonly name: string;
  readonly size: number;
  /** Null until the whole file is stored. */
  readonly hash: FileHash | null;
  /** The connection that brings the file. */
  readonly file_connection: SessionId | null;
  /** The message that a waiting file came with. */
  readonly serial: number | null;
}

/** What is offered to one recipient. */
export interface OfferPartRow {
  readonly offer: number;
  readonly recipient: RecipientId;
  readonly name: Name;
  /** `elsewhere`: the recipient cannot be asked; the offering session sends the stored file in another way. */
  readonly state: 'asked' | 'accepted' | 'fetching' | 'elsewhere' | 'unseen';
  /** The session by which the recipient accepted. */
  readonly session: SessionId | null;
}

type Values = Readonly<Record<string, string | number | null>>;

export function prepareOfferStatements(db: Store) {
  const offer =
    'SELECT number, session, by_name, origin, name, size, hash, file_connection, serial';
  const part = 'SELECT offer, recipient, name, state, session';
  return {
    find: db.prepare<OfferRow, [number]>(`${offer} FROM live.offer WHERE number = ?`),
    bySession: db.prepare<OfferRow, [string]>(
      `${offer} FROM live.offer WHERE session = +? ORDER BY number`,
    ),
    byFileConnection: db.prepare<OfferRow, [string, string]>(
      `${offer} FROM live.offer WHERE file_connection = ?
           OR number IN (SELECT offer FROM live.offer_part WHERE file_connection = ?)`,
    ),
    byToken: db.prepare<OfferRow, [string, string]>(
      `UPDATE live.offer SET file_connection = ?, token_hash = NULL WHERE token_hash = ? RETURNING *`,
    ),
    add: db.prepare<{ number: number }, Values>(
      `INSERT INTO live.offer (session, by_name, origin, name, size, hash, token_hash, serial)
         VALUES ($session, $by, $origin, $name, $size, $hash, $tokenHash, $serial)
         RETURNING number`,
    ),
    stored: db.prepare<never, [string, number]>(
      'UPDATE live.offer SET hash = ?, file_connection = NULL WHERE number = ?',
    ),
    dropSession: db.prepare<never, [number]>(
      'UPDATE live.offer SET session = NULL WHERE number = ?',
    ),
    remove: db.prepare<never, [number]>('DELETE FROM live.offer WHERE number = ?'),
    parts: db.prepare<OfferPartRow, [number]>(
      `${part} FROM live.offer_part WHERE offer = +? ORDER BY place`,
    ),
    partsOf: db.prepare<OfferPartRow, [string, string]>(
      `${part} FROM live.offer_part WHERE recipient = +? OR session = +? ORDER BY offer`,
    ),
    partOf: db.prepare<OfferPartRow, [number, string]>(
      `${part} FROM live.offer_part WHERE offer = ? AND recipient = ?`,
    ),
    partByToken: db.prepare<OfferPartRow, [string, string]>(
      `UPDATE live.offer_part SET file_connection = ?, token_hash = NULL, state = 'fetching'
         WHERE token_hash = ? AND (SELECT hash FROM live.offer WHERE number = offer) IS NOT NULL
         RETURNING *`,
    ),
    partByFileConnection: db.prepare<OfferPartRow, [number, string]>(
      `${part} FROM live.offer_part WHERE offer = ? AND file_connection = ?`,
    ),
    addPart: db.prepare<never, Values>(
      `INSERT INTO live.offer_part (offer, recipient, name, state, session, token_hash)
         VALUES ($offer, $recipient, $name, $state, $session, $tokenHash)`,
    ),
    accept: db.prepare<never, [string, string, number, string]>(
      `UPDATE live.offer_part SET state = 'accepted', session = ?, token_hash = ?
         WHERE offer = ? AND recipient = ?`,
    ),
    removePart: db.prepare<never, [number, string]>(
      'DELETE FROM live.offer_part WHERE offer = ? AND recipient = ?',
    ),
    canHear: db.prepare<{ one: 1 }, [number, string, string]>(
      `SELECT 1 AS one FROM live.session
         WHERE account = ? AND dialect = ? AND deaf = 0 AND id <> ? LIMIT 1`,
    ),
  };
}
