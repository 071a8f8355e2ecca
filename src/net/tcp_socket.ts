// A socket over TCP: what Bun does and does not tell of partial writes, half-closed connections and resets.

import type { Socket as BunSocket } from 'bun';

import { limits } from '../protocol/limits';
import type { Address } from '../protocol/model';
import { networkOf, normalHost } from './address';
import { QueuedSocket, type Socket } from './socket';
import {
  setReceiveBuffer,
  setResetAtDeath,
  setSendBuffer,
  setUserTimeout,
  unacknowledged,
} from './socket_options';

/** Bun's types leave its file descriptor out. */
export type TcpSystemSocket = BunSocket<TcpSocket> & { readonly fd?: number };

export class TcpSocket extends QueuedSocket<TcpSystemSocket> implements Socket {
  /** Told how a dial went, where this socket is dialled. */
  attempt: { opened(system: TcpSystemSocket): void; failed(error?: unknown): void } | undefined;
  #lingerMs: number = limits.net.closingMs;
  #hasPeerEnded = false;
  #host = '';
  #remote: Address | undefined;
  #local: Address | undefined;

  /** The connection stands. `host` is the peer's. */
  attach(system: TcpSystemSocket, host: string): void {
    this.system = system;
    this.#host = host;
  }

  /** A proxy has said who the peer is. */
  namePeer(remote: Address): void {
    this.#host = remote.host;
    this.#remote = remote;
  }

  /** Gives the connection to a socket of another kind. This one is told nothing more. */
  release(): TcpSystemSocket | undefined {
    const { system } = this;
    this.system = undefined;
    this.events = undefined;
    return system;
  }

  /** The connection cannot be had, or, if `closed`, is not wanted any more. */
  fail(why: 'refused' | 'reset' | 'closed'): void {
    this.gone(why);
  }

  /** A peer that takes nothing more may have said something: it is read, and its end tells that it is gone. */
  readsOn = false;

  /** The peer's. */
  get host(): string {
    return this.#host;
  }

  /** For whom it was dialled, where the peer is a part of this server. */
  onBehalfOf: string | undefined;

  get network(): string {
    return networkOf(this.onBehalfOf ?? this.#host);
  }

  // Each of these costs system calls that most connections never need.

  get remote(): Address {
    return (this.#remote ??= { host: this.#host, port: this.system?.remotePort ?? 0 });
  }

  get local(): Address {
    const { system } = this;
    return (this.#local ??= {
      host: normalHost(system?.localAddress),
      port: system?.localPort ?? 0,
    });
  }

  /** Whether the peer's system has all that was written, as far as ours can say. */
  get isAcknowledged(): boolean {
    return this.queued === 0 && unacknowledged(this.system?.fd ?? -1) === 0;
  }

  keepAlive(): void {
    this.system?.setKeepAlive(true, limits.net.keepAliveMs);
  }

  /** As `keepAlive`, and a peer that acknowledges nothing for `ms` is lost, also while something is on its way to it. */
  watch(ms: number): void {
    this.keepAlive();
    if (this.system) setUserTimeout(this.system.fd ?? -1, ms);
  }

  /** Whether the peer is to see a reset, and no clean end, if this process is killed. */
  resetAtDeath(isOn: boolean): void {
    if (this.system) setResetAtDeath(this.system.fd ?? -1, isOn);
  }

  sendsAtMost(bytes: number): void {
    if (this.system) setSendBuffer(this.system.fd ?? -1, bytes);
  }

  receivesAtMost(bytes: number): void {
    if (this.system) setReceiveBuffer(this.system.fd ?? -1, bytes);
  }

  pause(): void {
    this.system?.pause();
  }

  resume(): void {
    this.system?.resume();
  }

  /** `lingerMs` may be Infinity. */
  end(lingerMs: number = limits.net.closingMs): void {
    if (this.ending !== 'no' || !this.system) return;
    this.#lingerMs = lingerMs;
    this.endSoon();
  }

  /** Once our side has ended: the peer has `ms` from now on to end its own. Infinity: as long as it likes. */
  linger(ms: number): void {
    if (this.ending === 'finished') this.wakeIn(ms === Infinity ? undefined : ms);
  }

  protected override send(system: TcpSystemSocket): void {
    const bytes = this.queue.next();
    const taken = system.write(bytes);
    // The write met the peer's reset and used it up: what Bun tells next would look like a clean end.
    if (taken < 0 && !this.readsOn) return this.dropAs('reset');
    if (taken < 0) return this.queue.clear();
    if (taken === bytes.length) return;
    this.queue.putBack(bytes.subarray(taken));
    this.isBlocked = true;
  }

  /** Lets the peer read what is on its way and end its side, so that no reset destroys our last words. */
  protected override finish(): void {
    const { system } = this;
    if (!system) return;
    if (this.#hasPeerEnded || this.#lingerMs === 0) {
      system.end();
    } else {
      // Bun's `end` would close both ways and lose what the peer has yet to say.
      system.shutdown();
      this.linger(this.#lingerMs);
    }
    this.events?.finished?.();
  }

  #tellPeerEnd(): void {
    if (this.#hasPeerEnded) return;
    this.#hasPeerEnded = true;
    this.events?.ended();
  }

  // ---- what Bun tells

  onData(bytes: Uint8Array): void {
    this.events?.data(bytes);
  }

  onDrain(): void {
    this.unblock();
  }

  onEnd(): void {
    this.#tellPeerEnd();
    if (this.ending === 'finished') this.system?.end();
  }

  onClose(error: Error | undefined): void {
    if (!this.system) return;
    // Bun tells no end of the peer's side once ours is over: then a close without an error is one.
    if (!error && this.ending === 'finished') this.#tellPeerEnd();
    this.gone(!error && this.#hasPeerEnded ? 'closed' : 'reset');
  }
}

/** How Bun's events reach the TcpSocket that each of its sockets carries as its data. */
export const tcpHandlers = {
  data: ({ data: socket }: TcpSystemSocket, bytes: Uint8Array) => socket.onData(bytes),
  drain: ({ data: socket }: TcpSystemSocket) => socket.onDrain(),
  end: ({ data: socket }: TcpSystemSocket) => socket.onEnd(),
  close: ({ data: socket }: TcpSystemSocket, error?: Error) => socket.onClose(error),
  error: (system: TcpSystemSocket, error: Error) => {
    system.data.onClose(error);
    // Also what a handler of ours threw comes here, with the connection still open.
    system.terminate();
  },
};
