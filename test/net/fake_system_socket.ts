// The system's side of a TCP socket, as Bun would have it: it takes what a test lets it take.

import type { TcpSystemSocket } from '../../src/net/tcp_socket';

/** Takes so many bytes, and then none until it is given more room. */
export class FakeSystemSocket {
  room: number;
  readonly told: string[] = [];

  constructor(room: number) {
    this.room = room;
  }

  get asSystem(): TcpSystemSocket {
    return this as unknown as TcpSystemSocket;
  }

  write(bytes: Uint8Array): number {
    const taken = Math.min(this.room, bytes.length);
    this.room -= taken;
    return taken;
  }
  end(): void {
    this.told.push('end');
  }
  shutdown(): void {
    this.told.push('shutdown');
  }
  terminate(): void {
    this.told.push('terminate');
  }
  pause(): void {}
  resume(): void {}
}
