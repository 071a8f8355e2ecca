// File offers of one client that is in: what it offers, what it is offered, and the tokens for the connections that carry.

import { hashOfToken } from '../../bytes/token';
import { baseNameFor } from '../../bytes/validation';
import type { Host } from '../../dialect';
import { limits } from '../../limits';
import {
  type FileRef,
  type Name,
  type OfferFailure,
  type OfferStep,
  recipientNameOf,
  roomNameOf,
} from '../../model';
import { type Content, dialectName } from '../wire/codec';
import { type Message, reasons, type Status } from '../wire/messages';

/** What this client offers. */
interface Own {
  /** The client's own `Id`. */
  readonly id: string;
  /** What the connection must show that brings the file; told once. */
  token: string | undefined;
  /** Users who have not settled it yet. */
  open: number;
  /** Users who cannot be asked: they get it as a file that waits for them. */
  readonly elsewhere: readonly Name[];
}

/** The `Id`s by which a client knows what it is offered: an offer's, or that of a message with a file. */
const offered = /^f(\d{1,15})$/;
const waited = /^m(\d{1,15})$/;

export class Offers {
  readonly #host: Host;
  readonly #write: (content: Content) => void;
  readonly #own = new Map<number, Own>();
  /** What was accepted here, by the hub's number: what the connection must show that fetches it. */
  readonly #tokens = new Map<number, string>();
  /** Files that wait with a message and were offered, by its serial; the oldest are forgotten. */
  readonly #waiting = new Set<number>();

  /** Those of them that are being fetched: the hub's number of each, by the serial; the oldest are forgotten. */
  readonly #fetching = new Map<number, number>();

  constructor(host: Host, write: (content: Content) => void) {
    this.#host = host;
    this.#write = write;
  }

  /** A request of the client's. `names`: whom an offer names. */
  do(message: Message, names: readonly string[]): void {
    switch (message.status) {
      case 'offer':
        return this.#offer(message, names);
      case 'accept':
        return this.#accept(message);
      case 'reject':
        return this.#reject(message);
      case 'failed':
        return this.#cancel(message);
      default:
        // Bytes come on connections of their own.
        return this.#confirm(message, 'bad-request');
    }
  }

