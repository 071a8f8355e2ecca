// What the client program gives a dialect's client: connections, files, the listener, time, and a view for its user.

import type {
  AccountKeys,
  ClientConnection,
  ClientHost,
  ConnectionEvents,
  Ending,
  Listener,
  Missing,
  Shown,
  SourceFile,
  Unreadable,
} from '../protocol/dialect';
import { limits } from '../protocol/limits';
import type { Address, Result } from '../protocol/model';
import { ok, refused } from '../protocol/model';
import { FileConnection } from './file_connection';
import { hints } from './hints';
import { ListenerThread } from './listener_thread';
import { pathsFrom } from './path_completion';
import { Route, type RouteOptions } from './route';
import { openSource } from './source_file';
import { standardInput } from './spooled_input';
import type { View } from './view';

export interface ClientRuntimeOptions extends RouteOptions {
  /** The dialect's name, by which the background thread finds it. */
  readonly dialect: string;
  readonly server: Address;
  /** The user's keys there. */
  readonly keys?: AccountKeys | undefined;
  readonly invite?: string | undefined;
  readonly view: View;
  /** After how long a server that acknowledges nothing is lost, in ms; undefined: when the system says so. */
  readonly silentMs?: number;
  /** Leaves out what a session says before the server has answered: the user knows that it is away. */
  readonly isQuiet?: boolean;
  /** Where standard input was kept, which `-` stands for. */
  readonly inputFile?: string | undefined;
  /** Where the listener listens; any free port if absent. */
  readonly listenPort?: number | undefined;
  /** Called once, when everything that came has been shown. `isFinal`: the program is to end whatever else it could do. */
  readonly exit: (ending: Ending, isFinal: boolean) => void;
}

const noKeys: AccountKeys = {
  of: () => undefined,
  make: () => refused('unwritable'),
  confirm() {},
  drop() {},
};

export class ClientRuntime implements ClientHost {
  readonly #options: ClientRuntimeOptions;
  readonly #route: Route;
  readonly #listeners = new Set<ListenerThread>();
  readonly #connections = new Set<FileConnection>();
  #isExiting = false;
  /** Something of the server's was shown. */
  #hasShown = false;

  get keys(): AccountKeys {
    return this.#options.keys ?? noKeys;
  }

  get invite(): string | undefined {
    return this.#options.invite;
  }

  constructor(options: ClientRuntimeOptions) {
    this.#options = options;
    this.#route = new Route(options.server, options);
  }

  /** Whether the server has ever answered. */
  get hasConnected(): boolean {
    return this.#route.isKnown;
  }

  /** Whether the server said something, or its connection stood for a while. */
  get wasUseful(): boolean {
    const { reachedAt } = this.#route;
    if (reachedAt === undefined) return false;
    return this.#hasShown || performance.now() - reachedAt >= limits.client.usefulMs;
  }

  /** Whether there is no host of the server's name. */
  get isHostUnknown(): boolean {
    return this.#route.isHostUnknown;
  }

  dial(open: (connection: ClientConnection) => ConnectionEvents, address?: Address): void {
    const connection = new FileConnection(this.#options.view, this.#options.silentMs);
    this.#connections.add(connection);
    void connection.over.then(() => this.#connections.delete(connection));
    connection.begin(open(connection));
    this.#route.connect(connection, address);
  }

  listen(
    received: (incoming: unknown) => void | Promise<boolean>,
    done: (result: Result<Listener, 'unavailable'>) => void,
  ): void {
    void this.#listen(received, done);
  }

  source(path: string): Result<SourceFile, Unreadable> {
    const { inputFile } = this.#options;
    const isInput = inputFile !== undefined && path === standardInput;
    return isInput ? openSource(inputFile, 'stdin') : openSource(path);
  }

  paths(typed: string): readonly string[] {
    return pathsFrom(typed);
  }

  show(shown: Shown): void {
    if (shown.kind === 'note' && this.#options.isQuiet === true && !this.hasConnected) return;
    if (shown.kind === 'incoming' || shown.kind === 'result') this.#hasShown = true;
    this.#options.view.show(shown);
  }

  hand(shown: Shown): Promise<boolean> | undefined {
    const { view } = this.#options;
    if (view.hand !== undefined) return view.hand(shown);
    view.show(shown);
    return undefined;
  }

  hint(missing: Missing): string {
    return hints[missing];
  }

  prompt(text: string): void {
    this.#options.view.prompt(text);
  }

  ask(question: string, done: (answer: string | undefined) => void): void {
    void this.#ask(question, done);
  }

  after(ms: number, then: () => void): () => void {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  }

  now(): number {
    return Date.now();
  }

  secret(): string {
    return crypto.randomUUID();
  }

  exit(ending: Ending, final?: 'final'): void {
    if (this.#isExiting) return;
    this.#isExiting = true;
    void this.#close(ending, final === 'final');
  }

  async #listen(
    received: (incoming: unknown) => void | Promise<boolean>,
    done: (result: Result<Listener, 'unavailable'>) => void,
  ): Promise<void> {
    const { dialect, view, listenPort: port = 0 } = this.#options;
    const ends = await this.#route.ends();
    if (ends === undefined || this.#isExiting) {
      done(refused('unavailable'));
      return;
    }
    const show = async (incoming: unknown): Promise<boolean> => {
      const isTaken = (await received(incoming)) ?? true;
      await view.ready();
      return isTaken;
    };
    const listening = (result: Result<Listener, 'unavailable'>): void => {
      const isOnTheWay = (): boolean => this.#route.isBetween(ends.server, ends.local);
      done(result.ok ? ok({ ...result.value, isOnTheWay }) : result);
    };
    this.#listeners.add(new ListenerThread({ ...ends, dialect, port, show, done: listening }));
  }

  async #ask(question: string, done: (answer: string | undefined) => void): Promise<void> {
    done(await this.#options.view.ask(question));
  }

  /** Waits until our listener has shown what it accepted and what was written last has left, but not for long. */
  async #close(ending: Ending, isFinal: boolean): Promise<void> {
    await Promise.all(Array.from(this.#listeners, (listener) => listener.stop()));
    const ended = Array.from(this.#connections).filter((connection) => connection.isEnding);
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, limits.client.farewellMs);
    await Promise.race([Promise.all(ended.map((connection) => connection.left)), timeout.promise]);
    clearTimeout(timer);
    for (const connection of this.#connections) if (!connection.isEnding) connection.abort();
    this.#options.exit(ending, isFinal);
  }
}
