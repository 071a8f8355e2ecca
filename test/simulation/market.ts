// Users in the market: lines, private lines, money.

import { market } from '../../src/protocol/market/index';
import { fundsIn, MarketClient, saidIn, serverPrefix } from '../protocol/market/person';
import { Hearing, type Payment, type PrivateMessage, type RoomMessage, type Stay } from './model';
import type { Connection } from './network';
import {
  dialDoor,
  GuestUser,
  isRest,
  type SimulatedUser,
  type Stage,
  textAround,
  type UserKind,
} from './users';

const busy = 'The server could not do that now';

/** What was asked and not yet answered, in order. */
type Request =
  | { readonly is: 'say'; readonly roomMessage: RoomMessage }
  | { readonly is: 'write'; readonly message: PrivateMessage }
  | { readonly is: 'pay'; readonly payment: Payment }
  | { readonly is: 'users' | 'funds' }
  /** A private line to a name that does not exist. Its answer says that all before it was dealt with. */
  | { readonly is: 'mark'; readonly name: string };

class User extends GuestUser implements SimulatedUser {
  readonly name: string;
  readonly #stage: Stage;
  readonly #number: number;
  #client: MarketClient<Connection> | undefined;
  /** What the next line from the server will be about; see `#question`. */
  #state:
    'start' | 'naming' | 'named' | 'retry' | 'balancing' | 'entering' | 'skipping' | 'inside' =
    'start';
  /** The name, or the entering with it, was refused. */
  #isRefused = false;
  #hearing: Hearing | undefined;
  #asked: Request[] = [];
  /** What it was told in answer since the last mark. */
  #answers: string[] = [];
  #marks = 0;
  #funds: number | undefined;

  constructor(stage: Stage, number: number) {
    super();
    this.#stage = stage;
    this.#number = number;
    this.name = `max${number}`;
  }

  override stays(): readonly Stay[] {
    return this.#state === 'inside' ? super.stays() : [];
  }

  // ---- what it does