  #confirm({ id }: Message, status: Status): void {
    this.#host.inOrder(() => this.#write({ action: 'confirmation', id, status }));
  }

  #failed(id: string | undefined, body: string, user?: string): void {
    this.#write({
      action: 'file',
      id,
      status: 'failed',
      body,
      ...(user !== undefined && { user }),
    });
  }

  // ---- offering

  #offer(message: Message, names: readonly string[]): void {
    const { id, fileName, fileSize: size, group } = message;
    if (id === undefined || fileName === undefined || size === undefined) {
      return this.#confirm(message, 'bad-request');
    }
    const room = group === undefined ? undefined : roomNameOf(group);
    if (group !== undefined && room === undefined) return this.#confirm(message, 'unknown-group');
    const { session } = this.#host;
    const to = names.flatMap((name) => recipientNameOf(name) ?? []);
    const token = this.#host.secret();
    const command = {
      do: 'offer',
      session,
      to: room === undefined ? to : { room },
      file: { name: baseNameFor(fileName), size },
      tokenHash: hashOfToken(token),
    } as const;
    this.#host.submit(command, (outcome) => {
      if (!outcome.ok) return this.#notOffered(message, names, outcome.why);
      const { offer, asked, elsewhere, unknown } = outcome.value;
      const isNamed = (name: string): boolean => recipientNameOf(name) !== undefined;
      this.#own.set(offer, { id, token, open: asked.length + elsewhere.length, elsewhere });
      const body = [...asked, ...elsewhere].map((name) => `${name}\n`).join('');
      this.#write({ action: 'confirmation', id, group, status: 'ok', body });
      for (const name of [...unknown, ...names.filter((name) => !isNamed(name))]) {
        this.#failed(id, reasons.unknownUser, name);
      }
    });
  }

  #notOffered({ id, group }: Message, names: readonly string[], why: string): void {
    const status = statusOf[why] ?? 'try-later';
    if (why !== 'nobody') {
      this.#write({ action: 'confirmation', id, group, status });
      this.#failed(id, why === 'not-member' ? reasons.notMember : reasons.tryLater);
      return;
    }
    this.#write({ action: 'confirmation', id, group, status });
    for (const name of names) this.#failed(id, reasons.unknownUser, name);
    if (names.length === 0) this.#failed(id, reasons.noOne);
  }

  #cancel(message: Message): void {
    const found = [...this.#own].find(([, own]) => own.id === message.id);
    if (found === undefined) return this.#confirm(message, 'unknown-file');
    const [offer] = found;
    const { session } = this.#host;
    this.#host.submit({ do: 'offer-end', session, offer, why: 'cancelled' }, (outcome) => {
      const isOver = outcome.ok || outcome.why === 'unknown-offer';
      if (isOver) this.#own.delete(offer);
      this.#write({ action: 'confirmation', id: message.id, status: isOver ? 'ok' : 'try-later' });
    });
  }

  // ---- deciding

  #accept(message: Message): void {
    const { session } = this.#host;
    const { id = '' } = message;
    const token = this.#host.secret();
    const tokenHash = hashOfToken(token);
    const serial = Number(waited.exec(id)?.[1] ?? Number.NaN);
    if (this.#waiting.has(serial)) {
      this.#host.submit({ do: 'offer-waiting', session, serial, tokenHash }, (outcome) => {
        this.#write({ action: 'confirmation', id, status: outcome.ok ? 'ok' : 'unknown-file' });
        if (!outcome.ok) return;
        this.#waiting.delete(serial);
        const [oldest] = this.#fetching.keys();
        if (this.#fetching.size >= limits.hub.attachmentsPerRecipient && oldest !== undefined) {
          this.#fetching.delete(oldest);
        }
        this.#fetching.set(serial, outcome.value.offer);
        this.#write({ action: 'file', id, status: 'accept', token });
      });
      return;
    }
    const offer = Number(offered.exec(id)?.[1] ?? Number.NaN);
    if (Number.isNaN(offer)) return this.#confirm(message, 'unknown-file');
    const command = { do: 'offer-answer', session, offer, accept: true, tokenHash } as const;
    this.#host.submit(command, (outcome) => {
      if (outcome.ok) this.#tokens.set(offer, token);
      this.#write({ action: 'confirmation', id, status: outcome.ok ? 'ok' : 'unknown-file' });
    });
  }

  #reject(message: Message): void {
    const { id = '' } = message;
    const serial = Number(waited.exec(id)?.[1] ?? Number.NaN);
    if (this.#waiting.has(serial)) return this.#discard(id, serial);
    // What waits with a message goes on waiting if fetching it came to nothing.
    const offer = this.#fetching.get(serial) ?? Number(offered.exec(id)?.[1] ?? Number.NaN);
    this.#fetching.delete(serial);
    if (Number.isNaN(offer)) return this.#confirm(message, 'unknown-file');
    this.#tokens.delete(offer);
    this.#giveUp(offer, (isKnown) =>
      this.#write({ action: 'confirmation', id, status: isKnown ? 'ok' : 'unknown-file' }),
    );
  }

  #giveUp(offer: number, done: (isKnown: boolean) => void): void {
    const { session } = this.#host;
    this.#host.submit({ do: 'offer-answer', session, offer, accept: false }, ({ ok }) => done(ok));
  }

  /** Nobody wants a file that waits with a message; it may have been accepted a moment ago. */
  #discard(id: string, serial: number): void {
    this.#host.submit({ do: 'file-taken', serial }, (outcome) => {
      const isGone = outcome.ok || outcome.why === 'unknown-file';
      this.#write({ action: 'confirmation', id, status: isGone ? 'ok' : 'try-later' });
      if (!isGone) return;
      this.#waiting.delete(serial);
      const offer = this.#fetching.get(serial);
      this.#fetching.delete(serial);
      if (offer !== undefined) this.#giveUp(offer, () => {});
    });
  }

  // ---- what the client is told

  /** A file came with a message by another door: it is offered like any other. */
  waiting(serial: number, user: Name, { name, size }: FileRef): void {
    const [oldest] = this.#waiting;
    if (this.#waiting.size >= limits.hub.attachmentsPerRecipient && oldest !== undefined) {
      this.#waiting.delete(oldest);
    }
    this.#waiting.add(serial);
    this.#tellOffer(`m${serial}`, user, name, size);
  }

  #tellOffer(id: string, user: string, fileName: string, fileSize: number): void {
    this.#write({ action: 'file', id, user, status: 'offer', fileName, fileSize });
  }

  tell(step: OfferStep): void {
    const own = this.#own.get(step.offer);
    if (own === undefined) this.#tellRecipient(step);
    else this.#tellOfferer(step, own);
  }

  #tellRecipient({ offer, step, by, file, why }: OfferStep): void {
    const id = `f${offer}`;
    if (step === 'offered') this.#tellOffer(id, by, file.name, file.size);
    else if (step === 'stored') {
      const token = this.#tokens.get(offer);
      this.#tokens.delete(offer);
      if (token !== undefined) this.#write({ action: 'file', id, status: 'accept', token });
    } else if (step === 'failed') {
      this.#tokens.delete(offer);
      this.#failed(id, reasonOf(why));
    }
  }

  #tellOfferer({ offer, step, by, file, why }: OfferStep, own: Own): void {
    const { id } = own;
    switch (step) {
      case 'offered':
        return;
      case 'stored':
        for (const name of own.elsewhere) this.#sendOn(offer, own, name, file);
        return;
      case 'accepted': {
        // One connection brings the file for all.
        const { token } = own;
        own.token = undefined;
        this.#write({ action: 'file', id, user: by, status: 'accept', ...(token && { token }) });
        return;
      }
      case 'rejected':
      case 'done':
        this.#write({ action: 'file', id, user: by, status: step === 'done' ? 'done' : 'reject' });
        return this.#settle(offer, own);
      case 'failed':
        this.#failed(id, reasonOf(why), by);
        return this.#settle(offer, own);
    }
  }

  #settle(offer: number, own: Own): void {
    own.open--;
    if (own.open <= 0) this.#own.delete(offer);
  }

  /** The file is stored: who cannot be asked gets it as a message with a file. */
  #sendOn(offer: number, own: Own, to: Name, { name, size, hash }: OfferStep['file']): void {
    if (hash === undefined) return;
    const { session } = this.#host;
    const file = { name, size, hash };
    const direct = { from: { session }, to, text: '', file, origin: dialectName };
    this.#host.submit({ do: 'direct', ...direct }, (outcome) => {
      if (outcome.ok) this.#write({ action: 'file', id: own.id, user: to, status: 'done' });
      else this.#failed(own.id, reasons.tryLater, to);
      this.#settle(offer, own);
    });
    this.#host.owe({ do: 'offer-end', session, offer, to });
  }
}

const statusOf: Readonly<Record<string, Status>> = {
  nobody: 'unknown-user',
  'not-member': 'not-member',
  'too-many': 'too-many',
};

export function reasonOf(why: OfferFailure | undefined): string {
  switch (why) {
    case 'cancelled':
      return reasons.cancelled;
    case 'gone':
      return reasons.disconnected;
    case 'no-space':
      return reasons.noSpace;
    case 'broken':
    case undefined:
      return reasons.broken;
  }
}
