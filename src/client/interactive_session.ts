// One `chat connect`: lines go to the caller one after the other, the session ends in every way it may, bots come back.

import { exit } from '../cli/exit';
import type { Client, ClientOptions, ClientSession, Ending } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { ClientRuntime, type View } from './runtime';
import { statusOf } from './status';
import type { Dialogue } from './terminal/dialogue';

export interface InteractiveSessionOptions {
  readonly dialect: string;
  readonly client: Client;
  readonly options: ClientOptions;
  readonly dialogue: Dialogue;
  readonly view: View;
  /** How long a script's session lasts after the end of its input, in ms. */
  readonly lingerMs: number;
  /** Whether a lost server is called again. */
  readonly isPersistent: boolean;
  /** Called when the server has answered. */
  readonly onConnected: () => void;
  readonly connectMs?: number;
  readonly reconnectMs?: readonly number[];
}

/** The exit status when a signal ended it: 128 and the signal's number, as shells count. */
const signals = { SIGTERM: 143, SIGHUP: 129 } as const;

/** A timer cannot wait longer: 24 days. */
const longestTimerMs = 2 ** 31 - 1;

export class InteractiveSession {
  readonly #options: InteractiveSessionOptions;
  readonly #finished = Promise.withResolvers<number>();
  #session: ClientSession | undefined;
  /** Lines wait for a session while a lost server is called again. */
  #sessionReady = Promise.withResolvers<void>();
  /** Ends the line that is being dealt with. */
  #endLine: ((ending: Ending) => void) | undefined;
  /** What a script's first failed operation came to. */
  #failure: Ending | undefined;
  #reconnects = 0;
  #reconnectTimer: Timer | undefined;
  /** We are leaving, with this status unless something fails. */
  #exitStatus: number | undefined;

  constructor(options: InteractiveSessionOptions) {
    this.#options = options;
  }

  /** Settled with the exit status when the session is over. */
  async run(): Promise<number> {
    const { dialogue, lingerMs } = this.#options;
    dialogue.onLine((line) => this.#submit(line));
    dialogue.onInterrupt(() => this.#interrupt());
    dialogue.onEnd(() => {
      if (dialogue.isInteractive || lingerMs === 0) this.#leave(exit.ok);
      else setTimeout(() => this.#leave(exit.ok), Math.min(lingerMs, longestTimerMs));
    });
    const handlers = Object.entries(signals).map(([signal, status]) => {
      const handler = (): void => this.#leave(status);
      process.on(signal, handler);
      return [signal, handler] as const;
    });
    this.#connect();
    const status = await this.#finished.promise;
    for (const [signal, handler] of handlers) process.off(signal, handler);
    return status;
  }

  /** What Tab may complete. */
  complete(before: string): readonly string[] {
    return this.#session?.complete?.(before) ?? [];
  }

  #connect(): void {
    const { dialect, client, view, options, onConnected, connectMs } = this.#options;
    const host: ClientRuntime = new ClientRuntime({
      dialect,
      server: options.target,
      view,
      reached: onConnected,
      exit: (ending) => this.#sessionEnded(host, ending),
      ...(connectMs !== undefined && { connectMs }),
    });
    // Whoever comes back takes over from himself: the server may not have noticed that he was gone.
    const takeover = options.takeover || this.#reconnects > 0;
    this.#session = client.connect(host, { ...options, takeover });
    this.#sessionReady.resolve();
  }

  async #submit(line: string): Promise<void> {
    await this.#sessionReady.promise;
    const session = this.#session;
    if (session === undefined || this.#exitStatus !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.#endLine = resolve;
    session.typed(line, resolve);
    const ending = await promise;
    this.#endLine = undefined;
    if (ending !== 'done') this.#failure ??= ending;
  }

  #interrupt(): void {
    // Twice: at once.
    if (this.#exitStatus !== undefined) this.#finished.resolve(exit.interrupted);
    else this.#leave(exit.interrupted);
  }

  #leave(status: number): void {
    if (this.#exitStatus !== undefined) return;
    this.#exitStatus = status;
    clearTimeout(this.#reconnectTimer);
    if (this.#session === undefined) this.#finished.resolve(this.#finalStatus('done'));
    else this.#session.leave();
  }

  #sessionEnded(host: ClientRuntime, ending: Ending): void {
    this.#session = undefined;
    this.#endLine?.(ending);
    const isLost = ending === 'unreachable' && this.#exitStatus === undefined;
    if (host.hasConnected) this.#reconnects = 0;
    // A server that never answered is more likely a wrong address than a lost one.
    const wasThere = host.hasConnected || this.#reconnects > 0;
    if (isLost && this.#options.isPersistent && wasThere) this.#reconnect();
    else this.#finished.resolve(this.#finalStatus(ending));
  }

  #reconnect(): void {
    const pauses = this.#options.reconnectMs ?? limits.client.reconnectMs;
    const pause = pauses[Math.min(this.#reconnects, pauses.length - 1)] ?? 0;
    this.#reconnects++;
    this.#sessionReady = Promise.withResolvers();
    const text = `The server is gone; trying again in ${pause / 1000} s.`;
    this.#options.view.show({ kind: 'note', lines: [text], json: { type: 'note', text } });
    this.#reconnectTimer = setTimeout(() => this.#connect(), pause);
  }

  #finalStatus(ending: Ending): number {
    if (this.#exitStatus !== undefined && this.#exitStatus !== exit.ok) return this.#exitStatus;
    // At a terminal a failed operation was seen and answered; a script's is its result.
    const failure = this.#options.dialogue.isInteractive ? undefined : this.#failure;
    return statusOf[failure ?? ending];
  }
}
