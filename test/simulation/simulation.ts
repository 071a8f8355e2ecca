// The simulation: users at all doors, one command after the other, and what must hold whatever happens.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { limits } from '../../src/protocol/limits';
import { auditLedger } from '../../src/server/hub/audit';
import { neededFiles } from '../../src/server/hub/state/attachments';
import { openStore, type Store } from '../../src/server/hub/store';
import { Chance } from './chance';
import { channelsKind } from './channels';
import { floodKind } from './flooders';
import { groupsKind } from './groups';
import { checkHistory } from './history';
import { LedgerWatch } from './ledger_watch';
import { Machine } from './machine';
import { mailboxKind } from './mailbox';
import { marketKind } from './market';
import { Model, type Stay } from './model';
import { moderationKind } from './moderation';
import { relayKind } from './relay';
import { Time } from './time';
import type { SimulatedUser, Stage, UserKind } from './users';
import { webKind } from './web';

/** A new dialect adds one of these. */
const kinds: readonly UserKind[] = [
  mailboxKind,
  channelsKind,
  relayKind,
  marketKind,
  groupsKind,
  webKind,
  floodKind,
  moderationKind,
];

/** Long enough for everything that has a deadline: calls are tried again after 1, 5 and 30 s. */
const restMs = 90_000;

