// Users at the page's door: connections that break, and requests that are asked again until they are answered.

import { randomBytes } from 'node:crypto';

import { web } from '../../src/protocol/web/index';
import { type Fields, WebLines } from '../protocol/web/person';
import type { Payment, PrivateMessage, Stay } from './model';
import type { Connection } from './network';
import { groupsOf, isRest, namesIn, type Stage, textAround, type UserKind } from './users';
import { Visitor } from './visitor';
import { isBusy, type Request, Requests } from './web_requests';
import { Rooms } from './web_rooms';

class User extends Visitor {
  #token: string | undefined;
  /** The account, from the moment it is known to exist. */
  #account: Stay | undefined;
  /** The account was to be erased, and no answer came. */
  #isErasing = false;
  #keys = 0;
  readonly #requests: Requests;
  /** Serial numbers of what was written down. */
  readonly #read = new Set<number>();
  readonly #rooms: Rooms;
  /** The users who are here, by the list and the notices since. */
  readonly #seen = new Set<string>();
  readonly #receipts: { readonly account: Stay; readonly id: number }[] = [];
  readonly #ids = new Map<Stay, Map<number, PrivateMessage>>();
  readonly #serials = new Map<number, PrivateMessage>();

  constructor(stage: Stage, number: number) {
    super(stage, { name: `wil${number}`, host: `10.0.5.${number}`, dialect: 'web' });
    this.#requests = new Requests((what) => stage.violated(`${this.name}: ${what}`));
    this.#rooms = new Rooms(stage, this.name, this.#requests);
  }

  stays(): readonly Stay[] {
    return this.#account ? [this.#account] : [];
  }

  // ---- what it does

