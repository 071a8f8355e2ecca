// The core: hub, journal and delivery put together over a store, with the world outside handed in.

import type { Clock } from '../net/clock';
import type { Socket, SocketEvents } from '../net/socket';
import type { Command, Outcome } from '../protocol/commands';
import type { Callback, Dialect } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import type { Address, SessionId } from '../protocol/model';
import type { Console } from './console';
import { CalledOutlet } from './delivery/calls';
import { Delivery } from './delivery/delivery';
import type { FileStore } from './files/files';
import type { CallbackAddress } from './hub/events';
import { openHub } from './hub/hub';
import { forgetGuestsFiles } from './hub/state/attachments';
import { allCallbackAddresses } from './hub/state/callbacks';
import { forgetGuestsGroups } from './hub/state/groups';
import { readPending } from './hub/state/messages';
import { openStore, type Store } from './hub/store';
import { LocalJournal } from './journal/local';
import { ConnectionHost, type ConnectionHostDeps } from './net/connection_host';

/** Everything that the core cannot do by itself: real in the server, in the test's hands in a simulation. */
export interface CoreDeps {
  readonly clock: Clock;
  readonly files: FileStore;
  readonly console: Pick<Console, 'print' | 'warn' | 'raw'>;
  /** Runs a step once the current turn's input has been read. */
  soon(step: () => void): void;
  /** Lets the bytes go that were written in this turn. */
  flush(): void;
  dial(address: Address, open: (socket: Socket) => SocketEvents): void;
  /** Whether an address leads to one of this server's own doors. */
  isOwnDoor(address: Address): boolean;
  /** An exception that is our bug, or a failing disk. */
  report(what: string, error: unknown): void;
}

export interface Core {
  /** Every connection that is not over, whoever made it. */
  readonly connections: ReadonlySet<ConnectionHost>;
  /** What the conversations of one door share. `server`: its address as peers know it. */
  hostDeps(dialect: string, server: Address): ConnectionHostDeps;
  /** Calls those who left an address before this start. */
  start(): void;
  /** The server's own commands; nobody waits for their outcome. */
  submit(command: Command): void;
  /** Applies what was submitted, and says goodbye to everybody. */
  closing(): void;
  /** Applies everything submitted so far. */
  flush(): void;
  /** Applies everything submitted so far, and takes nothing more. */
  close(): void;
}

/** One machine for now; commands and addresses carry the name from the first day. */
const machine = 'm1';

/** Opens the store of a core that is to start: nothing of guests outlives a server. Throws as `openStore`. */
export function openCoreStore(path: string): Store {
  const db = openStore(path);
  forgetGuestsFiles(db);
  forgetGuestsGroups(db);
  return db;
}

export function openCore(db: Store, dialects: readonly Dialect[], deps: CoreDeps): Core {
  const { clock, console } = deps;
  const conversations = new Set<ConnectionHost>();
  const entered = new Map<SessionId, ConnectionHost>();
  const reservedRooms = dialects.flatMap(({ server }) => server?.room ?? []);
  const journal: LocalJournal = new LocalJournal(
    db,
    openHub(db, { reservedRooms }),
    (events) => delivery.take(events),
    {
      now: () => clock.now(),
      soon: (flush) => deps.soon(flush),
      later: (flush, ms) => void clock.after(ms, flush),
      report: (what, error) => deps.report(what, error),
    },
  );
  journal.onBatchDone = () => deps.flush();
  /** What must come to pass, since it has happened already: a disk that fails is asked again until it does not. */
  const owe = (command: Command, done: () => void): void =>
    journal.submit(command, (outcome) => paid(command, outcome, done));
  const paid = (command: Command, outcome: Outcome, done: () => void): void => {
    if (outcome.ok || outcome.why !== 'storage') done();
    else clock.after(limits.journal.storageRetryMs, () => owe(command, done));
  };
  const waiting = readPending(db);
  const delivery: Delivery = new Delivery({
    // A message that the same group brought is not told before its sender has his answer: its own event brings it.
    waiting: (...of) => waiting(...of).filter(({ serial }) => serial <= journal.answeredPosition),
    settle: (recipient, serial, { status, urgent, done }) => {
      const settled = { do: 'settle', recipient, serial, status } as const;
      if (urgent) owe(settled, done);
      else journal.submitDeferred(settled, (outcome) => paid(settled, outcome, done));
    },
    after: (ms, then) => clock.after(ms, then),
    connection: (session) => entered.get(session),
    caller,
    released: ({ hash }) => deps.files.release(hash),
  });

  const boot = clock.now().toString(36);
  let connections = 0;
  const nextSession = (): SessionId => `${machine}-${boot}-${++connections}` as SessionId;
  const around = (dialect: string, server: Address): ConnectionHostDeps => ({
    dialect,
    machine,
    server,
    clock,
    files: deps.files,
    submit: (command, done, key) => journal.submit(command, done, key),
    owe,
    isOwnDoor: (address) => deps.isOwnDoor(address),
    print: (line) => console.print(line),
    warn: (line) => console.warn(line),
    output: (bytes, taken) => console.raw(bytes, taken),
    report: (what, error) => deps.report(what, error),
    nextSession,
    began: (conversation) => void conversations.add(conversation),
    entered: (conversation) => void entered.set(conversation.session, conversation),
    over: (conversation, session) => {
      conversations.delete(conversation);
      if (session !== undefined) entered.delete(session);
    },
  });

  const callbacks = new Map<string, Callback>(
    dialects.flatMap(({ name, server }) => (server?.callback ? [[name, server.callback]] : [])),
  );
  let starting = false;
  function caller(at: CallbackAddress): CalledOutlet | undefined {
    const callback = callbacks.get(at.dialect);
    if (at.machine !== machine || !callback) return undefined;
    // Who is called is told no address of ours.
    const calls = around(at.dialect, { host: '', port: 0 });
    return new CalledOutlet(
      { ...at, callback, fresh: !starting },
      {
        dial: (address, open) =>
          deps.dial(address, (socket) => {
            const conversation = new ConnectionHost(socket, calls);
            conversation.start(open(conversation));
            return conversation;
          }),
        after: (ms, then) => clock.after(ms, then),
        now: () => clock.now(),
        unreachable: () =>
          submit({ do: 'callback-lost', recipient: at.recipient, opened: at.opened }),
        print: (line) => console.print(line),
      },
    );
  }
  const submit = (command: Command): void => owe(command, () => {});

  return {
    connections: conversations,
    hostDeps: around,
    submit,
    start() {
      starting = true;
      for (const at of allCallbackAddresses(db)) delivery.open(at);
      starting = false;
    },
    closing() {
      journal.flush();
      for (const conversation of conversations) conversation.closing();
      deps.flush();
    },
    flush: () => journal.flush(),
    close: () => journal.close(),
  };
}
