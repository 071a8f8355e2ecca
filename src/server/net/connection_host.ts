// A conversation: one session on one link, with the order, the bounds and the files that law grants it.
// long because it is three faces of one thing: what a session, delivery and a link may ask of it.

import { randomBytes } from 'node:crypto';

import type { Clock, Wakeable } from '../../net/clock';
import type { Socket, SocketEvents } from '../../net/socket';
import { Inbox } from '../../protocol/bytes/inbox';
import type { Command, OperationName, Outcome } from '../../protocol/commands';
import { takeEach } from '../../protocol/connection';
import type { ConnectionEvents, Host, Session, Settle, Sink } from '../../protocol/dialect';
import { ProtocolError } from '../../protocol/errors';
import { limits } from '../../protocol/limits';
import {
  type Address,
  type Direct,
  type Notice,
  type Said,
  type SessionId,
} from '../../protocol/model';
import type { Outlet } from '../delivery/outlet';
import type { FileStore } from '../files/files';
import { FileTransfers } from './file_transfers';

/** What conversations of one door share. */
export interface ConnectionHostDeps {
  readonly dialect: string;
  readonly machine: string;
  readonly server: Address;
  readonly clock: Clock;
  readonly files: FileStore;
  submit<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey?: string,
  ): void;
  /** What must come to pass: while the disk fails it is asked for again; `done` when it has. */
  owe(command: Command, done: () => void): void;
  isOwnDoor(address: Address): boolean;
  print(line: string): void;
  warn(line: string): void;
  /** Bytes for stdout; `taken` once they are written. */
  output(bytes: Uint8Array, taken: () => void): void;
  /** An exception that is our bug. */
  report(what: string, error: unknown): void;
  nextSession(): SessionId;
  began(conversation: ConnectionHost): void;
  /** It is about to ask for a name. */
  entered(conversation: ConnectionHost): void;
  /** The conversation is over. */
  over(conversation: ConnectionHost, session: SessionId | undefined): void;
}

interface Later {
  readonly after: number;
  readonly run: () => void;
}

export class ConnectionHost implements Host, Outlet, SocketEvents, Wakeable {
  readonly #deps: ConnectionHostDeps;
  readonly #socket: Socket;
  readonly #inbox = new Inbox();
  #events: ConnectionEvents | undefined;
  #session: Session | undefined;
  #submitted = 0;
  #answered = 0;
  #later: Later[] | undefined;
  #unsettled: Set<Settle> | undefined;
  #entered = false;
  /** The session gets nothing more to read for a while. */
  #held = false;
  /** Nothing more is read from the link for a while. */
  #paused = false;
  #sinkFull = false;
  #over = false;
  #ended = false;

  constructor(socket: Socket, deps: ConnectionHostDeps) {
    this.#socket = socket;
    this.#deps = deps;
    deps.began(this);
  }

