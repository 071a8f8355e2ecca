// A client's host without a network: it records what the client dials, writes and shows. The test plays the server.

import { Inbox } from '../../src/protocol/bytes/inbox';
import { takeEach } from '../../src/protocol/connection';
import type {
  AccountKeys,
  ClientConnection,
  ClientHost,
  ConnectionEvents,
  Ending,
  Listener,
  Missing,
  SaveSink,
  Shown,
  SourceFile,
  Unreadable,
} from '../../src/protocol/dialect';
import { type Address, ok, refused, type Result } from '../../src/protocol/model';

/** One connection that a client dialled. It records what the client does with it. */
export class FakeConnection implements ClientConnection {
  readonly remote: Address = { host: '127.0.0.1', port: 1 };
  readonly local: Address = { host: '127.0.0.1', port: 2 };
  readonly inbox = new Inbox();
  readonly writes: Uint8Array[] = [];
  ending: 'open' | 'ended' | 'aborted' = 'open';
  events: ConnectionEvents | undefined;
  wakeMs: number | undefined;
  isAcknowledged = true;

  /** Takes what was written since the last call. */
  take(): Buffer {
    return Buffer.concat(this.writes.splice(0));
  }
  /** Bytes come from the server. */
  push(bytes: Uint8Array): void {
    this.inbox.push(bytes);
    if (this.events) takeEach(this.events, this.inbox, this);
  }
  /** It was aborted: nothing more is taken. */
  get isClosed(): boolean {
    return this.ending === 'aborted';
  }

  write(bytes: Uint8Array): void {
    if (this.ending !== 'open') throw new Error('written after the end');
    this.writes.push(bytes.slice());
  }
  end(): void {
    if (this.ending === 'open') this.ending = 'ended';
  }
  abort(): void {
    this.ending = 'aborted';
  }
  wake(ms: number | undefined): void {
    this.wakeMs = ms;
  }
  sendSource(_: SourceFile, done: (result: Result<void, 'gone'>) => void): void {
    done(refused('gone'));
  }
  saveFile(): SaveSink {
    return { write() {}, finish: (done) => done(refused('unwritable')), abandon() {} };
  }
}

export class FakeClientHost implements ClientHost {
  readonly connections: FakeConnection[] = [];
  readonly shown: Shown[] = [];
  readonly prompts: string[] = [];
  readonly endings: Ending[] = [];
  /** Whether the last of them ends the program for good. */
  isFinal = false;
  /** What waits for its time, with that time in ms. */
  readonly timers: { readonly ms: number; readonly ring: () => void }[] = [];

  /** The newest connection. */
  get connection(): FakeConnection {
    const connection = this.connections.at(-1);
    if (!connection) throw new Error('nothing was dialled');
    return connection;
  }
  /** The keys that it keeps, by name, and those that it has given up. */
  readonly kept = new Map<string, string>();
  readonly dropped: string[] = [];
  readonly confirmed: string[] = [];
  readonly keys: AccountKeys = {
    of: (alias) => this.kept.get(alias),
    make: (alias) => {
      const key = `key-${this.kept.size}`.padEnd(43, '0');
      this.kept.set(alias, key);
      return ok(key);
    },
    confirm: (alias) => void this.confirmed.push(alias),
    drop: (alias, key) => {
      this.kept.delete(alias);
      this.dropped.push(key);
    },
  };

  /** Takes the lines shown since the last call. */
  takeLines(): string[] {
    return this.shown.splice(0).flatMap((shown) => shown.lines);
  }
  /** The time has come for all that waits. */
  ring(): void {
    for (const timer of this.timers.splice(0)) timer.ring();
  }

  dial(open: (connection: ClientConnection) => ConnectionEvents): void {
    const connection = new FakeConnection();
    this.connections.push(connection);
    connection.events = open(connection);
  }
  listen(_: unknown, done: (result: Result<Listener, 'unavailable'>) => void): void {
    done(refused('unavailable'));
  }
  source(): Result<SourceFile, Unreadable> {
    return refused('missing');
  }
  paths(typed: string): readonly string[] {
    return [`${typed}.txt`];
  }
  show(shown: Shown): void {
    this.shown.push(shown);
  }
  hand(shown: Shown): undefined {
    this.show(shown);
  }
  hint(missing: Missing): string {
    return `hint for ${missing}`;
  }
  prompt(text: string): void {
    this.prompts.push(text);
  }
  ask(_: string, done: (answer: string | undefined) => void): void {
    done(undefined);
  }
  after(ms: number, then: () => void): () => void {
    const timer = { ms, ring: then };
    this.timers.push(timer);
    return () => {
      const at = this.timers.indexOf(timer);
      if (at >= 0) this.timers.splice(at, 1);
    };
  }
  now(): number {
    return 1_700_000_000_000;
  }
  #secrets = 0;
  secret(): string {
    return `secret-${++this.#secrets}`;
  }
  exit(ending: Ending, final?: 'final'): void {
    this.endings.push(ending);
    this.isFinal = final === 'final';
  }
}