  act(): void {
    const { chance } = this.#stage;
    if (!this.#client) return this.#connect();
    if (this.#state === 'retry') return this.#sayName('naming');
    if (this.#state === 'named') return this.#sayBalance();
    if (this.#state !== 'inside') return;
    chance.weighted<() => void>([
      [30, () => this.#say()],
      [30, () => this.#write()],
      [20, () => this.#pay()],
      [5, () => this.#ask('users')],
      [3, () => this.#ask('funds')],
      [3, () => this.#mark()],
      [2, () => this.#client?.transport.stall(chance.below(8000))],
      [2, () => this.#leave('quit')],
      [1, () => this.#leave('finish')],
      [2, () => this.#leave('reset')],
    ])();
  }

  #connect(): void {
    const { note } = this.#stage;
    note(`${this.name} comes`);
    this.#asked = [];
    this.#answers = [];
    this.stay = undefined;
    this.#hearing = undefined;
    const client: MarketClient<Connection> = new MarketClient(
      dialDoor(
        this.#stage,
        { dialect: 'market', host: `10.0.3.${this.#number}`, manner: 'quick' },
        () => this.#gone(client),
      ),
      (line) => {
        if (this.#client === client) this.#line(line);
      },
    );
    this.#client = client;
    this.#sayName('start');
  }

  #sayName(state: 'start' | 'naming'): void {
    this.#state = state;
    this.#isRefused = false;
    this.#client?.send(this.name);
  }

  /** A balance lets it in, under the name that it has said before. */
  #sayBalance(): void {
    const { chance } = this.#stage;
    this.#state = 'balancing';
    this.#client?.send(String(chance.below(500)));
  }

  #say(): void {
    const { chance, model } = this.#stage;
    const [by, hearing] = [this.stay, this.#hearing];
    if (!by || !hearing) return;
    const text = textAround(chance, 300);
    const roomMessage = model.say({ by, line: hearing, rooms: new Set(['market']), text });
    this.#asked.push({ is: 'say', roomMessage });
    this.#client?.send(roomMessage.text);
    if (chance.is(0.3)) this.#mark();
  }

  #write(): void {
    const { chance, model, note } = this.#stage;
    const [from, line] = [this.stay, this.#hearing];
    const { name, stay } = this.#stage.someRecipient(this.name);
    if (!from || !line) return;
    const message = model.write({ from, to: name, stay, line, text: textAround(chance, 200) });
    note(`${this.name} writes ${message.word} to ${name}`);
    this.#asked.push({ is: 'write', message: message });
    this.#client?.write(name, message.text);
    // Its answer, if there is one, is the last before this one's.
    this.#mark();
  }

  #pay(): void {
    const { chance, model } = this.#stage;
    const { name: to } = this.#stage.someRecipient(this.name);
    const payment: Payment = { from: this.name, to, amount: 1 + chance.below(60), state: 'asked' };
    model.payments.push(payment);
    this.#asked.push({ is: 'pay', payment });
    this.#client?.pay(to, payment.amount);
  }

  #ask(what: 'users' | 'funds'): void {
    this.#asked.push({ is: what });
    if (what === 'users') this.#client?.users();
    else this.#client?.funds();
  }

  #mark(): void {
    const name = `mark${++this.#marks}`;
    this.#asked.push({ is: 'mark', name });
    this.#client?.write(`<${name}>`, 'hello');
  }

  #leave(how: 'quit' | 'finish' | 'reset'): void {
    const client = this.#client;
    this.#stage.note(`${this.name} leaves by ${how}`);
    if (how === 'quit') client?.quit();
    else if (how === 'finish') client?.transport.finish();
    else client?.transport.reset();
    this.#gone(client);
  }

  #gone(client: MarketClient<Connection> | undefined): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    if (this.stay) this.stay.leftAt ??= this.#stage.model.now();
    this.#unsure(this.#asked);
    this.#asked = [];
  }

  // ---- what it is told

  #line(line: string): void {
    const { model, violated } = this.#stage;
    const said = saidIn(line);
    if (said) {
      const { from, text } = said;
      if (!this.#hearing) return violated(`${this.name} was told before entering: ${line}`);
      if (text.startsWith('m')) model.took([this.name], from, text);
      else if (!isRest(text)) model.heard(this.#hearing, from, text);
      return;
    }
    if (/^<[^<>]*>$/.test(line) || !line.startsWith(serverPrefix)) return;
    const told = line.slice(serverPrefix.length);
    if (/ (dis)?connected!$/.test(told) || / transferred \d+ dollars to you\.$/.test(told)) return;
    if (told.endsWith(' left before your message arrived.')) return;
    if (told === 'What is your balance?') return this.#question();
    if (/^The balance of \d+ has been set/.test(told)) return this.#enter();
    if (this.#state === 'inside') this.#answered(told);
    else if (told.startsWith('You have ')) this.#entered(told);
    else if (this.#state === 'entering' && told.startsWith(busy)) this.#client?.funds();
    else this.#isRefused = true;
  }

  #question(): void {
    switch (this.#state) {
      case 'start':
        // The very first: the name is on its way.
        this.#state = 'naming';
        return;
      case 'naming':
        // Its line end was seen: from now on no pause ends a line of its own.
        this.#client?.transport.loosen();
        this.#state = this.#isRefused ? 'retry' : 'named';
        return;
      case 'balancing':
      case 'skipping':
        this.#state = 'retry';
        return;
      case 'entering':
        // It is not inside after all, and what it has asked for as if it were is answered by one more question.
        this.#state = 'skipping';
        if (this.stay) this.stay.leftAt = this.#stage.model.now();
        return;
      case 'named':
      case 'retry':
      case 'inside':
        this.#stage.violated(`${this.name} was asked again`);
    }
  }

  #enter(): void {
    const { model } = this.#stage;
    const { name } = this;
    const stay: Stay = { dialect: 'market', name, enteredAt: model.now(), leftAt: undefined };
    this.stay = stay;
    this.#hearing = new Hearing(stay);
    this.#hearing.maybe = new Set(['market']);
    model.hearings.add(this.#hearing);
    this.#state = 'entering';
    this.#client?.funds();
  }

  #entered(told: string): void {
    this.#state = 'inside';
    this.#funds = Number(/\d+/.exec(told)?.[0]);
    this.#hearing?.isIn('market', this.#stage.model.now());
  }

  #answered(told: string): void {
    const mark = /^<(mark\d+)> is not connected\.$/.exec(told)?.[1];
    if (mark === undefined) {
      this.#answers.push(told);
      return;
    }
    const at = this.#asked.findIndex((asked) => asked.is === 'mark' && asked.name === mark);
    if (at < 0) return this.#stage.violated(`${this.name} was told ${told} twice`);
    const asked = this.#asked.splice(0, at + 1).slice(0, -1);
    const answers = this.#answers.splice(0);
    // It does not say which request failed: the model counts on none of them.
    if (answers.some((answer) => answer.startsWith(busy))) return this.#unsure(asked);
    for (const one of asked) this.#resolve(one, answers);
    if (answers.length > 0) this.#stage.violated(`${this.name} was told ${answers.join(' | ')}`);
  }

  #unsure(asked: readonly Request[]): void {
    for (const one of asked) {
      if (one.is === 'write') this.#stage.model.answered(one.message, 'unknown');
      if (one.is === 'pay') one.payment.state = 'unknown';
    }
  }

  #resolve(asked: Request, answers: string[]): void {
    const { model, violated } = this.#stage;
    switch (asked.is) {
      case 'say':
        return model.said(asked.roomMessage, 'market');
      case 'write': {
        const answer = answers.shift() ?? '';
        const isTaken = answer === '' || answer.endsWith('gets your message later.');
        return model.answered(asked.message, isTaken ? 'accepted' : 'refused');
      }
      case 'pay': {
        const answer = answers.shift() ?? '';
        if (answer === '') violated(`${this.name} was not told what became of its money`);
        asked.payment.state = answer.startsWith('You transferred ') ? 'sent' : 'refused';
        return;
      }
      case 'users':
        if (answers.shift() !== 'Connected users:') violated(`${this.name} got no list`);
        return;
      case 'funds': {
        this.#funds = fundsIn(`${serverPrefix}${answers.shift() ?? ''}`);
        if (this.#funds === undefined) violated(`${this.name} was not told what it has`);
        return;
      }
      case 'mark':
        // It could not be done at all.
        violated(`${this.name} was told nothing of ${asked.name}`);
    }
  }

  // ---- the end

  calm(): void {
    if (!this.#client || this.#state !== 'inside') return;
    this.#ask('funds');
    this.#mark();
  }

  check(): void {
    const { machine, violated } = this.#stage;
    if (!this.#client || this.#state !== 'inside') return;
    if (this.#asked.length > 0) {
      violated(`${this.name} was not answered: ${JSON.stringify(this.#asked)}`);
    }
    const row = machine.life?.db
      .query<{ balance: number }, [string]>('SELECT balance FROM funds WHERE owner = ?')
      .get(`n${this.name}`);
    if (row?.balance !== this.#funds) {
      violated(
        `${this.name} was told ${String(this.#funds)} dollars, it has ${String(row?.balance)}`,
      );
    }
  }
}

export const marketKind: UserKind = {
  dialect: market,
  users: (stage) => Array.from({ length: 7 }, (_, number) => new User(stage, number)),
};
