// A link over a WebSocket: the same bounded queue as a TCP link's; what one turn wrote leaves as one frame.

import type { ServerWebSocket } from 'bun';

import { Backlog } from '../../net/backlog';
import type { Clock, Wakeable } from '../../net/clock';
import type { FlushQueue, Socket, SocketEvents } from '../../net/socket';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const lineEnd = '\n';

/** Close codes of RFC 6455, section 7.4.1. */
const closeCode = { normal: 1000, notText: 1003 } as const;

export class WebSocketSocket implements Socket, Wakeable {
  readonly #outbox: FlushQueue;
  readonly #clock: Clock;
  readonly remote: Address;
  readonly local: Address;
  events: SocketEvents | undefined;
  #socket: ServerWebSocket<WebSocketSocket> | undefined;
  readonly #backlog: Backlog;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #dirty = false;
  #blocked = false;
  #ending: 'no' | 'wanted' | 'closing' = 'no';
  /** What came while nobody reads: Bun cannot stop reading a WebSocket, so what is too much drops it. */
  #held: Uint8Array[] | undefined;
  #heldBytes = 0;

  constructor(outbox: FlushQueue, clock: Clock, remote: Address, local: Address) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#backlog = new Backlog(outbox);
    this.remote = remote;
    this.local = local;
  }

  attach(socket: ServerWebSocket<WebSocketSocket>): void {
    this.#socket = socket;
  }

  get queued(): number {
    return this.#queued + (this.#socket?.getBufferedAmount() ?? 0);
  }

  write(bytes: Uint8Array): void {
    if (!this.#socket || this.#ending !== 'no' || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (this.#blocked) this.#countStuck();
    if (this.#backlog.isTooMuch(this.queued)) this.#drop('slow');
    else this.#soon();
  }

  #countStuck(): void {
    this.#backlog.count(this.#blocked ? this.queued : 0);
  }

  end(): void {
    if (this.#ending !== 'no' || !this.#socket) return;
    this.#ending = 'wanted';
    this.#soon();
    if (this.#blocked) this.#awaitProgress();
  }

  /** All is said: the peer may be slow in taking it, but not for ever. */
  #awaitProgress(): void {
    this.#clock.wake(this, limits.net.pieceMs);
  }

  abort(): void {
    this.#drop('closed');
  }

  pause(): void {
    this.#held ??= [];
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#heldBytes = 0;
    // It may be paused again by what it gets: then the rest goes back to where it was.
    for (const bytes of held) this.#take(bytes);
  }

  /** Bun answers pings and sends them by itself (see `idleTimeout` where the door is opened). */
  keepAlive(): void {}

  #soon(): void {
    if (this.#dirty || this.#blocked) return;
    this.#dirty = true;
    this.#outbox.add(this);
  }

  /** Sends what was written since the last time. */
  flush(): void {
    this.#dirty = false;
    while (this.#queue.length > 0 && !this.#blocked) {
      const socket = this.#socket;
      if (!socket) return;
      const bytes = this.#next();
      this.#queued -= bytes.length;
      const sent = socket.sendText(decoder.decode(bytes));
      if (sent === 0) return this.#drop('closed');
      // Bun has taken all of it, and will tell when it has left.
      if (sent < 0) this.#blocked = true;
    }
    this.#countStuck();
    if (this.#blocked) {
      if (this.#ending === 'wanted') this.#awaitProgress();
      return;
    }
    if (this.#ending === 'wanted') this.#close();
    else this.events?.drained();
  }

  /** One frame's worth. */
  #next(): Uint8Array {
    const pieces: Uint8Array[] = [];
    let length = 0;
    while (
      this.#queue[0] &&
      (length === 0 || length + this.#queue[0].length <= limits.web.jsonBytes)
    ) {
      length += this.#queue[0].length;
      pieces.push(this.#queue[0]);
      this.#queue.shift();
    }
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  }

  #close(): void {
    this.#ending = 'closing';
    this.#socket?.close(closeCode.normal);
    // Bun tells of the close at once or soon; a peer that does not answer is not waited for any longer.
    if (this.#socket) this.#clock.wake(this, limits.net.closingMs);
  }

  woke(): void {
    this.#drop('closed');
  }

  #drop(why: 'closed' | 'slow'): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#gone(why);
    socket.terminate();
  }

  #gone(why: 'closed' | 'slow'): void {
    this.#socket = undefined;
    this.#queue = [];
    this.#queued = 0;
    this.#blocked = false;
    this.#countStuck();
    this.#held = undefined;
    this.#clock.wake(this, undefined);
    const { events } = this;
    this.events = undefined;
    events?.lost(why);
  }

  #take(bytes: Uint8Array): void {
    if (!this.#held) {
      this.events?.data(bytes);
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > limits.net.inboxBytes) this.#drop('closed');
  }

  // What Bun tells of the socket.

  /** A frame is one or more lines; the end of its last one may be left out. */
  onMessage(message: string | Uint8Array): void {
    if (typeof message !== 'string') {
      this.#socket?.close(closeCode.notText);
      return;
    }
    this.#take(encoder.encode(message.endsWith(lineEnd) ? message : message + lineEnd));
  }

  onDrain(): void {
    this.#blocked = false;
    this.flush();
  }

  onClose(): void {
    if (!this.#socket) return;
    this.events?.ended();
    this.#gone('closed');
  }
}

/** How Bun's events reach the link that each WebSocket carries as its data. */
export const webSocketHandlers = {
  message: (socket: ServerWebSocket<WebSocketSocket>, message: string | Buffer) =>
    socket.data.onMessage(message),
  drain: (socket: ServerWebSocket<WebSocketSocket>) => socket.data.onDrain(),
  close: (socket: ServerWebSocket<WebSocketSocket>) => socket.data.onClose(),
};
