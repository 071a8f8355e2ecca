// The core: hub, journal and delivery put together over a store, with the world outside handed in.

import { HeldBytes } from '../net/held_bytes';
import type { Command, OperationName, Outcome } from '../protocol/commands';
import type { Callback, Dialect } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import type { Address, SessionId } from '../protocol/model';
import type { CoreDeps } from './core_deps';
import { Policy } from './credentials/policy';
import { Proofs } from './credentials/proofs';
import { CallbackOutlet } from './delivery/callback_outlet';
import { Delivery } from './delivery/delivery';
import type { CallbackAddress } from './hub/events';
import { type AppliedHub, openHub } from './hub/hub';
import { allCallbackAddresses } from './hub/state/callbacks';
import { readInvitations } from './hub/state/invitations';
import { readPending } from './hub/state/pending_reader';
import { forgetRoomRules } from './hub/state/room_rules';
import type { Store } from './hub/store';
import { syncedByCommit } from './journal/durability';
import { LocalJournal } from './journal/local';
import { OwedCommands } from './journal/owed';
import { StorageWatch } from './journal/storage_watch';
import { TimedCommands } from './journal/timed_commands';
import { Maintenance } from './maintenance';
import { ConnectionHost, type ConnectionHostDeps } from './net/connection_host';
import { expelAll } from './net/network_ban';
import { Turns } from './net/turns';
import { RoomLog } from './room_log';

/** One machine for now; commands and addresses carry the name from the first day. */
const machine = 'm1';

/** A start is named by its time in this base, to be short. */
const startRadix = 36;

const msPerSecond = 1000;

/** A connection that calls a user: the user is told no address of ours. */
const noAddress: Address = { host: '', port: 0 };

/** What must find all that was said before it. */
const readsHistory: ReadonlySet<OperationName> = new Set(['history', 'conversations', 'search']);

/** How long what is said is kept, in ms (0: not at all), and how much of it in all, in bytes. */
export interface HistoryRetention {
  readonly ms: number;
  readonly bytes: number;
}

export class Core {
  readonly #db: Store;
  readonly #deps: CoreDeps;
  readonly #hub: AppliedHub;
  readonly #journal: LocalJournal;
  /** The commands of maintenance. */
  readonly #timed: TimedCommands;
  readonly #owed: OwedCommands;
  readonly #proofs: Proofs;
  readonly #storage: StorageWatch;
  readonly #delivery: Delivery;
  readonly #roomLog: RoomLog;
  readonly #turns: Turns;
  readonly #received = new HeldBytes(limits.net.inboxBytesInAll);
  readonly #connections = new Set<ConnectionHost>();
  /** The connections that have asked for a name, or have one. */
  readonly #bySession = new Map<SessionId, ConnectionHost>();
  /** By dialect. */
  readonly #callbacks: ReadonlyMap<string, Callback>;
  /** Names this start of the server, so that a session's id is never used again. */
  readonly #startName: string;
  #sessionCount = 0;
  #isStarting = false;

