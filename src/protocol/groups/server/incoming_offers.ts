// The files that one user is offered: by another user, or with a message that came by another door.

import { BoundedMap, BoundedSet } from '../../bounded';
import { hashOfToken } from '../../bytes/token';
import type { Host } from '../../dialect';
import { limits } from '../../limits';
import type { FileRef, Name, OfferStep } from '../../model';
import type { Message } from '../wire/messages';
import { reasonOfOfferFailure } from './refusals';
import type { Replies } from './replies';

/** The `Id`s by which a client knows what it is offered: `f` and an offer's number, `m` and a message's serial. */
const offerId = /^f(\d{1,15})$/;
const messageId = /^m(\d{1,15})$/;

/** The number behind the letter of an `Id`, NaN where there is none. */
const numberIn = (form: RegExp, id: string): number => Number(form.exec(id)?.[1] ?? Number.NaN);

export class IncomingOffers {
  readonly #host: Host;
  readonly #replies: Replies;
  /** For each accepted offer, by the hub's number: what the connection must show that fetches the file. */
  readonly #tokens = new Map<number, string>();
  /** Files that wait with a message and were offered, by its serial. */
  readonly #waiting = new BoundedSet<number>(limits.hub.attachmentsPerRecipient);
  /** Those of them that are being fetched: the hub's number of each, by the serial. */
  readonly #fetching = new BoundedMap<number, number>(limits.hub.attachmentsPerRecipient);

  constructor(host: Host, replies: Replies) {
    this.#host = host;
    this.#replies = replies;
  }

  // ---- requests

  accept({ id = '' }: Message): void {
    const serial = numberIn(messageId, id);
    if (this.#waiting.has(serial)) return this.#acceptWaiting(id, serial);
    const offer = numberIn(offerId, id);
    if (Number.isNaN(offer)) return this.#replies.confirmInOrder({ id }, 'unknown-file');
    const { session } = this.#host;
    const token = this.#host.secret();
    const tokenHash = hashOfToken(token);
    const command = { do: 'offer-answer', session, offer, accept: true, tokenHash } as const;
    this.#host.submit(command, ({ ok }) => {
      if (ok) this.#tokens.set(offer, token);
      this.#replies.confirm({ id }, ok ? 'ok' : 'unknown-file');
    });
  }

  /** A file that waits is there already: its token is told at once. */
  #acceptWaiting(id: string, serial: number): void {
    const { session } = this.#host;
    const token = this.#host.secret();
    const command = {
      do: 'offer-waiting',
      session,
      serial,
      tokenHash: hashOfToken(token),
    } as const;
    this.#host.submit(command, (outcome) => {
      this.#replies.confirm({ id }, outcome.ok ? 'ok' : 'unknown-file');
      if (!outcome.ok) return;
      this.#waiting.delete(serial);
      this.#fetching.set(serial, outcome.value.offer);
      this.#replies.write({ action: 'file', id, status: 'accept', token });
    });
  }

  reject({ id = '' }: Message): void {
    const serial = numberIn(messageId, id);
    if (this.#waiting.has(serial)) return this.#discard(id, serial);
    // A file that waits with a message goes on waiting where it could not be fetched.
    const offer = this.#fetching.get(serial) ?? numberIn(offerId, id);
    this.#fetching.delete(serial);
    if (Number.isNaN(offer)) return this.#replies.confirmInOrder({ id }, 'unknown-file');
    this.#tokens.delete(offer);
    this.#giveUp(offer, (isKnown) =>
      this.#replies.confirm({ id }, isKnown ? 'ok' : 'unknown-file'),
    );
  }

  #giveUp(offer: number, done: (isKnown: boolean) => void): void {
    const { session } = this.#host;
    this.#host.submit({ do: 'offer-answer', session, offer, accept: false }, ({ ok }) => done(ok));
  }

  /** The user does not want a file that waits with a message. It may have been accepted a moment ago. */
  #discard(id: string, serial: number): void {
    this.#host.submit({ do: 'file-taken', serial }, (outcome) => {
      const isGone = outcome.ok || outcome.why === 'unknown-file';
      this.#replies.confirm({ id }, isGone ? 'ok' : 'try-later');
      if (!isGone) return;
      this.#waiting.delete(serial);
      const offer = this.#fetching.get(serial);
      this.#fetching.delete(serial);
      if (offer !== undefined) this.#giveUp(offer, () => {});
    });
  }

  // ---- events

  /** Offers the files that wait for an account, neither taken nor rejected, a few at a time: others have their turns. */
  offerWaiting(after = 0, offered = 0): void {
    const { session } = this.#host;
    this.#host.submit({ do: 'files-waiting', session, after }, (outcome) => {
      const files = outcome.ok ? outcome.value.files : [];
      for (const file of files) this.waits(file.serial, file.from, file);
      const last = files.at(-1);
      const count = offered + files.length;
      const isAll = last === undefined || files.length < limits.hub.attachmentsListed;
      if (!isAll && count < limits.groups.offeredAtLogin) this.offerWaiting(last.serial, count);
    });
  }

  /** A file came with a message by another door: it is offered like any other. */
  waits(serial: number, from: Name, { name, size }: FileRef): void {
    this.#waiting.add(serial);
    this.#offered(`m${serial}`, from, name, size);
  }

  /** A step of an offer of another user's. */
  tell({ offer, step, by, file, why }: OfferStep): void {
    const id = `f${offer}`;
    if (step === 'offered') this.#offered(id, by, file.name, file.size);
    else if (step === 'stored') {
      const token = this.#tokens.get(offer);
      this.#tokens.delete(offer);
      if (token !== undefined) this.#replies.write({ action: 'file', id, status: 'accept', token });
    } else if (step === 'failed') {
      this.#tokens.delete(offer);
      this.#replies.fileFailed(id, reasonOfOfferFailure(why));
    }
  }

  #offered(id: string, user: string, fileName: string, fileSize: number): void {
    this.#replies.write({ action: 'file', id, user, status: 'offer', fileName, fileSize });
  }
}
