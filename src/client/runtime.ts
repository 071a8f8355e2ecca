// What the client program gives a dialect's caller: real connections, files, the listener, time, and a person.

import type {
  ClientConnection,
  ClientHost,
  ConnectionEvents,
  Ending,
  Listener,
  Missing,
  SaveSink,
  Shown,
  SourceFile,
} from '../protocol/dialect';
import { limits } from '../protocol/limits';
import type { Address, Result } from '../protocol/model';
import { refused } from '../protocol/model';
import { SocketConnection } from './connection';
import { hints } from './hints';
import { ListenerThread } from './listener_thread';
import { Route, type RouteOptions } from './route';
import { SavedFile } from './save_file';
import { OpenedFile, openSource, sendSource } from './source_file';
import type { Progress } from './terminal/progress';

/** Where what a caller shows goes, and where its questions are asked. */
export interface View {
  show(shown: Shown): void;
  /** Settles when whoever reads it has caught up. */
  ready(): Promise<void>;
  prompt(text: string): void;
  ask(question: string): Promise<string | undefined>;
  progress(name: string, total: number): Progress;
}

export interface ClientRuntimeOptions extends RouteOptions {
  /** The dialect's name, by which the background thread finds it. */
  readonly dialect: string;
  readonly server: Address;
  readonly view: View;
  /** Called once, when all that was heard has been shown. */
  readonly exit: (ending: Ending) => void;
}

export class ClientRuntime implements ClientHost {
  readonly #options: ClientRuntimeOptions;
  readonly #route: Route;
  readonly #listeners = new Set<ListenerThread>();
  readonly #connections = new Set<FileClientConnection>();
  #isExiting = false;

  constructor(options: ClientRuntimeOptions) {
    this.#options = options;
    this.#route = new Route(options.server, options);
  }

  /** Whether the server has ever answered. */
  get hasConnected(): boolean {
    return this.#route.isKnown;
  }

  dial(open: (connection: ClientConnection) => ConnectionEvents, address?: Address): void {
    const wire = new FileClientConnection(this.#options.view);
    this.#connections.add(wire);
    void wire.over.then(() => this.#connections.delete(wire));
    wire.begin(open(wire));
    this.#route.connect(wire, address);
  }

  listen(
    heard: (incoming: unknown) => void,
    done: (result: Result<Listener, 'unavailable'>) => void,
  ): void {
    void this.#listen(heard, done);
  }

  source(path: string): Result<SourceFile, 'unreadable'> {
    return openSource(path);
  }

  show(shown: Shown): void {
    this.#options.view.show(shown);
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

  exit(ending: Ending): void {
    if (this.#isExiting) return;
    this.#isExiting = true;
    void this.#close(ending);
  }

  async #listen(
    heard: (incoming: unknown) => void,
    done: (result: Result<Listener, 'unavailable'>) => void,
  ): Promise<void> {
    const { dialect, view } = this.#options;
    const ends = await this.#route.ends();
    if (ends === undefined || this.#isExiting) {
      done(refused('unavailable'));
      return;
    }
    const show = (incoming: unknown): Promise<void> => {
      heard(incoming);
      return view.ready();
    };
    this.#listeners.add(new ListenerThread({ ...ends, dialect, show, done }));
  }

  async #ask(question: string, done: (answer: string | undefined) => void): Promise<void> {
    done(await this.#options.view.ask(question));
  }

  /** What was told to our listener has been accepted, and what was said last still leaves. */
  async #close(ending: Ending): Promise<void> {
    await Promise.all(Array.from(this.#listeners, (listening) => listening.stop()));
    const last = Array.from(this.#connections).filter((connection) => connection.isEnding);
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, limits.client.farewellMs);
    await Promise.race([Promise.all(last.map((connection) => connection.left)), patience.promise]);
    clearTimeout(timer);
    for (const wire of this.#connections) if (!wire.isEnding) wire.abort();
    this.#options.exit(ending);
  }
}

/** A connection that can also carry files. */
class FileClientConnection extends SocketConnection implements ClientConnection {
  readonly #view: View;

  constructor(view: View) {
    super();
    this.#view = view;
  }

  sendSource(
    file: SourceFile,
    done: (result: Result<void, 'gone'>) => void,
    frame?: Parameters<ClientConnection['sendSource']>[2],
  ): void {
    if (!(file instanceof OpenedFile)) {
      done(refused('gone'));
      return;
    }
    const progress = this.#view.progress(file.name, file.size);
    const over = (result: Result<void, 'gone'>): void => {
      progress.end();
      done(result);
    };
    sendSource(this, file, (bytes) => progress.update(bytes), over, frame);
  }

  saveFile(target: { readonly name: string; readonly path?: string }, size: number): SaveSink {
    const progress = this.#view.progress(target.name, size);
    const file = new SavedFile(target, size, {
      pause: (held) => this.setPaused(held),
      received: (bytes) => progress.update(bytes),
    });
    return {
      write: (bytes) => file.write(bytes),
      finish: (done) => {
        progress.end();
        file.finish(done);
      },
      abandon: () => {
        progress.end();
        file.abandon();
      },
    };
  }
}
