// The files of one conversation: uploads that its peer sends, and one file at a time that is sent to it.

import type { Socket } from '../../net/socket';
import type { ServerConnection, Sink, StoredFile } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import { type FileHash, ok, refused, type Result } from '../../protocol/model';
import type { FileReader, FileStore } from '../files/files';

/** What the transfers need of their conversation. */
export interface FileTransfersDeps {
  readonly files: FileStore;
  readonly socket: Socket;
  /** Our side has ended: what is written from now on never leaves. */
  isEnded(): boolean;
  /** Runs a session's step, unless the conversation is over. */
  run(step: () => void): void;
  /** An upload takes no more for a while, or does again. */
  full(isFull: boolean): void;
}

export class FileTransfers {
  readonly #host: FileTransfersDeps;
  readonly #sinks = new Set<Sink>();
  /** What was uploaded here stays at least as long as the conversation that may yet name it in a command. */
  #pins: FileHash[] = [];
  #reader: FileReader | undefined;
  #onDrain: (() => void) | undefined;
  #over = false;

  constructor(host: FileTransfersDeps) {
    this.#host = host;
  }

  receive(size: number, hopeless: () => void): Sink {
    const sink = this.#host.files.receive(size, {
      full: (isFull) => this.#host.full(isFull),
      hopeless: () => this.#host.run(hopeless),
    });
    this.#sinks.add(sink);
    return {
      write: (bytes) => sink.write(bytes),
      finish: (done) => {
        sink.finish((result: Result<StoredFile, 'no-space' | 'too-large' | 'storage'>) => {
          this.#sinks.delete(sink);
          if (result.ok) this.#pin(result.value.hash);
          this.#host.run(() => done(result));
        });
      },
      abandon: () => {
        this.#sinks.delete(sink);
        sink.abandon();
      },
    };
  }

  #pin(hash: FileHash): void {
    this.#pins.push(hash);
    if (this.#over) this.unpin();
  }

  /** Reads the next piece when the one before has left, so that a slow peer costs one piece of memory. */
  send(...[hash, done, frame]: Parameters<ServerConnection['sendFile']>): void {
    const { files, socket } = this.#host;
    const next = (): void => {
      this.#onDrain = undefined;
      reader.next();
    };
    const reader = files.read(hash, frame?.pieceBytes ?? limits.files.readBytes, {
      piece: (bytes) => {
        if (this.#over) return;
        // What never leaves must not count as sent: the peer would be believed to have it.
        if (this.#host.isEnded()) {
          reader.close();
          this.#host.run(() => done(refused('gone')));
          return;
        }
        for (const part of frame ? frame.wrap(bytes) : [bytes]) socket.write(part, false);
        if (socket.queued > 0) this.#onDrain = next;
        else next();
      },
      end: (complete) => {
        this.#onDrain = undefined;
        this.#host.run(() => done(complete ? ok(undefined) : refused('gone')));
      },
    });
    this.#reader = reader;
    reader.next();
  }

  /** All that was written has left. */
  drained(): void {
    this.#onDrain?.();
  }

  /** The conversation is over: what is half done leaves nothing behind. */
  close(): void {
    this.#over = true;
    this.#reader?.close();
    for (const sink of this.#sinks) sink.abandon();
  }

  /** Nothing is under way any more that may name an upload: from now on the database's word counts. */
  unpin(): void {
    const pins = this.#pins;
    this.#pins = [];
    for (const hash of pins) this.#host.files.unpin(hash);
  }
}
