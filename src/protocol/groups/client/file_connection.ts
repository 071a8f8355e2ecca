// A connection of its own that carries one file, from the client's side: what uploads and downloads have in common.

import type { Inbox } from '../../bytes/inbox';
import type { Taken } from '../../connection';
import type { ClientConnection, ConnectionEvents, Ending } from '../../dialect';
import { limits } from '../../limits';
import {
  bytesOf,
  type Content,
  type Envelope,
  failed,
  type Failure,
  failureIn,
  failureOf,
  headOf,
  MessageReader,
} from '../wire/codec';
import type { Message } from '../wire/messages';

/** What admits the connection: the file's `Id`, and the `Token` that is good for one connection. */
export interface Ticket {
  readonly id: string;
  readonly token: string;
}

/** A file on its way. */
export interface FileTransfer {
  /** Stops it, and tells the server. Nothing more is told to the one who began it. */
  cancel(): void;
}

/** What the session is told of the files that are offered, either way. */
export interface FileEvents {
  /** A file that was offered or accepted earlier has failed. */
  failed(ending: Ending): void;
  /** A file is settled, well or not. */
  settled(): void;
}

export abstract class FileConnection implements ConnectionEvents, FileTransfer {
  protected readonly connection: ClientConnection;
  readonly #ticket: Ticket;
  readonly #reader = new MessageReader();
  protected isOver = false;

  constructor(connection: ClientConnection, ticket: Ticket) {
    this.connection = connection;
    this.#ticket = ticket;
  }

  // ---- what happens on the connection

  opened(): void {
    if (this.isOver) return;
    this.say({ action: 'file', status: 'data', token: this.#ticket.token });
    this.awaitPiece();
    this.begin();
  }

  takeNext(inbox: Inbox): Taken {
    if (this.isOver) {
      inbox.takeAll();
      return 'more';
    }
    const decoded = this.#reader.take(inbox);
    if (decoded === undefined) return 'more';
    if (typeof decoded === 'string' || decoded.action !== 'file') this.broken();
    else {
      this.awaitPiece();
      if (decoded.status === 'failed') this.fail(failureOnWire(decoded));
      else this.take(decoded);
    }
    return 'taken';
  }

  ended(): void {
    this.broken();
  }

  lost(): void {
    this.broken();
  }

  /** Nothing has moved for too long. */
  woke(): void {
    this.broken();
  }

  cancel(): void {
    if (this.isOver) return;
    this.stop();
    this.say({ action: 'file', ...failed(failureOf('cancelled')) });
    this.connection.end();
  }

  // ---- for the two directions

  protected say(content: Content): void {
    this.connection.write(bytesOf(this.#envelope, { id: this.#ticket.id, ...content }));
  }

  protected head(content: Content, length: number): Uint8Array {
    return headOf(this.#envelope, { id: this.#ticket.id, ...content }, length);
  }

  /** The next piece may take this long. */
  protected awaitPiece(): void {
    this.connection.wake(limits.net.pieceMs);
  }

  protected stop(): void {
    this.isOver = true;
    this.connection.wake(undefined);
  }

  protected broken(): void {
    this.fail(failureOf('broken'));
  }

  /** It came to nothing. */
  protected fail(failure: Failure): void {
    if (this.isOver) return;
    this.stop();
    this.connection.abort();
    this.failed(failure);
  }

  /** The connection stands and the server was shown its ticket. */
  protected abstract begin(): void;
  /** Takes a message that tells of no failure. */
  protected abstract take(message: Message): void;
  /** It is over, and came to nothing. */
  protected abstract failed(failure: Failure): void;

  get #envelope(): Envelope {
    const { remote, local } = this.connection;
    return {
      ip: remote.host,
      side: 'client',
      sourcePort: local.port,
      destinationPort: remote.port,
    };
  }
}

/** What the server says of a failure; a server that says nothing has broken it off. */
function failureOnWire(message: Message): Failure {
  const failure = failureIn(message);
  return failure.text === '' ? failureOf('broken') : failure;
}
