// Connections in memory: bytes arrive cut, glued and late, writes are taken in part, and either side may reset.

import { tcpHandlers, type TcpSocket, type TcpSystemSocket } from '../../src/net/tcp_socket';
import type { Address } from '../../src/protocol/model';
import type { Transport, TransportEvents } from '../support/transport';
import type { Chance } from './chance';
import type { Time } from './time';

/** What happens at the far end of a connection. */
export type PeerEvents = TransportEvents<Connection>;

/** How a connection carries bytes. `quick`: never so late that a deadline could pass. */
export type Manner = 'quick' | 'any';

/** One direction of a connection: in order, in pieces, each a while after the one before. */
class Pipe {
  readonly #time: Time;
  readonly #chance: Chance;
  manner: Manner;
  readonly #to: { data(bytes: Uint8Array): void; ended(): void };
  #bytes: Uint8Array = new Uint8Array(0);
  #finished = false;
  #isEndTold = false;
  #isCut = false;
  #moving = false;
  #paused = false;

  constructor(
    deps: { readonly time: Time; readonly chance: Chance },
    manner: Manner,
    to: { data(bytes: Uint8Array): void; ended(): void },
  ) {
    this.#time = deps.time;
    this.#chance = deps.chance;
    this.manner = manner;
    this.#to = to;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Nothing more goes in. */
  get isFinished(): boolean {
    return this.#finished || this.#isCut;
  }

  push(bytes: Uint8Array): void {
    if (this.isFinished) return;
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    this.#move();
  }

  finish(): void {
    if (this.isFinished) return;
    this.#finished = true;
    this.#move();
  }

  /** Nothing more comes out. */
  cut(): void {
    this.#isCut = true;
    this.#bytes = new Uint8Array(0);
  }

  /** What is on its way is shorter than it was, as when the sender's machine dies. */
  shorten(): void {
    this.#bytes = this.#bytes.slice(0, this.#chance.below(this.#bytes.length + 1));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#move();
  }

  /** Nothing arrives for a while. */
  stall(ms: number): void {
    this.pause();
    this.#time.after(ms, () => this.resume());
  }

  #delay(): number {
    if (this.#chance.is(0.6)) return 0;
    if (this.manner === 'quick') return this.#chance.below(20);
    return this.#chance.is(0.97) ? this.#chance.below(30) : this.#chance.below(3000);
  }

  #move(): void {
    if (this.#moving || this.#paused || this.#isCut) return;
    const isEnd = this.#bytes.length === 0;
    if (isEnd && (!this.#finished || this.#isEndTold)) return;
    this.#moving = true;
    this.#time.after(this.#delay(), () => {
      this.#moving = false;
      if (this.#isCut || this.#paused) return;
      this.#arrive();
      this.#move();
    });
  }

  #arrive(): void {
    const { length } = this.#bytes;
    if (length === 0) {
      if (!this.#finished || this.#isEndTold) return;
      this.#isEndTold = true;
      this.#to.ended();
      return;
    }
    const most = this.manner === 'quick' ? length : this.#chance.of([1, 7, 200, 1000, length]);
    const count = this.#chance.is(0.7) ? length : Math.min(length, 1 + this.#chance.below(most));
    // A copy: the receiver owns the bytes that it gets.
    const piece = this.#bytes.slice(0, count);
    this.#bytes = this.#bytes.slice(count);
    this.#to.data(piece);
  }
}

/** What a connection is handed. */
interface NetworkDeps {
  readonly time: Time;
  readonly chance: Chance;
  /** A socket of the server is gone. */
  closed(connection: Connection): void;
  /** The server writes: a moment to die. */
  wrote(): void;
  violated(what: string): never;
}

/** A connection: the server's socket as Bun would have it, and the far end. */
export class Connection implements Transport {
  readonly #deps: NetworkDeps;
  readonly #up: Pipe;
  readonly #down: Pipe;
  readonly #peer: PeerEvents;
  /** What the system takes before the peer has read. */
  readonly #capacity: number;
  #serverSocket: TcpSocket | undefined;
  readonly #bunSocket: TcpSystemSocket;
  /** The server had less taken than it wrote. */
  #isBlocked = false;
  #isReset = false;
  #isPaused = false;
  #isPeerLost = false;
  #isCutShort = false;

  constructor(
    deps: NetworkDeps,
    manner: Manner,
    local: Address,
    remote: Address,
    peer: PeerEvents,
  ) {
    this.#deps = deps;
    this.#peer = peer;
    this.#capacity = deps.chance.of([100, 700, 5000, 65_536, 262_144]);
    this.#up = new Pipe(deps, manner, {
      data: (bytes) => {
        if (this.#isPaused) deps.violated('bytes came while the server had paused');
        this.#told((socket) => tcpHandlers.data(socket, bytes));
      },
      ended: () =>
        this.#told((socket) => {
          // Bun tells no end once our own side is over: it tells the close.
          if (this.#down.isFinished) this.#close();
          else tcpHandlers.end(socket);
        }),
    });
    this.#down = new Pipe(deps, manner, {
      data: (bytes) => {
        this.#peer.data(bytes);
        this.#drain();
      },
      ended: () => this.#peer.ended(),
    });
    // Nothing is read before the server's socket is attached.
    this.#up.pause();
    // Only what a TcpSocket asks of Bun's socket.
    this.#bunSocket = {
      remotePort: remote.port,
      localAddress: local.host,
      localPort: local.port,
      write: (bytes: Uint8Array) => this.#write(bytes),
      end: () => this.#end(),
      shutdown: () => this.#down.finish(),
      pause: () => {
        this.#isPaused = true;
        this.#up.pause();
      },
      resume: () => {
        this.#isPaused = false;
        this.#up.resume();
      },
      terminate: () => {
        this.#gone();
        this.#losePeer();
      },
      setKeepAlive: () => true,
    } as unknown as TcpSystemSocket;
  }

  /** The far end has gone, or was dropped. */
  get isLost(): boolean {
    return this.#isPeerLost;
  }

  /** The server's last words may not have come whole. */
  get isCutShort(): boolean {
    return this.#isCutShort;
  }

  get socket(): TcpSocket | undefined {
    return this.#serverSocket;
  }

  /** The server's side is this socket from now on. */
  attach(socket: TcpSocket): TcpSystemSocket {
    this.#serverSocket = socket;
    (this.#bunSocket as { data: TcpSocket }).data = socket;
    this.#up.resume();
    return this.#bunSocket;
  }

  // ---- what the peer does

  send(bytes: Uint8Array): void {
    this.#up.push(bytes);
  }

  /** Ends the peer's side. */
  finish(): void {
    this.#up.finish();
  }

  /** What the peer sends from now on may take its time, and be cut where it likes. */
  loosen(): void {
    this.#up.manner = 'any';
  }

  /** Drops it; what was sent may still arrive before that is known. */
  reset(): void {
    if (this.#isPeerLost) return;
    this.#isPeerLost = true;
    this.#down.cut();
    const { time, chance } = this.#deps;
    if (chance.is(0.5)) this.#up.shorten();
    time.after(chance.below(20), () => {
      this.#isReset = true;
      this.#up.cut();
      time.after(chance.below(3), () => {
        this.#told((socket) => {
          this.#gone();
          tcpHandlers.close(socket, new Error('reset by the peer'));
        });
      });
    });
  }

  /** The peer does not read for a while. */
  stall(ms: number): void {
    this.#down.stall(ms);
  }

  // ---- what the server's machine does

  /** There is no listener. */
  refuse(): void {
    this.#losePeer();
  }

  /** The server is no more: its last words may be cut short. */
  die(): void {
    this.#isCutShort = true;
    this.#gone();
    if (this.#isPeerLost) return;
    if (this.#deps.chance.is(0.5)) this.#down.shorten();
    if (this.#deps.chance.is(0.5)) this.#down.finish();
    else this.#losePeer();
  }

  #losePeer(): void {
    if (this.#isPeerLost) return;
    this.#isPeerLost = true;
    this.#down.cut();
    const { time, chance } = this.#deps;
    time.after(chance.below(20), () => this.#peer.lost());
  }

  // ---- what the server does with its socket

  #write(bytes: Uint8Array): number {
    this.#deps.wrote();
    if (this.#isReset) return -1;
    const { chance } = this.#deps;
    const room = Math.max(0, this.#capacity - this.#down.length);
    const most = chance.is(0.9) ? bytes.length : chance.below(bytes.length + 1);
    const count = Math.min(room, most);
    if (!this.#isPeerLost) this.#down.push(bytes.slice(0, count));
    if (count < bytes.length) {
      this.#isBlocked = true;
      if (count < room || this.#isPeerLost) this.#drainSoon();
    }
    return count;
  }

  /** Room has come back. */
  #drain(): void {
    if (!this.#isBlocked) return;
    if (this.#down.length < this.#capacity / 2) this.#drainSoon();
  }

  #drainSoon(): void {
    const { time, chance } = this.#deps;
    time.after(chance.below(5), () => {
      if (!this.#isBlocked) return;
      this.#isBlocked = false;
      this.#told((socket) => tcpHandlers.drain(socket));
    });
  }

  #end(): void {
    this.#down.finish();
    // What came and was not read makes the system send a reset behind what was written.
    if (this.#up.length > 0 && this.#deps.chance.is(0.5)) {
      this.#isCutShort = true;
      this.#down.shorten();
    }
    if (this.#deps.chance.is(0.5)) this.#close();
    else this.#deps.time.after(0, () => this.#close());
  }

  #close(): void {
    this.#told((socket) => {
      this.#gone();
      tcpHandlers.close(socket);
    });
  }

  /** The server's side is no more. */
  #gone(): void {
    this.#up.cut();
    this.#serverSocket = undefined;
    this.#deps.closed(this);
  }

  #told(tell: (socket: TcpSystemSocket) => void): void {
    if (this.#serverSocket) tell(this.#bunSocket);
  }
}
