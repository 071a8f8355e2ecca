// A file from a peer on its way to the disk: under a temporary name first, and never over a file that is there.

import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { SaveSink } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { ok, refused, type Result } from '../protocol/model';
import { claimName, destinationOf, type SaveTarget } from './saved_name';
import * as temporaryFiles from './temporary_files';

/** The peer may delete the file once we have it, so its name must be as durable as its bytes. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

type SaveResult = Result<string, 'unwritable' | 'wrong-size'>;

export interface SaveOptions {
  /** Stops reading from the peer while the disk is behind, or goes on. */
  readonly pause: (isPaused: boolean) => void;
  /** `bytes` have come in all. */
  readonly received: (bytes: number) => void;
}

/** Takes the bytes of one file. Its name appears only when all of them are on disk. */
export class SavedFile implements SaveSink {
  readonly #destination: string;
  readonly #temporary: string;
  readonly #size: number;
  readonly #options: SaveOptions;
  readonly #opening: Promise<FileHandle | undefined>;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #received = 0;
  #isPaused = false;
  #isFailed = false;
  #isAbandoned = false;
  /** Settled when what is queued has been written; undefined if nothing is. */
  #writing: Promise<void> | undefined;

  constructor(target: SaveTarget, size: number, options: SaveOptions) {
    this.#destination = destinationOf(target);
    this.#size = size;
    this.#options = options;
    const temporaryName = `.chat-${crypto.randomUUID().slice(0, 13)}.part`;
    this.#temporary = join(dirname(this.#destination), temporaryName);
    this.#opening = open(this.#temporary, 'wx').then(
      (handle) => {
        temporaryFiles.add(this.#temporary);
        return handle;
      },
      () => {
        this.#isFailed = true;
        return undefined;
      },
    );
  }

  write(bytes: Uint8Array): void {
    this.#received += bytes.length;
    this.#options.received(this.#received);
    // Bytes that cannot be saved are only counted; `finish` reports the failure.
    if (this.#isFailed || this.#isAbandoned || this.#received > this.#size) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes > limits.files.spoolBytes) this.#setPaused(true);
    this.#writing ??= this.#writeAll();
  }

  finish(done: (result: SaveResult) => void): void {
    void this.#finish(done);
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#queue = [];
    this.#setPaused(false);
    void this.#close().then(() => temporaryFiles.remove(this.#temporary));
    temporaryFiles.remove(this.#temporary);
  }

  async #finish(done: (result: SaveResult) => void): Promise<void> {
    done(await this.#publish());
  }

  /** Makes the file durable and gives it its name. */
  async #publish(): Promise<SaveResult> {
    await this.#writing;
    const handle = await this.#opening;
    try {
      if (this.#received !== this.#size) return refused('wrong-size');
      if (this.#isFailed || handle === undefined) return refused('unwritable');
      await handle.sync();
      const path = await claimName(this.#destination);
      if (path === undefined) return refused('unwritable');
      await rename(this.#temporary, path).catch(async (error: unknown) => {
        await unlink(path);
        throw error;
      });
      temporaryFiles.keep(this.#temporary);
      await syncFolder(dirname(path));
      return ok(path);
    } catch {
      return refused('unwritable');
    } finally {
      await this.#close();
      temporaryFiles.remove(this.#temporary);
    }
  }

  async #writeAll(): Promise<void> {
    const handle = await this.#opening;
    try {
      if (handle !== undefined) await this.#writeTo(handle);
    } catch {
      this.#isFailed = true;
    }
    this.#queuedBytes = 0;
    this.#queue = [];
    this.#setPaused(false);
    this.#writing = undefined;
  }

  async #writeTo(handle: FileHandle): Promise<void> {
    for (let piece = this.#queue.shift(); piece !== undefined; piece = this.#queue.shift()) {
      for (let at = 0; at < piece.length;) {
        at += (await handle.write(piece, at, piece.length - at)).bytesWritten;
      }
      this.#queuedBytes -= piece.length;
      if (this.#queuedBytes < limits.files.spoolBytes / 2) this.#setPaused(false);
    }
  }

  #setPaused(isPaused: boolean): void {
    if (this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    this.#options.pause(isPaused);
  }

  async #close(): Promise<void> {
    const handle = await this.#opening;
    await this.#writing;
    await handle?.close().catch(() => {});
  }
}
