// The files that people send each other: streamed to disk under their SHA-256, read back piece by piece.

import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises';
import { join } from 'node:path';

import type { Sink } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { FileHash } from '../../protocol/model';
import { Upload, type UploadEvents } from './upload';

export interface FileReader {
  /** Asks for the next piece. */
  next(): void;
  close(): void;
}

export interface Disk {
  readonly free: number;
  readonly size: number;
}

export interface FilesSettings {
  readonly folder: string;
  /** The largest file taken, in bytes. None by default. */
  readonly largest?: number;
  /** All files together, in bytes, those on their way in included. None by default. */
  readonly total?: number;
  /** The disk of the folder: bytes free, and bytes in all. Asked of the system by default. */
  disk?(): Promise<Disk>;
  /** Whether something in the database needs the file. */
  needed(hash: FileHash): boolean;
  report(what: string, error: unknown): void;
}

/** What the rest of the server asks of the files. */
export type FileStore = Pick<Files, 'receive' | 'read' | 'release' | 'unpin'>;

export class Files {
  readonly #settings: FilesSettings;
  readonly #pins = new Map<FileHash, number>();
  /** What is on disk, with its bytes; `#storedBytes` is their sum. */
  readonly #stored = new Map<FileHash, number>();
  #storedBytes = 0;
  readonly #deletions = new Map<FileHash, Promise<void>>();
  readonly #uploads = new Set<Upload>();
  #names = 0;
  #isClosed = false;

  constructor(settings: FilesSettings) {
    this.#settings = settings;
  }

  /** Makes the folder and removes what no message needs: parts of broken uploads and orphans. */
  async start(needed: ReadonlySet<FileHash>): Promise<void> {
    await mkdir(this.#settings.folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#settings.folder)) {
      const hash = name as FileHash;
      if (needed.has(hash)) this.#count(hash, (await stat(this.#path(name))).size);
      else await unlink(this.#path(name));
    }
  }

  /** Resolves once every upload of now is over, and what was released is deleted. */
  async settled(): Promise<void> {
    const uploads = Array.from(this.#uploads, ({ over }) => over);
    await Promise.all([...uploads, ...this.#deletions.values()]);
  }

  /** Abandons what is on its way in, and deletes nothing more: the next start sweeps. Resolves when all is quiet. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const upload of this.#uploads) upload.abandon();
    await this.settled();
  }

  #path(name: string): string {
    return join(this.#settings.folder, name);
  }

  /**
   * Takes a file's bytes. What is abandoned, too long, too short or refused leaves nothing behind.
   */
  receive(size: number, events: UploadEvents): Sink {
    const temporary = this.#path(`upload-${process.pid}-${++this.#names}`);
    const upload: Upload = new Upload(size, temporary, events, {
      room: () => this.#room(upload),
      spool: () => this.#spool(),
      keep: (hash) => this.#keep(temporary, hash, size),
      report: (error) => this.#settings.report('storing a file', error),
    });
    this.#uploads.add(upload);
    void upload.over.then(() => this.#uploads.delete(upload));
    return upload;
  }

  /** Why an upload cannot be taken, if so. What the others were promised is as good as taken. */
  async #room(upload: Upload): Promise<'no-space' | 'too-large' | undefined> {
    const { largest, total } = this.#settings;
    const { size } = upload;
    if (largest !== undefined && size > largest) return 'too-large';
    let promised = 0;
    let unwritten = 0;
    for (const other of this.#uploads) {
      if (other === upload || !other.isAdmitted) continue;
      promised += other.size;
      unwritten += other.size - other.written;
    }
    if (total !== undefined && this.#storedBytes + promised + size > total) return 'no-space';
    // Said before the disk is asked, so that two that come together cannot have the same place.
    upload.isAdmitted = true;
    const disk = await (this.#settings.disk?.() ?? this.#disk());
    // A share stays free, so that what is accepted elsewhere can still be stored.
    const fits = disk.free - unwritten - size >= disk.size * limits.files.diskFree;
    if (!fits) upload.isAdmitted = false;
    return fits ? undefined : 'no-space';
  }

  async #disk(): Promise<Disk> {
    const disk = await statfs(this.#settings.folder);
    return { free: disk.bavail * disk.bsize, size: disk.blocks * disk.bsize };
  }

  /** Bytes that one upload may hold in memory: less where there are many. */
  #spool(): number {
    const share = limits.files.spoolBytesInAll / Math.max(1, this.#uploads.size);
    return Math.max(limits.files.spoolBytesLeast, Math.min(limits.files.spoolBytes, share));
  }

  #count(hash: FileHash, size: number): void {
    this.#storedBytes += size - (this.#stored.get(hash) ?? 0);
    if (size === 0) this.#stored.delete(hash);
    else this.#stored.set(hash, size);
  }

  /** Moves a whole upload to its place. Nothing may delete it until `unpin`. */
  async #keep(temporary: string, hash: FileHash, size: number): Promise<void> {
    this.#pins.set(hash, (this.#pins.get(hash) ?? 0) + 1);
    try {
      // The same bytes may be on their way out at this moment.
      await this.#deletions.get(hash);
      await rename(temporary, this.#path(hash));
      this.#count(hash, size);
      await this.#syncFolder();
    } catch (error) {
      this.unpin(hash);
      throw error;
    }
  }

  async #syncFolder(): Promise<void> {
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
    if (this.#isClosed || this.#pins.has(hash) || this.#deletions.has(hash)) return;
    if (this.#settings.needed(hash)) return;
    this.#deletions.set(hash, this.#delete(hash));
  }

  async #delete(hash: FileHash): Promise<void> {
    // Counted first: whoever finds the file gone may send another in its place at once.
    this.#count(hash, 0);
    try {
      await unlink(this.#path(hash));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') this.#settings.report('deleting a file', error);
    }
    this.#deletions.delete(hash);
  }

  /** Reads a file in pieces of at most `pieceBytes`, one for each `next`. `end(false)`: it cannot be read. */
  read(
    hash: FileHash,
    pieceBytes: number,
    to: { piece(bytes: Uint8Array): void; end(complete: boolean): void },
  ): FileReader {
    let handle: FileHandle | undefined;
    let isClosed = false;
    let isBusy = false;
    const shut = (): void => {
      handle?.close().catch(() => {});
      handle = undefined;
    };
    /** Never under a read: its descriptor may be somebody else's by then. */
    const close = (): void => {
      isClosed = true;
      if (!isBusy) shut();
    };
    const step = async (): Promise<Uint8Array> => {
      handle ??= await open(this.#path(hash), 'r');
      const buffer = new Uint8Array(pieceBytes);
      const { bytesRead } = await handle.read(buffer, 0, pieceBytes);
      return buffer.subarray(0, bytesRead);
    };
    const next = async (): Promise<void> => {
      if (isClosed || isBusy) return;
      isBusy = true;
      const bytes = await step().catch(() => undefined);
      isBusy = false;
      if (isClosed) return shut();
      if (bytes !== undefined && bytes.length > 0) return to.piece(bytes);
      close();
      to.end(bytes !== undefined);
    };
    return { next: () => void next(), close };
  }
}
