// Fetching a file from the server: it stands under its own name only when it is there whole.

import type { ClientConnection, ClientHost, SaveSink } from '../../dialect';
import type { Result } from '../../model';
import { failed, type Failure, failureOf } from '../wire/codec';
import type { Message } from '../wire/messages';
import { FileConnection, type FileTransfer, type Ticket } from './file_connection';

/** Where the file is to be saved: under the path that the user gave, else under the name that was offered. */
export interface Place {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly path?: string;
}

/** What became of the file: the path it has now, or why it has none. */
export type Downloaded = { readonly path: string } | { readonly failure: Failure };

type Done = (downloaded: Downloaded) => void;

/** Dials a connection for the file and fetches it. */
export function download(host: ClientHost, ticket: Ticket, place: Place, done: Done): FileTransfer {
  let transfer: Download | undefined;
  host.dial((connection) => (transfer = new Download(connection, ticket, place, done)));
  return { cancel: () => transfer?.cancel() };
}

class Download extends FileConnection {
  readonly #place: Place;
  readonly #done: Done;
  #sink: SaveSink | undefined;

  constructor(connection: ClientConnection, ticket: Ticket, place: Place, done: Done) {
    super(connection, ticket);
    this.#place = place;
    this.#done = done;
  }

  protected begin(): void {
    const { name, size, path } = this.#place;
    this.#sink = this.connection.saveFile({ name, ...(path !== undefined && { path }) }, size);
  }

  protected take({ status, body }: Message): void {
    if (status === 'data') this.#sink?.write(body);
    else if (status === 'done') this.#finish();
  }

  override cancel(): void {
    this.#abandon();
    super.cancel();
  }

  protected failed(failure: Failure): void {
    this.#abandon();
    this.#done({ failure });
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
    sink?.finish((result) => this.#saved(result));
  }

  #saved(result: Result<string, 'unwritable' | 'wrong-size'>): void {
    if (result.ok) {
      this.say({ action: 'file', status: 'done' });
      this.connection.end();
      this.#done({ path: result.value });
    } else {
      const failure = failureOf(result.why === 'unwritable' ? 'no-space' : 'broken');
      this.say({ action: 'file', ...failed(failure) });
      this.connection.end();
      this.#done({ failure });
    }
  }
}
