// One `chat connect`: gives lines to the dialect one after the other, ends in every way it can, and reconnects.

import { exit } from '../cli/exit';
import { note } from '../protocol/client_kit/note';
import type { Client, ClientOptions, ClientSession, Ending } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { hostUnknown } from './endpoint';
import { ClientRuntime } from './runtime';
import { statusOf } from './status';
import type { Dialogue } from './terminal/dialogue';
import type { View } from './view';

export interface InteractiveSessionOptions {
  readonly dialect: string;
  readonly client: Client;
  readonly options: ClientOptions;
  readonly dialogue: Dialogue;
  readonly view: View;
  /** How long a script's session lasts after the end of its input, in ms; at most `limits.client.lingerMs`. */
  readonly lingerMs: number;
  /** Whether to connect again when the server is lost. */
  readonly isPersistent: boolean;
  /** Whether to do so also where the server has never answered: it may not have started. */
  readonly isPatient?: boolean;
  /** Called when the server has answered for the first time on a new connection. */
  readonly onConnected: () => void;
  /** Called when there is no host of the server's name. */
  readonly onHostUnknown?: () => void;
  /** How long a dial may take, in ms; `limits.client.connectMs` if absent. */
  readonly connectMs?: number;
  /** The pauses before each reconnect, in ms; `limits.client.reconnectMs` if absent. */
  readonly reconnectMs?: readonly number[];
}

/** The exit status after a signal: 128 and the signal's number, as shells count. */
const signals = { SIGTERM: 143, SIGHUP: 129 } as const;

export class InteractiveSession {
  readonly #options: InteractiveSessionOptions;
  readonly #finished = Promise.withResolvers<number>();
  #session: ClientSession | undefined;
  /** Lines wait for it while a lost server is called again. */
  #sessionReady = Promise.withResolvers<void>();
  /** Ends the line that is being handled. */
  #endLine: ((ending: Ending) => void) | undefined;
  /** The ending of a script's first command that failed. */
  #failure: Ending | undefined;
  #reconnects = 0;
  /** Whether the server has ever answered. */
  #hasConnected = false;
  #reconnectTimer: Timer | undefined;
  /** Set when the user leaves: the status to exit with, unless a command has failed. */
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
      else setTimeout(() => this.#leave(exit.ok), Math.min(lingerMs, limits.client.lingerMs));
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

  /** The candidates for the word that ends at the cursor; `before` is the line up to there. */
  complete(before: string): readonly string[] {
    return this.#session?.complete?.(before) ?? [];
  }

  #connect(): void {
    const { dialect, client, dialogue, view, options, onConnected, connectMs } = this.#options;
    const host: ClientRuntime = new ClientRuntime({
      dialect,
      server: options.target,
      view,
      reached: onConnected,
      hostUnknown: () => {
        this.#options.onHostUnknown?.();
        // Elsewhere the session ends with it, and the program's last words say so.
        if (dialogue.isInteractive) view.show(note(`${hostUnknown(options.target.host)}.`));
      },
      exit: (ending) => this.#sessionEnded(host, ending),
      ...(connectMs !== undefined && { connectMs }),
    });
    // A user who reconnects takes over from their own old session: the server may still hold it.
    const takeover = options.takeover || this.#hasConnected;
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
    // The second interrupt ends the program at once.
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
    this.#hasConnected ||= host.hasConnected;
    const { isPersistent, isPatient = false } = this.#options;
    // A server that has never answered is more likely a wrong address than a lost server.
    if (isLost && isPersistent && (this.#hasConnected || isPatient)) this.#reconnect();
    else this.#finished.resolve(this.#finalStatus(ending));
  }

  #reconnect(): void {
    const pauses = this.#options.reconnectMs ?? limits.client.reconnectMs;
    const pause = pauses[Math.min(this.#reconnects, pauses.length - 1)] ?? 0;
    this.#reconnects++;
    this.#sessionReady = Promise.withResolvers();
    this.#options.view.show(note(`The server is gone; trying again in ${pause / 1000} s.`));
    this.#reconnectTimer = setTimeout(() => this.#connect(), pause);
  }

  #finalStatus(ending: Ending): number {
    if (this.#exitStatus !== undefined && this.#exitStatus !== exit.ok) return this.#exitStatus;
    // A user at a terminal has seen a failed command; for a script it is the result.
    const failure = this.#options.dialogue.isInteractive ? undefined : this.#failure;
    return statusOf[failure ?? ending];
  }
}
