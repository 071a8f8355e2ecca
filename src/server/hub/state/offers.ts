// File offers that are open: who offers what to whom, and how far each recipient is. They live with the sessions.

import type {
  FileHash,
  Name,
  OfferFailure,
  OfferStep,
  RecipientId,
  SessionId,
} from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Audience } from '../events';
import { accountOf, guestOf } from '../names';
import type { Store } from '../store';
import type { Attachments } from './attachments';
import { type OfferPartRow, type OfferRow, prepareOfferStatements } from './offer_tables';
import type { SessionRow, Sessions } from './sessions';
import { recipientOf } from './users';

export class Offers {
  readonly #sessions: Sessions;
  readonly #attachments: Attachments;
  readonly #sql;

  constructor(db: Store, sessions: Sessions, attachments: Attachments) {
    this.#sessions = sessions;
    this.#attachments = attachments;
    this.#sql = prepareOfferStatements(db);
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
    const values = { session, by, origin, name, size, hash, tokenHash, serial };
    return this.#sql.add.get(values)?.number ?? 0;
  }

  addPart(part: OfferPartRow, tokenHash: string | null = null): void {
    const { offer, recipient, name, state, session } = part;
    this.#sql.addPart.run({ offer, recipient, name, state, session, tokenHash });
  }

  /** The offer whose file a connection brings or fetches. */
  byFileConnection(connection: SessionId): OfferRow | undefined {
    return this.#sql.byFileConnection.get(connection, connection) ?? undefined;
  }

  partOf(offer: number, recipient: RecipientId): OfferPartRow | undefined {
    return this.#sql.partOf.get(offer, recipient) ?? undefined;
  }
  partByFileConnection(offer: number, connection: SessionId): OfferPartRow | undefined {
    return this.#sql.partByFileConnection.get(offer, connection) ?? undefined;
  }
  partNamed(offer: number, name: Name): OfferPartRow | undefined {
    return this.#sql.parts.all(offer).find((part) => part.name === name);
  }

  /** Whether a recipient can be asked in a dialect, not counting one session. */
  canBeAsked(recipient: RecipientId, dialect: string, except = ''): boolean {
    const account = accountOf(recipient);
    if (account !== undefined) return this.#sql.canHear.get(account, dialect, except) !== null;
    const guest = guestOf(recipient);
    const row = guest === undefined ? undefined : this.#sessions.find(guest);
    return row !== undefined && row.id !== except && row.dialect === dialect;
  }

  accept(
    context: CommandContext,
    offer: OfferRow,
    part: OfferPartRow,
    session: SessionId,
    tokenHash: string,
  ): void {
    this.#sql.accept.run(session, tokenHash, offer.number, part.recipient);
    this.#tellOfferingSession(context, offer, { step: 'accepted', by: part.name });
    if (offer.hash !== null) this.#tell(context, { session }, offer, { step: 'stored' });
  }

  /** The connection with this token begins to carry the file; the token is used up. */
  open(connection: SessionId, tokenHash: string): OfferRow | undefined {
    const bringing = this.#sql.byToken.get(connection, tokenHash);
    if (bringing) return bringing;
    const part = this.#sql.partByToken.get(connection, tokenHash);
    return part ? this.find(part.offer) : undefined;
  }

  stored(context: CommandContext, offer: OfferRow, hash: FileHash): void {
    this.#sql.stored.run(hash, offer.number);
    const whole = { ...offer, hash };
    for (const { session, state } of this.#sql.parts.all(offer.number)) {
      if (state === 'accepted' && session)
        this.#tell(context, { session }, whole, { step: 'stored' });
    }
    this.#tellOfferingSession(context, whole, { step: 'stored', by: offer.by_name });
    this.#endIfEmpty(context, whole);
  }

