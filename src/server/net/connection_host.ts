// What gives a session its world: its socket, the hub, delivery, the console and files, on one connection.
// long because it has a method for all that a session, delivery, a socket and a clock may ask; the work is done elsewhere.

import { randomBytes } from 'node:crypto';

import { networkOf } from '../../net/address';
import type { Clock, Wakeable } from '../../net/clock';
import type { Socket, SocketEvents } from '../../net/socket';
import type { Command, OperationName, Outcome } from '../../protocol/commands';
import type { LossReason } from '../../protocol/connection';
import type { ConnectionEvents, Host, Session, Settle, Sink } from '../../protocol/dialect';
import { ProtocolError } from '../../protocol/errors';
import { limits } from '../../protocol/limits';
import {
  type Address,
  type Direct,
  type Name,
  type Notice,
  ok,
  refused,
  type Removed,
  type Said,
  type SessionId,
} from '../../protocol/model';
import type { Policy } from '../credentials/policy';
import type { Proofs, Prover } from '../credentials/proofs';
import type { Outlet } from '../delivery/outlet';
import type { FileStore } from '../files/files';
import { Lane } from '../journal/lanes';
import type { Caller, Rates } from '../quota/rates';
import type { SilentConnection } from './admission';
import { Backlog } from './backlog';
import { FileTransfers } from './file_transfers';
import { InputFlow, type InputOwner, type SharedByInputs } from './input_flow';
import { OutstandingCommands } from './outstanding_commands';
import { UnsettledMessages } from './unsettled_messages';

/** What the connections of one door share. */
export interface ConnectionHostDeps extends SharedByInputs {
  readonly dialect: string;
  readonly machine: string;
  /** The server's address as peers know it. */
  readonly server: Address;
  readonly clock: Clock;
  readonly files: FileStore;
  readonly rates: Rates;
  readonly proofs: Proofs;
  readonly policy: Policy;
  submit<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey: string | undefined,
    lane: Lane,
  ): void;
  /** The commands of a lane that was held go on. */
  release(lane: Lane): void;
  /** Submits what has happened already. Asks again while the disk fails; `done` when it is written. */
  owe(command: Command, done: () => void, lane: Lane): void;
  mayCall(address: Address): boolean;
  /** Whether an account may not come in now. */
  isBanned(account: Name): boolean;
  print(line: string): void;
  warn(line: string): void;
  /** Writes bytes to stdout. `taken` is called once they are written. */
  output(bytes: Uint8Array, taken: () => void): void;
  /** Logs an exception that is our bug. */
  report(what: string, error: unknown): void;
  nextSession(): SessionId;
  /** The connection exists. */
  opened(host: ConnectionHost): void;
  /** Its session asks the hub for something, for the first time. */
  spoke(host: ConnectionHost): void;
  /** Its session is about to ask for a name, or to carry a file: from now on delivery must find it. */
  entered(host: ConnectionHost): void;
  /** The connection is gone. */
  closed(host: ConnectionHost, session: SessionId | undefined): void;
}

