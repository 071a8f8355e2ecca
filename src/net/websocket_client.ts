// The client's end of a WebSocket over a TCP or TLS connection that stands: it asks for one, and then carries lines of text.
//
// Ours, and not Bun's class: under it are the sockets of every other client, so that whom TLS trusts, back-pressure, pauses and
// dead networks are dealt with where they are for all of them. Bun's reads on whatever its user does.

import type { LossReason } from '../protocol/connection';
import { limits } from '../protocol/limits';
import type { Address } from '../protocol/model';
import type { SocketEvents } from './socket';
import type { TcpSocket } from './tcp_socket';
import { closeCode, frameOf, FrameReader, opcode } from './websocket_frames';

const headEnd = '\r\n\r\n';
/** What the server's answer proves that it has read the key (RFC 6455, 1.3). */
const proofSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const noHttp = 'something that is not HTTP';

/** What became of asking. `answer`: what the server has said instead. */
export type Upgraded = { readonly ok: true } | { readonly ok: false; readonly answer?: string };

export interface UpgradeOptions {
  /** The server as HTTP names it: its port is left out where it is the usual one. */
  readonly host: string;
  readonly path: string;
  /** Told what the server answers first: true where that says it all, so that nothing is made of it. */
  looksAt(first: Uint8Array): boolean;
  done(result: Upgraded): void;
}

export class WebSocketClient implements SocketEvents {
  readonly #socket: TcpSocket;
  readonly #options: UpgradeOptions;
  readonly #key = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  readonly #reader: FrameReader;
  #head: Buffer | undefined = Buffer.alloc(0);
  #hasEnded = false;
  #isEnding = false;
  events: SocketEvents | undefined;

  /** Asks at once. `done` is called once. */
  constructor(socket: TcpSocket, options: UpgradeOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#reader = new FrameReader({
      text: (piece) => this.events?.data(piece),
      ping: (payload) => this.#write(opcode.pong, payload),
      closed: () => this.#tellEnd(),
      broken: (code) => {
        this.#close(code);
        this.#socket.end();
        this.#tellEnd();
      },
    });
    socket.events = this;
    const request = [
      `GET ${options.path} HTTP/1.1`,
      `Host: ${options.host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${this.#key}`,
    ];
    socket.write(Buffer.from(request.join('\r\n') + headEnd), false);
  }

  get queued(): number {
    return this.#socket.queued;
  }
  get isAcknowledged(): boolean {
    return this.#socket.isAcknowledged;
  }
  get remote(): Address {
    return this.#socket.remote;
  }
  get local(): Address {
    return this.#socket.local;
  }

  /** Each piece is one frame: whole lines. */
  write(bytes: Uint8Array): void {
    this.#write(opcode.text, bytes);
  }

  end(lingerMs: number = limits.net.closingMs): void {
    this.#close(closeCode.normal);
    this.#socket.end(lingerMs);
  }

  abort(): void {
    this.#socket.abort();
  }
  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    this.#socket.resume();
  }
  linger(ms: number): void {
    this.#socket.linger(ms);
  }
  watch(ms: number): void {
    this.#socket.watch(ms);
  }

  // ---- what the socket tells

  data(bytes: Uint8Array): void {
    if (this.#head !== undefined) this.#takeHead(bytes);
    else this.#reader.push(bytes);
  }

  ended(): void {
    if (this.#head !== undefined) return this.#fail();
    this.#tellEnd();
  }

  drained(): void {
    this.events?.drained();
  }

  finished(): void {
    this.events?.finished?.();
  }

  lost(why: LossReason): void {
    if (this.#head !== undefined) return this.#fail();
    const { events } = this;
    this.events = undefined;
    events?.lost(why);
  }

  // ---- inside

  #write(code: number, payload: Uint8Array): void {
    if (!this.#isEnding) this.#socket.write(frameOf(code, payload), false);
  }

  #close(code: number): void {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.#write(opcode.close, payload);
    this.#isEnding = true;
  }

  /** It ends on both sides at once. */
  #tellEnd(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.events?.ended();
    this.end();
  }

  #takeHead(bytes: Uint8Array): void {
    const { head, isFirst } = { head: this.#head ?? Buffer.alloc(0), isFirst: !this.#head?.length };
    if (isFirst && this.#options.looksAt(bytes)) return this.#fail();
    this.#head = Buffer.concat([head, bytes]);
    const end = this.#head.indexOf(headEnd);
    if (end < 0) {
      if (this.#head.length > limits.web.headBytes) this.#fail(noHttp);
      return;
    }
    const rest = this.#head.subarray(end + headEnd.length);
    const [first = '', ...fields] = this.#head.toString('latin1', 0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(first)?.[1]);
    if (status !== 101) {
      // A proxy that wants TLS says where it is.
      const text = valueOf('location', fields) ?? rest.toString().split('\n', 1)[0];
      return this.#fail(Number.isNaN(status) ? noHttp : `HTTP ${status} ${text}`);
    }
    if (!this.#isProved(fields))
      return this.#fail('HTTP 101 without the proof that it read the key');
    this.#head = undefined;
    this.#options.done({ ok: true });
    if (rest.length > 0) this.#reader.push(rest);
  }

  #isProved(fields: readonly string[]): boolean {
    const proof = new Bun.CryptoHasher('sha1').update(this.#key + proofSuffix).digest('base64');
    return valueOf('sec-websocket-accept', fields) === proof;
  }

  #fail(answer?: string): void {
    this.#head = undefined;
    this.#socket.events = undefined;
    this.#socket.abort();
    this.#options.done(answer === undefined ? { ok: false } : { ok: false, answer });
  }
}

/** What a field of a head says; undefined where there is none. */
function valueOf(name: string, fields: readonly string[]): string | undefined {
  const found = fields.find((field) => field.toLowerCase().startsWith(`${name}:`));
  return found?.slice(name.length + 1).trim();
}