  protected command(): void {
    const { chance } = this.stage;
    chance.weighted<() => void>([
      [30, () => this.#write()],
      [20, () => this.#say()],
      [12, () => this.#pay()],
      [3, () => this.#setBalance()],
      [10, () => this.#rooms.changeRooms()],
      [14, () => this.#rooms.changeGroups()],
      [1, () => this.#listUsers()],
      [3, () => this.#askUndelivered()],
      [2, () => this.connection?.stall(chance.below(8000))],
      [1, () => this.#nonsense()],
      [1, () => this.#erase()],
      [1, () => this.leave('finish')],
      [3, () => this.leave('reset')],
    ])();
  }

  protected comes(): boolean {
    return true;
  }

  protected asks(): void {
    const client: WebLines<Connection> = new WebLines(
      (data) => this.connect('web', data),
      (message) => {
        if (this.connection === client.transport) this.#told(message);
      },
    );
    this.#requests.client = client;
    if (this.#account) this.#login();
    else this.#register();
  }

  /** What was asked for is done once, however often it is asked: the token is its key. */
  #register(): void {
    const { model, violated } = this.stage;
    const { name } = this;
    this.#token ??= randomBytes(32).toString('base64url');
    const request = {
      do: 'register',
      name,
      fullName: name,
      born: '01/02/2000',
      token: this.#token,
    };
    this.#ask({
      request,
      done: () => {
        this.#account = { dialect: 'web', name, enteredAt: model.now(), leftAt: undefined };
        this.#login();
      },
      refused: (why) => {
        if (!isBusy(why)) violated(`${name} could not register: ${why}`);
        this.leave('finish');
      },
      lost: () => {},
    });
  }

  #login(): void {
    const { name } = this;
    this.#ask({
      request: { do: 'login', name, token: this.#token },
      done: () => this.#enters(),
      refused: (why) => {
        if (why === 'unknown-user' && this.#isErasing) {
          this.#erased();
          return this.#register();
        }
        if (!isBusy(why)) this.stage.violated(`${name} was not let in: ${why}`);
        this.leave('finish');
      },
      lost: () => {},
    });
  }

  #enters(): void {
    if (this.#isErasing && this.#account) this.#account.leftAt = undefined;
    this.#isErasing = false;
    this.#rooms.hearsWith(this.entered());
    this.#listUsers();
    this.#rooms.listGroups();
    this.#requests.askAgain();
  }

  #ask(request: Request): void {
    this.#requests.ask(request);
  }

  #key(): string {
    return `simulated-${this.stage.machine.lives}-${++this.#keys}`;
  }

  #write(): void {
    const { chance, model, note } = this.stage;
    const account = this.#account;
    if (!account) return;
    const { name: to, stay } = this.stage.someRecipient(this.name);
    const message = model.write({ from: account, to, stay, text: textAround(chance, 300) });
    note(`${this.name} writes ${message.word} to ${to}`);
    const asked = {
      request: { do: 'send', to, text: message.text, key: this.#key() },
      done: ({ id, serial }: Fields) => this.#accepted(message, Number(id), Number(serial)),
      refused: (why: string, wasLost: boolean) => {
        if (isBusy(why)) this.#ask({ ...asked, wasLost });
        else model.answered(message, 'refused');
      },
    };
    this.#ask(asked);
  }

  #accepted(message: PrivateMessage, id: number, serial: number): void {
    const { model, violated } = this.stage;
    model.answered(message, 'accepted', id);
    const ids = this.#ids.get(message.from) ?? new Map<number, PrivateMessage>();
    this.#ids.set(message.from, ids);
    const other = ids.get(id);
    if (other) violated(`${message.word} and ${other.word} of ${this.name} are both number ${id}`);
    ids.set(id, message);
    this.#serials.set(serial, message);
  }

  #say(): void {
    const { chance, model } = this.stage;
    const by = this.me;
    const { maybe } = this.#rooms;
    if (!by || maybe.length === 0) return;
    const room = chance.of(maybe);
    const isSure = this.#rooms.isSure(room);
    const text = textAround(chance, 300);
    const roomMessage = model.say({ by, line: this, rooms: new Set([room]), text });
    this.#ask({
      request: { do: 'say', room, text: roomMessage.text, key: this.#key() },
      done: () => model.said(roomMessage, room),
      refused: (why, wasLost) => {
        if (isSure && !wasLost && !isBusy(why)) {
          this.stage.violated(`${this.name} could not speak in ${room}: ${why}`);
        }
        // What was said before the connection broke cannot be told from what never was.
        roomMessage.refused = !wasLost;
      },
    });
  }

  #pay(): void {
    const { chance, model } = this.stage;
    const { name: to } = this.stage.someRecipient(this.name);
    const payment: Payment = { from: this.name, to, amount: 1 + chance.below(60), state: 'asked' };
    model.payments.push(payment);
    const asked = {
      request: { do: 'transfer', to, amount: payment.amount, key: this.#key() },
      done: () => {
        payment.state = 'sent';
      },
      refused: (why: string, wasLost: boolean) => {
        if (isBusy(why)) this.#ask({ ...asked, wasLost });
        else payment.state = 'refused';
      },
    };
    this.#ask(asked);
  }

  #setBalance(): void {
    const request = { do: 'balance', amount: this.stage.chance.below(500) };
    this.#ask({ request, done: () => {}, refused: () => {}, lost: () => {} });
  }

  // ---- lists

