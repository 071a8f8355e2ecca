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
function placeFor(target: { readonly name: string; readonly path?: string }): string {
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
const temporaries = new Set<string>();
const forget = (path: string): void => {
  if (!temporaries.delete(path)) return;
  try {
    unlinkSync(path);
  } catch {
    // Somebody else has removed it.
  }
};
process.on('exit', () => {
  for (const path of temporaries) forget(path);
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

type Saved = Result<string, 'unwritable' | 'wrong-size'>;

export interface SaveOptions {
  /** Stops reading from the peer while the disk is behind. */
  readonly hold: (held: boolean) => void;
  /** So many bytes have come in all. */
  readonly came: (bytes: number) => void;
}

export class SavedFile implements SaveSink {
  readonly #place: string;
  readonly #temporary: string;
  readonly #size: number;
  readonly #options: SaveOptions;
  readonly #opening: Promise<FileHandle | undefined>;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #came = 0;
  #isHeld = false;
  #isFailed = false;
  #isAbandoned = false;
  /** The writing under way. */
  #writing: Promise<void> | undefined;

  constructor(
    target: { readonly name: string; readonly path?: string },
    size: number,
    options: SaveOptions,
  ) {
    this.#place = placeFor(target);
    this.#size = size;
    this.#options = options;
    const temporary = `.chat-${crypto.randomUUID().slice(0, 13)}.part`;
    this.#temporary = join(dirname(this.#place), temporary);
    this.#opening = open(this.#temporary, 'wx').then(
      (handle) => {
        temporaries.add(this.#temporary);
        return handle;
      },
      () => {
        this.#isFailed = true;
        return undefined;
      },
    );
  }

  write(bytes: Uint8Array): void {
    this.#came += bytes.length;
    this.#options.came(this.#came);
    // What cannot be kept is only counted; `finish` says so.
    if (this.#isFailed || this.#isAbandoned || this.#came > this.#size) return;
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (this.#queued > limits.files.spoolBytes) this.#hold(true);
    this.#writing ??= this.#writeAll();
  }

  finish(done: (result: Saved) => void): void {
    void this.#finish(done);
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#queue = [];
    this.#hold(false);
    void this.#close().then(() => forget(this.#temporary));
    forget(this.#temporary);
  }

  async #finish(done: (result: Saved) => void): Promise<void> {
    done(await this.#conclude());
  }

  async #conclude(): Promise<Saved> {
    await this.#writing;
    const handle = await this.#opening;
    try {
      if (this.#came !== this.#size) return refused('wrong-size');
      if (this.#isFailed || handle === undefined) return refused('unwritable');
      await handle.sync();
      const place = await this.#claim();
      if (place === undefined) return refused('unwritable');
      await rename(this.#temporary, place).catch(async (error: unknown) => {
        await unlink(place);
        throw error;
      });
      temporaries.delete(this.#temporary);
      await syncFolder(dirname(place));
      return ok(place);
    } catch {
      return refused('unwritable');
    } finally {
      await this.#close();
      forget(this.#temporary);
    }
  }

  /** Takes the first free name by creating an empty file, which the temporary one then replaces. */
  async #claim(): Promise<string | undefined> {
    const end = extname(this.#place);
    const stem = this.#place.slice(0, this.#place.length - end.length);
    for (let count = 1; count <= namesTried; count++) {
      const place = count === 1 ? this.#place : `${stem} (${count})${end}`;
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
    this.#queued = 0;
    this.#queue = [];
    this.#hold(false);
    this.#writing = undefined;
  }

  async #writeTo(handle: FileHandle): Promise<void> {
    for (let piece = this.#queue.shift(); piece !== undefined; piece = this.#queue.shift()) {
      for (let at = 0; at < piece.length;) {
        at += (await handle.write(piece, at, piece.length - at)).bytesWritten;
      }
      this.#queued -= piece.length;
      if (this.#queued < limits.files.spoolBytes / 2) this.#hold(false);
    }
  }

  #hold(held: boolean): void {
    if (this.#isHeld === held) return;
    this.#isHeld = held;
    this.#options.hold(held);
  }

  async #close(): Promise<void> {
    const handle = await this.#opening;
    await this.#writing;
    await handle?.close().catch(() => {});
  }
}
