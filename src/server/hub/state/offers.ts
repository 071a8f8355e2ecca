// File offers that are open: who offers what to whom, and how far each of them is. They live with the sessions.

import type {
  FileHash,
  Name,
  OfferFailure,
  OfferStep,
  RecipientId,
  SessionId,
} from '../../../protocol/model';
import type { CommandContext } from '../context';
import { accountOf, guestOf } from '../names';
import type { Store } from '../store';
import type { People, SessionRow } from './people';

export interface OfferRow {
  readonly number: number;
  /** Who offers; null once he has left (what is stored can still be fetched), or for what waited with a message. */
  readonly session: SessionId | null;
  readonly by_name: Name;
  readonly origin: string;
  readonly name: string;
  readonly size: number;
  /** Null until the whole file is stored. */
  readonly hash: FileHash | null;
  /** The connection that brings it. */
  readonly carrier: SessionId | null;
  /** The message that a waiting file came with. */
  readonly serial: number | null;
}

export interface PartRow {
  readonly offer: number;
  readonly recipient: RecipientId;
  readonly name: Name;
  /** `elsewhere`: he cannot be asked; who offers sends it to him in another way once it is stored. */
  readonly state: 'asked' | 'accepted' | 'fetching' | 'elsewhere';
  /** Where he accepted. */
  readonly session: SessionId | null;
}

export class OpenOffers {
  readonly #people: People;
  readonly #sql;