  #listUsers(): void {
    this.#ask({
      request: { do: 'users' },
      done: ({ users }) => {
        this.#seen.clear();
        for (const { name } of users as { readonly name: string }[]) this.#seen.add(name);
      },
      refused: () => this.#listUsers(),
      lost: () => {},
    });
  }

  #askUndelivered(): void {
    const serials = [...this.#serials.keys()].slice(-20);
    this.#ask({
      request: { do: 'undelivered', serials },
      done: ({ waiting }) => {
        const others = (waiting as number[]).filter((serial) => !serials.includes(serial));
        if (others.length > 0) this.stage.violated(`${this.name} was told of ${others.join()}`);
      },
      refused: () => {},
      lost: () => {},
    });
  }

  // ---- leaving

  /** What is no request ends the connection; all that was asked before is answered first. */
  #nonsense(): void {
    this.state = 'going';
    this.connection?.send(Buffer.from(this.stage.chance.of(['what?\n', '{"do":"fly"}\n'])));
  }

  #erase(): void {
    const account = this.#account;
    if (!account || !this.#requests.isEmpty) return;
    account.leftAt = this.stage.model.now();
    this.#isErasing = true;
    this.state = 'going';
    this.#ask({
      request: { do: 'unregister' },
      done: () => {
        this.#erased();
        this.connection?.finish();
      },
      refused: (why) => {
        if (!isBusy(why)) this.stage.violated(`${this.name} could not unregister: ${why}`);
        account.leftAt = undefined;
        this.#isErasing = false;
        this.connection?.finish();
      },
      lost: () => {},
    });
  }

  #erased(): void {
    this.stage.note(`${this.name} is erased`);
    this.#isErasing = false;
    this.#account = undefined;
    this.#token = undefined;
    this.#rooms.gone();
    this.#serials.clear();
  }

  protected left(): void {
    this.#requests.lost();
    this.#rooms.lost();
  }

  // ---- what it is told

  #told(told: Fields): void {
    const { model, violated } = this.stage;
    const [from, text, name] = [String(told['from']), String(told['text']), String(told['name'])];
    switch (told['is']) {
      case 'done':
      case 'refused':
        return this.#requests.answered(told);
      case 'message':
        return this.#message(Number(told['serial']), from, Number(told['id']), text);
      case 'receipt':
        return this.#receipt(Number(told['id']), told['status'] === 'delivered');
      case 'said':
        if (this.hearing && !isRest(text)) model.heard(this.hearing, from, text);
        return;
      case 'presence':
        if (told['here'] === true) this.#seen.add(name);
        else this.#seen.delete(name);
        return;
      case 'invited':
        this.#rooms.invited(String(told['room']));
        return;
      case 'joined':
      case 'left':
      case 'paid':
      case 'bye':
        return;
      default:
        violated(`${this.name} was told ${JSON.stringify(told)}`);
    }
  }

  /** It comes until it is said to be written down, and is written down once. */
  #message(serial: number, from: string, id: number, text: string): void {
    const { chance, model, note, time } = this.stage;
    if (!this.#read.has(serial) && !isRest(text)) {
      this.#read.add(serial);
      const message = model.took([this.name], from, text, id);
      note(`${this.name} got ${message.word}`);
    }
    const connection = this.connection;
    const confirm = (): void => {
      if (this.connection === connection) {
        this.#requests.client?.send({ do: 'got', ref: 0, serial });
      }
    };
    if (chance.is(0.8)) confirm();
    else time.after(chance.below(chance.is(0.9) ? 500 : 10_000), confirm);
  }

  #receipt(id: number, isDelivered: boolean): void {
    const account = this.#account;
    if (!account) return;
    const isKnown = this.#ids.get(account)?.has(id) === true;
    const mayBeOpen = this.#requests.open.some(({ wasLost }) => wasLost === true);
    if (!isKnown && !mayBeOpen) {
      this.stage.violated(`${this.name} heard what became of ${id} before its answer`);
    }
    if (isDelivered) this.#receipts.push({ account, id });
  }

  // ---- the end

  protected rests(): void {}

  check(): void {
    const { machine, violated } = this.stage;
    const { name } = this;
    const db = machine.life?.db;
    if (this.state !== 'in' || !db) return violated(`${name} is ${this.state}`);
    const { open } = this.#requests;
    if (open.length > 0) violated(`${name} was not answered: ${JSON.stringify(open)}`);
    this.#checkReceipts();
    const [seen, here] = [[...this.#seen].sort().join(), namesIn(db).join()];
    if (seen !== here) violated(`${name} sees ${seen}; here are ${here}`);
    const [known, groups] = [this.#rooms.groups.sure.toSorted().join(), groupsOf(db, name).join()];
    if (known !== groups) violated(`${name} belongs to ${groups}, and knows of ${known}`);
    const waiting = db
      .query<{ count: number }, [string]>(
        `SELECT count(*) AS count FROM message JOIN account ON recipient = account.id WHERE name = ?`,
      )
      .get(name);
    if (waiting?.count !== 0) violated(`${name} is here, and ${waiting?.count ?? 0} wait for it`);
  }

  #checkReceipts(): void {
    for (const { account, id } of this.#receipts.splice(0)) {
      const message = this.#ids.get(account)?.get(id);
      if (!message || message.takenAt !== undefined) continue;
      if (message.stay === undefined || message.stay.leftAt !== undefined) continue;
      this.stage.violated(`${message.word} was confirmed to ${this.name} and never arrived`);
    }
  }
}

export const webKind: UserKind = {
  dialect: web,
  users: (stage) => Array.from({ length: 6 }, (_, number) => new User(stage, number)),
};