  /** Most connections of a dialect without sessions are never asked for it. */
  get session(): SessionId {
    return (this.#id ??= this.#deps.nextSession());
  }
  #id: SessionId | undefined;

  get remote(): Address {
    return this.#socket.remote;
  }
  get local(): Address {
    return this.#socket.local;
  }

  get dialect(): string {
    return this.#deps.dialect;
  }
  get machine(): string {
    return this.#deps.machine;
  }
  get server(): Address {
    return this.#deps.server;
  }
  get now(): number {
    return Math.floor(this.#deps.clock.now() / 1000);
  }

  /** Starts with what reacts to it: a session, or the caller's half of a call-back. */
  start(events: ConnectionEvents): void {
    this.#events = events;
    this.#session = events;
    // Who had to wait for his turn may have said something, and ended, meanwhile.
    this.#feed();
    this.#tellEnd();
  }

  // ------------------------------------------------------------------------- what the session may do

  write(bytes: Uint8Array, apart?: 'apart'): void {
    this.#socket.write(bytes, apart === 'apart');
  }

  end(patienceMs?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.end(patienceMs);
    // What still comes is thrown away, so that the peer's end is seen behind it.
    this.#socket.resume();
  }

  abort(): void {
    this.#ended = true;
    this.#socket.abort();
  }

  wake(ms: number | undefined): void {
    if (!this.#over) this.#deps.clock.wake(this, ms);
  }

  submit<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey?: string,
  ): void {
    if (this.#over) return;
    if (!this.#entered && (command.do === 'enter' || command.do === 'login')) this.#enter();
    this.#submitted++;
    if (this.#submitted - this.#answered >= limits.net.outstandingRequests) this.#flow();
    this.#deps.submit(
      command,
      (outcome) => {
        try {
          if (!this.#over) done(outcome);
        } catch (error) {
          this.#fail(error);
        }
        this.#answered++;
        this.#runLater();
        if (this.#over) this.#unpin();
        if (this.#isWaiting) this.#goOn();
        if (this.#held || this.#paused) this.#flow();
      },
      idempotencyKey,
    );
  }

  /** From now on the hub may know this connection, and delivery must find it. */
  #enter(): void {
    this.#entered = true;
    this.#deps.entered(this);
    this.#socket.keepAlive();
  }

  owe(command: Command): void {
    this.#deps.owe(command, () => {});
  }

  inOrder(answer: () => void): void {
    if (this.#answered === this.#submitted) answer();
    else (this.#later ??= []).push({ after: this.#submitted, run: answer });
  }

  #runLater(): void {
    while (this.#later?.[0] && this.#later[0].after <= this.#answered) {
      const next = this.#later.shift();
      if (next && !this.#over) this.#run(next.run);
    }
  }

  secret(): string {
    return randomBytes(24).toString('base64url');
  }

  isOwnDoor(address: Address): boolean {
    return this.#deps.isOwnDoor(address);
  }

  print(line: string): void {
    this.#deps.print(line);
  }

  warn(line: string): void {
    this.#deps.warn(line);
  }

  output(bytes: Uint8Array): void {
    this.#outputs += bytes.length;
    this.#deps.output(bytes, () => {
      this.#outputs -= bytes.length;
      this.#flow();
    });
  }
  /** Bytes on their way to stdout. */
  #outputs = 0;

  receiveFile(size: number, hopeless: () => void): Sink {
    return this.#files().receive(size, hopeless);
  }

  sendFile(...file: Parameters<Host['sendFile']>): void {
    this.#files().send(...file);
  }

  #files(): FileTransfers {
    return (this.#transfers ??= new FileTransfers({
      files: this.#deps.files,
      socket: this.#socket,
      isEnded: () => this.#ended,
      run: (step) => {
        if (!this.#over) this.#run(step);
      },
      full: (isFull) => {
        this.#sinkFull = isFull;
        this.#flow();
      },
    }));
  }
  #transfers: FileTransfers | undefined;

  /** A command that is still under way may name what was uploaded here. */
  #unpin(): void {
    if (this.#answered === this.#submitted) this.#transfers?.unpin();
  }

  // ------------------------------------------------------------------------------ what delivery tells

  deliver(message: Direct, settle: Settle): void {
    const session = this.#session;
    if (this.#over || !session?.deliver) return settle('failed');
    const unsettled = (this.#unsettled ??= new Set());
    unsettled.add(settle);
    this.#run(() =>
      session.deliver?.(message, (result) => {
        if (unsettled.delete(settle)) settle(result);
      }),
    );
  }

  tell(notice: Notice): void {
    if (!this.#over && this.#session?.tell) this.#run(() => this.#session?.tell?.(notice));
  }

  tellAll(run: readonly Said[]): boolean {
    const session = this.#session;
    if (this.#over || !session?.tellAll) return this.#over;
    this.#run(() => session.tellAll?.(run));
    return true;
  }

  /** The server stops. */
  closing(): void {
    if (this.#over) return;
    if (this.#session?.closing) this.#run(() => this.#session?.closing?.());
    this.end();
  }

  // ------------------------------------------------------------------------------ what the link tells

  // Each of these comes once for every connection: a step made for `#run` would cost more than what it does.

  opened(): void {
    try {
      this.#events?.opened?.();
    } catch (error) {
      this.#fail(error);
    }
  }

  data(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#inbox.push(bytes);
    this.#feed();
  }

  ended(): void {
    this.#peerEnded = true;
    this.#tellEnd();
  }
  #peerEnded = false;

  /** The peer's end comes behind all that it sent, also where some of that is still held back. */
  #tellEnd(): void {
    if (!this.#peerEnded || this.#endTold || !this.#events) return;
    if (this.#held && this.#inbox.size > 0 && !this.#ended) return;
    try {
      // A session that waits for an outcome hears of the end after it.
      this.#isWaiting = !this.#ended && this.#events.takeNext?.(this.#inbox) === 'later';
      if (this.#isWaiting) return;
      this.#endTold = true;
      this.#events.ended();
    } catch (error) {
      this.#fail(error);
    }
  }
  #endTold = false;
  /** The session takes nothing more before an outcome has come. */
  #isWaiting = false;

  drained(): void {
    this.#transfers?.drained();
  }

  woke(): void {
    if (!this.#over) this.#run(() => this.#events?.woke?.());
  }

  lost(why: 'closed' | 'refused' | 'reset' | 'slow'): void {
    if (this.#over) return;
    this.#deps.clock.wake(this, undefined);
    try {
      this.#events?.lost(why);
    } catch (error) {
      this.#fail(error);
    }
    this.#over = true;
    this.#ended = true;
    this.#transfers?.close();
    if (this.#unsettled) {
      const unsettled = [...this.#unsettled];
      this.#unsettled.clear();
      for (const settle of unsettled) settle('failed');
    }
    this.#unpin();
    if (this.#entered) this.#leave();
    else this.#deps.over(this, this.#id);
  }

  /** Whoever is gone must not stay in the lists because of a disk that failed when he went. */
  #leave(): void {
    this.#deps.owe({ do: 'leave', session: this.session }, () => {
      this.#deps.over(this, this.#id);
    });
  }

  // --------------------------------------------------------------------------------------- the flow

  /** The session waited for an outcome. */
  #goOn(): void {
    this.#isWaiting = false;
    this.#feed();
    this.#tellEnd();
  }

  /** Nothing more is taken: our side has ended, or is about to. */
  get isClosed(): boolean {
    return this.#ended;
  }

  #feed(): void {
    if (this.#inbox.size === 0 || !this.#events) return;
    try {
      this.#isWaiting = takeEach(this.#events, this.#inbox, this) === 'later';
    } catch (error) {
      this.#fail(error);
    }
    this.#inbox.compact();
    this.#flow();
    this.#tellEnd();
  }

  /** Reads on, or not: a bound of what is under way, of what is not taken, of what the disk has to take. */
  #flow(): void {
    if (this.#over || this.#ended) return;
    const underWay = this.#submitted - this.#answered;
    // Once full it goes on when all are answered: what follows is then one group of the journal and not two.
    const busy = this.#held ? underWay > 0 : underWay >= limits.net.outstandingRequests;
    const held = busy || this.#sinkFull || this.#outputs > limits.server.consoleBytes;
    const goesOn = this.#held && !held;
    this.#held = held;
    this.#inbox.held = held;
    // Held for a moment with nothing to take, as between a full window and its answers, costs no system calls.
    const pause = this.#inbox.size > (held ? 0 : limits.net.inboxBytes);
    const resumes = this.#paused && !pause;
    if (pause !== this.#paused) {
      this.#paused = pause;
      if (pause) this.#socket.pause();
      else this.#socket.resume();
    }
    if (goesOn || resumes) this.#feed();
  }

  #run(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A session's step threw. */
  #fail(error: unknown): void {
    if (error instanceof ProtocolError) {
      this.end();
    } else {
      this.#deps.report(`in a ${this.dialect} conversation`, error);
      this.abort();
    }
  }
}