export class ConnectionHost
  implements Host, Outlet, SocketEvents, InputOwner, Wakeable, SilentConnection
{
  silentAmong: SilentConnection['silentAmong'];
  readonly #deps: ConnectionHostDeps;
  readonly #socket: Socket;
  readonly #input: InputFlow;
  readonly #commands = new OutstandingCommands();
  #lane: Lane | undefined;
  #events: ConnectionEvents | undefined;
  #session: Session | undefined;
  #id: SessionId | undefined;
  #hasSpoken = false;
  /** The clock is to wake it. */
  #isTimed = false;
  #caller: Caller | undefined;
  /** How many were told what its user has said or done, and are not counted yet. */
  #told = 0;
  #transfers: FileTransfers | undefined;
  #unsettled: UnsettledMessages | undefined;
  /** Waits until the peer is not behind. */
  #whenRead: (() => void) | undefined;
  /** Since the peer was first behind. */
  #backlog: Backlog | undefined;
  /** Whether the hub may know this connection; `leaving` until it has been told otherwise. */
  #presence: 'none' | 'entered' | 'leaving' | 'left' = 'none';
  /** Our side has ended. */
  #isEnded = false;
  /** The peer was given more time than usual to end its own: it may still send a file. */
  #isPatient = false;
  /** The connection is gone. */
  #isLost = false;

  constructor(socket: Socket, deps: ConnectionHostDeps) {
    this.#socket = socket;
    this.#deps = deps;
    this.#input = new InputFlow(this, socket, deps);
    deps.opened(this);
  }

  /** Starts with what is told of the connection: a session, or our side of a call. */
  start(events: ConnectionEvents): void {
    this.#events = events;
    this.#session = events;
    this.#input.start(events);
  }

  /** Most connections of a dialect without sessions are never asked for it. */
  get session(): SessionId {
    return (this.#id ??= this.#deps.nextSession());
  }
  get peerHost(): string {
    return this.#socket.host;
  }
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
  get isClosed(): boolean {
    return this.#isEnded;
  }
  get outstanding(): number {
    return this.#commands.count;
  }

  // ---- the session and its connection

  write(bytes: Uint8Array, apart?: 'apart'): void {
    this.#socket.write(bytes, apart === 'apart');
  }

  end(lingerMs?: number): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#isPatient = lingerMs !== undefined;
    this.#releaseAnswers();
    this.#socket.end(lingerMs);
    // What still comes is read and thrown away, because the peer's end comes behind it.
    this.#socket.resume();
    // Nothing can be told here any more, so the user is gone, however long the peer takes to end its own side.
    this.#leave();
  }

  abort(): void {
    this.#isEnded = true;
    this.#socket.abort();
  }

  wake(ms: number | undefined): void {
    if (this.#isLost || (ms === undefined && !this.#isTimed)) return;
    this.#isTimed = ms !== undefined;
    this.#deps.clock.wake(this, ms);
  }

  // ---- the session and the hub

  submit<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey?: string,
  ): void {
    if (this.#isLost) return;
    if (command.do === 'enter' || command.do === 'login') this.#enter();
    // It has no user, and is told when nobody wants its file any more.
    if (command.do === 'offer-open') this.#deps.entered(this);
    if (!this.#hasSpoken) this.#speak();
    this.#commands.add();
    this.#input.submitted();
    const answered = (outcome: Outcome<K>): void => {
      // Not by #run: its step would be one more object for each command.
      try {
        if (!this.#isLost) done(outcome);
      } catch (error) {
        this.fail(error);
      }
      this.#commands.remove();
      this.#runDeferred();
      this.#holdAnswers();
      if (this.#isLost) this.#unpinFiles();
      else this.#input.answered();
    };
    const plain = command as unknown as Command;
    const admitted = this.#deps.policy.admit(plain);
    const waitMs = admitted.ok ? this.#msUntil(plain) : 0;
    if (admitted.ok && waitMs === 0) {
      const allowed = admitted.value as unknown as Command<K>;
      this.#deps.submit(allowed, answered, idempotencyKey, this.#commandLane);
    } else {
      // So that it is not refused a thousand times meanwhile.
      this.#input.rest(Math.min(waitMs, limits.quota.refusedMs));
      // In the command's place, so that the answers keep their order.
      const why = admitted.ok ? 'rate-limited' : admitted.why;
      const refuse = (outcome: Outcome<'refuse'>): void => answered(outcome);
      this.#deps.submit({ do: 'refuse', why }, refuse, undefined, this.#commandLane);
    }
  }

  /** What is asked by a peer who does not read is not answered yet: answers take much more memory. */
  #holdAnswers(): void {
    const lane = this.#lane;
    if (lane && !this.#isEnded && this.#socket.queued > limits.net.unreadBytes) lane.isHeld = true;
  }

  #releaseAnswers(): void {
    const lane = this.#lane;
    if (lane?.isHeld === true) this.#deps.release(lane);
  }

  /** After how long the peer may ask for it, in ms; 0 where it does not ask too often. */
  #msUntil(command: Command): number {
    return this.#callerHere.take(command);
  }

  get #callerHere(): Caller {
    return (this.#caller ??= this.#deps.rates.caller(this.#socket.host));
  }

  pace(messages: number, bytes: number): number {
    const counted = this.#transfers?.isReceiving === true ? 0 : bytes / limits.quota.bytesUnit;
    const told = this.#told / limits.quota.toldUnit;
    this.#told = 0;
    return this.#callerHere.pace(messages + counted + told);
  }

  caused(told: number): void {
    this.#told += told;
  }

  /** Made with the first command: silent connections have none. */
  get #commandLane(): Lane {
    return (this.#lane ??= new Lane());
  }

  /** From now on the hub may know this connection, and delivery must find it. */
  #enter(): void {
    if (this.#presence === 'entered') return;
    this.#presence = 'entered';
    this.#deps.entered(this);
    this.#socket.keepAlive();
  }

  #speak(): void {
    this.#hasSpoken = true;
    this.#deps.spoke(this);
  }

  /** Others need its place. */
  drop(): void {
    this.abort();
  }

  owe(command: Command): void {
    this.#deps.owe(command, () => {}, this.#commandLane);
  }

  prove(...[account, secret, done]: Parameters<Host['prove']>): void {
    this.#holdFor((over) => {
      this.#deps.proofs.prove(this.#prover, account, secret, (result) =>
        over(() => {
          if (result.ok) this.#callerHere.actFor(result.value.account);
          done(result);
        }),
      );
    });
  }

  hashPassword(...[password, done]: Parameters<Host['hashPassword']>): void {
    this.#holdFor((over) => {
      this.#deps.proofs.hash(this.#prover, password, (hash) =>
        over(() => done(hash === undefined ? refused('overloaded') : ok(hash))),
      );
    });
  }

  /** Starts what takes its time behind all that was submitted. Until it is over, the session gets nothing to take. */
  #holdFor(start: (over: (answer: () => void) => void) => void): void {
    let isOver = false;
    this.inOrder(() => {
      start((answer) => {
        isOver = true;
        if (!this.#isEnded) this.#run(answer);
        this.#input.letGo();
      });
    });
    if (!isOver) this.#input.hold();
  }

  get #prover(): Prover {
    return { host: this.#socket.host, isWanted: () => !this.#isEnded };
  }

  inOrder(answer: () => void): void {
    if (this.outstanding === 0) answer();
    else this.#commands.defer(answer);
  }

  #runDeferred(): void {
    for (let next = this.#commands.takeDue(); next; next = this.#commands.takeDue())
      this.#run(next);
  }

  secret(): string {
    return randomBytes(24).toString('base64url');
  }

  mayCall(address: Address): boolean {
    return this.#deps.mayCall(address);
  }

  // ---- the session and the console

  print(line: string): void {
    this.#deps.print(line);
  }

  warn(line: string): void {
    this.#deps.warn(line);
  }

  output(bytes: Uint8Array): void {
    this.#input.outputBegan(bytes.length);
    this.#deps.output(bytes, () => this.#input.outputDone(bytes.length));
  }

  // ---- the session and files

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
      owner: { address: networkOf(this.#socket.host) },
      isEnded: () => this.#isEnded,
      run: (step) => this.#run(step),
      full: (isFull) => this.#input.setFileSinkFull(isFull),
    }));
  }

  /** Lets go of what was uploaded here, unless a command that is under way may still name it. */
  #unpinFiles(): void {
    if (this.outstanding === 0) this.#transfers?.unpin();
  }

  // ---- what delivery tells

  deliver(message: Direct, settle: Settle): void {
    const session = this.#session;
    if (this.#isEnded || !session?.deliver) return settle('failed');
    const settleOnce = (this.#unsettled ??= new UnsettledMessages()).add(settle);
    const deliver = (): void => this.#run(() => session.deliver?.(message, settleOnce));
    if (!Backlog.isBehind(this.#socket)) return deliver();
    if (!this.#behind().message(deliver)) settleOnce('failed');
  }

  tell(notice: Notice): void {
    if (this.#isEnded) return;
    const tell = (): void => this.#session?.tell?.(notice);
    if (!Backlog.isBehind(this.#socket)) return this.#run(tell);
    this.#run(() => this.#behind().tell(notice, tell));
  }

  whenRead(then: () => void): void {
    if (Backlog.isBehind(this.#socket)) this.#whenRead = then;
    else then();
  }

  #behind(): Backlog {
    return (this.#backlog ??= new Backlog(this.#socket));
  }

  tellAll(run: readonly Said[]): boolean {
    const session = this.#session;
    if (this.#isEnded || !session?.tellAll) return this.#isEnded;
    // Where the peer is behind, each is counted.
    if (Backlog.isBehind(this.#socket) || isLong(run)) return false;
    this.#run(() => session.tellAll?.(run));
    return true;
  }

  /** The user was put out. */
  expel(removed: Removed): void {
    const session = this.#session;
    if (this.#isEnded) return;
    if (!session?.expelled) return this.abort();
    this.#run(() => session.expelled?.(removed));
    this.end();
  }

  /** The server stops. */
  closing(): void {
    this.#run(() => this.#session?.closing?.());
    this.end();
  }

  // ---- what the socket and the clock tell

  opened(): void {
    this.#run(() => this.#events?.opened?.());
  }

  data(bytes: Uint8Array): void {
    if (!this.#isEnded) this.#input.push(bytes);
    else if (!this.#isPatient) this.#input.throwAway(bytes.length);
  }

  ended(): void {
    this.#input.end();
  }

  drained(): void {
    this.#transfers?.drained();
    this.#backlog?.drained();
    this.#releaseAnswers();
    this.#input.drained();
    const whenRead = this.#whenRead;
    this.#whenRead = undefined;
    whenRead?.();
  }

  woke(): void {
    this.#isTimed = false;
    this.#run(() => this.#events?.woke?.());
  }

  lost(why: LossReason): void {
    if (this.#isLost) return;
    this.wake(undefined);
    this.#run(() => this.#events?.lost(why));
    this.#isLost = true;
    this.#isEnded = true;
    this.#releaseAnswers();
    this.#input.lost();
    this.#transfers?.close();
    this.#unsettled?.failAll();
    this.#unpinFiles();
    this.#leave();
    this.#closeIfLeft();
  }

  /** Owed, so that no user stays in the lists because the disk failed when they left. */
  #leave(): void {
    if (this.#presence !== 'entered') return;
    this.#presence = 'leaving';
    const left = (): void => {
      if (this.#presence === 'leaving') this.#presence = 'left';
      if (this.#isLost) this.#closeIfLeft();
    };
    this.#deps.owe({ do: 'leave', session: this.session }, left, this.#commandLane);
  }

  /** Delivery must find the connection until its user has left. */
  #closeIfLeft(): void {
    if (this.#presence === 'none' || this.#presence === 'left') this.#deps.closed(this, this.#id);
  }

  // ---- inside

  /** Runs a step of the session, unless the connection is gone. */
  #run(step: () => void): void {
    if (this.#isLost) return;
    try {
      step();
    } catch (error) {
      this.fail(error);
    }
  }

  /** A step of the session threw. */
  fail(error: unknown): void {
    if (error instanceof ProtocolError) {
      this.end();
    } else {
      this.#deps.report(`in a ${this.dialect} conversation`, error);
      this.abort();
    }
  }
}

/** Whether what was said in a row is so much that a peer may be behind before all of it is told. */
function isLong(run: readonly Said[]): boolean {
  let length = 0;
  for (const { text } of run) length += text.length;
  return length > limits.net.longRun;
}
