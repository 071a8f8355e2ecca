// The files that one user offers: whom the hub asked, the token that brings the file, and what each recipient decides.

import { hashOfToken } from '../../bytes/token';
import { baseNameFor } from '../../bytes/validation';
import type { Host } from '../../dialect';
import { type Name, type OfferStep, recipientNameOf, roomNameOf } from '../../model';
import { bodyOfNames } from '../wire/codec';
import { dialectName, type Message } from '../wire/messages';
import { offerRefusal, reasonOfOfferFailure } from './refusals';
import type { Replies } from './replies';

interface Offer {
  /** The client's own `Id`. */
  readonly id: string;
  /** What the connection must show that brings the file; it is told once. */
  token: string | undefined;
  /** How many users have not settled it yet. */
  open: number;
  /** Users who cannot be asked: they get it as a file that waits for them. */
  readonly elsewhere: readonly Name[];
}

export class OutgoingOffers {
  readonly #host: Host;
  readonly #replies: Replies;
  /** By the hub's number. */
  readonly #offers = new Map<number, Offer>();

  constructor(host: Host, replies: Replies) {
    this.#host = host;
    this.#replies = replies;
  }

  /** Whether the hub's offer of this number is this user's own. */
  has(offer: number): boolean {
    return this.#offers.has(offer);
  }

  // ---- requests

  /** Offers a file to `names`, and to the group that the message names; who is both is asked once. */
  offer(message: Message, names: readonly string[]): void {
    const { id, fileName, fileSize: size, group, beside = [] } = message;
    if (id === undefined || fileName === undefined || size === undefined) {
      return this.#replies.confirmInOrder({ id }, 'bad-request');
    }
    const room = group === undefined ? undefined : roomNameOf(group);
    if (group !== undefined && room === undefined) {
      return this.#replies.confirmInOrder({ id }, 'unknown-group');
    }
    const { session } = this.#host;
    const to = names.flatMap((name) => recipientNameOf(name) ?? []);
    const token = this.#host.secret();
    const command = {
      do: 'offer',
      session,
      to: room === undefined ? to : { room, names: to },
      file: { name: baseNameFor(fileName), size },
      tokenHash: hashOfToken(token),
      ...(beside.length > 0 && { beside: this.#numbersOf(beside) }),
    } as const;
    this.#host.submit(command, (outcome) => {
      const isName = (name: string): boolean => recipientNameOf(name) !== undefined;
      // All of them have it offered already.
      const isNoMore = !outcome.ok && outcome.why === 'nobody' && beside.length > 0;
      if (isNoMore) return this.#replies.confirm(message, 'ok', bodyOfNames([]));
      if (!outcome.ok) {
        this.#replies.confirm(message, offerRefusal(outcome.why));
        return this.#notOffered(id, names, outcome.why);
      }
      const { offer, asked, elsewhere, unknown } = outcome.value;
      this.#offers.set(offer, { id, token, open: asked.length + elsewhere.length, elsewhere });
      this.#replies.confirm(message, 'ok', bodyOfNames([...asked, ...elsewhere]));
      for (const name of [...unknown, ...names.filter((name) => !isName(name))]) {
        this.#replies.fileFailed(id, 'unknown-user', name);
      }
    });
  }

  /** The hub's numbers of offers that are open. */
  #numbersOf(ids: readonly string[]): readonly number[] {
    return [...this.#offers].flatMap(([number, { id }]) => (ids.includes(id) ? [number] : []));
  }

  #notOffered(id: string, names: readonly string[], why: string): void {
    if (why !== 'nobody') {
      this.#replies.fileFailed(id, why === 'not-member' ? 'not-member' : 'try-later');
      return;
    }
    for (const name of names) this.#replies.fileFailed(id, 'unknown-user', name);
    if (names.length === 0) this.#replies.fileFailed(id, 'no-recipient');
  }

  /** Takes an offer back. */
  cancel({ id }: Message): void {
    const found = [...this.#offers].find(([, offer]) => offer.id === id);
    if (found === undefined) return this.#replies.confirmInOrder({ id }, 'unknown-file');
    const [offer] = found;
    const { session } = this.#host;
    this.#host.submit({ do: 'offer-end', session, offer, why: 'cancelled' }, (outcome) => {
      const isOver = outcome.ok || outcome.why === 'unknown-offer';
      if (isOver) this.#offers.delete(offer);
      this.#replies.confirm({ id }, isOver ? 'ok' : 'try-later');
    });
  }

  // ---- events

  /** A step of an offer of this user's own. */
  tell({ offer: number, step, by, file, why }: OfferStep): void {
    const offer = this.#offers.get(number);
    if (offer === undefined) return;
    const { id } = offer;
    switch (step) {
      case 'offered':
        return;
      case 'stored':
        for (const name of offer.elsewhere) this.#sendOn(number, offer, name, file);
        return;
      case 'accepted': {
        // One connection brings the file for all, so only the first acceptance has the token.
        const { token } = offer;
        offer.token = undefined;
        return this.#replies.write({ action: 'file', id, user: by, status: 'accept', token });
      }
      case 'rejected':
        this.#replies.write({ action: 'file', id, user: by, status: 'reject' });
        return this.#settle(number, offer);
      case 'done':
        this.#replies.write({ action: 'file', id, user: by, status: 'done' });
        return this.#settle(number, offer);
      case 'failed':
        this.#replies.fileFailed(id, reasonOfOfferFailure(why), by);
        return this.#settle(number, offer);
    }
  }

  #settle(number: number, offer: Offer): void {
    offer.open--;
    if (offer.open <= 0) this.#offers.delete(number);
  }

  /** The file is stored: a user who cannot be asked gets it as a message with a file. */
  #sendOn(number: number, offer: Offer, to: Name, { name, size, hash }: OfferStep['file']): void {
    if (hash === undefined) return;
    const { session } = this.#host;
    const file = { name, size, hash };
    const direct = { from: { session }, to, text: '', file, origin: dialectName };
    this.#host.submit({ do: 'direct', ...direct }, (outcome) => {
      const { id } = offer;
      if (outcome.ok) this.#replies.write({ action: 'file', id, user: to, status: 'done' });
      else this.#replies.fileFailed(id, 'try-later', to);
      this.#settle(number, offer);
    });
    this.#host.owe({ do: 'offer-end', session, offer: number, to });
  }
}
