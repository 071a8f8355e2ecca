// A real server inside the test process: real sockets on free ports, console lines kept for the test.

import type { Dialect, ServerFlagValues } from '../../src/protocol/dialect';
import type { Console } from '../../src/server/console';
import {
  type RunningServer,
  type ServerSettings,
  startServer as start,
} from '../../src/server/server';
import { Changes } from './changes';
import { isOverTls, secured, testCertificate } from './tls';

/** What a server printed, waited for by event. */
export class KeptConsole implements Console {
  readonly isTerminal = false;
  readonly lines: string[] = [];
  readonly warnings: string[] = [];
  readonly bytes: Uint8Array[] = [];
  readonly #changes = new Changes();

  print(line: string): void {
    this.lines.push(line);
    this.#changes.changed();
  }
  raw(bytes: Uint8Array, taken: () => void): void {
    this.bytes.push(bytes.slice());
    taken();
    this.#changes.changed();
  }
  warn(line: string): void {
    this.warnings.push(line);
    this.#changes.changed();
  }
  prompt(text: string): void {
    this.print(text.trimEnd());
  }
  async close(): Promise<void> {}

  /** Resolves once `met` holds; fails after the deadline with all that was printed. */
  until(met: (console: KeptConsole) => boolean): Promise<void> {
    return this.#changes.until(
      () => met(this),
      () => `not printed; printed:\n${this.lines.join('\n')}\n${this.warnings.join('\n')}`,
    );
  }

  /** Resolves once this very line was printed. */
  untilLine(line: string): Promise<void> {
    return this.until(({ lines }) => lines.includes(line));
  }
}

type Bounds = Pick<
  ServerSettings,
  | 'filesOfEach'
  | 'largestFile'
  | 'storedFiles'
  | 'attachmentMs'
  | 'historyMs'
  | 'clock'
  | 'descriptors'
  | 'disk'
  | 'policy'
  | 'rates'
  | 'certificate'
  | 'proxies'
>;

export interface TestServer extends AsyncDisposable {
  readonly console: KeptConsole;
  /** The port of a dialect's door; of that with TLS where there are both. */
  port(dialect: string, isSecure?: boolean): number;
  reloadCertificate(): void;
  stop(): Promise<void>;
}

/** Starts a server with the given dialects on free ports of loopback. Stop it, or hold it with `await using`. */
export async function startServer(
  dialects: readonly Dialect[],
  options: {
    readonly folder?: string;
    readonly flags?: ServerFlagValues;
    readonly host?: string;
    /** Of the only door, or of some by their dialects; free ones unless told. */
    readonly port?: number | Readonly<Record<string, number>>;
    /** Bounds and the clock, where a test has its own. */
    readonly bounds?: Bounds;
    /** Whether its doors speak TLS, or some and others do not; as CHAT_TEST_TLS says unless told. */
    readonly isSecure?: boolean | 'both';
  } = {},
): Promise<TestServer> {
  const console = new KeptConsole();
  const { isSecure = isOverTls } = options;
  const doors = dialects.map((dialect) => ({
    dialect,
    port: (typeof options.port === 'object' ? options.port[dialect.name] : options.port) ?? 0,
    isSecure: isSecure === true,
  }));
  const server: RunningServer = await start({
    host: options.host ?? '127.0.0.1',
    doors:
      isSecure === 'both'
        ? [...doors, ...doors.map((door) => ({ ...door, isSecure: true }))]
        : doors,
    ...(isSecure !== false && { certificate: await testCertificate() }),
    folder: options.folder,
    flags: options.flags ?? {},
    console,
    ...options.bounds,
  });
  for (const { address, isSecure: isDoorSecure } of server.doors)
    secured(address.port, isDoorSecure);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    for (const { address } of server.doors) secured(address.port, false);
    return (stopped ??= server.stop());
  };
  return {
    console,
    reloadCertificate: () => server.reloadCertificate(),
    port: (name, isDoorSecure = isSecure === true) => {
      const door = server.doors.find(
        (one) => one.dialect.name === name && one.isSecure === isDoorSecure,
      );
      if (!door) throw new Error(`no ${name} door`);
      return door.address.port;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
