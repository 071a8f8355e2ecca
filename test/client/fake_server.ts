// A server that plays a script to each caller: foreign behaviours byte by byte, with no protocol behind them.
import type { Socket } from 'bun';

/** One call, as the script sees it. */
export class FakeCall {
  readonly #socket: Socket<FakeCall>;
  #came = Buffer.alloc(0);
  #hasEnded = false;
  #error: Error | undefined;
  #changed = Promise.withResolvers<void>();
  readonly gone = Promise.withResolvers<'closed' | 'reset'>();

  constructor(socket: Socket<FakeCall>) {
    this.#socket = socket;
  }

  /** All that has come so far. */
  get came(): Buffer {
    return this.#came;
  }
  get port(): number {
    return this.#socket.remotePort;
  }

  /** Waits for so many bytes. */
  async bytes(count: number): Promise<Buffer> {
    await this.#until(() => this.#came.length >= count);
    return this.#came.subarray(0, count);
  }
  /** Waits for so many strings that end with NUL. */
  async fields(count: number): Promise<string[]> {
    const fields = (): string[] => this.#came.toString().split('\0').slice(0, -1);
    await this.#until(() => fields().length >= count);
    return fields();
  }
  /** Waits for the caller's clean end. */
  async ended(): Promise<Buffer> {
    await this.#until(() => this.#hasEnded);
    return this.#came;
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
    this.#socket.flush();
  }
  /** Ends our side; the caller may go on. */
  end(): void {
    this.#socket.shutdown();
  }
  close(): void {
    this.#socket.end();
  }
  reset(): void {
    this.#socket.terminate();
  }
  /** Reads nothing until `resume`. */
  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    this.#socket.resume();
  }

  // ---- what the socket says

  received(bytes: Uint8Array): void {
    this.#came = Buffer.concat([this.#came, bytes]);
    this.#change();
  }
  peerEnded(): void {
    this.#hasEnded = true;
    this.#change();
  }
  closed(error: Error | undefined): void {
    this.#error = error ?? new Error('the caller is gone');
    if (error === undefined) this.#hasEnded = true;
    this.#change();
    this.gone.resolve(error === undefined ? 'closed' : 'reset');
  }

  #change(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
  }
  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#error !== undefined) throw this.#error;
      await this.#changed.promise;
    }
  }
}

export interface FakeServer {
  readonly port: number;
  readonly calls: readonly FakeCall[];
  stop(): void;
}

/** Listens on a free port of `host` and plays `script` to everybody who calls. */
export function fakeServer(
  script: (call: FakeCall, count: number) => void | Promise<void>,
  host = '127.0.0.1',
): FakeServer {
  const calls: FakeCall[] = [];
  const listener = Bun.listen<FakeCall>({
    hostname: host,
    port: 0,
    allowHalfOpen: true,
    socket: {
      open(socket) {
        socket.data = new FakeCall(socket);
        calls.push(socket.data);
        // What a script still waits for when its caller has gone is no failure.
        void Promise.resolve(script(socket.data, calls.length)).catch(() => {});
      },
      data: ({ data: call }, bytes) => call.received(bytes),
      end: ({ data: call }) => call.peerEnded(),
      close: ({ data: call }, error) => call.closed(error),
    },
  });
  return { port: listener.port, calls, stop: () => listener.stop(true) };
}

/** A port where nobody listens. */
export function closedPort(host = '127.0.0.1'): number {
  const listener = Bun.listen({ hostname: host, port: 0, socket: { data() {} } });
  listener.stop(true);
  return listener.port;
}
