// A socket over a WebSocket: what one turn wrote leaves as one frame of text.

import type { ServerWebSocket } from 'bun';

import { encodedOnce } from '../protocol/bytes/encoded_once';
import type { LossReason } from '../protocol/connection';
import { limits } from '../protocol/limits';
import type { Address } from '../protocol/model';
import { networkOf } from './address';
import { QueuedSocket, type Socket, type SocketDeps } from './socket';

type WebSocketSystemSocket = ServerWebSocket<WebSocketSocket>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const lineEnd = '\n';

/** One frame is joined here before it leaves. */
const frame = new Uint8Array(limits.web.jsonBytes);

/** What a thousand are told in one piece is one piece for all of them. */
const textOf = encodedOnce((bytes: Uint8Array) => decoder.decode(bytes));

/** Close codes of RFC 6455, 7.4.1. */
const closeCode = { normal: 1000, notText: 1003 } as const;

export class WebSocketSocket extends QueuedSocket<WebSocketSystemSocket> implements Socket {
  readonly remote: Address;
  readonly local: Address;
  /** Has the peer wait while this socket is paused, as Bun cannot. */
  onHold: ((isHeld: boolean) => void) | undefined;
  /** What still came while this socket is paused: Bun goes on reading a WebSocket, so too much of it drops the peer. */
  #held: Uint8Array[] | undefined;
  #heldBytes = 0;

  constructor(deps: SocketDeps, remote: Address, local: Address) {
    super(deps);
    this.remote = remote;
    this.local = local;
  }

  get host(): string {
    return this.remote.host;
  }

  /** The connection stands. */
  attach(system: WebSocketSystemSocket): void {
    this.system = system;
  }

  get network(): string {
    return networkOf(this.remote.host);
  }

  override get queued(): number {
    return super.queued + (this.system?.getBufferedAmount() ?? 0);
  }

  /** A WebSocket's closing handshake has its own patience. */
  end(): void {
    if (this.ending === 'no' && this.system) this.endSoon();
  }

  pause(): void {
    this.#held ??= [];
    this.onHold?.(true);
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#heldBytes = 0;
    // What is taken may pause this socket again: then the rest goes back to where it was.
    for (const bytes of held) this.#take(bytes);
    if (!this.#held) this.onHold?.(false);
  }

  /** Bun answers pings and sends them by itself (see `idleTimeout` where the door is opened). */
  keepAlive(): void {}

  protected override send(system: WebSocketSystemSocket): void {
    const sent = system.sendText(textOf(this.queue.next(frame)));
    if (sent === 0) this.dropAs('closed');
    // Bun has taken all of it, and will tell when it has left.
    else if (sent < 0) this.isBlocked = true;
  }

  protected override finish(): void {
    this.system?.close(closeCode.normal);
    // Bun tells of the close at once or soon. A peer that does not answer is not waited for any longer.
    if (this.system) this.wakeIn(limits.net.closingMs);
    this.events?.finished?.();
  }

  protected override gone(why: LossReason): void {
    this.#held = undefined;
    super.gone(why);
  }

  #take(bytes: Uint8Array): void {
    if (!this.#held) {
      this.events?.data(bytes);
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > limits.net.inboxBytes) this.dropAs('closed');
  }

  // ---- what Bun tells

  /** A frame is one or more lines; the end of its last one may be left out. */
  onMessage(message: string | Uint8Array): void {
    if (typeof message !== 'string') {
      this.system?.close(closeCode.notText);
      return;
    }
    this.#take(encoder.encode(message.endsWith(lineEnd) ? message : message + lineEnd));
  }

  onDrain(): void {
    this.unblock();
  }

  onClose(): void {
    if (!this.system) return;
    this.events?.ended();
    this.gone('closed');
  }
}

/** How Bun's events reach the WebSocketSocket that each of its WebSockets carries as its data. */
export const webSocketHandlers = {
  message: ({ data: socket }: WebSocketSystemSocket, message: string | Buffer) =>
    socket.onMessage(message),
  drain: ({ data: socket }: WebSocketSystemSocket) => socket.onDrain(),
  close: ({ data: socket }: WebSocketSystemSocket) => socket.onClose(),
};
