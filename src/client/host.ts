// What the client program gives a dialect's caller: real connections, files, the listener, time, and a person.

import type {
  CallerHost,
  CallerWire,
  ConnectionEvents,
  Ending,
  Listener,
  SaveSink,
  Shown,
  SourceFile,
} from '../protocol/dialect';
import { limits } from '../protocol/limits';
import type { Address, Result } from '../protocol/model';
import { refused } from '../protocol/model';
import { Listening } from './listening';
import { Route, type RouteOptions } from './route';
import { SavedFile } from './save_file';
import { OpenedFile, openSource, sendSource } from './source_file';
import type { Progress } from './terminal/progress';
import { SocketWire } from './wire';

/** Where what a caller shows goes, and where its questions are asked. */
export interface Face {
  show(shown: Shown): void;
  /** Settles when whoever reads it has caught up. */
  ready(): Promise<void>;
  prompt(text: string): void;
  ask(question: string): Promise<string | undefined>;
  progress(name: string, total: number): Progress;
}

export interface ClientHostOptions extends RouteOptions {
  /** The dialect's name, by which the background thread finds it. */
  readonly dialect: string;
  readonly server: Address;
  readonly face: Face;
  /** Called once, when all that was heard has been shown. */
  readonly exit: (ending: Ending) => void;
}

export class ClientHost implements CallerHost {
  readonly #options: ClientHostOptions;
  readonly #route: Route;
  readonly #listenings = new Set<Listening>();
  readonly #wires = new Set<FileWire>();
  #isExiting = false;

  constructor(options: ClientHostOptions) {
    this.#options = options;
    this.#route = new Route(options.server, options);
  }

  /** Whether the server has ever answered. */
  get hasConnected(): boolean {
    return this.#route.isKnown;
  }

  dial(open: (wire: CallerWire) => ConnectionEvents, address?: Address): void {
    const wire = new FileWire(this.#options.face);
    this.#wires.add(wire);
    void wire.over.then(() => this.#wires.delete(wire));
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
    this.#options.face.show(shown);
  }

  prompt(text: string): void {
    this.#options.face.prompt(text);
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
    void this.#leave(ending);
  }

  async #listen(
    heard: (incoming: unknown) => void,
    done: (result: Result<Listener, 'unavailable'>) => void,
  ): Promise<void> {
    const { dialect, face } = this.#options;
    const ends = await this.#route.ends();
    if (ends === undefined || this.#isExiting) {
      done(refused('unavailable'));
      return;
    }
    const show = (incoming: unknown): Promise<void> => {
      heard(incoming);
      return face.ready();
    };
    this.#listenings.add(new Listening({ ...ends, dialect, heard: show, done }));
  }

  async #ask(question: string, done: (answer: string | undefined) => void): Promise<void> {
    done(await this.#options.face.ask(question));
  }

  /** What was told to our listener has been accepted, and what was said last still leaves. */
  async #leave(ending: Ending): Promise<void> {
    await Promise.all(Array.from(this.#listenings, (listening) => listening.stop()));
    const last = Array.from(this.#wires).filter((wire) => wire.isEnding);
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, limits.farewellMs);
    await Promise.race([Promise.all(last.map((wire) => wire.left)), patience.promise]);
    clearTimeout(timer);
    for (const wire of this.#wires) if (!wire.isEnding) wire.abort();
    this.#options.exit(ending);
  }
}

/** A connection that can also carry files. */
class FileWire extends SocketWire implements CallerWire {
  readonly #face: Face;

  constructor(face: Face) {
    super();
    this.#face = face;
  }

  sendSource(
    file: SourceFile,
    done: (result: Result<void, 'gone'>) => void,
    frame?: Parameters<CallerWire['sendSource']>[2],
  ): void {
    if (!(file instanceof OpenedFile)) {
      done(refused('gone'));
      return;
    }
    const progress = this.#face.progress(file.name, file.size);
    const over = (result: Result<void, 'gone'>): void => {
      progress.end();
      done(result);
    };
    sendSource(this, file, (bytes) => progress.update(bytes), over, frame);
  }

  saveFile(target: { readonly name: string; readonly path?: string }, size: number): SaveSink {
    const progress = this.#face.progress(target.name, size);
    const file = new SavedFile(target, size, {
      hold: (held) => this.hold(held),
      came: (bytes) => progress.update(bytes),
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
