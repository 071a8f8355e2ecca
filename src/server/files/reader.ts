// A stored file on its way out: read piece by piece, the next one only when it is asked for.

import { type FileHandle, open } from 'node:fs/promises';

export interface FileReader {
  /** Asks for the next piece. */
  next(): void;
  close(): void;
}

/** What the reader gives. */
export interface FileReaderEvents {
  piece(bytes: Uint8Array): void;
  /** Called once, unless the reader was closed. Not `isComplete`: the file cannot be read. */
  end(isComplete: boolean): void;
}

/** A part of a file, in bytes: `to` is the first that does not belong to it. */
export interface FilePart {
  readonly from: number;
  readonly to: number;
}

const whole: FilePart = { from: 0, to: Infinity };

/** Opens the file when the first piece is asked for. */
export class PieceReader implements FileReader {
  readonly #path: string;
  readonly #pieceBytes: number;
  readonly #events: FileReaderEvents;
  readonly #to: number;
  #at: number;
  #handle: FileHandle | undefined;
  #isReading = false;
  #isClosed = false;

  constructor(path: string, pieceBytes: number, events: FileReaderEvents, part = whole) {
    this.#path = path;
    this.#pieceBytes = pieceBytes;
    this.#events = events;
    this.#at = part.from;
    this.#to = part.to;
  }

  next(): void {
    if (!this.#isClosed && !this.#isReading) void this.#next();
  }

  close(): void {
    this.#isClosed = true;
    // Not during a read, because the descriptor might belong to another file before the read ends.
    if (!this.#isReading) this.#closeHandle();
  }

  async #next(): Promise<void> {
    this.#isReading = true;
    const bytes = await this.#read().catch(() => undefined);
    this.#isReading = false;
    if (this.#isClosed) return this.#closeHandle();
    if (bytes !== undefined && bytes.length > 0) return this.#events.piece(bytes);
    this.close();
    this.#events.end(bytes !== undefined);
  }

  async #read(): Promise<Uint8Array> {
    this.#handle ??= await open(this.#path, 'r');
    const buffer = new Uint8Array(Math.min(this.#pieceBytes, this.#to - this.#at));
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.#at);
    this.#at += bytesRead;
    return buffer.subarray(0, bytesRead);
  }

  #closeHandle(): void {
    this.#handle?.close().catch(() => {});
    this.#handle = undefined;
  }
}
