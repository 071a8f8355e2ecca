// A socket over TLS: a TCP connection that stands, and what Bun does and does not tell of TLS on it.
//
// Bun 1.4 takes any connection of ours over (`upgradeTLS`), also as the server and with bytes that were read already, so
// the first bytes are looked at before, and each connection can have the certificate of its time. What its sockets then do:
// - The plain twin goes on to be told each piece of ciphertext: it must belong to nobody.
// - A handshake can fail, and its connection close, before `upgradeTLS` has returned.
// - `shutdown` sends what the system has yet to take, then close_notify, and our side goes on to read, as over TCP.
// - `end` is told at a close_notify, and at an end of the connection without one: who can cut it can do that.
// - `drain` is told once after the handshake, though nothing waited.

import type { X509Certificate } from 'node:crypto';

import type { Address } from '../protocol/model';
import { HeldBytes } from './held_bytes';
import { tcpHandlers, TcpSocket, type TcpSystemSocket } from './tcp_socket';

/** What our side of a handshake has: made by `tls_side.ts`. */
export interface TlsSide {
  /** Of Bun's own kind: certificate and key, or whom to trust. */
  readonly secureContext: object;
  readonly isServer: boolean;
  /** The host that a client means. */
  readonly serverName?: string;
}

/** Bun's types leave out what its own `node:tls` is built on. */
interface Upgradable {
  upgradeTLS(options: {
    readonly data: TlsSocket;
    readonly tls: {
      readonly secureContext: object;
      readonly rejectUnauthorized: false;
      readonly serverName?: string;
    };
    readonly socket: typeof tlsHandlers;
    readonly isServer: boolean;
    readonly initialData?: Uint8Array | undefined;
  }): [plain: TcpSystemSocket, secure: TcpSystemSocket] | undefined;
}

/** How a handshake went. A client is told what is wrong with the server's certificate, and decides. */
export type Shaken = (isDone: boolean, fault: Error | null) => void;

/** Whose data the plain twins are: nobody's. */
const nobody = new TcpSocket({
  clock: { now: () => 0, monotonicNow: () => 0, uptime: () => 0, after: () => () => {}, wake() {} },
  flushes: { add() {}, flush() {} } as never,
  waiting: new HeldBytes(0),
});

export class TlsSocket extends TcpSocket {
  #peer: Address = { host: '', port: 0 };
  #shaken: Shaken | undefined;

  /**
   * Takes a TCP connection over and shakes hands on it. `first`: bytes that were read already. `shaken` is called once,
   * unless the events are told `lost` before. Where the handshake failed, the connection closes, and they are told so next.
   */
  shake(plain: TcpSocket, side: TlsSide, shaken: Shaken, first?: Uint8Array): void {
    this.#peer = plain.remote;
    this.#shaken = shaken;
    const system = plain.release();
    const { secureContext, serverName, isServer } = side;
    const pair = (system as Upgradable | undefined)?.upgradeTLS({
      data: this,
      tls: {
        secureContext,
        rejectUnauthorized: false,
        ...(serverName !== undefined && { serverName }),
      },
      socket: tlsHandlers,
      isServer,
      ...(first && { initialData: first }),
    });
    // A connection that is gone already is not taken over.
    if (pair) pair[0].data = nobody;
    else this.fail('reset');
  }

  /** What the peer shows, once hands are shaken. */
  get certificate(): X509Certificate | undefined {
    return this.system?.getPeerX509Certificate();
  }

  // ---- what Bun tells

  onOpen(system: TcpSystemSocket): void {
    this.attach(system, this.#peer.host);
    this.namePeer(this.#peer);
  }

  /** A server is told that the client showed no certificate, too, and that the handshake is done: it asked for none. */
  onHandshake(isDone: boolean, fault: Error | null): void {
    const shaken = this.#shaken;
    this.#shaken = undefined;
    shaken?.(isDone, fault);
  }
}

type TlsSystemSocket = TcpSystemSocket & { readonly data: TlsSocket };

/** As `tcpHandlers`, and how a handshake went. */
const tlsHandlers = {
  ...tcpHandlers,
  open: (system: TcpSystemSocket) => (system as TlsSystemSocket).data.onOpen(system),
  handshake: (system: TcpSystemSocket, isDone: boolean, fault: Error | null) =>
    (system as TlsSystemSocket).data.onHandshake(isDone, fault),
};
