// One connection of the web door: waits for a whole head, names the peer in it, then carries bytes both ways.

import { networkOf } from '../../net/address';
import type { Clock, Wakeable } from '../../net/clock';
import type { HeldBytes, Holder } from '../../net/held_bytes';
import type { Socket, SocketEvents } from '../../net/socket';
import { Inbox } from '../../protocol/bytes/inbox';
import { limits } from '../../protocol/limits';
import type { SilentConnection } from '../net/admission';
import { peerHeader } from './peer_header';
import { UnfinishedFrames } from './unfinished_frames';

export interface FrontConnectionDeps {
  readonly number: number;
  readonly received: HeldBytes;
  readonly clock: Clock;
  /** Dials the HTTP server; undefined where there are too many connections. */
  dial(events: SocketEvents): Socket | undefined;
  /** Looks who the peer is, where a proxy says it in the head. The result: what they are told instead, before the end. */
  refusalOf(head: string): Uint8Array | undefined;
  /** A whole head has come. */
  isWhole(): void;
  /** Whose client begins so, as `WrongDoor` has it. */
  meantBy(first: Uint8Array): unknown;
  /** What a peer is told, before the end, whose first bytes are no request of HTTP. */
  farewell(first: Uint8Array): Uint8Array | undefined;
  /** Neither side has a socket any more. */
  lost(): void;
}

/** An empty line. Its end, and that of the line before, may lack the CR (RFC 9112, 2.2). */
const headEnd = /\n\r?\n/;
const longestHeadEnd = '\n\r\n'.length;
const lineFeed = 0x0a;

const webSocketWanted = /\nupgrade: *websocket *\r\n/i;
const webSocketOpened = Buffer.from('HTTP/1.1 101 ');

/** A method, a target and the version, as far as they have come. */
const requestLine = /^[\w-]*(?:$| $| [^\s\0])/;
const wholeLine = /^[\w-]+ [^\s\0].* HTTP\/\d\.\d\r?$/;

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** Whether these are the first bytes of a request, perhaps behind empty lines; undefined: they may be. */
function isRequest(bytes: Uint8Array): boolean | undefined {
  const [line = '', ...more] = textOf(bytes)
    .replace(/^[\r\n]+/, '')
    .split('\n');
  if (more.length > 0) return wholeLine.test(line);
  return requestLine.test(line) ? undefined : false;
}

/** Whether a request may bring a file. */
const mayCarryFile = (head: Buffer): boolean => head[0] === 'P'.charCodeAt(0);

export class FrontConnection implements SocketEvents, Wakeable, SilentConnection {
  silentAmong: SilentConnection['silentAmong'];
  readonly #client: Socket;
  readonly #deps: FrontConnectionDeps;
  readonly #head = new Inbox();
  /** The HTTP server's side, once the head is whole. */
  #server: Socket | undefined;
  #way: { readonly up: Way; readonly down: Way } | undefined;
  /** The client has ended its side. */
  #hasEnded = false;
  /** Whether the HTTP server takes bytes yet. */
  #isLed = false;
  /** The first line has come, and is that of a request. */
  #isRequest = false;
  /** The first bytes of a client that speaks another protocol, until it is known which. */
  #stranger: Uint8Array | undefined;
  /** The client speaks another protocol: what still comes is thrown away. */
  #isRefused = false;
  /** It held memory that others need: it is not read any more, and soon dropped. Who is dropped at once comes again at once. */
  #isFrozen = false;
  readonly #holder: Holder;
  /** The client is gone. */
  #isLost = false;
  /** Sockets that are not gone. */
  #open = 1;
  /** The messages of a WebSocket, or of what asks to be one. */
  #frames: UnfinishedFrames | undefined;
  /** The HTTP server has begun to answer. */
  #isAnswered = false;

  constructor(client: Socket, deps: FrontConnectionDeps) {
    this.#client = client;
    this.#deps = deps;
    const network = networkOf(client.remote.host);
    this.#holder = { network, isIdle: true, drop: () => this.#freeze() };
    deps.clock.wake(this, limits.net.requestMs);
  }

  drop(): void {
    this.#client.abort();
    this.#server?.abort();
  }

  /** The head did not come in time, or nothing was carried for too long. */
  woke(): void {
    if (this.#stranger) this.#refuse(this.#stranger);
    else this.drop();
  }

  #carry(way: 'up' | 'down', bytes: Uint8Array): void {
    this.#deps.clock.wake(this, limits.net.pieceMs);
    if (this.#frames) this.#follow(way, bytes);
    this.#way?.[way].carry(bytes);
  }

  /** What a WebSocket has sent of a message that is not whole is in memory like that of any other connection. */
  #follow(way: 'up' | 'down', bytes: Uint8Array): void {
    const frames = this.#frames;
    if (!frames) return;
    if (way === 'up') {
      const before = frames.length;
      frames.push(bytes);
      if (frames.length !== before) this.#deps.received.set(this.#holder, frames.length);
    } else if (!this.#isAnswered) {
      this.#isAnswered = true;
      if (!webSocketOpened.equals(bytes.subarray(0, webSocketOpened.length))) {
        this.#frames = undefined;
        this.#deps.received.set(this.#holder, 0);
      }
    }
  }

