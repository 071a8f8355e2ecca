// The files that users send each other: each is kept on disk under its SHA-256 as long as the database needs it.

import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { Sink } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { FileHash } from '../../protocol/model';
import { type Disk, diskOf } from './disk';
import { isStoredName, isUploadName, uploadName } from './names';
import { Pace } from './pace';
import { type FilePart, type FileReader, type FileReaderEvents, PieceReader } from './reader';
import { type FileOwner, FileSpace, type Reservation } from './space';
import { Upload, type UploadEvents } from './upload';

export interface FilesSettings {
  readonly folder: string;
  /** The largest file taken, in bytes. None by default. */
  readonly largest?: number;
  /** All files together, in bytes, those on their way in included. None by default. */
  readonly total?: number;
  /** All files of one account, and of one address, in bytes. A share of all by default. */
  readonly each?: number;
  /** Tells the state of the disk. Asks the system by default. */
  disk?(): Disk;
  /** Whether the database needs the file. */
  needed(hash: FileHash): boolean;
  report(what: string, error: unknown): void;
  /** In ms, from a clock that never goes back. The system's by default. */
  monotonicNow?(): number;
}

/** What the rest of the server asks of the files. */
export type FileStore = Pick<Files, 'receive' | 'read' | 'release' | 'unpin'>;

export class Files {
  readonly #settings: FilesSettings;
  readonly #pins = new Map<FileHash, number>();
  readonly #space: FileSpace;
  readonly #deletions = new Map<FileHash, Promise<void>>();
  readonly #uploads = new Set<Upload>();
  #names = 0;
  #isClosed = false;

  constructor(settings: FilesSettings) {
    this.#settings = settings;
    const disk = (): Disk => settings.disk?.() ?? diskOf(settings.folder);
    this.#space = new FileSpace({ ...settings, disk });
  }

  /**
   * Makes the folder. Removes what no message needs: parts of broken uploads, and files without a message. What the
   * program has not made it leaves alone: the answer says how many such names there are.
   */
  async start(needed: ReadonlySet<FileHash>): Promise<number> {
    const { folder } = this.#settings;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    let strangers = 0;
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const { name } = entry;
      const isStored = isStoredName(name);
      if (isStored && needed.has(name))
        this.#space.stored(name, (await stat(this.#path(name))).size);
      else if (entry.isFile() && (isStored || isUploadName(name))) await unlink(this.#path(name));
      else strangers++;
    }
    return strangers;
  }

  /** How many files are kept, and how many bytes they have together. */
  get usage(): { readonly count: number; readonly bytes: number } {
    return this.#space.usage;
  }

  /** Resolves once all present uploads are over, and what was released is deleted. */
  async settled(): Promise<void> {
    const uploads = Array.from(this.#uploads, ({ over }) => over);
    await Promise.all([...uploads, ...this.#deletions.values()]);
  }

  /** Abandons all uploads, and deletes nothing more: the next start does. Resolves when all work has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const upload of this.#uploads) upload.abandon();
    await this.settled();
  }

  #path(name: string): string {
    return join(this.#settings.folder, name);
  }

  /**
   * Takes a file's bytes. An upload that is abandoned, too long, too short, too slow or refused leaves nothing behind.
   * `owner`: whose share of the space it takes; nobody's by default.
   */
  receive(size: number, events: UploadEvents, owner?: FileOwner): Sink {
    const temporary = this.#path(uploadName(++this.#names));
    const reservation = this.#space.open(size, owner);
    const upload = new Upload(size, temporary, events, {
      admit: () => this.#space.admit(reservation),
      extend: (bytes) => this.#space.extend(reservation, bytes),
      written: (bytes) => void (reservation.written += bytes),
      spool: () => this.#spool(),
      keep: (hash) => this.#keep(temporary, hash, reservation),
      report: (error) => this.#settings.report('storing a file', error),
      pace: new Pace(() => this.#settings.monotonicNow?.() ?? performance.now()),
    });
    this.#uploads.add(upload);
    void upload.over.then(() => {
      this.#uploads.delete(upload);
      this.#space.close(reservation);
    });
    return upload;
  }

  /** Bytes that one upload may hold in memory. The more uploads there are, the fewer. */
  #spool(): number {
    const share = limits.files.spoolBytesInAll / Math.max(1, this.#uploads.size);
    return Math.max(limits.files.spoolBytesLeast, Math.min(limits.files.spoolBytes, share));
  }

  /** Moves a whole upload to its place. It cannot be deleted until `unpin`. */
  async #keep(temporary: string, hash: FileHash, reservation: Reservation): Promise<void> {
    this.#pins.set(hash, (this.#pins.get(hash) ?? 0) + 1);
    try {
      // A file with the same bytes may be under deletion.
      await this.#deletions.get(hash);
      await rename(temporary, this.#path(hash));
      this.#space.close(reservation);
      this.#space.stored(hash, reservation.size, reservation.owners);
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

  /** The upload's connection needs it no more: from now on it is kept only if the database needs it. */
  unpin(hash: FileHash): void {
    const pins = (this.#pins.get(hash) ?? 1) - 1;
    if (pins > 0) this.#pins.set(hash, pins);
    else this.#pins.delete(hash);
    this.release(hash);
  }

  /** Deletes a file that is not needed any more. Readers that have it open still get all of it. */
  release(hash: FileHash): void {
    if (this.#isClosed || this.#pins.has(hash) || this.#deletions.has(hash)) return;
    if (this.#settings.needed(hash)) return;
    this.#deletions.set(hash, this.#delete(hash));
  }

  async #delete(hash: FileHash): Promise<void> {
    // Counted first: a peer that finds the file gone may send another at once.
    this.#space.deleted(hash);
    try {
      await unlink(this.#path(hash));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') this.#settings.report('deleting a file', error);
    }
    this.#deletions.delete(hash);
  }

  /** Reads a file, or a part of it, in pieces of at most `pieceBytes`, one for each `next`. */
  read(hash: FileHash, pieceBytes: number, events: FileReaderEvents, part?: FilePart): FileReader {
    return new PieceReader(this.#path(hash), pieceBytes, events, part);
  }
}