  /** One recipient's part is over. `isSilent`: the offering session says so itself and is not told. */
  endPart(
    context: CommandContext,
    offer: OfferRow,
    part: OfferPartRow,
    how: Pick<OfferStep, 'step' | 'why'>,
    isSilent = false,
  ): void {
    this.#sql.removePart.run(part.offer, part.recipient);
    if (!isSilent) this.#tellOfferingSession(context, offer, { ...how, by: part.name });
    if (offer.serial !== null && how.step === 'done') this.#removeAttachment(context, offer.serial);
    this.#endIfEmpty(context, offer);
  }

  /** The whole offer has failed and its recipients are told. `isSilent`: the offering session is not told. */
  fail(context: CommandContext, offer: OfferRow, why: OfferFailure, isSilent = false): void {
    for (const part of this.#sql.parts.all(offer.number)) {
      const { recipient, session, state } = part;
      const to = session === null ? { recipient } : { session };
      if (state !== 'elsewhere' && state !== 'unseen')
        this.#tell(context, to, offer, { step: 'failed', why });
      this.endPart(context, offer, part, { step: 'failed', why }, isSilent);
    }
  }

  /** A session is gone: what it offered and did not bring fails, and so does what it was to get. */
  sessionLeft(context: CommandContext, session: SessionRow): void {
    for (const offer of this.#sql.bySession.all(session.id)) {
      if (offer.hash === null) {
        this.fail(context, offer, 'gone', true);
        continue;
      }
      this.#sql.dropSession.run(offer.number);
      for (const part of this.#sql.parts.all(offer.number)) {
        if (part.state !== 'elsewhere') continue;
        this.endPart(context, offer, part, { step: 'failed', why: 'gone' }, true);
      }
    }
    const recipient = recipientOf(session);
    for (const part of this.#sql.partsOf.all(recipient, session.id)) {
      const offer = this.find(part.offer);
      if (!offer || part.state === 'elsewhere') continue;
      const isItsOwn = part.session === session.id;
      const isAsked = part.state === 'asked' || part.state === 'unseen';
      if (!isItsOwn && !(isAsked && !this.canBeAsked(recipient, offer.origin, session.id)))
        continue;
      this.endPart(context, offer, part, { step: 'failed', why: 'gone' });
    }
  }

  /** The offer is over with its last part; its bytes may go. */
  #endIfEmpty(context: CommandContext, offer: OfferRow): void {
    if (this.#sql.parts.all(offer.number).length > 0) return;
    this.#sql.remove.run(offer.number);
    const { hash, file_connection: carrier } = offer;
    if (hash === null && carrier !== null) {
      // Nobody wants the rest of it.
      this.#tell(context, { carrier }, offer, { step: 'failed', why: 'cancelled' });
    }
    if (offer.hash !== null) context.emit({ is: 'file-released', hash: offer.hash });
  }

  /** A file that waited with a message has been fetched. */
  #removeAttachment(context: CommandContext, serial: number): void {
    const hash = this.#attachments.remove(serial);
    if (hash === undefined) return;
    context.isDurable = true;
    context.emit({ is: 'file-released', hash });
  }

  #tellOfferingSession(
    context: CommandContext,
    offer: OfferRow,
    how: Pick<OfferStep, 'step' | 'why' | 'by'>,
  ): void {
    if (offer.session !== null) this.#tell(context, { session: offer.session }, offer, how);
  }

  #tell(
    context: CommandContext,
    to: Audience,
    offer: OfferRow,
    how: Pick<OfferStep, 'step' | 'why'> & { readonly by?: Name },
  ): void {
    const { number, by_name: by, name, size, hash, origin } = offer;
    const file = { name, size, ...(hash !== null && { hash }) };
    context.notify(to, { is: 'offer', offer: number, file, origin, by, ...how });
  }

  /** A recipient is told of what is offered to them. */
  ask(context: CommandContext, offer: OfferRow, recipient: RecipientId): void {
    this.#tell(context, { recipient }, offer, { step: 'offered' });
  }
  /** The offering session is to bring the file for a user who cannot be asked. */
  bring(context: CommandContext, offer: OfferRow, by: Name): void {
    this.#tellOfferingSession(context, offer, { step: 'accepted', by });
  }
}
