// Bringing an offered file to the server.

import type { ClientConnection, ClientHost, SourceFile } from '../../dialect';
import { limits } from '../../limits';
import type { Content, Failure } from '../wire/codec';
import type { Message } from '../wire/messages';
import { FileConnection, type FileTransfer, type Ticket } from './file_connection';

/** Gets why the upload failed, or undefined when the server has the whole file. */
type Done = (failure: Failure | undefined) => void;

/** Dials a connection for the file and brings it. */
export function upload(
  host: ClientHost,
  ticket: Ticket,
  file: SourceFile,
  done: Done,
): FileTransfer {
  let transfer: Upload | undefined;
  host.dial((connection) => (transfer = new Upload(connection, ticket, file, done)));
  return { cancel: () => transfer?.cancel() };
}

class Upload extends FileConnection {
  readonly #file: SourceFile;
  readonly #done: Done;

  constructor(connection: ClientConnection, ticket: Ticket, file: SourceFile, done: Done) {
    super(connection, ticket);
    this.#file = file;
    this.#done = done;
  }

  protected begin(): void {
    const content: Content = {
      action: 'file',
      status: 'data',
      contentType: 'application/octet-stream',
    };
    this.connection.sendSource(
      this.#file,
      (result) => {
        if (!result.ok) this.broken();
        else if (!this.isOver) this.awaitPiece();
      },
      {
        pieceBytes: limits.groups.bodyBytes,
        wrap: (piece) => {
          if (this.isOver) return [];
          this.awaitPiece();
          return [this.head(content, piece.length), piece];
        },
      },
    );
  }

  protected take({ status }: Message): void {
    if (status !== 'done') return;
    this.stop();
    this.connection.end();
    this.#done(undefined);
  }

  protected failed(failure: Failure): void {
    this.#done(failure);
  }
}
