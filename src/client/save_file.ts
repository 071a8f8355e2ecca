// A file from a peer on its way to the disk: first under a temporary name, never over what is there.

import { statSync, unlinkSync } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

import type { SaveSink } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { ok, refused, type Result } from '../protocol/model';
import { typedPath } from './source_file';

/** Names that are tried when the wanted one is taken: `name (2)`, `name (3)` and so on. */
const namesTried = 1000;
/** A base name, in bytes of UTF-8, so that with a number it fits a folder. */
const baseNameBytes = 200;

const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * The name under which a peer's file may stand in a folder of ours: no path, nothing invisible, not
 * hidden, not too long. `attachment` where nothing is left.
 */
export function safeBaseName(name: string): string {
  const bare = (name.split(/[/\\]/).at(-1) ?? '').replace(unsafe, '').trim().replace(/^\.+/, '');
  const end = Array.from(extname(bare)).slice(0, 16).join('');
  let stem = bare.slice(0, bare.length - extname(bare).length);
  while (Buffer.byteLength(stem + end) > baseNameBytes)
    stem = Array.from(stem).slice(0, -1).join('');
  return (stem + end).trim() || 'attachment';
}

/** Where a file shall stand: where the user said, else under the peer's name in the working folder. */
function destinationOf(target: { readonly name: string; readonly path?: string }): string {
  if (target.path === undefined) return safeBaseName(target.name);
  const path = typedPath(target.path);
  return path.endsWith('/') || isFolder(path) ? join(path, safeBaseName(target.name)) : path;
}

/** What cannot be looked at is none; writing there will say why. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Temporary files that must not outlive the program, however it ends. */
const temporaryPaths = new Set<string>();
const removeTemporary = (path: string): void => {
  if (!temporaryPaths.delete(path)) return;
  try {
    unlinkSync(path);
  } catch {
    // Somebody else has removed it.
  }
};
process.on('exit', () => {
  for (const path of temporaryPaths) removeTemporary(path);
});

/** The peer may forget the file once we have it: so its name must last as its bytes do. */
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
  /** Stops reading from the peer while the disk is behind. */
  readonly pause: (paused: boolean) => void;
  /** So many bytes have come in all. */
  readonly received: (bytes: number) => void;
}

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
  /** The writing under way. */
  #writing: Promise<void> | undefined;

  constructor(
    target: { readonly name: string; readonly path?: string },
    size: number,
    options: SaveOptions,
  ) {
    this.#destination = destinationOf(target);
    this.#size = size;
    this.#options = options;
    const temporary = `.chat-${crypto.randomUUID().slice(0, 13)}.part`;
    this.#temporary = join(dirname(this.#destination), temporary);
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
    // What cannot be kept is only counted; `finish` says so.
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

  async #publish(): Promise<SaveResult> {
    await this.#writing;
    const handle = await this.#opening;
    try {
      if (this.#received !== this.#size) return refused('wrong-size');
      if (this.#isFailed || handle === undefined) return refused('unwritable');
      await handle.sync();
      const place = await this.#claimName();
      if (place === undefined) return refused('unwritable');
      await rename(this.#temporary, place).catch(async (error: unknown) => {
        await unlink(place);
        throw error;
      });
      temporaryPaths.delete(this.#temporary);
      await syncFolder(dirname(place));
      return ok(place);
    } catch {
      return refused('unwritable');
    } finally {
      await this.#close();
      removeTemporary(this.#temporary);
    }
  }

  /** Takes the first free name by creating an empty file, which the temporary one then replaces. */
  async #claimName(): Promise<string | undefined> {
    const end = extname(this.#destination);
    const stem = this.#destination.slice(0, this.#destination.length - end.length);
    for (let count = 1; count <= namesTried; count++) {
      const place = count === 1 ? this.#destination : `${stem} (${count})${end}`;
      try {
        await (await open(place, 'wx')).close();
        return place;
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

  #setPaused(paused: boolean): void {
    if (this.#isPaused === paused) return;
    this.#isPaused = paused;
    this.#options.pause(paused);
  }

  async #close(): Promise<void> {
    const handle = await this.#opening;
    await this.#writing;
    await handle?.close().catch(() => {});
  }
}
