// A file on a connection of its own, from the client's side: brought to the server, or fetched from it.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy } from '../../bytes/text';
import type {
  ClientConnection,
  ClientHost,
  ConnectionEvents,
  SaveSink,
  SourceFile,
} from '../../dialect';
import { limits } from '../../limits';
import { bytesOf, type Content, type Envelope, headOf, MessageReader } from '../wire/codec';
import { bodyBytesMax, type Message, reasons } from '../wire/messages';

/** What admits the connection: the transfer's `Id`, and the `Token` that is good for one connection. */
export interface Ticket {
  readonly id: string;
  readonly token: string;
}

/** A transfer under way. */
export interface FileTransfer {
  /** Stops it, and tells the server. Nothing more is told to whoever began it. */
  cancel(): void;
}

/** What both directions have in common. */
abstract class Carry implements ConnectionEvents, FileTransfer {
  readonly #connection: ClientConnection;
  readonly #ticket: Ticket;
  readonly #reader = new MessageReader();
  protected isOver = false;

  constructor(connection: ClientConnection, ticket: Ticket) {
    this.#connection = connection;
    this.#ticket = ticket;
  }

  protected get wire(): ClientConnection {
    return this.#connection;
  }

  opened(): void {
    if (this.isOver) return;
    this.say({ action: 'file', status: 'data', token: this.#ticket.token });
    this.rest();
    this.begun();
  }

  received(inbox: Inbox): void {
    while (!this.isOver) {
      const taken = this.#reader.take(inbox);
      if (taken === undefined) return;
      if (typeof taken === 'string' || taken.action !== 'file') return this.broken(reasons.broken);
      this.rest();
      this.take(taken);
    }
    inbox.takeAll();
  }

  ended(): void {
    this.broken(reasons.broken);
  }

  lost(): void {
    this.broken(reasons.broken);
  }

  /** Nothing has moved for too long. */
  woke(): void {
    this.broken(reasons.broken);
  }

  cancel(): void {
    if (this.isOver) return;
    this.stop();
    this.say({ action: 'file', status: 'failed', body: reasons.cancelled });
    this.wire.end();
  }

  protected say(content: Content): void {
    this.#connection.write(bytesOf(this.envelope, { id: this.#ticket.id, ...content }));
  }

  protected head(content: Content, length: number): Uint8Array {
    return headOf(this.envelope, { id: this.#ticket.id, ...content }, length);
  }

  /** The next piece may take this long. */
  protected rest(): void {
    this.#connection.wake(limits.net.pieceMs);
  }

  protected stop(): void {
    this.isOver = true;
    this.#connection.wake(undefined);
  }

  private get envelope(): Envelope {
    const { remote, local } = this.#connection;
    return {
      ip: remote.host,
      side: 'client',
      sourcePort: local.port,
      destinationPort: remote.port,
    };
  }

  /** The connection stands and its ticket was shown. */
  protected abstract begun(): void;
  protected abstract take(message: Message): void;
  /** It came to nothing. */
  protected abstract broken(why: string): void;
}

/** Brings a file to the server; `done` gets why it failed, or nothing when the server has the whole of it. */
export function bring(
  host: ClientHost,
  ticket: Ticket,
  file: SourceFile,
  done: (why: string | undefined) => void,
): FileTransfer {
  let begun: Bringing | undefined;
  host.dial((connection) => (begun = new Bringing(connection, ticket, file, done)));
  return { cancel: () => begun?.cancel() };
}

class Bringing extends Carry {
  readonly #file: SourceFile;
  readonly #done: (why: string | undefined) => void;

  constructor(
    connection: ClientConnection,
    ticket: Ticket,
    file: SourceFile,
    done: (why: string | undefined) => void,
  ) {
    super(connection, ticket);
    this.#file = file;
    this.#done = done;
  }

  protected begun(): void {
    const content: Content = {
      action: 'file',
      status: 'data',
      contentType: 'application/octet-stream',
    };
    this.wire.sendSource(
      this.#file,
      (result) => {
        if (!result.ok) this.broken(reasons.broken);
        else if (!this.isOver) this.rest();
      },
      {
        pieceBytes: bodyBytesMax,
        wrap: (piece) => {
          if (this.isOver) return [];
          this.rest();
          return [this.head(content, piece.length), piece];
        },
      },
    );
  }

  protected take({ status, body }: Message): void {
    if (status === 'done') {
      this.stop();
      this.wire.end();
      this.#done(undefined);
    } else if (status === 'failed') this.broken(decodeLossy(body) || reasons.broken);
  }

  protected broken(why: string): void {
    if (this.isOver) return;
    this.stop();
    this.wire.abort();
    this.#done(why);
  }
}

/** Where a fetched file is to be saved: under the path that the user gave, else under the name it was offered by. */
export interface Place {
  readonly name: string;
  readonly size: number;
  readonly path?: string;
}

/** What became of a file that was fetched: the path it has now, or why it has none. */
export type Fetched = { readonly path: string } | { readonly why: string };

/** Fetches a file; it stands under its own name only when it is there whole. */
export function collect(
  host: ClientHost,
  ticket: Ticket,
  place: Place,
  done: (fetched: Fetched) => void,
): FileTransfer {
  let begun: Collecting | undefined;
  host.dial((connection) => (begun = new Collecting(connection, ticket, place, done)));
  return { cancel: () => begun?.cancel() };
}

class Collecting extends Carry {
  readonly #place: Place;
  readonly #done: (fetched: Fetched) => void;
  #sink: SaveSink | undefined;

  constructor(
    connection: ClientConnection,
    ticket: Ticket,
    place: Place,
    done: (fetched: Fetched) => void,
  ) {
    super(connection, ticket);
    this.#place = place;
    this.#done = done;
  }

  protected begun(): void {
    const { name, size, path } = this.#place;
    this.#sink = this.wire.saveFile({ name, ...(path !== undefined && { path }) }, size);
  }

  protected take({ status, body }: Message): void {
    if (status === 'data') this.#sink?.write(body);
    else if (status === 'done') this.#finish();
    else if (status === 'failed') this.broken(decodeLossy(body) || reasons.broken);
  }

  override cancel(): void {
    this.#abandon();
    super.cancel();
  }

  protected broken(why: string): void {
    if (this.isOver) return;
    this.stop();
    this.#abandon();
    this.wire.abort();
    this.#done({ why });
  }

  #abandon(): void {
    this.#sink?.abandon();
    this.#sink = undefined;
  }

  /** The server is told only when the file is safe. */
  #finish(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.stop();
    sink?.finish((result) => {
      const why = result.ok
        ? undefined
        : result.why === 'unwritable'
          ? reasons.noSpace
          : reasons.broken;
      if (result.ok) this.say({ action: 'file', status: 'done' });
      else this.say({ action: 'file', status: 'failed', body: why ?? '' });
      this.wire.end();
      this.#done(result.ok ? { path: result.value } : { why: why ?? '' });
    });
  }
}