  /** The WebSocket behind it takes nothing for a while. */
  hold(isHeld: boolean): void {
    if (!this.#isFrozen) this.#way?.up.hold(isHeld);
  }

  // ---- what the client's socket tells

  data(bytes: Uint8Array): void {
    if (this.#isRefused || this.#isFrozen) return;
    if (this.#isLed) this.#carry('up', bytes);
    else if (this.#server) this.#head.push(bytes);
    else this.#takeHead(bytes);
  }

  ended(): void {
    this.#hasEnded = true;
    if (this.#stranger) this.#refuse(this.#stranger);
    else if (this.#isLed) this.#server?.end(Infinity);
    else if (!this.#server) this.#client.end(0);
  }

  drained(): void {
    this.#way?.down.drained();
  }

  lost(): void {
    this.#isLost = true;
    this.#deps.received.set(this.#holder, 0);
    this.#deps.isWhole();
    this.#deps.clock.wake(this, undefined);
    this.#server?.abort();
    this.#gone();
  }

  // ---- inside

  #freeze(): void {
    this.#isFrozen = true;
    this.#client.pause();
    this.#head.clear();
    this.#server?.abort();
    this.#deps.received.set(this.#holder, 0);
    this.#deps.clock.wake(this, limits.net.frozenMs);
  }

  #takeHead(bytes: Uint8Array): void {
    const head = this.#head;
    const known = Math.max(0, head.size - longestHeadEnd);
    head.push(bytes);
    if (!this.#isRequest && known < limits.net.firstLineBytes) {
      const start = head.peek(Math.min(head.length, limits.net.firstLineBytes)) ?? bytes;
      const is = isRequest(start);
      if (is === false) return this.#refuseSoon(start);
      this.#isRequest = is ?? false;
    }
    const end = headEnd.exec(textOf(head.peek(head.length - known, known) ?? bytes));
    if (!end) {
      if (head.length > limits.web.headBytes) this.drop();
      else this.#deps.received.set(this.#holder, head.length);
      return;
    }
    this.#deps.received.set(this.#holder, 0);
    this.#deps.clock.wake(this, limits.net.pieceMs);
    // The HTTP server takes no line that ends without a CR, and nobody is to read the head otherwise than it does.
    const length = known + end.index + end[0].length;
    const lines = textOf(head.takeAll(length)).replaceAll(/\r?\n/g, '\r\n');
    const refusal = this.#deps.refusalOf(lines);
    if (refusal) return this.#end(refusal);
    this.#deps.isWhole();
    if (webSocketWanted.test(lines)) this.#frames = new UnfinishedFrames();
    this.#lead(Buffer.from(lines, 'latin1'));
  }

  /** The peer speaks something else, and would wait for an answer. What it is may show when more has come. */
  #refuseSoon(first: Uint8Array): void {
    if (this.#deps.meantBy(first) !== 'unknown') return this.#refuse(first);
    this.#stranger = first;
    this.#deps.clock.wake(this, limits.net.startMs);
  }

  #refuse(first: Uint8Array): void {
    this.#end(this.#deps.farewell(first));
  }

  #end(farewell: Uint8Array | undefined): void {
    if (farewell) this.#client.write(farewell, false);
    this.#client.end();
    this.#stranger = undefined;
    this.#isRefused = true;
  }

  /** The peer is named behind the request's first line. */
  #lead(head: Buffer): void {
    const client = this.#client;
    const rest = this.#head;
    if (mayCarryFile(head)) client.receivesAtMost?.(limits.net.receiveBufferBytesOfFile);
    const server = this.#deps.dial({
      opened: () => {
        if (this.#isLost) {
          server?.abort();
          return;
        }
        // What is on its way to a WebSocket that waits is held in memory there.
        if (this.#frames) server?.sendsAtMost?.(limits.net.receiveBufferBytes);
        const line = head.indexOf(lineFeed) + 1;
        server?.write(head.subarray(0, line), false);
        server?.write(Buffer.from(peerHeader(client.remote, this.#deps.number)), false);
        server?.write(head.subarray(line), false);
        this.#isLed = true;
        if (rest.size > 0) this.#carry('up', rest.takeAll());
        client.resume();
        if (this.#hasEnded) server?.end(Infinity);
      },
      data: (bytes) => this.#carry('down', bytes),
      ended: () => {
        client.end(limits.net.pieceMs);
        server?.end(0);
      },
      drained: () => this.#way?.up.drained(),
      lost: () => {
        // What the server said last still has to leave.
        if (!this.#isFrozen) client.end(limits.net.pieceMs);
        this.#gone();
      },
    });
    if (!server) return this.drop();
    this.#server = server;
    this.#way = { up: new Way(client, server), down: new Way(server, client) };
    this.#open++;
    client.pause();
  }

  #gone(): void {
    if (--this.#open === 0) this.#deps.lost();
  }
}

/** One way of two sockets: reads no more than the other side takes. */
class Way {
  readonly #from: Socket;
  readonly #to: Socket;
  #isPaused = false;
  #isHeld = false;

  constructor(from: Socket, to: Socket) {
    this.#from = from;
    this.#to = to;
  }

  carry(bytes: Uint8Array): void {
    this.#to.write(bytes, false);
    if (this.#isPaused || this.#to.queued <= limits.net.unreadBytes) return;
    this.#isPaused = true;
    if (!this.#isHeld) this.#from.pause();
  }

  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    if (this.#isPaused) return;
    if (isHeld) this.#from.pause();
    else this.#from.resume();
  }

  /** The other side has taken all. */
  drained(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (!this.#isHeld) this.#from.resume();
  }
}
