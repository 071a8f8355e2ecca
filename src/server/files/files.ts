// The files that people send each other: streamed to disk under their SHA-256, read back piece by piece.

import { type FileHandle, mkdir, open, readdir, rename, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { Sink, StoredFile } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import { type FileHash, ok, refused, type Result } from '../../protocol/model';

export interface FileReader {
  /** Asks for the next piece. */
  next(): void;
  close(): void;
}

export interface FilesSettings {
  readonly folder: string;
  /** The largest file taken, in bytes. None by default. */
  readonly largest?: number;
  /** All files together, in bytes. None by default. */
  readonly total?: number;
  /** Whether something in the database needs the file. */
  needed(hash: FileHash): boolean;
  report(what: string, error: unknown): void;
}

type ReceiveRefusal = 'no-space' | 'too-large' | 'storage';

/** What the rest of the server asks of the files. */
export type FileStore = Pick<Files, 'receive' | 'read' | 'release' | 'unpin'>;

export class Files {
  readonly #settings: FilesSettings;
  readonly #pins = new Map<FileHash, number>();
  #uploads = 0;

  constructor(settings: FilesSettings) {
    this.#settings = settings;
  }

  /** Makes the folder and removes what no message needs: parts of broken uploads and orphans. */
  async start(needed: ReadonlySet<FileHash>): Promise<void> {
    await mkdir(this.#settings.folder, { recursive: true });
    for (const name of await readdir(this.#settings.folder)) {
      if (!needed.has(name as FileHash)) await unlink(this.#path(name));
    }
  }

  #path(name: string): string {
    return join(this.#settings.folder, name);
  }

  /**
   * Takes a file's bytes. `onFull` says when more is coming than the disk takes (true) and when that is over.
   * What is abandoned, too long, too short or refused leaves nothing behind.
   */
  receive(size: number, onFull: (full: boolean) => void): Sink {
    const temporary = this.#path(`upload-${process.pid}-${++this.#uploads}`);
    return new Upload(size, temporary, onFull, this.#settings, (hash) =>
      this.#keep(temporary, hash),
    );
  }

  /** Moves a whole upload to its place. Nothing may delete it until `unpin`. */
  async #keep(temporary: string, hash: FileHash): Promise<void> {
    this.#pins.set(hash, (this.#pins.get(hash) ?? 0) + 1);
    await rename(temporary, this.#path(hash));
    const folder = await open(this.#settings.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** The upload's connection is over: from now on only the database's word keeps the file. */
  unpin(hash: FileHash): void {
    const pins = (this.#pins.get(hash) ?? 1) - 1;
    if (pins > 0) this.#pins.set(hash, pins);
    else this.#pins.delete(hash);
    this.release(hash);
  }

  /** Deletes a file that nothing needs any more; readers that have it open still get the whole of it. */
  release(hash: FileHash): void {
    if (this.#pins.has(hash) || this.#settings.needed(hash)) return;
    unlink(this.#path(hash)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') this.#settings.report('deleting a file', error);
    });
  }

  /** Reads a file in pieces of at most `pieceBytes`, one for each `next`. `end(false)`: it cannot be read. */
  read(
    hash: FileHash,
    pieceBytes: number,
    to: { piece(bytes: Uint8Array): void; end(complete: boolean): void },
  ): FileReader {
    let handle: FileHandle | undefined;
    let closed = false;
    const close = (): void => {
      closed = true;
      handle?.close().catch(() => {});
      handle = undefined;
    };
    const step = async (): Promise<void> => {
      handle ??= await open(this.#path(hash), 'r');
      if (closed) return close();
      const buffer = new Uint8Array(pieceBytes);
      const { bytesRead } = await handle.read(buffer, 0, pieceBytes);
      if (closed) return close();
      if (bytesRead === 0) {
        close();
        to.end(true);
      } else {
        to.piece(buffer.subarray(0, bytesRead));
      }
    };
    return {
      next: () => {
        if (closed) return;
        step().catch(() => {
          if (closed) return;
          close();
          to.end(false);
        });
      },
      close,
    };
  }
}

/** One file on its way in: a bounded queue towards a temporary file, hashed on the way. */
class Upload implements Sink {
  readonly #size: number;
  readonly #temporary: string;
  readonly #onFull: (full: boolean) => void;
  readonly #settings: FilesSettings;
  readonly #keep: (hash: FileHash) => Promise<void>;
  readonly #hasher = new Bun.CryptoHasher('sha256');
  #queue: Uint8Array[] = [];
  #queued = 0;
  #received = 0;
  #full = false;
  #writing = false;
  #handle: FileHandle | undefined;
  #failed: ReceiveRefusal | undefined;
  #abandoned = false;
  #done: ((result: Result<StoredFile, ReceiveRefusal>) => void) | undefined;

  constructor(
    size: number,
    temporary: string,
    onFull: (full: boolean) => void,
    settings: FilesSettings,
    keep: (hash: FileHash) => Promise<void>,
  ) {
    this.#size = size;
    this.#temporary = temporary;
    this.#onFull = onFull;
    this.#settings = settings;
    this.#keep = keep;
    if (settings.largest !== undefined && size > settings.largest) this.#failed = 'too-large';
    void this.#pump();
  }

  write(bytes: Uint8Array): void {
    if (this.#abandoned || this.#failed) return;
    this.#received += bytes.length;
    if (this.#received > this.#size) {
      this.#failed = 'too-large';
      return;
    }
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (!this.#full && this.#queued >= limits.spoolBytes) {
      this.#full = true;
      this.#onFull(true);
    }
    void this.#pump();
  }

  finish(done: (result: Result<StoredFile, ReceiveRefusal>) => void): void {
    if (this.#received < this.#size) this.#failed ??= 'storage';
    this.#done = done;
    void this.#pump();
  }

  abandon(): void {
    this.#abandoned = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    try {
      await this.#work();
    } catch (error) {
      this.#settings.report('storing a file', error);
      this.#failed = (error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'no-space' : 'storage';
    }
    this.#writing = false;
    if (this.#abandoned || this.#failed) await this.#clear();
    else if (this.#queue.length > 0 || (this.#done && this.#handle)) await this.#pump();
  }

  async #work(): Promise<void> {
    if (this.#abandoned || this.#failed) return;
    if (!this.#handle && this.#hashed === undefined) {
      if (!(await this.#fits())) {
        this.#failed = 'no-space';
        return;
      }
      this.#handle = await open(this.#temporary, 'wx');
    }
    while (this.#queue.length > 0 && !this.#abandoned) {
      const pieces = this.#queue;
      this.#queue = [];
      this.#queued = 0;
      for (const piece of pieces) this.#hasher.update(piece);
      await this.#handle?.writev(pieces);
      if (this.#full && this.#queued < limits.spoolBytes) {
        this.#full = false;
        this.#onFull(false);
      }
    }
    if (this.#done && this.#handle && !this.#abandoned) await this.#complete(this.#done);
  }
  #hashed: FileHash | undefined;

  async #complete(done: (result: Result<StoredFile, ReceiveRefusal>) => void): Promise<void> {
    const handle = this.#handle;
    await handle?.sync();
    await handle?.close();
    this.#handle = undefined;
    this.#hashed = this.#hasher.digest('hex') as FileHash;
    await this.#keep(this.#hashed);
    this.#done = undefined;
    done(ok({ hash: this.#hashed, size: this.#size }));
  }

  /** A share of the disk stays free, so that what is accepted elsewhere can still be stored. */
  async #fits(): Promise<boolean> {
    const disk = await statfs(this.#settings.folder);
    const free = disk.bavail * disk.bsize;
    return free - this.#size >= disk.blocks * disk.bsize * limits.diskFree;
  }

  async #clear(): Promise<void> {
    this.#queue = [];
    this.#queued = 0;
    if (this.#full) {
      this.#full = false;
      this.#onFull(false);
    }
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle) {
      await handle.close().catch(() => {});
      await unlink(this.#temporary).catch(() => {});
    }
    const done = this.#done;
    this.#done = undefined;
    if (done && !this.#abandoned) done(refused(this.#failed ?? 'storage'));
  }
}
