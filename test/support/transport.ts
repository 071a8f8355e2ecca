// What carries a test client's bytes: a real socket, or a connection of the simulation's network.

/** The client's end of a connection. */
export interface Transport {
  send(bytes: Uint8Array): void;
  /** Sends no more and still receives. */
  finish(): void;
  /** Breaks the connection: the server sees a reset. */
  reset(): void;
}

/** What happens at the client's end of a connection. `T` is the transport that it is. */
export interface TransportEvents<T extends Transport = Transport> {
  opened?(transport: T): void;
  data(bytes: Uint8Array): void;
  /** The server has ended its side. */
  ended(): void;
  /** The connection was refused or reset, or the server died. */
  lost(): void;
}

/** Makes a connection and hands over the bytes that come. Test clients are given one. */
export type Dial<T extends Transport = Transport> = (data: (bytes: Uint8Array) => void) => T;
