// A real server inside the test process: real sockets on free ports, console lines kept for the test.

import type { Dialect, ServerFlagValues } from '../../src/protocol/dialect';
import type { Console } from '../../src/server/console';
import {
  type RunningServer,
  type ServerSettings,
  startServer as start,
} from '../../src/server/server';

/** What a server printed, waited for by event. */
export class KeptConsole implements Console {
  readonly isTerminal = false;
  readonly lines: string[] = [];
  readonly warnings: string[] = [];
  readonly bytes: Uint8Array[] = [];
  readonly #waiters = new Set<() => void>();

  print(line: string): void {
    this.lines.push(line);
    this.#woken();
  }
  raw(bytes: Uint8Array, taken: () => void): void {
    this.bytes.push(bytes.slice());
    taken();
    this.#woken();
  }
  warn(line: string): void {
    this.warnings.push(line);
    this.#woken();
  }
  prompt(text: string): void {
    this.print(text.trimEnd());
  }
  async close(): Promise<void> {}

  #woken(): void {
    for (const waiter of this.#waiters) waiter();
  }

  /** Resolves once `met` holds; fails after ten seconds with all that was printed. */
  until(met: (console: KeptConsole) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(check);
        reject(
          new Error(
            `not printed within 10 s; printed:\n${this.lines.join('\n')}\n${this.warnings.join('\n')}`,
          ),
        );
      }, 10_000);
      const check = (): void => {
        if (!met(this)) return;
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve();
      };
      this.#waiters.add(check);
      check();
    });
  }

  /** Resolves once this very line was printed. */
  untilLine(line: string): Promise<void> {
    return this.until(({ lines }) => lines.includes(line));
  }
}

type Bounds = Pick<
  ServerSettings,
  'largestFile' | 'storedFiles' | 'attachmentMs' | 'clock' | 'descriptors'
>;

export interface TestServer extends AsyncDisposable {
  readonly console: KeptConsole;
  /** The port of a dialect's door. */
  port(dialect: string): number;
  stop(): Promise<void>;
}

/** Starts a server with the given dialects on free ports of loopback. Stop it, or hold it with `await using`. */
export async function startServer(
  dialects: readonly Dialect[],
  options: {
    readonly folder?: string;
    readonly flags?: ServerFlagValues;
    readonly host?: string;
    /** Of the only door; a free one unless told. */
    readonly port?: number;
    /** Bounds and the clock, where a test has its own. */
    readonly bounds?: Bounds;
  } = {},
): Promise<TestServer> {
  const console = new KeptConsole();
  const server: RunningServer = await start({
    host: options.host ?? '127.0.0.1',
    doors: dialects.map((dialect) => ({ dialect, port: options.port ?? 0 })),
    folder: options.folder,
    flags: options.flags ?? {},
    console,
    ...options.bounds,
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= server.stop());
  return {
    console,
    port: (name) => {
      const door = server.doors.find(({ dialect }) => dialect.name === name);
      if (!door) throw new Error(`no ${name} door`);
      return door.address.port;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