/** What must hold does not. The seed replays it. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export class Simulation {
  readonly #seed: number;
  /** How many of the latest notes are printed with a failure. */
  readonly #notesKept: number;
  readonly #chance: Chance;
  readonly #time: Time;
  readonly #model: Model;
  readonly #machine: Machine;
  readonly #users: readonly SimulatedUser[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'chat-test-'));
  readonly #notes: string[] = [];
  readonly #money = new LedgerWatch((what) => this.#violated(what));
  readonly #startedAt: number;
  #isCalm = false;
  /** The user to whom all others like to write for a while. */
  #favourite: string | undefined;
  /** The first violation, in case the code under test swallows it. */
  #violation: Violation | undefined;
  readonly counts = { commands: 0, steps: 0, kills: 0, stops: 0 };

  constructor(seed: number, notesKept = 80) {
    this.#seed = seed;
    this.#notesKept = notesKept;
    this.#chance = new Chance(seed);
    this.#time = new Time(this.#chance);
    this.#startedAt = this.#time.now;
    this.#model = new Model((what) => this.#violated(what));
    this.#machine = new Machine({
      time: this.#time,
      chance: this.#chance,
      folder: this.#folder,
      dialects: [...new Set(kinds.map(({ dialect }) => dialect))],
      note: (what) => this.#note(what),
      violated: (what) => this.#violated(what),
      committed: () => this.#checkBatch(),
      ended: (how) => this.#ended(how),
    });
    const stage = this.#stage();
    this.#users = kinds.flatMap((kind) => kind.users(stage));
  }

  #stage(): Stage {
    const isCalm = (): boolean => this.#isCalm;
    return {
      time: this.#time,
      chance: this.#chance,
      machine: this.#machine,
      model: this.#model,
      get isCalm() {
        return isCalm();
      },
      someRecipient: (but) => this.#someRecipient(but),
      note: (what) => this.#note(what),
      violated: (what) => this.#violated(what),
    };
  }

  /** `but`: not this one; `#`: numbers only. */
  #someRecipient(but: string): { readonly name: string; readonly stay: Stay | undefined } {
    const wanted = ({ name }: { readonly name: string }): boolean =>
      but === '#' ? /^#1\d\d\d$/.test(name) : name !== but && !/^#\d{1,3}$/.test(name);
    const stays = this.#users.flatMap((user) => user.stays()).filter(wanted);
    if (stays.length > 0 && this.#chance.is(0.9)) {
      const favourite = stays.find(({ name }) => name === this.#favourite);
      const stay = favourite && this.#chance.is(0.6) ? favourite : this.#chance.of(stays);
      return { name: stay.name, stay };
    }
    const names = this.#users.filter(wanted).map(({ name }) => name);
    return { name: this.#chance.of([...names, but === '#' ? '#1777' : 'nobody']), stay: undefined };
  }

  #note(what: string): void {
    this.#notes.push(
      `${((this.#time.now - this.#startedAt) / 1000).toFixed(3).padStart(9)}  ${what}`,
    );
    if (this.#notes.length > 2 * this.#notesKept) this.#notes.splice(0, this.#notesKept);
  }

  #violated(what: string): never {
    this.#violation ??= new Violation(
      [
        `seed ${this.#seed}, command ${this.counts.commands}: ${what}`,
        `replay: CHAT_SEED=${this.#seed} bun test test/simulation`,
        ...this.#notes.slice(-this.#notesKept),
      ].join('\n'),
    );
    throw this.#violation;
  }

  // ---- the course of things

  /** Runs so many commands and lets everything come to rest. Throws Violation. */
  run(commands: number): void {
    try {
      this.#machine.start();
      for (let count = 1; count <= commands; count++) {
        this.#command();
        if (count % 1000 === 0 || count === commands) this.#rest();
      }
    } finally {
      this.#machine.life?.db.close();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  #command(): void {
    const chance = this.#chance;
    this.counts.commands++;
    // Only in some stretches is the disk full now and then.
    if (chance.is(0.002)) this.#machine.commitFailures = chance.is(0.3) ? 0.01 : 0;
    if (chance.is(0.02)) this.#machine.sluggishMs = chance.of([0, 0, 5, 30, 150]);
    if (chance.is(0.01))
      this.#favourite = chance.is(0.5) ? this.#someRecipient('').name : undefined;
    if (chance.is(0.004)) this.#machine.killSoon();
    if (chance.is(0.001)) this.#machine.stop();
    chance.of(this.#users).act();
    const until = this.#time.now + (chance.is(0.98) ? chance.below(100) : chance.below(3000));
    // Much is done at the same moment.
    if (chance.is(0.3)) return;
    for (let steps = chance.below(24); steps > 0; steps--) this.#step(until);
  }

  #step(until?: number): boolean {
    const went = this.#time.step(until);
    this.counts.steps++;
    if (this.#violation) throw this.#violation;
    return went;
  }

  /** A life has ended; what was under way may come again, one message for each recipient. */
  #ended(how: 'stopped' | 'killed'): void {
    if (how === 'killed') this.counts.kills++;
    else this.counts.stops++;
    const db = openStore(this.#machine.path(this.#machine.lives + 1));
    const rows = db.query<{ text: string }, []>('SELECT text FROM message').all();
    this.#money.check(db);
    db.close();
    for (const { text } of rows) {
      const message = this.#model.messages.get(/^m\d+/.exec(text)?.[0] ?? '');
      if (message?.takenAt !== undefined) this.#model.isUnderWay(text, this.#machine.lives);
    }
    for (const user of this.#users) user.restarted?.();
    this.#time.after(1 + this.#chance.below(1500), () => this.#machine.start());
  }

  /** Nothing breaks any more, and everything comes to its end. */
  #rest(): void {
    this.#note('everything comes to rest');
    this.#isCalm = true;
    this.#machine.commitFailures = 0;
    this.#machine.sluggishMs = 0;
    this.#machine.spare();
    // A life that is about to end does so first.
    this.#pass(5000);
    for (let round = 0; round < 2; round++) {
      for (const user of this.#users) user.calm();
      this.#pass(restMs);
    }
    const life = this.#machine.life;
    if (!life) this.#violated('there is no server');
    this.#checkPrivateMessages(life.db);
    this.#checkPresence(life.db);
    this.#checkCounters(life.db);
    this.#checkDisk(life.db);
    checkHistory(life.db, this.#model, (what) => this.#violated(what));
    const { faults } = auditLedger(life.db);
    if (faults.length > 0) this.#violated(`the ledger: ${faults.join('; ')}`);
    this.#money.checkPayments(life.db, this.#model.payments);
    for (const user of this.#users) user.check();
    this.#pass(5000);
    this.#model.checkRoomMessages();
    this.#isCalm = false;
  }

  #pass(ms: number): void {
    const until = this.#time.now + ms;
    while (this.#step(until));
    this.#time.now = Math.max(this.#time.now, until);
  }

  // ---- what holds after every batch

  #checkBatch(): void {
    const life = this.#machine.life;
    if (!life) return;
    this.#money.check(life.db);
    for (const { socket } of life.connections) {
      if (socket && socket.queued > limits.net.sendQueueBytes)
        this.#violated('a socket holds too much');
    }
    const open = new Set<string>([...life.core.connections].map(({ session }) => session));
    const here = life.db.query<{ id: string }, []>('SELECT id FROM live.session').all();
    for (const { id } of here) {
      if (!open.has(id)) this.#violated(`${id} is here and has no connection`);
    }
  }

  // ---- what holds when nothing moves

  /** Every accepted message was delivered, or waits, or its recipient is gone. */
  #checkPrivateMessages(db: Store): void {
    const rows = db.query<{ text: string }, []>('SELECT text FROM message').all();
    const waiting = new Set(rows.map(({ text }) => /^m\d+/.exec(text)?.[0]));
    for (const message of this.#model.messages.values()) {
      const { word, from, to, stay, state, sentAt, takenAt, mayRepeat } = message;
      if (state === 'refused' && waiting.has(word)) this.#violated(`${word} was refused and waits`);
      if (takenAt !== undefined && waiting.has(word) && !mayRepeat) {
        this.#violated(`${word} to ${to} was delivered and waits`);
      }
      if (state !== 'accepted' || takenAt !== undefined || waiting.has(word)) continue;
      const isSure = stay?.enteredAt !== undefined && stay.enteredAt < sentAt;
      if (isSure && stay.leftAt === undefined) {
        this.#violated(`${word} from ${from.name} to ${to} was accepted and is lost`);
      }
    }
  }

  /** The users who are here are those with a connection that entered. */
  #checkPresence(db: Store): void {
    const here = db.query<{ name: string }, []>('SELECT name FROM live.session').all();
    const names = here.map(({ name }) => name);
    const connected = this.#users.flatMap((user) => user.here());
    if (names.sort().join() !== connected.sort().join()) {
      this.#violated(`here are ${names.join()}; connected are ${connected.join()}`);
    }
  }

  /** On the disk is what a user may still fetch, and nothing else. No offer is left. */
  #checkDisk(db: Store): void {
    const [offer] = db
      .query('SELECT * FROM live.offer LEFT JOIN live.offer_part ON offer = number')
      .all();
    if (offer) this.#violated(`an offer is left: ${JSON.stringify(offer)}`);
    const needed = neededFiles(db);
    for (const hash of needed) if (!this.#machine.disk.has(hash)) this.#violated(`${hash} is lost`);
    for (const hash of this.#machine.disk.keys()) {
      if (!needed.has(hash)) this.#violated(`${hash} is needed by nobody`);
    }
  }

  /** Counters that stand for counts. */
  #checkCounters(db: Store): void {
    const wrong = db
      .query<{ name: string }, []>(
        `SELECT name FROM account
           WHERE waiting <> (SELECT count(*) FROM message WHERE recipient = account.id)
         UNION ALL SELECT name FROM live.session
           WHERE waiting <> (SELECT count(*) FROM live.message WHERE recipient = live.session.id)`,
      )
      .all();
    if (wrong.length > 0) this.#violated(`miscounted: ${wrong.map(({ name }) => name).join()}`);
  }
}
