// A user who connects, talks, leaves and comes back: what is common to all doors that keep their connections.

import { Hearing, type Stay } from './model';
import type { Connection } from './network';
import { dialDoor, namesOf, type SimulatedUser, type Stage } from './users';

export abstract class Visitor implements SimulatedUser {
  readonly name: string;
  protected readonly stage: Stage;
  protected readonly host: string;
  readonly #dialect: string;
  /** `going`: nothing more is asked, but answers may still come. */
  protected state: 'away' | 'coming' | 'in' | 'going' = 'away';
  protected connection: Connection | undefined;
  /** The connection that it has, or had last, as others hear it. */
  protected me: Stay | undefined;
  protected hearing: Hearing | undefined;
  #comesBackAt = 0;

  constructor(
    stage: Stage,
    who: { readonly name: string; readonly host: string; readonly dialect: string },
  ) {
    this.stage = stage;
    this.name = who.name;
    this.host = who.host;
    this.#dialect = who.dialect;
  }

  abstract stays(): readonly Stay[];
  abstract check(): void;
  /** It is about to come; false: it does something else first. */
  protected abstract comes(): boolean;
  /** Makes its connection with `connect` and asks to be let in. */
  protected abstract asks(): void;
  /** One random command of a user who is in. */
  protected abstract command(): void;
  /** Everything comes to rest while it is in. */
  protected abstract rests(): void;
  /** The connection is no more: nothing that was asked is answered. */
  protected abstract left(): void;

  here(): readonly string[] {
    return this.state === 'in' && this.me ? namesOf([this.me]) : [];
  }

  act(): void {
    if (this.state === 'away') this.#come();
    else if (this.state === 'in') this.command();
  }

  calm(): void {
    const { isCalm, time } = this.stage;
    if (!isCalm) return;
    if (this.state === 'in') return this.rests();
    if (this.state !== 'away') return;
    this.#come();
    // A user who may not come yet comes a little later.
    if (this.isAway()) time.after(1000, () => this.calm());
  }

  #come(): void {
    const { model, note, time } = this.stage;
    if (time.now < this.#comesBackAt) return;
    this.state = 'coming';
    if (!this.comes()) return;
    note(`${this.name} comes`);
    this.me = { dialect: this.#dialect, name: this.name, enteredAt: undefined, leftAt: undefined };
    this.hearing = new Hearing(this.me);
    model.hearings.add(this.hearing);
    this.asks();
  }

  /** A connection; when it ends, so has this visit. */
  protected connect(dialect: string, data: (bytes: Uint8Array) => void): Connection {
    const door = { dialect, host: this.host, manner: 'any' } as const;
    const dial = dialDoor(this.stage, door, (gone) => this.gone(gone));
    const connection = dial((bytes) => {
      if (this.connection === connection) data(bytes);
    });
    this.connection = connection;
    return connection;
  }

  protected entered(): Hearing | undefined {
    this.state = 'in';
    if (this.me) this.me.enteredAt = this.stage.model.now();
    return this.hearing;
  }

  /** A user who only ends their own side still gets their answers. */
  protected leave(how: 'finish' | 'reset'): void {
    const { connection } = this;
    this.stage.note(`${this.name} leaves by ${how}`);
    this.state = 'going';
    if (how === 'finish') connection?.finish();
    else {
      connection?.reset();
      this.gone(connection);
    }
  }

  protected gone(connection: Connection | undefined): void {
    const { chance, model, time } = this.stage;
    if (connection !== this.connection) return;
    this.connection = undefined;
    this.state = 'away';
    // What was sent on a connection that was reset may still be done a moment later.
    this.#comesBackAt = time.now + 250 + chance.below(500);
    time.after(1000, () => this.calm());
    if (this.me) this.me.leftAt ??= model.now();
    this.left();
  }

  protected isAway(): boolean {
    return this.state === 'away';
  }
}
