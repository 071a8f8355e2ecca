// A connection of its own that carries one file, from who offers it or to who accepted it (server's side).

import { hashOfToken } from '../../bytes/token';
import type { Host, Sink } from '../../dialect';
import { limits } from '../../limits';
import type { FileHash, OfferFailure } from '../../model';
import { type Content, type Envelope, headOf } from '../wire/codec';
import { bodyBytesMax, type Message, reasons } from '../wire/messages';

/** What the connection is doing. `opening`: the hub is asked what its token is good for. */
type Doing = 'opening' | 'bringing' | 'storing' | 'fetching' | 'fetched' | 'over';

export class FileConnection {
  readonly #host: Host;
  readonly #write: (content: Content) => void;
  readonly #envelope: Envelope;
  readonly #again: () => void;
  readonly #id: string | undefined;
  #doing: Doing = 'opening';
  #offer: number | undefined;
  #sink: Sink | undefined;
  #left = 0;

  /** `first` shows the token, and may hold the file's first bytes. `again`: messages may be taken. */
  constructor(
    host: Host,
    first: Message,
    write: (content: Content) => void,
    envelope: Envelope,
    again: () => void,
  ) {
    this.#host = host;
    this.#write = write;
    this.#envelope = envelope;
    this.#again = again;
    this.#id = first.id;
    const { session } = host;
    const tokenHash = hashOfToken(first.token ?? '');
    this.#rest();
    host.submit({ do: 'offer-open', session, tokenHash }, (outcome) => {
      if (this.#doing !== 'opening') return;
      if (!outcome.ok) return this.#refuse(reasons.unknownFile);
      const { offer, file } = outcome.value;
      this.#offer = offer;
      if (file.hash !== undefined) this.#hand(file.hash);
      else this.#bring(file.size, first.body);
      this.#again();
    });
  }

  /** Whether the next message may be taken. */
  get takes(): boolean {
    return this.#doing === 'bringing' || this.#doing === 'fetching' || this.#doing === 'fetched';
  }

  /** Nothing more is carried; our side has ended. */
  get isOver(): boolean {
    return this.#doing === 'over';
  }

  take(message: Message): void {
    if (message.action !== 'file') return this.fail('broken', reasons.broken);
    const { status } = message;
    if (status === 'failed') {
      // The peer says why by a word of ours, or has changed its mind.
      const why =
        new TextDecoder().decode(message.body) === reasons.noSpace ? 'no-space' : 'cancelled';
      return this.fail(why, undefined);
    }
    if (this.#doing === 'bringing' && status === 'data') return this.#data(message.body);
    if (this.#doing === 'fetched' && status === 'done') return this.#end();
    this.fail('broken', reasons.broken);
  }

  // ---- from who offers

  #bring(size: number, first: Uint8Array): void {
    this.#doing = 'bringing';
    this.#left = size;
    this.#sink = this.#host.receiveFile(size, () => this.#store());
    this.#data(first);
  }

  #data(bytes: Uint8Array): void {
    if (bytes.length > this.#left) return this.fail('broken', reasons.broken);
    this.#left -= bytes.length;
    this.#rest();
    if (bytes.length > 0) this.#sink?.write(bytes);
    if (this.#left === 0) this.#store();
  }

  /** All bytes are there; or nobody will take them, which whoever brings them is told at once. */
  #store(): void {
    if (this.#doing !== 'bringing') return;
    this.#doing = 'storing';
    this.#host.wake(undefined);
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.finish((result) => {
      if (this.#doing !== 'storing') return;
      if (result.ok) this.#stored(result.value.hash);
      else if (result.why === 'no-space') this.fail('no-space', reasons.noSpace);
      else this.fail('broken', reasons.tryLater);
    });
  }

  #stored(hash: FileHash): void {
    const { session } = this.#host;
    const offer = this.#offer ?? 0;
    this.#host.submit({ do: 'offer-stored', session, offer, hash }, (outcome) => {
      if (this.#doing !== 'storing') return;
      // Nobody waits for it any more; or it could not be done.
      if (!outcome.ok && outcome.why === 'unknown-offer') return this.#refuse(reasons.cancelled);
      if (!outcome.ok) return this.fail('broken', reasons.tryLater);
      this.#doing = 'over';
      this.#write({ action: 'file', id: this.#id, status: 'done' });
      this.#host.end();
    });
  }

  // ---- to who accepted

  #hand(hash: FileHash): void {
    this.#doing = 'fetching';
    const frame = {
      pieceBytes: bodyBytesMax,
      wrap: (piece: Uint8Array): readonly Uint8Array[] => {
        this.#rest();
        const content: Content = {
          action: 'file',
          id: this.#id,
          status: 'data',
          contentType: 'application/octet-stream',
        };
        return [headOf(this.#envelope, content, piece.length), piece];
      },
    };
    this.#host.sendFile(
      hash,
      (result) => {
        if (this.#doing !== 'fetching') return;
        if (!result.ok) return this.fail('broken', reasons.broken);
        this.#doing = 'fetched';
        this.#write({ action: 'file', id: this.#id, status: 'done' });
        this.#rest();
      },
      frame,
    );
  }

  /** The receiver has the whole of it. */
  #end(): void {
    this.#doing = 'over';
    this.#settle(undefined);
    this.#host.inOrder(() => this.#host.end());
  }

  // ---- the end

  /** The peer's silence is bounded, from one piece to the next. */
  #rest(): void {
    this.#host.wake(limits.net.pieceMs);
  }

  #refuse(body: string): void {
    this.#doing = 'over';
    this.#write({ action: 'file', id: this.#id, status: 'failed', body });
    this.#host.end();
  }

  /** It broke off; `reason` is told to the peer unless it knows. */
  fail(why: OfferFailure, reason: string | undefined): void {
    if (this.#doing === 'over') return;
    const wasFetching = this.#doing === 'fetching';
    this.#doing = 'over';
    this.#sink?.abandon();
    this.#sink = undefined;
    this.#settle(why);
    // In the middle of a file's pieces nothing else can be said.
    if (wasFetching) return this.#host.abort();
    this.#host.inOrder(() => {
      if (reason !== undefined) {
        this.#write({ action: 'file', id: this.#id, status: 'failed', body: reason });
      }
      // Whoever still sends may not read before he has.
      this.#host.end(this.#left > 0 ? limits.net.pieceMs : undefined);
    });
  }

  /** The connection is gone. */
  lost(): void {
    if (this.#doing === 'over') return;
    this.#doing = 'over';
    this.#settle('gone');
  }

  #settle(why: OfferFailure | undefined): void {
    const { session } = this.#host;
    // It may have broken off before the hub had said what for.
    this.#host.owe({ do: 'offer-end', session, ...(why !== undefined && { why }) });
  }
}
