// One `chat connect`: gives lines to the dialect one after the other, ends in every way it can, and comes back.

import { exit } from '../cli/exit';
import { note } from '../protocol/client_kit/note';
import type {
  AccountKeys,
  Client,
  ClientOptions,
  ClientSession,
  Ending,
  Resumed,
} from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { Comeback } from './comeback';
import { hostUnknown } from './endpoint';
import { ClientRuntime } from './runtime';
import type { Security } from './security';
import { statusOf } from './status';
import type { Dialogue } from './terminal/dialogue';
import type { View } from './view';

export interface InteractiveSessionOptions {
  readonly dialect: string;
  readonly client: Client;
  readonly keys?: AccountKeys | undefined;
  readonly invite?: string | undefined;
  readonly options: ClientOptions;
  /** Whether the server is spoken to over TLS, and who is believed to be it. */
  readonly security?: Security | undefined;
  readonly dialogue: Dialogue;
  readonly view: View;
  /** How long a script's session lasts after the end of its input, in ms; at most `limits.client.lingerMs`. */
  readonly lingerMs: number;
  /** Whether to connect again when the server is lost. */
  readonly isPersistent: boolean;
  /** Whether to do so also where the server has never answered: it may not have started. */
  readonly isPatient?: boolean;
  /** Where the server's calls are taken; any free port if absent. */
  readonly listenPort?: number | undefined;
  /** Called when the server has answered for the first time on a new connection. */
  readonly onConnected: () => void;
  /** Called when there is no host of the server's name. */
  readonly onHostUnknown?: () => void;
  /** How long a dial may take, in ms; `limits.client.connectMs` if absent. */
  readonly connectMs?: number;
  /** The pauses before each reconnect, in ms; `limits.client.reconnectMs` if absent. */
  readonly reconnectMs?: readonly number[];
  /** How long leaving may take, in ms; `limits.client.leavingMs` if absent. */
  readonly leavingMs?: number;
}

/** The exit status after each signal. */
const signals = { SIGTERM: exit.signalled + 15, SIGHUP: exit.signalled + 1 } as const;

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
  readonly #comeback: Comeback;
  /** Set when the user leaves: the status to exit with, unless a command has failed. */
  #exitStatus: number | undefined;

  constructor(options: InteractiveSessionOptions) {
    this.#options = options;
    const { view, isPatient, reconnectMs } = options;
    this.#comeback = new Comeback(view, isPatient, reconnectMs);
  }

  /** Settled with the exit status when the session is over. */
  async run(): Promise<number> {
    const { dialogue, lingerMs } = this.#options;
    dialogue.onLine((line) => this.#submit(line));
    dialogue.onInterrupt(() => this.#interrupt());
    dialogue.onEnd(() => {
      if (dialogue.isInteractive) this.#leaveSoon(exit.ok);
      else if (lingerMs === 0) this.#leave(exit.ok);
      else setTimeout(() => this.#leave(exit.ok), Math.min(lingerMs, limits.client.lingerMs));
    });
    const handlers = Object.entries(signals).map(([signal, status]) => {
      const handler = (): void => this.#leaveSoon(status);
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

  /** `resumed`: what a session that lost its server wants to come back to. */
  #connect(resumed?: Resumed): void {
    const { dialect, client, dialogue, view, options, security, connectMs } = this.#options;
    const isComingBack = resumed !== undefined;
    const host: ClientRuntime = new ClientRuntime({
      dialect,
      webSocketPath: client.webSocketPath,
      server: options.target,
      security,
      keys: this.#options.keys,
      invite: this.#options.invite,
      view,
      silentMs: limits.client.silentMs,
      isQuiet: isComingBack,
      reached: () => this.#reached(),
      listenPort: this.#options.listenPort,
      hostUnknown: () => {
        this.#options.onHostUnknown?.();
        // Elsewhere the session ends with it, and the program's last words say so.
        if (dialogue.isInteractive && !isComingBack)
          view.show(note(`${hostUnknown(options.target.host)}.`));
      },
      exit: (...how) => this.#sessionEnded(host, ...how),
      ...(connectMs !== undefined && { connectMs }),
    });
    // A user who comes back takes over from their own old session: the server may still hold it.
    const takeover = options.takeover || (isComingBack && this.#comeback.hasConnected);
    const again = isComingBack ? { resumed } : {};
    this.#session = client.connect(host, { ...options, takeover, ...again });
    if (!isComingBack) this.#sessionReady.resolve();
  }

  /** A new connection stands. What was typed meanwhile is dealt with. */
  #reached(): void {
    this.#options.onConnected();
    this.#comeback.reached();
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
    else this.#leaveSoon(exit.interrupted);
  }

  /** Leaves because the user says so now, and not because a script is through: nothing is waited for long. */
  #leaveSoon(status: number): void {
    const ms = this.#options.leavingMs ?? limits.client.leavingMs;
    this.#leave(status);
    this.#exitStatus = status;
    setTimeout(() => this.#finished.resolve(this.#finalStatus('done')), ms).unref();
  }

  #leave(status: number): void {
    if (this.#exitStatus !== undefined) return;
    this.#exitStatus = status;
    this.#comeback.cancel();
    if (this.#session === undefined) this.#finished.resolve(this.#finalStatus('done'));
    else this.#session.leave();
  }

  #sessionEnded(host: ClientRuntime, ending: Ending, isFinal: boolean): void {
    const resumed = this.#session?.resume?.() ?? {};
    this.#session = undefined;
    this.#endLine?.(ending);
    const mayComeBack = this.#options.isPersistent && !isFinal && this.#exitStatus === undefined;
    if (!mayComeBack || !this.#comeback.isWorthwhile(host, ending)) {
      this.#finished.resolve(this.#finalStatus(ending));
      return;
    }
    this.#sessionReady = Promise.withResolvers();
    this.#comeback.begin(() => this.#connect(resumed));
  }

  #finalStatus(ending: Ending): number {
    if (this.#exitStatus !== undefined && this.#exitStatus !== exit.ok) return this.#exitStatus;
    // A user at a terminal has seen a failed command; for a script it is the result.
    const failure = this.#options.dialogue.isInteractive ? undefined : this.#failure;
    return statusOf[failure ?? ending];
  }
}
