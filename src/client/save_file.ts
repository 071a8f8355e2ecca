// A file from a peer on its way to the disk: under a temporary name first, and never over a file that is there.

import { statSync, unlinkSync } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

import type { SaveSink } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { ok, refused, type Result } from '../protocol/model';
import { typedPath } from './source_file';

const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * The name under which a peer's file may stand in the user's folder: without a path, without invisible
 * characters, not hidden, and not too long. `attachment` if nothing is left of it.
 */
export function safeBaseName(name: string): string {
  const bare = (name.split(/[/\\]/).at(-1) ?? '').replace(unsafe, '').trim().replace(/^\.+/, '');
  const extension = Array.from(extname(bare)).slice(0, limits.client.savedExtensionLength).join('');
  let stem = bare.slice(0, bare.length - extname(bare).length);
  while (Buffer.byteLength(stem + extension) > limits.client.savedNameBytes)
    stem = Array.from(stem).slice(0, -1).join('');
  return (stem + extension).trim() || 'attachment';
}

/** The path that a file is to have: the user's, else the peer's name in the working folder. */
function destinationOf(target: { readonly name: string; readonly path?: string }): string {
  if (target.path === undefined) return safeBaseName(target.name);
  const path = typedPath(target.path);
  return path.endsWith('/') || isFolder(path) ? join(path, safeBaseName(target.name)) : path;
}

/** A path that cannot be read counts as no folder; writing there will fail and say why. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Temporary files, which are removed when the program ends, whatever ends it. */
const temporaryPaths = new Set<string>();
const removeTemporary = (path: string): void => {
  if (!temporaryPaths.delete(path)) return;
  try {
    unlinkSync(path);
  } catch {
    // Another program has removed it.
  }
};
process.on('exit', () => {
  for (const path of temporaryPaths) removeTemporary(path);
});

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

  constructor(
    target: { readonly name: string; readonly path?: string },
    size: number,
    options: SaveOptions,
  ) {
    this.#destination = destinationOf(target);
    this.#size = size;
    this.#options = options;
    const temporaryName = `.chat-${crypto.randomUUID().slice(0, 13)}.part`;
    this.#temporary = join(dirname(this.#destination), temporaryName);
    this.#opening = open(this.#temporary, 'wx').then(
      (handle) => {
        temporaryPaths.add(this.#temporary);
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
    void this.#close().then(() => removeTemporary(this.#temporary));
    removeTemporary(this.#temporary);
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
      const path = await this.#claimName();
      if (path === undefined) return refused('unwritable');
      await rename(this.#temporary, path).catch(async (error: unknown) => {
        await unlink(path);
        throw error;
      });
      temporaryPaths.delete(this.#temporary);
      await syncFolder(dirname(path));
      return ok(path);
    } catch {
      return refused('unwritable');
    } finally {
      await this.#close();
      removeTemporary(this.#temporary);
    }
  }

  /** Takes the first free name by creating an empty file, which the temporary file then replaces. */
  async #claimName(): Promise<string | undefined> {
    const extension = extname(this.#destination);
    const stem = this.#destination.slice(0, this.#destination.length - extension.length);
    for (let count = 1; count <= limits.client.savedNameAttempts; count++) {
      const path = count === 1 ? this.#destination : `${stem} (${count})${extension}`;
      try {
        await (await open(path, 'wx')).close();
        return path;
      } catch (error) {
        if ((error as { code?: string }).code !== 'EEXIST') return undefined;
      }
    }
    return undefined;
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