  constructor(db: Store, people: People) {
    this.#people = people;
    const offer = 'SELECT number, session, by_name, origin, name, size, hash, carrier, serial';
    const part = 'SELECT offer, recipient, name, state, session';
    this.#sql = {
      find: db.prepare<OfferRow, [number]>(`${offer} FROM live.offer WHERE number = ?`),
      bySession: db.prepare<OfferRow, [string]>(
        `${offer} FROM live.offer WHERE session = ? ORDER BY number`,
      ),
      byCarrier: db.prepare<OfferRow, [string, string]>(
        `${offer} FROM live.offer WHERE carrier = ?
           OR number IN (SELECT offer FROM live.offer_part WHERE carrier = ?)`,
      ),
      byToken: db.prepare<OfferRow, [string, string]>(
        `UPDATE live.offer SET carrier = ?, token_hash = NULL WHERE token_hash = ? RETURNING *`,
      ),
      add: db.prepare<
        { number: number },
        [string | null, string, string, string, number, string | null, string | null, number | null]
      >(
        `INSERT INTO live.offer (session, by_name, origin, name, size, hash, token_hash, serial)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number`,
      ),
      stored: db.prepare<never, [string, number]>(
        'UPDATE live.offer SET hash = ?, carrier = NULL WHERE number = ?',
      ),
      orphan: db.prepare<never, [number]>('UPDATE live.offer SET session = NULL WHERE number = ?'),
      remove: db.prepare<never, [number]>('DELETE FROM live.offer WHERE number = ?'),
      parts: db.prepare<PartRow, [number]>(
        `${part} FROM live.offer_part WHERE offer = ? ORDER BY place`,
      ),
      partsOf: db.prepare<PartRow, [string, string]>(
        `${part} FROM live.offer_part WHERE recipient = ? OR session = ? ORDER BY offer`,
      ),
      partOf: db.prepare<PartRow, [number, string]>(
        `${part} FROM live.offer_part WHERE offer = ? AND recipient = ?`,
      ),
      partByToken: db.prepare<PartRow, [string, string]>(
        `UPDATE live.offer_part SET carrier = ?, token_hash = NULL, state = 'fetching'
         WHERE token_hash = ? AND (SELECT hash FROM live.offer WHERE number = offer) IS NOT NULL
         RETURNING *`,
      ),
      partByCarrier: db.prepare<PartRow, [number, string]>(
        `${part} FROM live.offer_part WHERE offer = ? AND carrier = ?`,
      ),
      addPart: db.prepare<never, [number, string, string, string, string | null, string | null]>(
        `INSERT INTO live.offer_part (offer, recipient, name, state, session, token_hash)
         VALUES (?, ?, ?, ?, ?, ?)`,
      ),
      accept: db.prepare<never, [string, string, number, string]>(
        `UPDATE live.offer_part SET state = 'accepted', session = ?, token_hash = ?
         WHERE offer = ? AND recipient = ?`,
      ),
      removePart: db.prepare<never, [number, string]>(
        'DELETE FROM live.offer_part WHERE offer = ? AND recipient = ?',
      ),
      speaks: db.prepare<{ one: 1 }, [number, string, string]>(
        `SELECT 1 AS one FROM live.session
         WHERE account = ? AND dialect = ? AND deaf = 0 AND id <> ? LIMIT 1`,
      ),
      takeFile: db.prepare<{ hash: FileHash }, [number]>(
        'DELETE FROM file WHERE serial = ? RETURNING hash',
      ),
    };
  }

  find(offer: number): OfferRow | undefined {
    return this.#sql.find.get(offer) ?? undefined;
  }

  /** How many offers of a session are open. */
  countOf(session: SessionId): number {
    return this.#sql.bySession.all(session).length;
  }

  add(of: {
    readonly session: SessionId | null;
    readonly by: Name;
    readonly origin: string;
    readonly file: { readonly name: string; readonly size: number; readonly hash?: FileHash };
    readonly tokenHash?: string;
    readonly serial?: number;
  }): number {
    const { session, by, origin, file, tokenHash = null, serial = null } = of;
    const { name, size, hash = null } = file;
    const row = this.#sql.add.get(session, by, origin, name, size, hash, tokenHash, serial);
    return row?.number ?? 0;
  }

  addPart(part: PartRow, tokenHash: string | null = null): void {
    const { offer, recipient, name, state, session } = part;
    this.#sql.addPart.run(offer, recipient, name, state, session, tokenHash);
  }

  /** What a connection brings, or fetches a part of. */
  carriedBy(carrier: SessionId): OfferRow | undefined {
    return this.#sql.byCarrier.get(carrier, carrier) ?? undefined;
  }

  partOf(offer: number, recipient: RecipientId): PartRow | undefined {
    return this.#sql.partOf.get(offer, recipient) ?? undefined;
  }
  partOfCarrier(offer: number, carrier: SessionId): PartRow | undefined {
    return this.#sql.partByCarrier.get(offer, carrier) ?? undefined;
  }
  partNamed(offer: number, name: Name): PartRow | undefined {
    return this.#sql.parts.all(offer).find((part) => part.name === name);
  }

  /** Whether a recipient can be asked in a dialect, not counting one session. */
  canBeAsked(recipient: RecipientId, dialect: string, except = ''): boolean {
    const account = accountOf(recipient);
    if (account !== undefined) return this.#sql.speaks.get(account, dialect, except) !== null;
    const guest = guestOf(recipient);
    const row = guest === undefined ? undefined : this.#people.session(guest);
    return row !== undefined && row.id !== except && row.dialect === dialect;
  }

  accept(
    context: CommandContext,
    offer: OfferRow,
    part: PartRow,
    session: SessionId,
    tokenHash: string,
  ): void {
    this.#sql.accept.run(session, tokenHash, offer.number, part.recipient);
    this.#tellOfferer(context, offer, { step: 'accepted', by: part.name });
    if (offer.hash !== null) this.#tell(context, { session }, offer, { step: 'stored' });
  }

  /** The connection with this token begins to carry; the token is used up. */
  open(carrier: SessionId, tokenHash: string): OfferRow | undefined {
    const bringing = this.#sql.byToken.get(carrier, tokenHash);
    if (bringing) return bringing;
    const part = this.#sql.partByToken.get(carrier, tokenHash);
    return part ? this.find(part.offer) : undefined;
  }

  stored(context: CommandContext, offer: OfferRow, hash: FileHash): void {
    this.#sql.stored.run(hash, offer.number);
    const whole = { ...offer, hash };
    for (const { session, state } of this.#sql.parts.all(offer.number)) {
      if (state === 'accepted' && session)
        this.#tell(context, { session }, whole, { step: 'stored' });
    }
    this.#tellOfferer(context, whole, { step: 'stored', by: offer.by_name });
    this.#rest(context, whole);
  }

  /** One recipient's part is over; who offers is told, unless he says it himself. */
  endPart(
    context: CommandContext,
    offer: OfferRow,
    part: PartRow,
    how: Pick<OfferStep, 'step' | 'why'>,
    isSilent = false,
  ): void {
    this.#sql.removePart.run(part.offer, part.recipient);
    if (!isSilent) this.#tellOfferer(context, offer, { ...how, by: part.name });
    if (offer.serial !== null && how.step === 'done') this.#take(context, offer.serial);
    this.#rest(context, offer);
  }

  /** The whole offer has failed: its recipients are told, and who offers unless he says it himself. */
  fail(context: CommandContext, offer: OfferRow, why: OfferFailure, isSilent = false): void {
    for (const part of this.#sql.parts.all(offer.number)) {
      const { recipient, session, state } = part;
      const to = session === null ? { recipient } : { session };
      if (state !== 'elsewhere') this.#tell(context, to, offer, { step: 'failed', why });
      this.endPart(context, offer, part, { step: 'failed', why }, isSilent);
    }
  }

  /** A session is gone: what it offered and did not bring fails, and so does what it was to get. */
  departed(context: CommandContext, session: SessionRow): void {
    for (const offer of this.#sql.bySession.all(session.id)) {
      if (offer.hash === null) {
        this.fail(context, offer, 'gone', true);
        continue;
      }
      this.#sql.orphan.run(offer.number);
      for (const part of this.#sql.parts.all(offer.number)) {
        if (part.state !== 'elsewhere') continue;
        this.endPart(context, offer, part, { step: 'failed', why: 'gone' }, true);
      }
    }
    const recipient = this.#people.recipientOf(session);
    for (const part of this.#sql.partsOf.all(recipient, session.id)) {
      const offer = this.find(part.offer);
      if (!offer || part.state === 'elsewhere') continue;
      const isHis = part.session === session.id;
      const isAsked = part.state === 'asked';
      if (!isHis && !(isAsked && !this.canBeAsked(recipient, offer.origin, session.id))) continue;
      this.endPart(context, offer, part, { step: 'failed', why: 'gone' });
    }
  }

  /** The offer is over with its last part; its bytes may go. */
  #rest(context: CommandContext, offer: OfferRow): void {
    if (this.#sql.parts.all(offer.number).length > 0) return;
    this.#sql.remove.run(offer.number);
    if (offer.hash !== null) context.emit({ is: 'file-released', hash: offer.hash });
  }

  /** A file that waited with a message has been fetched. */
  #take(context: CommandContext, serial: number): void {
    const row = this.#sql.takeFile.get(serial);
    if (!row) return;
    context.isDurable = true;
    context.emit({ is: 'file-released', hash: row.hash });
  }

  #tellOfferer(
    context: CommandContext,
    offer: OfferRow,
    how: Pick<OfferStep, 'step' | 'why' | 'by'>,
  ): void {
    if (offer.session !== null) this.#tell(context, { session: offer.session }, offer, how);
  }

  #tell(
    context: CommandContext,
    to: { readonly session: SessionId } | { readonly recipient: RecipientId },
    offer: OfferRow,
    how: Pick<OfferStep, 'step' | 'why'> & { readonly by?: Name },
  ): void {
    const { number, by_name: by, name, size, hash, origin } = offer;
    const file = { name, size, ...(hash !== null && { hash }) };
    context.notify(to, { is: 'offer', offer: number, file, origin, by, ...how });
  }

  /** A recipient is told of what is offered to him. */
  ask(context: CommandContext, offer: OfferRow, recipient: RecipientId): void {
    this.#tell(context, { recipient }, offer, { step: 'offered' });
  }
  /** Who offers is to bring the file for somebody who cannot be asked. */
  bring(context: CommandContext, offer: OfferRow, by: Name): void {
    this.#tellOfferer(context, offer, { step: 'accepted', by });
  }
}
