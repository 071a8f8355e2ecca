// Users at the mailbox door: one operation a connection, and listeners that answer calls well, badly or never.

import { mailbox } from '../../src/protocol/mailbox/index';
import { Operation, requestOf } from '../protocol/mailbox/person';
import { type Answer, answerOf } from './mailbox_answer';
import { IncomingCalls } from './mailbox_calls';
import { WaitingFiles } from './mailbox_files';
import type { PrivateMessage, Stay } from './model';
import type { Connection, PeerEvents } from './network';
import { namesIn, type SimulatedUser, type Stage, textAround, type UserKind } from './users';

/** What a user knows about themselves. */
type Certainty = 'yes' | 'no' | 'unsure';

class User implements SimulatedUser {
  readonly name: string;
  readonly #stage: Stage;
  readonly #host: string;
  readonly #port: number;
  /** Whether it ends the calls that it gets; some never do. */
  readonly #endsCalls: boolean;
  /** Shown with all that it asks for; some have none. */
  readonly #isKeyed: boolean;
  #registered: Certainty = 'no';
  #connected: Certainty = 'no';
  #account: Stay | undefined;
  /** An operation that changes what it knows about itself is under way. */
  #isBusy = false;
  /** Until when an operation whose answer got lost may still come to effect. */
  #dazedUntil = 0;
  /** Grows with everything that makes the server forget how its calls ended. */
  #memory = 0;
  #memoryAt = 0;
  #endedIn = -1;
  readonly #ids = new Map<Stay, Map<number, PrivateMessage>>();
  readonly #files: WaitingFiles;
  readonly #calls: IncomingCalls;

