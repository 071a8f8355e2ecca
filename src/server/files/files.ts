// The files that users send each other: each is kept on disk under its SHA-256 as long as the database needs it.

import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { Sink } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { FileHash } from '../../protocol/model';
import { type Disk, diskOf } from './disk';
import { isStoredName, isUploadName, uploadName } from './names';
import { type FilePart, type FileReader, type FileReaderEvents, PieceReader } from './reader';
import { Upload, type UploadEvents } from './upload';

export interface FilesSettings {
  readonly folder: string;
  /** The largest file taken, in bytes. None by default. */
  readonly largest?: number;
  /** All files together, in bytes, those on their way in included. None by default. */
  readonly total?: number;
  /** Tells the state of the disk. Asks the system by default. */
  disk?(): Disk;
  /** Whether the database needs the file. */
  needed(hash: FileHash): boolean;
  report(what: string, error: unknown): void;
}

/** What the rest of the server asks of the files. */
export type FileStore = Pick<Files, 'receive' | 'read' | 'release' | 'unpin'>;

export class Files {
  readonly #settings: FilesSettings;
  readonly #pins = new Map<FileHash, number>();
  /** The files on disk, with their sizes. `#storedBytes` is the sum. */
  readonly #stored = new Map<FileHash, number>();
  #storedBytes = 0;
  readonly #deletions = new Map<FileHash, Promise<void>>();
  readonly #uploads = new Set<Upload>();
  #names = 0;
  #isClosed = false;

  constructor(settings: FilesSettings) {
    this.#settings = settings;
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
      if (isStored && needed.has(name)) this.#count(name, (await stat(this.#path(name))).size);
      else if (entry.isFile() && (isStored || isUploadName(name))) await unlink(this.#path(name));
      else strangers++;
    }
    return strangers;
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

  /** Takes a file's bytes. An upload that is abandoned, too long, too short or refused leaves nothing behind. */
  receive(size: number, events: UploadEvents): Sink {
    const temporary = this.#path(uploadName(++this.#names));
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

  /** Why an upload cannot be taken, if so. The space of admitted uploads counts as used. */
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
    // Before the disk is asked, so that two uploads at the same time cannot get the same space.
    upload.isAdmitted = true;
    const disk = this.#settings.disk?.() ?? diskOf(this.#settings.folder);
    // A share stays free for the database.
    const fits = disk.free - unwritten - size >= disk.size * limits.files.diskFree;
    if (!fits) upload.isAdmitted = false;
    return fits ? undefined : 'no-space';
  }

  /** Bytes that one upload may hold in memory. The more uploads there are, the fewer. */
  #spool(): number {
    const share = limits.files.spoolBytesInAll / Math.max(1, this.#uploads.size);
    return Math.max(limits.files.spoolBytesLeast, Math.min(limits.files.spoolBytes, share));
  }

  #count(hash: FileHash, size: number): void {
    this.#storedBytes += size - (this.#stored.get(hash) ?? 0);
    if (size === 0) this.#stored.delete(hash);
    else this.#stored.set(hash, size);
  }

  /** Moves a whole upload to its place. It cannot be deleted until `unpin`. */
  async #keep(temporary: string, hash: FileHash, size: number): Promise<void> {
    this.#pins.set(hash, (this.#pins.get(hash) ?? 0) + 1);
    try {
      // A file with the same bytes may be under deletion.
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
    this.#count(hash, 0);
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
