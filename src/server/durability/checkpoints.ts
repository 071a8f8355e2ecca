// Checkpoints in a thread of their own: the log's pages go into the database, and the log starts again.

import { readSync } from 'node:fs';

import { limits } from '../../protocol/limits';
import type { FromCheckpointer, ToCheckpointer } from './checkpointer';

interface CheckpointsDeps {
  /** The disk failed at a sync. */
  fatal(error: unknown): void;
  /** Between these two nothing is written to the database by this thread. */
  pause(): void;
  resume(): void;
}

/** Where the index of the log says how many pages it has: `mxFrame`, of the machine's own byte order. */
const pagesAt = 16;

/**
 * Two steps. The thread copies what the log holds while commits go on, and a reader of its own keeps the log from starting
 * again meanwhile: the commit that did so would sync in its turn. Then batches stop for about three syncs: the thread
 * copies the rest and makes the log start again by a commit of its own.
 */
export class Checkpoints {
  readonly #deps: CheckpointsDeps;
  readonly #path: string;
  readonly #index: number;
  readonly #pages = new Uint32Array(1);
  #thread: Worker | undefined;
  readonly #closed = Promise.withResolvers<void>();
  #step: 'none' | 'copying' | 'restarting' = 'none';
  /** How many pages the log may have before the next one. */
  #most: number = limits.hub.checkpointPages;

  /** `index`: a descriptor of the log's index. */
  constructor(path: string, index: number, deps: CheckpointsDeps) {
    this.#path = path;
    this.#index = index;
    this.#deps = deps;
  }

  get isUnderWay(): boolean {
    return this.#step !== 'none';
  }

  /** Something was committed. */
  look(): void {
    if (this.#step !== 'none' || this.#logged() < this.#most) return;
    this.#step = 'copying';
    if (!this.#thread) {
      this.#thread = this.#start();
      this.#say({ say: 'open', path: this.#path });
    }
    this.#say({ say: 'copy' });
  }

  /** Resolves once the thread has closed its side of the database. */
  close(): Promise<void> {
    if (!this.#thread) return Promise.resolve();
    this.#say({ say: 'close' });
    return this.#closed.promise;
  }

  #logged(): number {
    readSync(this.#index, this.#pages, 0, this.#pages.byteLength, pagesAt);
    return this.#pages[0] ?? 0;
  }

  #start(): Worker {
    const thread = new Worker(new URL('./checkpointer.ts', import.meta.url).href, { smol: true });
    thread.addEventListener('message', ({ data }: MessageEvent<FromCheckpointer>) =>
      this.#heard(data),
    );
    thread.addEventListener('error', (event) => this.#deps.fatal(event.error ?? event.message));
    return thread;
  }

  #say(message: ToCheckpointer): void {
    this.#thread?.postMessage(message);
  }

  #heard(message: FromCheckpointer): void {
    switch (message.say) {
      case 'copied':
        this.#step = 'restarting';
        this.#deps.pause();
        return this.#say({ say: 'restart' });
      case 'restarted':
        this.#most = limits.hub.checkpointPages;
        return this.#done();
      case 'failed':
        if (message.isOfSync) return this.#deps.fatal(new Error(message.why));
        // As it is where the disk is full: it is tried again when the log has grown.
        this.#most = this.#logged() + limits.hub.checkpointPages;
        return this.#done();
      case 'closed':
        this.#thread?.terminate();
        this.#closed.resolve();
        return;
    }
  }

  #done(): void {
    if (this.#step === 'restarting') this.#deps.resume();
    this.#step = 'none';
  }
}
