// A server session's host without a network: it records what the session writes, asks and prints. The test answers.

import { Inbox } from '../../src/protocol/bytes/inbox';
import type { Command, OperationName, Outcome, Output } from '../../src/protocol/commands';
import { takeEach } from '../../src/protocol/connection';
import type {
  ConnectionEvents,
  Host,
  ProofRefusal,
  Sink,
  StoredFile,
} from '../../src/protocol/dialect';
import type { Address, CredentialId, FileHash, Result, SessionId } from '../../src/protocol/model';

type Answer<K extends OperationName> = (command: Command<K>) => Outcome<K>;
export type Answers = { [K in OperationName]?: Answer<K> };

interface Waiting {
  readonly command: Command;
  readonly done: (outcome: never) => void;
}

/** One connection seen from the session: everything it does is recorded, nothing is sent anywhere. */
export class FakeHost implements Host {
  readonly machine = 'm1';
  readonly session: SessionId;
  remote: Address = { host: '127.0.0.1', port: 40_000 };
  get peerHost(): string {
    return this.remote.host;
  }
  local: Address = { host: '127.0.0.1', port: 8888 };
  server: Address = { host: '127.0.0.1', port: 8888 };
  now = 1_700_000_000;
  /** The doors of the server that the session runs in. */
  doors: readonly Address[] = [{ host: '127.0.0.1', port: 8888 }];

  /** Every write, in order; `apart` writes are told by `apart[i]`. */
  readonly writes: Uint8Array[] = [];
  readonly apart: boolean[] = [];
  readonly commands: Command[] = [];
  readonly printed: string[] = [];
  readonly warned: string[] = [];
  /** What went to stdout as it is. */
  readonly outputs: Uint8Array[] = [];
  readonly received: Uint8Array[] = [];
  readonly filesSent: FileHash[] = [];
  ending: 'open' | 'ended' | 'aborted' = 'open';
  wakeMs: number | undefined;
  answers: Answers;
  /** Hold outcomes back until `release`, to test what arrives meanwhile. */
  hold = false;
  readonly #waiting: Waiting[] = [];
  readonly #later: { after: number; run: () => void }[] = [];
  /** Called after each outcome, when the answers that waited for it have run. */
  afterOutcome: () => void = () => {};
  #submitted = 0;
  #answered = 0;

  constructor(answers: Answers = {}, session = 'm1-1') {
    this.answers = answers;
    this.session = session as SessionId;
  }

  /** Everything written so far in one piece. */
  get bytes(): Uint8Array {
    return Buffer.concat(this.writes);
  }
  get text(): string {
    return Buffer.concat(this.writes).toString();
  }
  /** Takes what was written since the last call. */
  takeText(): string {
    const text = this.text;
    this.writes.length = 0;
    this.apart.length = 0;
    return text;
  }

