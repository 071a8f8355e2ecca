// A connection of its own that carries one file: from the user who offers it, or to one who accepted it.

import { hashOfToken } from '../../bytes/token';
import type { Host, Sink } from '../../dialect';
import { limits } from '../../limits';
import type { FileHash, OfferFailure } from '../../model';
import { type Content, type Envelope, failed, failureOf, headOf } from '../wire/codec';
import type { Message, Reason } from '../wire/messages';

export interface FileConnectionDeps {
  readonly host: Host;
  readonly envelope: Envelope;
  write(content: Content): void;
  /** The file was carried, or will not be; told once, but not after `stop` or `lost`. */
  settled(): void;
}

/**
 * What the connection is doing. `opening`: the hub is asked what its token is good for. `receiving`, then `storing`:
 * it brings a file. `sending`, then `sent`: it fetches one, and the client has not said yet that it has it.
 */
type Phase = 'opening' | 'receiving' | 'storing' | 'sending' | 'sent' | 'over';

export class FileConnection {
  readonly #deps: FileConnectionDeps;
  readonly #host: Host;
  readonly #id: string | undefined;
  #phase: Phase = 'opening';
  #offer: number | undefined;
  #sink: Sink | undefined;
  /** Bytes of the file that are still to come. */
  #left = 0;

  /** `first` shows the token, and may hold the file's first bytes. */
  constructor(first: Message, deps: FileConnectionDeps) {
    this.#deps = deps;
    this.#host = deps.host;
    this.#id = first.id;
    const { session } = this.#host;
    const tokenHash = hashOfToken(first.token ?? '');
    this.#awaitPiece();
    this.#host.submit({ do: 'offer-open', session, tokenHash }, (outcome) => {
      if (this.#phase !== 'opening') return;
      if (!outcome.ok) return this.#refuse('unknown-file');
      const { offer, file } = outcome.value;
      this.#offer = offer;
      if (file.hash !== undefined) this.#send(file.hash);
      else this.#receive(file.size, first.body);
    });
  }

  /** The next message must wait: for the hub, or until the file is stored. */
  get isPending(): boolean {
    return this.#phase === 'opening' || this.#phase === 'storing';
  }

  take({ action, status, reason, body }: Message): void {
    if (action === 'file' && status === 'failed') {
      // The client has no space, or its user has changed their mind.
      this.#fail(reason === 'no-space' ? 'no-space' : 'cancelled');
    } else if (action === 'file' && status === 'data' && this.#phase === 'receiving') {
      this.#piece(body);
    } else if (action === 'file' && status === 'done' && this.#phase === 'sent') {
      this.#received();
    } else this.#fail('broken', 'broken');
  }

  // ---- from the user who offers the file

  #receive(size: number, first: Uint8Array): void {
    this.#phase = 'receiving';
    this.#left = size;
    this.#sink = this.#host.receiveFile(size, () => this.#store());
    this.#piece(first);
  }

  #piece(bytes: Uint8Array): void {
    if (bytes.length > this.#left) return this.#fail('broken', 'broken');
    this.#left -= bytes.length;
    this.#awaitPiece();
    if (bytes.length > 0) this.#sink?.write(bytes);
    if (this.#left === 0) this.#store();
  }

  /** All bytes are there; or they will not be taken, which the client is told at once. */
  #store(): void {
    if (this.#phase !== 'receiving') return;
    this.#phase = 'storing';
    this.#host.wake(undefined);
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.finish((result) => {
      if (this.#phase !== 'storing') return;
      if (result.ok) this.#stored(result.value.hash);
      else if (result.why === 'no-space') this.#fail('no-space', 'no-space');
      else this.#fail('broken', 'try-later');
    });
  }

  #stored(hash: FileHash): void {
    const { session } = this.#host;
    const offer = this.#offer ?? 0;
    this.#host.submit({ do: 'offer-stored', session, offer, hash }, (outcome) => {
      if (this.#phase !== 'storing') return;
      if (outcome.ok) {
        this.#settle();
        this.#deps.write({ action: 'file', id: this.#id, status: 'done' });
        this.#host.end();
      } else if (outcome.why === 'unknown-offer') {
        // Every recipient has given up.
        this.#refuse('cancelled');
      } else this.#fail('broken', 'try-later');
    });
  }

  // ---- to a user who accepted the file

  #send(hash: FileHash): void {
    this.#phase = 'sending';
    const content: Content = {
      action: 'file',
      id: this.#id,
      status: 'data',
      contentType: 'application/octet-stream',
    };
    const frame = {
      pieceBytes: limits.groups.bodyBytes,
      wrap: (piece: Uint8Array): readonly Uint8Array[] => {
        this.#awaitPiece();
        return [headOf(this.#deps.envelope, content, piece.length), piece];
      },
    };
    this.#host.sendFile(
      hash,
      (result) => {
        if (this.#phase !== 'sending') return;
        if (!result.ok) return this.#fail('broken', 'broken');
        this.#phase = 'sent';
        this.#deps.write({ action: 'file', id: this.#id, status: 'done' });
        this.#awaitPiece();
      },
      frame,
    );
  }

  /** The client has the whole file. */
  #received(): void {
    this.#settle();
    this.#tellHub();
    this.#host.inOrder(() => this.#host.end());
  }

  // ---- the end

  /** The client's silence is bounded from one piece to the next. */
  #awaitPiece(): void {
    this.#host.wake(limits.net.pieceMs);
  }

  #settle(): void {
    this.#phase = 'over';
    this.#deps.settled();
  }

  #refuse(reason: Reason): void {
    this.#settle();
    this.#tell(reason);
    this.#host.end();
  }

  /** It broke off. `reason`: what the client is told, unless it knows. */
  #fail(why: OfferFailure, reason?: Reason): void {
    if (this.#phase === 'over') return;
    const wasSending = this.#phase === 'sending';
    this.#abandon(why);
    this.#deps.settled();
    this.#end(wasSending, reason);
  }

  /** All who were to get it have given up, which the hub knows. */
  unwanted(): void {
    if (this.#phase !== 'receiving' && this.#phase !== 'storing') return;
    this.#sink?.abandon();
    this.#sink = undefined;
    this.#settle();
    this.#end(false, 'cancelled');
  }

  /** The session is over for a cause of its own. */
  stop(why: OfferFailure): void {
    if (this.#phase === 'over') return;
    const wasSending = this.#phase === 'sending';
    this.#abandon(why);
    this.#end(wasSending);
  }

  /** The connection is gone. */
  lost(): void {
    if (this.#phase !== 'over') this.#abandon('gone');
  }

  #abandon(why: OfferFailure): void {
    this.#phase = 'over';
    this.#sink?.abandon();
    this.#sink = undefined;
    this.#tellHub(why);
  }

  #end(wasSending: boolean, reason?: Reason): void {
    // In the middle of a file's pieces nothing else can be said.
    if (wasSending) return this.#host.abort();
    this.#host.inOrder(() => {
      if (reason !== undefined) this.#tell(reason);
      // A client that is still sending may not read before it has sent all.
      this.#host.end(this.#left > 0 ? limits.net.pieceMs : undefined);
    });
  }

  #tell(reason: Reason): void {
    this.#deps.write({ action: 'file', id: this.#id, ...failed(failureOf(reason)) });
  }

  /** The hub is told how it ended, also where it broke off before the hub had said what the token is good for. */
  #tellHub(why?: OfferFailure): void {
    const { session } = this.#host;
    this.#host.owe({ do: 'offer-end', session, ...(why !== undefined && { why }) });
  }
}
