// A server that plays a script to each client: foreign behaviour byte by byte, with no protocol behind it.
import { listenWith, TcpTransport } from '../support/tcp_transport';

/** A transfer of a large file may take this long on a busy machine. */
const patienceMs = 60_000;

/** One connection of a client, as the script sees it. */
export class FakeCall {
  readonly transport: TcpTransport;
  readonly gone = Promise.withResolvers<'closed' | 'reset'>();
  #pieces: Uint8Array[] = [];

  constructor() {
    this.transport = new TcpTransport({
      data: (bytes) => void this.#pieces.push(bytes),
      ended: () => {},
      lost: () => this.gone.resolve(this.transport.wasReset ? 'reset' : 'closed'),
    });
  }

  /** All that has come so far. */
  get came(): Buffer {
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }
  /** The client's own port. */
  get port(): number {
    return this.transport.remotePort;
  }

  /** Waits for so many bytes. */
  async bytes(count: number): Promise<Buffer> {
    await this.#until(() => this.came.length >= count);
    return this.came.subarray(0, count);
  }
  /** Waits for so many strings that end with NUL. */
  async fields(count: number): Promise<string[]> {
    const fields = (): string[] => this.came.toString().split('\0').slice(0, -1);
    await this.#until(() => fields().length >= count);
    return fields();
  }
  /** Waits for the client's clean end. */
  async ended(): Promise<Buffer> {
    await this.#until(() => this.transport.hasEnded && !this.transport.wasReset);
    return this.came;
  }

  send(bytes: string | Uint8Array): void {
    this.transport.send(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  }
  /** Ends our side; the client may go on. */
  end(): void {
    this.transport.finish();
  }
  close(): void {
    this.transport.close();
  }
  reset(): void {
    this.transport.reset();
  }
  /** Reads nothing until `resume`. */
  pause(): void {
    this.transport.pause();
  }
  resume(): void {
    this.transport.resume();
  }

  async #until(met: () => boolean): Promise<void> {
    const { transport } = this;
    await transport.changes.until(
      () => met() || transport.isClosed,
      () => 'the client did not do what the script waits for',
      patienceMs,
    );
    if (!met()) throw new Error('the client is gone');
  }
}

export interface FakeServer {
  readonly port: number;
  readonly calls: readonly FakeCall[];
  stop(): void;
}

/** Listens on a free port of `host` and plays `script` to every client that connects. */
export function fakeServer(
  script: (call: FakeCall, count: number) => void | Promise<void>,
  host = '127.0.0.1',
): FakeServer {
  const calls: FakeCall[] = [];
  const listener = listenWith(() => {
    const call = new FakeCall();
    calls.push(call);
    const opened = (): void => {
      // What a script still waits for when its client has gone is no failure.
      void Promise.resolve(script(call, calls.length)).catch(() => {});
    };
    return { transport: call.transport, opened };
  }, host);
  return { port: listener.port, calls, stop: () => listener.stop(true) };
}

/** A port where nobody listens. */
export function closedPort(host = '127.0.0.1'): number {
  const listener = Bun.listen({ hostname: host, port: 0, socket: { data() {} } });
  listener.stop(true);
  return listener.port;
}