  constructor(stage: Stage, number: number) {
    this.#stage = stage;
    this.name = `mia${number}`;
    this.#host = `10.0.1.${number}`;
    this.#port = 5000 + number;
    this.#endsCalls = number % 5 !== 4;
    this.#isKeyed = number % 2 === 0;
    this.#files = new WaitingFiles({
      stage,
      name: this.name,
      operate: (fields, done) => this.#operate(fields, done),
      sureMemory: () => (this.#connected === 'yes' && !this.#isBusy ? this.#memory : undefined),
      mayHaveFailed: (answer) => this.#mayHaveFailed(answer),
    });
    this.#calls = new IncomingCalls({
      stage,
      name: this.name,
      account: () => this.#account,
      fileWaits: (message) => this.#files.add(message),
    });
    stage.machine.listeners.set(`${this.#host}:${this.#port}`, () => this.#called());
  }

  stays(): readonly Stay[] {
    return this.#account ? [this.#account] : [];
  }

  /** It has an address, and no connection that stays. */
  here(): readonly string[] {
    return [];
  }

  restarted(): void {
    this.#forgotten();
  }

  /** The server does not know any more how its calls have ended. */
  #forgotten(): void {
    this.#memory++;
    this.#memoryAt = this.#stage.time.now;
  }

  // ---- what it does

  act(): void {
    const { chance } = this.#stage;
    if (this.#isBusy || this.#stage.time.now < this.#dazedUntil) return this.#send();
    if (this.#registered !== 'yes') return chance.is(0.8) ? this.#register() : this.#garbage();
    chance.weighted<() => void>([
      [60, () => this.#send()],
      [this.#connected === 'yes' ? 1 : 25, () => this.#connect()],
      [this.#connected === 'unsure' ? 10 : 4, () => this.#disconnect()],
      [1, () => this.#unregister()],
      [6, () => this.#list()],
      [1, () => this.#register()],
      [2, () => this.#garbage()],
      [2, () => this.#wantFiles()],
      [6, () => this.#attach()],
      [6, () => this.#files.fetch()],
    ])();
  }

  /** A name that is its own already is asked for with another key: with its own it would be the same request again. */
  #keyFor(operation: string | undefined): readonly string[] {
    if (!this.#isKeyed) return [];
    const isTaken = operation === 'REGISTER' && this.#registered === 'yes';
    return ['KEY', this.name.padEnd(43, isTaken ? '_' : '-')];
  }

  #operate(
    fields: readonly string[],
    done: (answer: Answer) => void,
    how: { readonly bytes?: Uint8Array; readonly safe?: boolean } = {},
  ): void {
    const { chance, machine, time } = this.#stage;
    const manner = how.safe === true ? 'quick' : 'any';
    const operation = new Operation<Connection>(
      (events) => machine.connect('mailbox', this.#host, manner, events),
      requestOf([...this.#keyFor(fields[0]), ...fields], how.bytes),
      (end) => done(answerOf(end, operation.transport.isCutShort)),
    );
    if (how.safe === true || this.#stage.isCalm) return;
    if (chance.is(0.1)) operation.transport.finish();
    else if (chance.is(0.03)) {
      time.after(chance.below(40), () => operation.reset());
    }
  }

  /** An operation that changes what the user knows about themselves; one at a time. */
  #change(fields: readonly string[], done: (answer: Answer) => void): void {
    this.#isBusy = true;
    this.#stage.note(`${this.name} ${fields.join(' ')}`);
    this.#operate(fields, (answer) => {
      this.#isBusy = false;
      this.#forgotten();
      const said = answer.is === 'answer' ? String(answer.code) : answer.is;
      this.#stage.note(`${this.name} ${fields[0] ?? ''} answered ${said}`);
      if (answer.is === 'unknown') this.#dazedUntil = this.#stage.time.now + 200;
      done(answer);
      this.calm();
    });
  }

  #expect(what: string, answer: Answer, codes: readonly number[]): void {
    if (answer.is !== 'answer') return;
    if (codes.includes(answer.code) || this.#mayHaveFailed(answer)) return;
    this.#stage.violated(
      `${this.name} ${what}, registered: ${this.#registered}, connected: ${this.#connected}: ${answer.code}`,
    );
  }

  /** 2 and 3 also say that the disk was full; 3, that an account which shows its key has asked too often. */
  #mayHaveFailed(answer: Answer): boolean {
    const { machine, time } = this.#stage;
    if (answer.is !== 'answer') return false;
    if (this.#isKeyed && answer.code === 3) return true;
    return answer.code >= 2 && time.now - machine.failedAt < 30_000;
  }

  #register(): void {
    const before = this.#registered;
    this.#change(['REGISTER', this.name, this.name, '01/01/2000'], (answer) => {
      this.#expect('REGISTER', answer, before === 'yes' ? [1] : before === 'no' ? [0] : [0, 1]);
      if (answer.is === 'unknown' && before !== 'yes') this.#registered = 'unsure';
      if (answer.is !== 'answer' || answer.code > 1 || before === 'yes') return;
      this.#registered = 'yes';
      this.#connected = answer.code === 0 ? 'no' : 'unsure';
      this.#account = this.#newAccount();
    });
  }

  #newAccount(): Stay {
    if (this.#account) this.#account.leftAt ??= this.#stage.model.now();
    this.#files.clear();
    const enteredAt = this.#stage.model.now();
    return { dialect: 'mailbox', name: this.name, enteredAt, leftAt: undefined };
  }

  #unregister(): void {
    const account = this.#account;
    if (account) account.leftAt = this.#stage.model.now();
    this.#change(['UNREGISTER', this.name], (answer) => {
      this.#expect('UNREGISTER', answer, [0]);
      if (answer.is === 'unknown') this.#registered = 'unsure';
      else if (answer.is === 'answer' && answer.code === 0) {
        this.#registered = 'no';
        this.#connected = 'no';
        this.#account = undefined;
      } else if (account) account.leftAt = undefined;
    });
  }

  #connect(): void {
    const before = this.#connected;
    this.#connected = 'unsure';
    this.#hasFailed = false;
    this.#change(['CONNECT', this.name, String(this.#port)], (answer) => {
      const wasHere = before === 'yes' && !this.#hasFailed;
      this.#expect('CONNECT', answer, wasHere ? [2] : before === 'no' ? [0] : [0, 2]);
      if (answer.is === 'refused') this.#connected = before;
      if (answer.is !== 'answer' || this.#hasFailed) return;
      // An address that was there before may be on its way out.
      if (answer.code === 0 || before === 'yes') this.#connected = 'yes';
    });
  }
  /** A call has failed since it last asked to be called. */
  #hasFailed = false;

  #disconnect(): void {
    const before = this.#connected;
    this.#connected = 'unsure';
    this.#change(['DISCONNECT', this.name], (answer) => {
      const codes = before === 'no' ? [2] : before === 'unsure' || this.#hasFailed ? [0, 2] : [0];
      this.#expect('DISCONNECT', answer, codes);
      if (answer.is === 'refused') this.#connected = before;
      if (answer.is === 'answer' && (answer.code === 0 || answer.code === 2)) {
        if (answer.code === 0 || !this.#mayHaveFailed(answer)) this.#connected = 'no';
      }
    });
  }

  /** A client that asks for attachments owes the end of every call: its silence never counts as an end. */
  #wantFiles(): void {
    if (!this.#endsCalls) return;
    this.#change(['ATTACHES', this.name], (answer) => this.#expect('ATTACHES', answer, [0, 2]));
  }

  #list(): void {
    this.#operate(['CONNECTEDUSERS', this.name], (answer) => {
      if (answer.is !== 'answer' || answer.code !== 0 || answer.isCut) return;
      const [count, ...names] = answer.fields;
      if (Number(count) !== names.length || new Set(names).size !== names.length) {
        this.#stage.violated(`${this.name} was listed ${answer.fields.join(' ')}`);
      }
    });
  }

  #garbage(): void {
    const { chance } = this.#stage;
    const fields = chance.of([
      ['NONSENSE', 'x'],
      ['SEND', this.name],
      ['CONNECT', this.name, 'no'],
      [''],
    ]);
    this.#operate(fields, (answer) => {
      if (answer.is === 'answer' && answer.code === 0) {
        this.#stage.violated(`${fields.join(' ')} succeeded`);
      }
    });
  }

  #send(): void {
    const { chance } = this.#stage;
    const account = this.#account;
    if (!account || this.#registered !== 'yes') return;
    const { name, stay } = this.#stage.someRecipient('');
    const text = textAround(chance, 250);
    const message = this.#stage.model.write({ from: account, to: name, stay, text });
    this.#post(message, ['SEND', this.name, name, message.text]);
  }

  #attach(): void {
    const { chance, model } = this.#stage;
    const account = this.#account;
    if (!account) return;
    const { name, stay } = this.#stage.someRecipient('');
    const file = Buffer.alloc(chance.of([0, 1, 300, 5000]), `${chance.number()}`);
    const text = textAround(chance, 100);
    const message = model.write({ from: account, to: name, stay, text, file });
    const fields = ['SENDATTACH', this.name, name, message.text, 'a b.txt', String(file.length)];
    this.#post(message, fields, file);
  }

  #post(message: PrivateMessage, fields: readonly string[], bytes?: Uint8Array): void {
    const { model, note, violated } = this.#stage;
    note(`${this.name} writes ${message.word} to ${message.to}`);
    this.#operate(
      fields,
      (answer) => {
        if (answer.is === 'unknown') return model.answered(message, 'unknown');
        if (answer.is === 'refused' || answer.code !== 0) return model.answered(message, 'refused');
        const id = Number(answer.fields[0]);
        if (answer.isCut && answer.fields.length === 0) return model.answered(message, 'unknown');
        note(`${message.word} is number ${id} of ${this.name}`);
        // Since it was written the name may have been registered anew, whose numbers begin again.
        if (message.from.leftAt !== undefined) return model.answered(message, 'accepted');
        model.answered(message, 'accepted', id);
        const ids = this.#ids.get(message.from) ?? new Map<number, PrivateMessage>();
        this.#ids.set(message.from, ids);
        const other = ids.get(id);
        if (other)
          violated(`${message.word} and ${other.word} of ${this.name} are both number ${id}`);
        ids.set(id, message);
      },
      bytes && { bytes },
    );
  }

  // ---- how it is called

  #called(): PeerEvents | 'refuse' | 'silent' {
    const { chance, isCalm } = this.#stage;
    // It listens once it has asked to be called, and mostly as long as it lives.
    const isBad = !isCalm && chance.is(0.06);
    if (isBad || this.#registered === 'no') {
      this.#hasFailed = true;
      if (this.#connected === 'yes') this.#connected = 'unsure';
      return chance.is(0.8) ? 'refuse' : 'silent';
    }
    const memory = this.#memory;
    // A call that had begun before may still have been under way.
    const isNew = this.#stage.time.now - this.#memoryAt > 200;
    const knowsEnd = this.#endsCalls && this.#endedIn === memory && !this.#isBusy;
    const how = isCalm
      ? 'well'
      : chance.weighted([
          [90, 'well'],
          [2, 'broken'],
          [2, 'unread'],
          [knowsEnd ? 2 : 0, 'mute'],
        ] as const);
    let connection: Connection | undefined;
    const life = this.#stage.machine.lives;
    const got: Uint8Array[] = [];
    return {
      opened: (opened) => {
        connection = opened;
        if (how === 'broken') this.#stage.time.after(chance.below(30), () => opened.reset());
      },
      data: (bytes) => void got.push(bytes),
      ended: () => {
        if (how === 'broken' || how === 'mute' || !connection) return;
        if (how === 'unread') return connection.reset();
        this.#calls.received(Buffer.concat(got).toString().split('\0'), life);
        if (!this.#endsCalls) return;
        if (memory === this.#memory && isNew) this.#endedIn = memory;
        connection.finish();
      },
      lost: () => {},
    };
  }

  // ---- the end

  calm(): void {
    const { time, isCalm } = this.#stage;
    if (this.#isBusy || !isCalm) return;
    if (time.now < this.#dazedUntil) time.after(300, () => this.calm());
    else if (this.#registered === 'unsure') this.#register();
    else if (this.#registered === 'yes' && this.#connected === 'unsure') this.#disconnect();
    else if (this.#registered === 'yes' && this.#connected === 'no') this.#connect();
  }

  check(): void {
    this.#calls.check(this.#ids);
    this.#files.fetchAll();
    if (this.#connected === 'yes') this.#check();
  }

  /** The list as the wire has it is the list as the database has it. */
  #check(): void {
    const { machine, violated } = this.#stage;
    const life = machine.life;
    if (!life) return;
    const here = namesIn(life.db);
    if (!here.includes(this.name)) violated(`${this.name} is connected and not here`);
    this.#operate(
      ['CONNECTEDUSERS', this.name],
      (answer) => {
        if (answer.is !== 'answer' || answer.code !== 0)
          return violated(`${this.name} got no list`);
        const listed = answer.fields.slice(1).sort();
        if (listed.join() !== here.join()) {
          violated(`${this.name} was listed ${listed.join()}; here are ${here.join()}`);
        }
      },
      { safe: true },
    );
  }
}

export const mailboxKind: UserKind = {
  dialect: mailbox,
  users: (stage) => Array.from({ length: 7 }, (_, number) => new User(stage, number)),
};
