// WebSocket frames written and read by hand, so that an attacker may send half of one, and stop reading.

import type { Transport } from '../../support/transport';

/** The request that makes a connection a WebSocket. */
export const upgrade = (port: number): Buffer =>
  Buffer.from(
    `GET /socket HTTP/1.1\r\nHost: localhost:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );

/** One text frame as a client writes it. A mask of zeros changes nothing. */
export function frameOf(text: Uint8Array): Buffer {
  const length =
    text.length < 126
      ? Buffer.from([0x80 | text.length])
      : text.length < 65_536
        ? Buffer.from([0x80 | 126, text.length >> 8, text.length & 255])
        : Buffer.concat([Buffer.from([0x80 | 127]), eight(text.length)]);
  return Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), text]);
}

function eight(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** A WebSocket's client side over a connection: `received` gets what the frames hold. */
export class WebSocketTransport implements Transport {
  readonly #under: Transport;
  readonly #received: (bytes: Uint8Array) => void;
  #bytes = Buffer.alloc(0);
  #isUpgraded = false;
  /** Frames written before the upgrade was answered. */
  #early: Buffer[] = [];

  constructor(
    connect: (data: (bytes: Uint8Array) => void) => Transport,
    port: number,
    received: (bytes: Uint8Array) => void,
  ) {
    this.#received = received;
    this.#under = connect((bytes) => this.#data(bytes));
    this.#under.send(upgrade(port));
  }

  send(bytes: Uint8Array): void {
    if (this.#isUpgraded) this.#under.send(frameOf(bytes));
    else this.#early.push(frameOf(bytes));
  }

  finish(): void {
    this.#under.finish();
  }

  reset(): void {
    this.#under.reset();
  }

  #data(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    if (!this.#isUpgraded) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#bytes = this.#bytes.subarray(end + 4);
      this.#isUpgraded = true;
      for (const frame of this.#early.splice(0)) this.#under.send(frame);
    }
    while (this.#takeFrame());
  }

  #takeFrame(): boolean {
    const bytes = this.#bytes;
    if (bytes.length < 2) return false;
    const [kind = 0, short = 0] = bytes;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < head) return false;
    const length =
      head === 2 ? short : head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < head + length) return false;
    this.#bytes = bytes.subarray(head + length);
    const payload = bytes.subarray(head, head + length);
    // A ping wants its pong; an empty one will do.
    if ((kind & 15) === 9) this.#under.send(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
    else if ((kind & 15) <= 2) this.#received(payload);
    return true;
  }
}
