// Records what happens on a connection, for tests that ask what its owner was told and in which order.

import { ClientRuntime, type ClientRuntimeOptions } from '../../src/client/runtime';
import type { View } from '../../src/client/view';
import type { Inbox } from '../../src/protocol/bytes/inbox';
import type {
  ClientConnection,
  ConnectionEvents,
  Ending,
  Shown,
  Taken,
} from '../../src/protocol/dialect';

/** Everything that a connection told its owner: `opened`, `received:TEXT`, `ended`, `woke`, `lost:WHY`. */
export class Recorder implements ConnectionEvents {
  readonly told: string[] = [];
  readonly over = Promise.withResolvers<string>();
  readonly isOpen = Promise.withResolvers<void>();
  #bytes = 0;
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined;
  onReceived: (inbox: Inbox) => void = (inbox) => {
    const bytes = inbox.takeAll();
    this.#bytes += bytes.length;
    const text = Buffer.from(bytes).toString('latin1');
    const last = this.told.at(-1);
    if (last?.startsWith('received:') === true) this.told[this.told.length - 1] = last + text;
    else this.told.push(`received:${text}`);
    if (this.#waiting !== undefined && this.#bytes >= this.#waiting.count) this.#waiting.resolve();
  };
  onEnded: () => void = () => {};
  onWoke: () => void = () => {};

  opened(): void {
    this.told.push('opened');
    this.isOpen.resolve();
  }
  takeNext(inbox: Inbox): Taken {
    this.onReceived(inbox);
    return 'more';
  }
  ended(): void {
    this.told.push('ended');
    this.onEnded();
  }
  woke(): void {
    this.told.push('woke');
    this.onWoke();
  }
  lost(why: string): void {
    this.told.push(`lost:${why}`);
    this.over.resolve(why);
  }
  /** Waits until so many bytes have come in all. */
  bytes(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#bytes >= count) resolve();
      else this.#waiting = { count, resolve };
    });
  }
}

/** A view that keeps what it is shown. */
export class FakeView implements View {
  readonly shown: Shown[] = [];
  readonly transfers: string[] = [];
  answers: (string | undefined)[] = [];
  show(shown: Shown): void {
    this.shown.push(shown);
  }
  ready(): Promise<void> {
    return Promise.resolve();
  }
  prompt(): void {}
  ask(): Promise<string | undefined> {
    return Promise.resolve(this.answers.shift());
  }
  progress(name: string, total: number): { update(done: number): void; end(): void } {
    let last = 0;
    return {
      update: (done) => void (last = done),
      end: () => void this.transfers.push(`${name} ${last}/${total}`),
    };
  }
}

export interface TestHost {
  readonly host: ClientRuntime;
  readonly view: FakeView;
  readonly ending: Promise<Ending>;
  /** Dials; gives the connection with what it told. */
  readonly dial: (prepare?: (connection: ClientConnection, told: Recorder) => void) => {
    readonly connection: ClientConnection;
    readonly told: Recorder;
  };
}

export function testHost(
  port: number,
  options: Partial<ClientRuntimeOptions> & { readonly hostname?: string } = {},
): TestHost {
  const view = new FakeView();
  const ending = Promise.withResolvers<Ending>();
  const host = new ClientRuntime({
    dialect: 'mailbox',
    server: { host: options.hostname ?? '127.0.0.1', port },
    view,
    exit: ending.resolve,
    ...options,
  });
  const dial: TestHost['dial'] = (prepare = () => {}) => {
    const told = new Recorder();
    let opened: ClientConnection | undefined;
    host.dial((connection) => {
      opened = connection;
      prepare(connection, told);
      return told;
    });
    if (opened === undefined) throw new Error('dial did not open a connection');
    return { connection: opened, told };
  };
  return { host, view, ending: ending.promise, dial };
}