  write(bytes: Uint8Array, apart?: 'apart'): void {
    if (this.ending !== 'open') throw new Error('written after the end');
    this.writes.push(bytes.slice());
    this.apart.push(apart === 'apart');
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
  print(line: string): void {
    this.printed.push(line);
  }
  output(bytes: Uint8Array): void {
    this.outputs.push(bytes.slice());
  }
  warn(line: string): void {
    this.warned.push(line);
  }
  #secrets = 0;
  secret(): string {
    // As long as the server's own.
    return `secret-${++this.#secrets}`.padEnd(32, '-');
  }
  mayCall({ host, port }: Address): boolean {
    return !this.doors.some((door) => door.host === host && door.port === port);
  }

  submit<K extends OperationName>(command: Command<K>, done: (outcome: Outcome<K>) => void): void {
    const plain = command as unknown as Command;
    this.commands.push(plain);
    this.#submitted++;
    this.#waiting.push({ command: plain, done });
    if (!this.hold) this.release();
  }
  /** What is right: each account's one secret, and the credential that it is. */
  readonly secrets = new Map<string, readonly [secret: string, credential: number]>();
  /** What is said of every secret instead. */
  proofRefusal: ProofRefusal | undefined;
  prove(...[account, secret, done]: Parameters<Host['prove']>): void {
    this.inOrder(() => {
      const [right, credential] = this.secrets.get(account) ?? [];
      if (this.proofRefusal) done({ ok: false, why: this.proofRefusal });
      else if (right === undefined) done({ ok: false, why: 'unknown-user' });
      else if (right !== secret) done({ ok: false, why: 'not-allowed' });
      else done({ ok: true, value: { account, credential: credential as CredentialId } });
    });
  }
  hashPassword(...[password, done]: Parameters<Host['hashPassword']>): void {
    this.inOrder(() => done({ ok: true, value: `hash of ${password}` }));
  }
  owe(command: Command): void {
    this.submit(command, () => {});
  }
  inOrder(answer: () => void): void {
    if (this.#answered === this.#submitted) answer();
    else this.#later.push({ after: this.#submitted, run: answer });
  }
  /** Gives the outcomes that were held back, in order. A command that a receiver submits is answered after it. */
  release(count = Infinity): void {
    if (this.#isReleasing) return;
    this.#isReleasing = true;
    try {
      for (; count > 0 && this.#waiting.length > 0; count--) this.#releaseNext();
    } finally {
      this.#isReleasing = false;
    }
  }
  #isReleasing = false;
  #releaseNext(): void {
    const next = this.#waiting.shift();
    if (!next) return;
    const answer = this.answers[next.command.do] as
      ((command: Command) => Result<unknown, string>) | undefined;
    if (!answer) throw new Error(`the test gives no answer to ${next.command.do}`);
    next.done(answer(next.command) as never);
    this.#answered++;
    while (this.#later[0] && this.#later[0].after <= this.#answered) this.#later.shift()?.run();
    this.afterOutcome();
  }

  /** Says that the newest file will not be taken, and why. */
  hopeless: (why: 'no-space' | 'too-large' | 'storage') => void = () => {};
  receiveFile(size: number, hopeless: () => void): Sink {
    const chunks: Uint8Array[] = [];
    let refusal: 'no-space' | 'too-large' | 'storage' | undefined;
    this.hopeless = (why) => {
      refusal = why;
      hopeless();
    };
    return {
      write: (bytes) => void chunks.push(bytes.slice()),
      finish: (done) => {
        if (refusal) return done({ ok: false, why: refusal });
        const whole = Buffer.concat(chunks);
        if (whole.length !== size) throw new Error(`${whole.length} of ${size} bytes`);
        this.received.push(whole);
        const hash = new Bun.CryptoHasher('sha256').update(whole).digest('hex') as FileHash;
        done({ ok: true, value: { hash, size } satisfies StoredFile });
      },
      abandon: () => void (chunks.length = 0),
    };
  }
  sendFile(hash: FileHash, done: (result: Result<void, 'gone'>) => void): void {
    this.filesSent.push(hash);
    done({ ok: true, value: undefined });
  }
}

/** Feeds bytes to a session as the server does: what it does not take stays for the next call. */
export class Feed {
  readonly inbox = new Inbox();
  readonly session: ConnectionEvents;
  readonly #host: FakeHost | undefined;
  /** The session takes nothing more before an outcome has come. */
  #isWaiting = false;
  #end: 'none' | 'pending' | 'told' = 'none';

  /** `host`: the one whose outcomes the session waits for, where it does. */
  constructor(session: ConnectionEvents, host?: FakeHost) {
    this.session = session;
    this.#host = host;
    if (host) host.afterOutcome = () => this.#goOn();
  }

  push(bytes: Uint8Array | string): void {
    if (this.isClosed) return;
    this.inbox.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    this.#take();
  }

  /** The same, one byte at a time. */
  drip(bytes: Uint8Array | string): void {
    for (const byte of Buffer.from(bytes)) this.push(Uint8Array.of(byte));
  }

  /** The peer ends its side. The session is told when it has taken all that it can. */
  end(): void {
    if (this.#end === 'none') this.#end = 'pending';
    this.#tellEnd();
  }

  /** Our side has ended: nothing more is taken. */
  get isClosed(): boolean {
    return this.#host !== undefined && this.#host.ending !== 'open';
  }

  #goOn(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#take();
  }

  #take(): void {
    this.#isWaiting = takeEach(this.session, this.inbox, this) === 'later';
    this.#tellEnd();
  }

  #tellEnd(): void {
    // A held inbox looks empty: what stands in it is taken before the end.
    const isHeld = this.inbox.size > this.inbox.length;
    if (this.#end !== 'pending' || (isHeld && !this.isClosed)) return;
    this.#isWaiting = !this.isClosed && this.session.takeNext(this.inbox) === 'later';
    if (this.#isWaiting) return;
    this.#end = 'told';
    this.session.ended();
  }
}

/** An outcome that succeeded. */
export const yes = <K extends OperationName>(
  value: Output<K>,
): { readonly ok: true; readonly value: Output<K> } => ({ ok: true, value });
