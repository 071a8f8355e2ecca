// A client of the mailbox dialect on a fake network: the test plays the server, the listener and the user.

import type {
  ClientConnection,
  ClientOptions,
  ClientSession,
  ConnectionEvents,
  Ending,
  Listener,
  SaveSink,
  SourceFile,
  Unreadable,
} from '../../../src/protocol/dialect';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { ok, refused, type Result } from '../../../src/protocol/model';
import { FakeClientHost, FakeConnection } from '../../support/fake_client_host';

/** A connection that also keeps its deadline and carries files. */
export class TestConnection extends FakeConnection {
  /** Settles the sending of a file. */
  sent: ((result: Result<void, 'gone'>) => void) | undefined;
  saved: { readonly name: string; readonly path?: string; readonly bytes: Buffer[] } | undefined;
  canSave = true;
  isAbandoned = false;
  isOpen = false;

  override wake(ms?: number): void {
    this.wakeMs = ms;
  }
  override sendSource(_: SourceFile, done: (result: Result<void, 'gone'>) => void): void {
    this.sent = done;
  }
  override saveFile(target?: { readonly name: string; readonly path?: string }): SaveSink {
    const saved = { name: '', ...target, bytes: [] as Buffer[] };
    this.saved = saved;
    return {
      write: (bytes) => void saved.bytes.push(Buffer.from(bytes)),
      finish: (done) => done(this.canSave ? ok(saved.path ?? saved.name) : refused('unwritable')),
      abandon: () => void (this.isAbandoned = true),
    };
  }
}

export class TestHost extends FakeClientHost {
  override readonly connections: TestConnection[] = [];
  /** The user's files, by path. */
  readonly files = new Map<string, SourceFile>();
  readonly questions: string[] = [];
  answers: (string | undefined)[] = [];
  canListen = true;
  listeners: {
    readonly received: (incoming: unknown) => void;
    /** As `received`, and says whether the user has it. */
    readonly taken: (incoming: unknown) => void | Promise<boolean>;
    isStopped: boolean;
  }[] = [];
  /** Whether the address on which the listeners listen is the one on the way to the server. */
  isOnTheWay = true;
  time = 1_700_000_000_000;

  override dial(open: (connection: ClientConnection) => ConnectionEvents): void {
    const connection = new TestConnection();
    this.connections.push(connection);
    connection.events = open(connection);
  }
  override listen(
    received: (incoming: unknown) => void | Promise<boolean>,
    done: (result: Result<Listener, 'unavailable'>) => void,
  ): void {
    if (!this.canListen) {
      done(refused('unavailable'));
      return;
    }
    const listener = {
      received: (incoming: unknown) => void received(incoming),
      taken: received,
      isStopped: false,
    };
    this.listeners.push(listener);
    const stop = () => (listener.isStopped = true);
    const isOnTheWay = () => this.isOnTheWay;
    done(ok({ port: 40_000 + this.listeners.length, stop, isOnTheWay }));
  }
  override source(path = ''): Result<SourceFile, Unreadable> {
    const file = this.files.get(path);
    return file ? ok(file) : refused('missing');
  }
  override ask(question: string, done: (answer: string | undefined) => void): void {
    this.questions.push(question);
    done(this.answers.shift());
  }
  override now(): number {
    return this.time;
  }

  /** The time has come for what waits so long, and for nothing else. */
  ringAt(ms: number): void {
    const due = this.timers.filter((timer) => timer.ms === ms);
    if (due.length === 0) throw new Error(`nothing waits ${ms} ms`);
    for (const timer of due) {
      this.timers.splice(this.timers.indexOf(timer), 1);
      timer.ring();
    }
  }

  /** What the newest connection asks, as fields; it is opened if it was not. */
  request(): string[] {
    this.#tellWhose();
    const connection = this.connections.at(-1);
    if (!connection) throw new Error('nothing was dialled');
    if (!connection.isOpen) connection.events?.opened?.();
    connection.isOpen = true;
    return connection.take().toString().split('\0').slice(0, -1);
  }
  /** Whether the server is one of ours, to a client that asks. */
  isOurs = false;
  /** A client that has said nothing and ended asks whose server this is. */
  #tellWhose(): void {
    const probe = this.connections.at(-1);
    if (probe === undefined || probe.isOpen) return;
    probe.events?.opened?.();
    probe.isOpen = true;
    if (probe.ending !== 'ended' || probe.writes.length > 0) return;
    if (this.isOurs) probe.push(Buffer.from('CHAT\0KEY\0INVITE\0'));
    else probe.events?.ended();
  }

  /** Replies on the newest connection, and ends it as a server does. */
  answer(bytes: string | Uint8Array): string[] {
    const asked = this.request();
    const connection = this.connections.at(-1);
    connection?.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    connection?.events?.ended();
    connection?.events?.lost('closed');
    return asked;
  }
  /** The newest connection cannot be made. */
  refuse(): void {
    this.connections.at(-1)?.events?.lost('refused');
  }
}

export interface TestClient {
  readonly host: TestHost;
  readonly session: ClientSession;
  readonly endings: Ending[];
  /** Types a line; its ending is kept in `endings`. */
  type(line: string): void;
}

/** A session without a user, unless `user` names one. */
export function client(
  options: Partial<ClientOptions> & { readonly user?: string } = {},
  host = new TestHost(),
): TestClient {
  const { user, ...rest } = options;
  const session = mailbox.client.connect(host, {
    target: { host: 'localhost', port: 8888, path: '', ...(user !== undefined && { user }) },
    interactive: false,
    takeover: false,
    ...rest,
  });
  const endings: Ending[] = [];
  return {
    host,
    session,
    endings,
    type: (line) => session.typed(line, (ending) => void endings.push(ending)),
  };
}

/** A session whose user is connected, with nothing shown yet. */
export function connected(options: Parameters<typeof client>[0] = {}): TestClient {
  const one = client({ user: 'alice', ...options });
  one.host.answer('\0');
  one.host.answer('\0');
  one.host.takeLines();
  return one;
}

/** Types a line that asks the server one thing, and replies to it (or is `refused`, or has `died`); the lines shown. */
export function typed(one: TestClient, line: string, reply: string): string[] {
  one.host.takeLines();
  one.type(line);
  if (reply === 'refused') one.host.refuse();
  else one.host.answer(reply === 'died' ? '' : reply);
  return one.host.takeLines();
}
