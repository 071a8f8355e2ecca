// The files of one connection: uploads that its peer sends, and one file at a time that is sent to the peer.

import type { Socket } from '../../net/socket';
import type { ServerConnection, Sink, StoredFile } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import { type FileHash, ok, refused, type Result } from '../../protocol/model';
import type { FileStore } from '../files/files';
import type { FileReader } from '../files/reader';
import type { FileOwner } from '../files/space';

/** What the transfers need of their connection. */
export interface FileTransfersDeps {
  readonly files: FileStore;
  readonly socket: Socket;
  /** Whose files come in here. */
  readonly owner: FileOwner;
  /** Whether our side has ended: what is written from then on never leaves. */
  isEnded(): boolean;
  /** Runs a session's step, unless the connection is gone. */
  run(step: () => void): void;
  /** An upload takes no more for a while, or takes more again. */
  full(isFull: boolean): void;
}

export class FileTransfers {
  readonly #deps: FileTransfersDeps;
  readonly #sinks = new Set<Sink>();
  /** Uploads of this connection: they are kept until it is gone, because a command may still name them. */
  #pins: FileHash[] = [];
  #reader: FileReader | undefined;
  #onDrain: (() => void) | undefined;
  #isClosed = false;

  constructor(deps: FileTransfersDeps) {
    this.#deps = deps;
  }

  /** A file comes in. */
  get isReceiving(): boolean {
    return this.#sinks.size > 0;
  }

  receive(size: number, hopeless: () => void): Sink {
    this.#deps.socket.receivesAtMost?.(limits.net.receiveBufferBytesOfFile);
    const sink = this.#deps.files.receive(
      size,
      {
        full: (isFull) => this.#deps.full(isFull),
        hopeless: () => this.#deps.run(hopeless),
      },
      this.#deps.owner,
    );
    this.#sinks.add(sink);
    return {
      write: (bytes) => sink.write(bytes),
      finish: (done) => {
        sink.finish(
          (result: Result<StoredFile, 'no-space' | 'too-large' | 'too-slow' | 'storage'>) => {
            this.#sinks.delete(sink);
            if (result.ok) this.#pin(result.value.hash);
            this.#deps.run(() => done(result));
          },
        );
      },
      abandon: () => {
        this.#sinks.delete(sink);
        sink.abandon();
      },
    };
  }

  #pin(hash: FileHash): void {
    this.#pins.push(hash);
    if (this.#isClosed) this.unpin();
  }

  /** Reads the next piece when the one before has left, so that a slow peer costs one piece of memory. */
  send(...[hash, done, frame]: Parameters<ServerConnection['sendFile']>): void {
    const { files, socket } = this.#deps;
    const next = (): void => {
      this.#onDrain = undefined;
      reader.next();
    };
    const reader = files.read(hash, frame?.pieceBytes ?? limits.files.readBytes, {
      piece: (bytes) => {
        if (this.#isClosed) return;
        // What never leaves must not count as sent, or the peer would be thought to have it.
        if (this.#deps.isEnded()) {
          reader.close();
          this.#deps.run(() => done(refused('gone')));
          return;
        }
        for (const part of frame ? frame.wrap(bytes) : [bytes]) socket.write(part, false);
        if (socket.queued > 0) this.#onDrain = next;
        else next();
      },
      end: (complete) => {
        this.#onDrain = undefined;
        this.#deps.run(() => done(complete ? ok(undefined) : refused('gone')));
      },
    });
    this.#reader = reader;
    reader.next();
  }

  /** All that was written has left. */
  drained(): void {
    this.#onDrain?.();
  }

  /** The connection is gone: unfinished uploads leave nothing behind. */
  close(): void {
    this.#isClosed = true;
    this.#reader?.close();
    for (const sink of this.#sinks) sink.abandon();
  }

  /** No command can name an upload of this connection any more: only what the database needs is kept. */
  unpin(): void {
    const pins = this.#pins;
    this.#pins = [];
    for (const hash of pins) this.#deps.files.unpin(hash);
  }
}
