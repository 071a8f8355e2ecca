// A hub and its journal without a network: time and the event loop are in the test's hands.

import { type Command, type OperationName, type Outcome } from '../../src/protocol/commands';
import {
  type CredentialId,
  type Name,
  nameOf,
  type Proof,
  type RoomName,
  roomNameOf,
  type SessionId,
} from '../../src/protocol/model';
import type { HubEvent } from '../../src/server/hub/events';
import { type AppliedHub, type Apply, openHub } from '../../src/server/hub/hub';
import { openStore, type Store } from '../../src/server/hub/store';
import type { Durability, Gate } from '../../src/server/journal/durability';
import { LocalJournal } from '../../src/server/journal/local';
import { TimedCommands } from '../../src/server/journal/timed_commands';

/** The number of no credential. */
export const noCredential = 999 as CredentialId;

/** A disk whose syncs end when the test says. */
class TestDisk implements Durability {
  isPipelined = false;
  gate: Gate | undefined;
  syncsNow = 0;
  readonly #syncs: (() => void)[] = [];

  guard(gate: Gate): void {
    this.gate = gate;
  }

  committed(): void {}

  sync(done: () => void): void {
    this.#syncs.push(done);
  }

  syncNow(): void {
    this.syncsNow++;
  }

  /** How many syncs are under way. */
  get syncs(): number {
    return this.#syncs.length;
  }

  /** A sync ends: the oldest, or the one behind so many others. */
  synced(at = 0): void {
    this.#syncs.splice(at, 1)[0]?.();
  }
}

export class TestHub {
  readonly db: Store;
  readonly hub: AppliedHub;
  readonly journal: LocalJournal;
  readonly timed = new TimedCommands({ monotonicNow: () => this.now });
  /** What was called, in order: outcomes as `done ...`, events as `event ...`. */
  readonly log: string[] = [];
  readonly events: HubEvent[] = [];
  readonly reports: string[] = [];
  /** What the journal said of the disk: why nothing could be stored, and `works` once it could again. */
  readonly failures: string[] = [];
  isDiskLow = false;
  readonly warnings: string[] = [];
  now = 1_700_000_000_000;
  /** How wrong the clock on the wall goes, in ms. */
  wrong = 0;
  readonly #soon: (() => void)[] = [];
  readonly #waits = new Set<{ readonly ms: number; readonly run: () => void }>();
  readonly disk = new TestDisk();

  constructor(
    path = ':memory:',
    wrap: (apply: Apply, db: Store) => Apply = (apply) => apply,
    hear: (events: readonly HubEvent[]) => void = () => {},
  ) {
    this.db = openStore(path);
    this.hub = openHub(this.db, { reservedRooms: ['square'] });
    const apply = wrap(keepingEffects(this.hub, this.db), this.db);
    this.journal = new LocalJournal(
      this.db,
      this.timed.around({ ...this.hub, apply }),
      (events) => {
        for (const event of events) {
          this.events.push(event);
          this.log.push(`event ${event.is}`);
        }
        hear(events);
      },
      {
        clock: {
          now: () => this.now + this.wrong,
          monotonicNow: () => this.now,
          uptime: () => this.now,
        },
        warn: (line) => this.warnings.push(line),
        soon: (flush) => this.#soon.push(flush),
        after: (ms, then) => {
          const wait = { ms, run: then };
          this.#waits.add(wait);
          return () => this.#waits.delete(wait);
        },
        durability: this.disk,
        report: (what) => this.reports.push(what),
        fails: (error) =>
          this.failures.push(error instanceof Error ? error.message : String(error)),
        works: () => this.failures.push('works'),
        isDiskLow: () => this.isDiskLow,
        measure: () => {},
        batchDone: () => {},
      },
    );
  }

  /** Runs what waits for the end of the turn, until nothing does. */
  turn(): void {
    for (let flush = this.#soon.shift(); flush; flush = this.#soon.shift()) flush();
  }

  /** One step of what waits for the end of the turn. */
  step(): void {
    this.#soon.shift()?.();
  }

  /** Runs what waits for a time to pass. */
  pass(): void {
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const { ms, run } of waits) {
      this.now += ms;
      run();
    }
  }

  /** Applies one command at once. */
  ask<K extends OperationName>(command: Command<K>, key?: string): Outcome<K> {
    let answer: Outcome<K> | undefined;
    this.journal.submit(command, (outcome) => (answer = outcome), key);
    this.turn();
    if (!answer) throw new Error('no answer');
    return answer;
  }

  /** Applies one command that must succeed. */
  must<K extends OperationName>(command: Command<K>): void {
    const outcome = this.ask(command);
    if (!outcome.ok) throw new Error(`${command.do}: ${outcome.why}`);
  }

  register(name: string): void {
    this.must({
      do: 'register',
      name: named(name),
      fullName: name,
      born: '01/01/2000',
      host: '10.0.0.1',
    });
  }

  /** Registers an account that has a key. */
  registerWith(name: string, hash = `key of ${name}`): void {
    this.must({
      do: 'register',
      name: named(name),
      fullName: name,
      born: '01/01/2000',
      host: '10.0.0.2',
      key: { hash, label: '' },
    });
  }

  /** What is proved by who shows what has this hash; a number that is none's where the account has no such. */
  proof(name: string, hash = `key of ${name}`): Proof {
    const account = named(name);
    const found = this.hub.accountToProve(account);
    const id = found?.credentials.find((one) => one.hash === hash)?.id;
    return { account, credential: id ?? noCredential };
  }

  /** Logs an account in. */
  login(session: string, name: string, hash?: string, host = '10.0.0.2'): Outcome<'login'> {
    return this.ask({
      do: 'login',
      session: session as SessionId,
      ...this.proof(name, hash),
      dialect: 'test',
      machine: 'm1',
      address: { host, port: 4000 },
    });
  }

  /** Registers an account that has a key, and logs it in. */
  logIn(session: string, name: string, hash?: string): void {
    this.registerWith(name, hash);
    const outcome = this.login(session, name, hash);
    if (!outcome.ok) throw new Error(outcome.why);
  }

  enter(session: string, name: string, dialect = 'test'): void {
    this.must({
      do: 'enter',
      session: session as SessionId,
      wanted: { name: named(name) },
      collision: 'rename',
      dialect,
      machine: 'm1',
      address: { host: '10.0.0.2', port: 4000 },
    });
  }

  takeEvents(): HubEvent[] {
    return this.events.splice(0);
  }
}

/** Fails where an operation writes that the table of operations has as one that does not. */
function keepingEffects(hub: AppliedHub, db: Store): Apply {
  const changes = db.prepare<{ changes: number }, []>('SELECT total_changes() AS changes');
  return (command, context) => {
    const { apply } = hub;
    if (hub.effectOf(command as unknown as Command) === 'writes') return apply(command, context);
    const before = changes.get()?.changes;
    const outcome = apply(command, context);
    if (changes.get()?.changes !== before) throw new Error(`${command.do} has written`);
    return outcome;
  };
}

export function named(text: string): Name {
  const name = nameOf(text);
  if (name === undefined) throw new Error(`${text} is no name`);
  return name;
}

export function roomNamed(text: string): RoomName {
  const name = roomNameOf(text);
  if (name === undefined) throw new Error(`${text} is no room name`);
  return name;
}

export const sessionOf = (text: string): SessionId => text as SessionId;
