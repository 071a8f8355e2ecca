// What the system gives: a socket to one peer. What is the same for every kind of socket stands here.

import type { LossReason } from '../protocol/connection';
import { limits } from '../protocol/limits';
import type { Address } from '../protocol/model';
import type { Clock, Wakeable } from './clock';
import type { Flushable, FlushScheduler } from './flush_scheduler';
import type { HeldBytes, Holder } from './held_bytes';
import { SendQueue } from './send_queue';

/** A two-way stream of bytes to one peer. TCP and WebSocket have one each, and so has a simulation. */
export interface Socket {
  /** Queues bytes. They leave with all others of this turn, or, if `apart`, in a write of their own. */
  write(bytes: Uint8Array, apart: boolean): void;
  /** Ends our side when the queue has left. The peer then has `lingerMs` to end its own; 0: none. */
  end(lingerMs?: number): void;
  /** Drops the connection at once. */
  abort(): void;
  pause(): void;
  resume(): void;
  /** Has the system take in so many bytes, or up to twice as many, before they are read. */
  receivesAtMost?(bytes: number): void;
  /** Has the system take so many bytes, or twice as many, before the peer has read them. */
  sendsAtMost?(bytes: number): void;
  /** Bytes written and not yet taken by the system. */
  readonly queued: number;
  /** Bytes that may still be written before the peer counts as too slow; below 0 where others need the memory. */
  readonly room: number;
  /** The peer's host. */
  readonly host: string;
  /** The peer's address. The system must be asked for its port. */
  readonly remote: Address;
  readonly local: Address;
  /** Has the system notice a peer that vanished without a word. */
  keepAlive(): void;
}

/** What happens on a socket. */
export interface SocketEvents {
  /** Our dial succeeded. Never called for accepted sockets. */
  opened?(): void;
  data(bytes: Uint8Array): void;
  /** The peer ended its side. */
  ended(): void;
  /** All that was written has left. */
  drained(): void;
  /** All that was written has left, and our side has ended. */
  finished?(): void;
  /** The socket is gone. Called last, exactly once. */
  lost(why: LossReason): void;
}

/** What all sockets of one program share. */
export interface SocketDeps {
  readonly clock: Clock;
  readonly flushes: FlushScheduler;
  /** The bytes that wait for peers who do not read, over all sockets of the program. */
  readonly waiting: HeldBytes;
}

/** A socket with a bounded queue in front of the system's own, which is written to once a turn. */
export abstract class QueuedSocket<System extends { terminate(): unknown }>
  implements Flushable, Wakeable, Holder
{
  protected readonly deps: SocketDeps;
  /** The system's own; undefined before the connection stands and after it is gone. */
  protected system: System | undefined;
  protected readonly queue = new SendQueue();
  /** The system takes nothing now, and tells when it does again. */
  protected isBlocked = false;
  protected ending: 'no' | 'wanted' | 'finished' = 'no';
  events: SocketEvents | undefined;
  #isScheduled = false;
  #isTimed = false;
  /** What `deps.waiting` knows of. */
  #counted = 0;
  /** When the peer was last seen to take something, in ms. */
  #blockedAt = 0;

  constructor(deps: SocketDeps) {
    this.deps = deps;
  }

  get queued(): number {
    return this.queue.bytes;
  }

  get room(): number {
    const share = this.deps.waiting.room / limits.net.sendQueueShares;
    const most = Math.max(limits.net.sendQueueBytesLeast, share);
    return Math.min(limits.net.sendQueueBytes, most) - this.queued;
  }

  write(bytes: Uint8Array, apart: boolean): void {
    if (!this.system || this.ending !== 'no' || bytes.length === 0) return;
    this.queue.push(bytes, apart);
    if (this.queued > limits.net.sendQueueBytes) this.dropAs('slow');
    else this.#schedule();
    // So much does not leave in one write anyway, and it is soon known whether the peer takes it.
    if (!this.isBlocked && this.queue.bytes >= limits.net.writeBytes) this.#send();
    if (this.isBlocked) this.#count();
  }

  abort(): void {
    this.dropAs('closed');
  }

  /** Others need the memory: who reads is behind for a short time only. */
  drop(): void {
    this.dropAs('slow');
  }

  /** The peer's address, or network. */
  abstract readonly network: string;

  /** It takes nothing: who reads is behind for a short time only. */
  get isIdle(): boolean {
    return this.deps.clock.monotonicNow() - this.#blockedAt >= limits.net.idleReaderMs;
  }

  /** The peer took too long to take what was written, or to end its side. */
  woke(): void {
    this.#isTimed = false;
    this.dropAs(this.ending === 'no' ? 'slow' : 'closed');
  }

  /** Writes what the system takes. */
  flush(): void {
    this.#isScheduled = false;
    this.#send();
    if (!this.system) return;
    if (!this.isBlocked) this.queue.caughtUp();
    this.#count();
    if (this.isBlocked) {
      this.awaitProgress();
    } else if (this.ending === 'wanted') {
      this.ending = 'finished';
      this.finish();
    } else {
      // Also where the system took all at once, and will therefore never tell that it goes on.
      this.events?.drained();
    }
  }

  /** Takes one write's worth from the queue, and hands it to the system. */
  protected abstract send(system: System): void;

  /** Ends our side: the queue has left. */
  protected abstract finish(): void;

  /** Ends our side as soon as the queue has left. */
  protected endSoon(): void {
    this.ending = 'wanted';
    this.#schedule();
    if (this.isBlocked) this.awaitProgress();
  }

  /** The peer may be slow, but not for ever: what waits for it takes memory from others. */
  protected awaitProgress(): void {
    const ms = this.ending === 'no' ? limits.net.stalledMs : limits.net.pieceMs;
    this.wakeIn(ms);
  }

  /** Has `woke` called after `ms`. Most sockets need no time, and the clock is not asked to forget what it does not know. */
  protected wakeIn(ms: number | undefined): void {
    if (ms === undefined && !this.#isTimed) return;
    this.#isTimed = ms !== undefined;
    this.deps.clock.wake(this, ms);
  }

  /** The system goes on taking bytes. */
  protected unblock(): void {
    this.isBlocked = false;
    if (this.ending === 'no') this.wakeIn(undefined);
    this.flush();
  }

  protected dropAs(why: LossReason): void {
    const { system } = this;
    if (!system) return;
    this.gone(why);
    system.terminate();
  }

  protected gone(why: LossReason): void {
    this.system = undefined;
    this.queue.clear();
    this.isBlocked = false;
    this.#count();
    this.wakeIn(undefined);
    const { events } = this;
    this.events = undefined;
    events?.lost(why);
  }

  #send(): void {
    while (this.queue.bytes > 0 && !this.isBlocked && this.system) this.send(this.system);
  }

  #schedule(): void {
    if (this.#isScheduled || this.isBlocked) return;
    this.#isScheduled = true;
    this.deps.flushes.add(this);
  }

  #count(): void {
    const blocked = this.isBlocked ? this.queued : 0;
    if (blocked === this.#counted) return;
    if (blocked < this.#counted || this.#counted === 0)
      this.#blockedAt = this.deps.clock.monotonicNow();
    this.#counted = blocked;
    this.deps.waiting.set(this, blocked);
  }
}
