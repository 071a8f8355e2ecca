// One file on its way in: a bounded queue to a temporary file, hashed as it is written.

import { type FileHandle, open, unlink } from 'node:fs/promises';

import type { Sink, StoredFile } from '../../protocol/dialect';
import { type FileHash, ok, refused, type Result } from '../../protocol/model';
import type { Pace } from './pace';

type Refusal = 'no-space' | 'too-large' | 'too-slow' | 'storage';
type Done = (result: Result<StoredFile, Refusal>) => void;

/** What the sender of the bytes is told. */
export interface UploadEvents {
  /** Whether more bytes have come than the disk takes. */
  full(isFull: boolean): void;
  /** The file will not be taken: `finish` may be called at once, and says why. Never called after `finish`. */
  hopeless(): void;
}

/** What an upload needs of the folder of files. */
export interface UploadDeps {
  /** Why the upload cannot be taken, if so. */
  admit(): 'no-space' | 'too-large' | undefined;
  /** Reserves space for what is about to be written; false where there is none. */
  extend(bytes: number): boolean;
  /** The disk has more of it. */
  written(bytes: number): void;
  /** Bytes that the upload may hold in memory until the disk has them. */
  spool(): number;
  /** Moves the whole file to its place. */
  keep(hash: FileHash): Promise<void>;
  report(error: unknown): void;
  readonly pace: Pace;
}

export class Upload implements Sink {
  readonly size: number;
  readonly #temporary: string;
  readonly #events: UploadEvents;
  readonly #deps: UploadDeps;
  readonly #hasher = new Bun.CryptoHasher('sha256');
  readonly #over = Promise.withResolvers<void>();
  #queue: Uint8Array[] = [];
  #queued = 0;
  #received = 0;
  #full = false;
  #handle: FileHandle | undefined;
  #failed: Refusal | undefined;
  #abandoned = false;
  #done: Done | undefined;
  /** Resolved when there is something to do. */
  #news = Promise.withResolvers<void>();

  constructor(size: number, temporary: string, events: UploadEvents, deps: UploadDeps) {
    this.size = size;
    this.#temporary = temporary;
    this.#events = events;
    this.#deps = deps;
    // After the constructor, because by then the folder counts this upload.
    queueMicrotask(() => void this.#work());
  }

  /** Settled when the upload is over: the whole file is in its place, or nothing of it is left. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  write(bytes: Uint8Array): void {
    if (this.#abandoned || this.#failed) return;
    this.#received += bytes.length;
    if (this.#received > this.size) {
      this.#fail('too-large');
      return;
    }
    if (!this.#deps.pace.came(bytes.length)) this.#fail('too-slow');
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (this.#queued >= this.#deps.spool()) this.#setFull(true);
    this.#news.resolve();
  }

  finish(done: Done): void {
    if (this.#received < this.size) this.#failed ??= 'storage';
    this.#done = done;
    this.#news.resolve();
  }

  abandon(): void {
    this.#abandoned = true;
    this.#news.resolve();
  }

  get #isHopeless(): boolean {
    return this.#abandoned || this.#failed !== undefined;
  }

  #fail(why: Refusal): void {
    this.#failed ??= why;
    this.#news.resolve();
  }

  /** Does all the work. An error on the way becomes a refusal that leaves nothing behind. */
  async #work(): Promise<void> {
    let hash: FileHash | undefined;
    try {
      hash = await this.#store();
    } catch (error) {
      const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!isFull) this.#deps.report(error);
      this.#fail(isFull ? 'no-space' : 'storage');
    }
    if (hash === undefined) await this.#clear();
    this.#over.resolve();
    if (hash === undefined) await this.#refuse();
    else this.#done?.(ok({ hash, size: this.size }));
  }

  /** Stores the file under its hash. Undefined: it was refused or abandoned. */
  async #store(): Promise<FileHash | undefined> {
    const why = this.#deps.admit();
    if (why !== undefined) this.#fail(why);
    if (this.#isHopeless) return undefined;
    this.#handle = await open(this.#temporary, 'wx', 0o600);
    while (!this.#isHopeless && (this.#queue.length > 0 || !this.#done)) {
      if (this.#queue.length > 0) await this.#writeQueue(this.#handle);
      else await this.#wait();
    }
    if (this.#isHopeless) return undefined;
    await this.#handle.sync();
    if (this.#isHopeless) return undefined;
    const hash = this.#hasher.digest('hex') as FileHash;
    await this.#deps.keep(hash);
    await this.#close();
    return hash;
  }

  #wait(): Promise<void> {
    this.#news = Promise.withResolvers();
    return this.#news.promise;
  }

  async #writeQueue(handle: FileHandle): Promise<void> {
    const [first] = this.#queue;
    const bytes = this.#queue.length === 1 && first ? first : Buffer.concat(this.#queue);
    this.#queue = [];
    if (!this.#deps.extend(bytes.length)) return this.#fail('no-space');
    this.#hasher.update(bytes);
    // A disk that is nearly full may take a part, and report the error at the next write.
    for (let at = 0; at < bytes.length;) {
      at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten;
    }
    this.#deps.written(bytes.length);
    this.#queued -= bytes.length;
    if (this.#queued < this.#deps.spool()) this.#setFull(false);
  }

  #setFull(full: boolean): void {
    if (this.#full === full) return;
    this.#full = full;
    if (full) this.#deps.pace.pause();
    else this.#deps.pace.resume();
    this.#events.full(full);
  }

  async #clear(): Promise<void> {
    this.#queue = [];
    this.#setFull(false);
    if (!this.#handle) return;
    await this.#close();
    await unlink(this.#temporary).catch(() => {});
  }

  async #close(): Promise<void> {
    await this.#handle?.close().catch(() => {});
    this.#handle = undefined;
  }

  /** Waits for `finish` and refuses. Bytes that come until then are thrown away. */
  async #refuse(): Promise<void> {
    if (!this.#abandoned && !this.#done) this.#events.hopeless();
    while (!this.#abandoned && !this.#done) await this.#wait();
    if (!this.#abandoned) this.#done?.(refused(this.#failed ?? 'storage'));
  }
}
