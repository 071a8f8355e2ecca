// Strangers who flood: nothing that they do changes what holds for everybody else.

import { market } from '../../src/protocol/market/index';
import { MarketClient, saidIn } from '../protocol/market/person';
import type { Stay } from './model';
import type { Connection } from './network';
import { dialDoor, namesOf, type SimulatedUser, type Stage, type UserKind } from './users';

const flooders = 2;
/** What one command of theirs sends, at most. */
const linesAtOnce = 250;

class Flooder implements SimulatedUser {
  readonly name: string;
  readonly #stage: Stage;
  readonly #number: number;
  #client: MarketClient<Connection> | undefined;
  #stay: Stay | undefined;

  constructor(stage: Stage, number: number) {
    this.#stage = stage;
    this.#number = number;
    this.name = `flo${number}`;
  }

  /** Nobody counts on them. */
  stays(): readonly Stay[] {
    return [];
  }

  here(): readonly string[] {
    return namesOf(this.#stay ? [this.#stay] : []);
  }

  act(): void {
    const { chance } = this.#stage;
    if (!this.#client) return this.#enter();
    const client = this.#client;
    // The model's words begin otherwise: users who read these pass them over.
    chance.weighted<() => void>([
      [20, () => this.#send(linesAtOnce, () => `x${'y'.repeat(chance.below(20))}`)],
      [20, () => this.#send(1, () => `x${'\ry'.repeat(chance.below(200))}`)],
      [10, () => this.#send(linesAtOnce, () => '')],
      [10, () => this.#send(linesAtOnce, () => ':u')],
      [10, () => this.#send(linesAtOnce, () => ':nonsense')],
      [10, () => this.#write()],
      [5, () => client.transport.stall(chance.below(20_000))],
      [5, () => this.#leave()],
    ])();
  }

  #enter(): void {
    const stay: Stay = {
      dialect: 'market',
      name: this.name,
      enteredAt: undefined,
      leftAt: undefined,
    };
    this.#stay = stay;
    const client: MarketClient<Connection> = new MarketClient(
      dialDoor(
        this.#stage,
        { dialect: 'market', host: `10.0.9.${this.#number}`, manner: 'quick' },
        () => this.#gone(client),
      ),
      (line) => this.#line(client, stay, line),
    );
    this.#client = client;
    client.send(this.name);
    client.send('0');
  }

  #line(client: MarketClient<Connection>, stay: Stay, line: string): void {
    const { model } = this.#stage;
    if (client !== this.#client) return;
    if (line.includes('has been set to your account')) stay.enteredAt ??= model.now();
    if (line.includes('could not do that now')) refusals++;
    const said = saidIn(line);
    if (said?.text.startsWith('m') === true) model.took([this.name], said.from, said.text);
  }

  #send(most: number, line: () => string): void {
    for (let count = 1 + this.#stage.chance.below(most); count > 0; count--) {
      this.#client?.send(line());
    }
  }

  #write(): void {
    const { name } = this.#stage.someRecipient(this.name);
    this.#send(linesAtOnce, () => `:p - <${name}> - x`);
  }

  #leave(): void {
    const client = this.#client;
    client?.transport.reset();
    if (client) this.#gone(client);
  }

  #gone(client: MarketClient<Connection>): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    if (this.#stay) this.#stay.leftAt ??= this.#stage.model.now();
  }

  /** They leave: what is asked for at rest is that the others are well. */
  calm(): void {
    this.#leave();
  }

  check(): void {}
}

let refusals = 0;
/** How often the server would not do what they asked for. */
export const refusalsOfFloods = (): number => refusals;

export const floodKind: UserKind = {
  dialect: market,
  users: (stage) => Array.from({ length: flooders }, (_, number) => new Flooder(stage, number)),
};