  constructor(db: Store, dialects: readonly Dialect[], deps: CoreDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#callbacks = new Map(
      dialects.flatMap(({ name, server }) => (server?.callback ? [[name, server.callback]] : [])),
    );
    this.#startName = deps.clock.now().toString(startRadix);
    this.#turns = new Turns({
      monotonicNow: () => deps.clock.monotonicNow(),
      soon: (step) => deps.soon(step),
    });
    const reservedRooms = dialects.flatMap(({ server }) => server?.room ?? []);
    this.#storage = new StorageWatch({
      warn: (line) => deps.console.warn(line),
      after: (ms, then) => deps.clock.after(ms, then),
      prove: (done) => this.#journal.submit({ do: 'prove-commit' }, done),
    });
    this.#timed = new TimedCommands(deps.clock);
    forgetRoomRules(db, reservedRooms);
    this.#hub = openHub(db, { reservedRooms });
    this.#journal = this.#openJournal(this.#hub);
    this.#proofs = this.#openProofs(this.#hub);
    this.#owed = new OwedCommands(this.#journal, (ms, then) => deps.clock.after(ms, then));
    this.#roomLog = new RoomLog({
      clock: deps.clock,
      // Where the disk takes nothing, room talk is lost: kept in memory until it does, it would grow without bound.
      write: (command) => this.#journal.submit(command, () => {}),
    });
    this.#delivery = this.#openDelivery();
  }

  #openProofs(hub: AppliedHub): Proofs {
    return new Proofs({
      ...this.#deps,
      account: (name) => hub.accountToProve(name),
      ownerOfKey: (hash) => hub.ownerOfKey(hash),
      used: (credential) => this.#journal.submit({ do: 'credential-used', credential }, () => {}),
      report: (what, error) => this.#deps.report(what, error),
    });
  }

  #openJournal(hub: AppliedHub): LocalJournal {
    const deps = this.#deps;
    return new LocalJournal(
      this.#db,
      this.#timed.around(hub),
      (events) => {
        this.#delivery.take(events);
        this.#roomLog.take(events);
      },
      {
        clock: deps.clock,
        warn: (line) => deps.console.warn(line),
        soon: (flush) => deps.soon(flush),
        after: (ms, then) => deps.clock.after(ms, then),
        durability: deps.durability ?? syncedByCommit,
        report: (what, error) => deps.report(what, error),
        fails: (error) => this.#storage.fails(error),
        works: () => this.#storage.works(),
        isDiskLow: () => deps.isDiskLow(),
        measure: (commands, commitMs) => deps.measures?.batch(commands, commitMs),
        batchDone: () => deps.flush(),
      },
    );
  }

  #openDelivery(): Delivery {
    const readMessages = readPending(this.#db);
    return new Delivery({
      // A message of the batch that is being answered is left out: its own event brings it, after its sender's answer.
      pending: (...of) => {
        const pending = readMessages(...of);
        const { answeredPosition } = this.#journal;
        const messages = pending.messages.filter(({ serial }) => serial <= answeredPosition);
        return { ...pending, messages };
      },
      invitations: readInvitations(this.#db),
      settle: (recipient, serial, { status, urgent, unseen, done }) => {
        const command = {
          do: 'settle',
          recipient,
          serial,
          status,
          ...(unseen && { unseen }),
        } as const;
        if (urgent) this.#owed.submit(command, done);
        else this.#owed.submitDeferred(command, done);
      },
      after: (ms, then) => this.#deps.clock.after(ms, then),
      connection: (session) => this.#bySession.get(session),
      callbackOutlet: (at) => this.#callbackOutlet(at),
      isBlocked: (recipient, from) => this.#hub.isBlocked(recipient, from),
      banned: (network, removed) => expelAll(this.#connections, network, removed),
      released: ({ hash }) => this.#deps.files.release(hash),
    });
  }

  /** Whether the server's bans keep an address, or an account, out now. */
  isBanned(who: Parameters<AppliedHub['isBanned']>[0]): boolean {
    return this.#hub.isBanned(who, Math.floor(this.#deps.clock.now() / msPerSecond));
  }

  /** Asks the hub for something that no peer asks for. */
  submit<K extends OperationName>(command: Command<K>, done: (outcome: Outcome<K>) => void): void {
    this.#journal.submit(command, done);
  }

  /** Every connection that is not over, accepted or dialled. */
  get connections(): ReadonlySet<ConnectionHost> {
    return this.#connections;
  }

  /** Commands that wait to be applied. */
  get queuedCommands(): number {
    return this.#journal.queued;
  }

  /** What the connections of one door share. `server`: its address as peers know it. */
  hostDeps(dialect: string, server: Address): ConnectionHostDeps {
    const { clock, console, files, rates } = this.#deps;
    return {
      dialect,
      machine,
      server,
      clock,
      files,
      turns: this.#turns,
      received: this.#received,
      rates,
      proofs: this.#proofs,
      policy: this.#deps.policy ?? new Policy(),
      submit: (command, done, idempotencyKey, lane) => {
        if (readsHistory.has(command.do)) this.#roomLog.flush();
        this.#journal.submit(command, done, idempotencyKey, lane);
      },
      release: (lane) => this.#journal.release(lane),
      owe: (command, done, lane) => this.#owed.submit(command, done, lane),
      mayCall: (address) => this.#mayCall(address),
      isBanned: (account) => this.isBanned({ account }),
      print: (line) => console.print(line),
      warn: (line) => console.warn(line),
      output: (bytes, taken) => console.raw(bytes, taken),
      report: (what, error) => this.#deps.report(what, error),
      nextSession: () => `${machine}-${this.#startName}-${++this.#sessionCount}` as SessionId,
      opened: (connection) => void this.#connections.add(connection),
      spoke: () => {},
      entered: (connection) => void this.#bySession.set(connection.session, connection),
      closed: (connection, session) => {
        this.#connections.delete(connection);
        if (session !== undefined) this.#bySession.delete(session);
      },
    };
  }

  #mayCall(address: Address): boolean {
    return address.port >= limits.delivery.calledPortLeast && !this.#deps.isOwnDoor(address);
  }

  #callbackOutlet(at: CallbackAddress): CallbackOutlet | undefined {
    const callback = this.#callbacks.get(at.dialect);
    if (at.machine !== machine || !callback || !this.#mayCall(at.address)) return undefined;
    const deps = this.#deps;
    const hostDeps = this.hostDeps(at.dialect, noAddress);
    return new CallbackOutlet(
      { ...at, callback, isFresh: !this.#isStarting },
      {
        dial: (address, open) =>
          deps.dial(address, (socket) => {
            const connection = new ConnectionHost(socket, hostDeps);
            connection.start(open(connection));
            return connection;
          }),
        after: (ms, then) => deps.clock.after(ms, then),
        now: () => deps.clock.now(),
        unreachable: () =>
          this.#owed.submit({ do: 'callback-lost', recipient: at.recipient, opened: at.opened }),
        print: (line) => deps.console.print(line),
      },
    );
  }

  /** Calls the users who left an address before this start. */
  start(): void {
    this.#isStarting = true;
    for (const at of allCallbackAddresses(this.#db)) {
      // A door of ours may have been opened there since.
      if (at.machine !== machine || this.#mayCall(at.address)) this.#delivery.openCallback(at);
      else this.#owed.submit({ do: 'callback-lost', recipient: at.recipient, opened: at.opened });
    }
    this.#isStarting = false;
  }

  /** Has what has expired removed, now and regularly. `attachmentMs`: how long an attachment waits. */
  maintain(attachmentMs: number, history: HistoryRetention): Maintenance {
    this.#journal.submit({ do: 'history-keep', ...history }, () => {});
    const { clock, console } = this.#deps;
    return new Maintenance(this.#db, {
      clock,
      attachmentMs,
      submit: (command, done) => this.#timed.submit(this.#journal, command, done),
      provedNow: () => this.#journal.provedNow(),
      warn: (line) => console.warn(line),
    });
  }

  /** Applies what was submitted, and says goodbye to every peer. */
  closing(): void {
    this.#journal.flush();
    this.#roomLog.flush();
    this.#journal.flush();
    for (const connection of this.#connections) connection.closing();
    this.#deps.flush();
  }

  /** Applies everything submitted so far. */
  flush(): void {
    this.#journal.flush();
  }

  /** Applies everything submitted so far, and takes nothing more. */
  close(): void {
    this.#journal.flush();
    this.#roomLog.flush();
    this.#journal.close();
  }
}
