// Programs at the relay: emitters that speak, displays that answer at once, late, with a refusal or never.

import { relay } from '../../src/protocol/relay/index';
import type { Body, Frame } from '../../src/protocol/relay/wire/messages';
import { RelayClient } from '../protocol/relay/person';
import { Hearing, type PrivateMessage, type RoomMessage } from './model';
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

/** What both kinds of programs do: come with a number, send frames, read frames, go. */
abstract class Program extends GuestUser implements SimulatedUser {
  readonly name: string;
  protected readonly stage: Stage;
  protected readonly id: number;
  protected sequence = 0;
  #client: RelayClient<Connection> | undefined;
  #isEntered = false;

  constructor(stage: Stage, id: number) {
    super();
    this.stage = stage;
    this.id = id;
    this.name = `#${id}`;
  }

  protected abstract entered(): void;
  protected abstract took(frame: Frame): void;
  protected abstract left(): void;
  protected abstract command(): void;
  abstract check(): void;

  act(): void {
    const { chance } = this.stage;
    if (!this.#client) return this.#come();
    if (!this.#isEntered) return;
    if (chance.is(0.02)) return this.#client.transport.stall(chance.below(6000));
    if (chance.is(0.02)) return this.go('reset');
    if (chance.is(0.01)) return this.go('finish');
    this.command();
  }

  #come(): void {
    const { note } = this.stage;
    note(`${this.name} comes`);
    this.#isEntered = false;
    this.sequence = 0;
    const { name } = this;
    this.stay = { dialect: 'relay', name, enteredAt: undefined, leftAt: undefined };
    const client: RelayClient<Connection> = new RelayClient(
      dialDoor(
        this.stage,
        { dialect: 'relay', host: `10.0.4.${this.id % 1000}`, manner: 'any' },
        () => this.#gone(client),
      ),
      (frame) => {
        if (this.#client === client) this.#frame(frame);
      },
    );
    this.#client = client;
    this.say({ kind: 'OI' }, 0);
  }

  /** Sends a frame of its own; its number. */
  protected say(body: Body, destination: number): number {
    const sequence = this.sequence++;
    this.send({ ...body, origin: this.id, destination, sequence, timestamp: 7 });
    return sequence;
  }

  protected send(frame: Frame): void {
    this.#client?.send(frame);
  }

  protected go(how: 'reset' | 'finish' | 'goodbye'): void {
    this.stage.note(`${this.name} leaves by ${how}`);
    const client = this.#client;
    if (how === 'goodbye') {
      // The answer is the last that comes; then the program closes.
      this.say({ kind: 'FLW' }, 0);
      client?.transport.finish();
    } else if (how === 'finish') client?.transport.finish();
    else client?.transport.reset();
    this.#gone(client);
  }

  #gone(client: RelayClient<Connection> | undefined): void {
    if (!client || client !== this.#client) return;
    this.#client = undefined;
    if (this.stay) this.stay.leftAt ??= this.stage.model.now();
    this.left();
  }

  #frame(frame: Frame): void {
    if (!this.#isEntered) {
      if (frame.sequence !== 0) return;
      if (frame.kind === 'ERRO') return this.#gone(this.#client);
      if (frame.kind !== 'OK') return this.stage.violated(`${this.name} got ${frame.kind} first`);
      this.#isEntered = true;
      if (this.stay) this.stay.enteredAt = this.stage.model.now();
      return this.entered();
    }
    this.took(frame);
  }

  calm(): void {}

  protected get isHere(): boolean {
    return this.#client !== undefined && this.#isEntered;
  }
}

/** What an emitter has asked, by the number of the frame. */
type Request =
  { readonly roomMessage: RoomMessage } | { readonly message: PrivateMessage } | 'other';

class Emitter extends Program {
  readonly #asked = new Map<number, Request>();
  #line = {};

  protected entered(): void {
    this.#asked.clear();
    this.#line = {};
  }

  protected left(): void {
    for (const asked of this.#asked.values()) {
      if (asked !== 'other' && 'message' in asked) {
        this.stage.model.answered(asked.message, 'unknown');
      }
    }
    this.#asked.clear();
  }

  protected command(): void {
    const { chance } = this.stage;
    chance.weighted<() => void>([
      [40, () => this.#speak()],
      [40, () => this.#write()],
      [6, () => this.#other({ kind: 'QEM' }, 1000 + chance.below(8))],
      [2, () => this.#other({ kind: 'FLW' }, this.id + 1000)],
      [3, () => this.#other({ kind: 'OKQEM', ids: [] }, 0)],
      [2, () => this.go('goodbye')],
    ])();
  }

  #other(body: Body, to: number): void {
    this.#asked.set(this.say(body, to), 'other');
  }

  #speak(): void {
    const { chance, model } = this.stage;
    if (!this.stay) return;
    const text = textAround(chance, 140);
    const rooms = new Set(['relay']);
    const roomMessage = model.say({ by: this.stay, line: this.#line, rooms, text });
    const sequence = this.say({ kind: 'MSG', text: Buffer.from(roomMessage.text) }, 0);
    this.#asked.set(sequence, { roomMessage });
  }

  #write(): void {
    const { chance, model, note } = this.stage;
    if (!this.stay) return;
    const { name, stay } = this.stage.someRecipient('#');
    const to = Number(/^#(1\d\d\d)$/.exec(name)?.[1]);
    if (Number.isNaN(to)) return this.#speak();
    const text = textAround(chance, 140);
    const message = model.write({ from: this.stay, to: name, stay, line: this.#line, text });
    note(`${this.name} writes ${message.word} to ${name}`);
    const sequence = this.say({ kind: 'MSG', text: Buffer.from(message.text) }, to);
    this.#asked.set(sequence, { message: message });
  }

  protected took({ kind, sequence }: Frame): void {
    const { model, violated } = this.stage;
    if (kind !== 'OK' && kind !== 'ERRO') return violated(`${this.name} was sent ${kind}`);
    const asked = this.#asked.get(sequence);
    if (!asked) return violated(`${this.name} got ${kind} for ${sequence}, which it did not ask`);
    this.#asked.delete(sequence);
    if (asked === 'other') return;
    if ('message' in asked) model.answered(asked.message, kind === 'OK' ? 'accepted' : 'refused');
    else if (kind === 'OK') model.said(asked.roomMessage, 'relay');
    else asked.roomMessage.refused = true;
  }

  check(): void {
    if (this.isHere && this.#asked.size > 0) this.stage.violated(`${this.name} was not answered`);
  }
}

class Display extends Program {
  #hearing: Hearing | undefined;

  protected entered(): void {
    const { model } = this.stage;
    if (!this.stay) return;
    this.#hearing = new Hearing(this.stay);
    this.#hearing.maybe = new Set(['relay']);
    model.hearings.add(this.#hearing);
    // It joins before anybody can read that it has come.
    this.#hearing.isIn('relay', model.now());
  }

  protected left(): void {}

  protected command(): void {
    const { chance } = this.stage;
    chance.weighted<() => void>([
      [3, () => this.go('goodbye')],
      [5, () => void this.say({ kind: 'QEM' }, 1000)],
      [30, () => void this.say({ kind: 'OK' }, 0)],
    ])();
  }

  protected took(frame: Frame): void {
    const { violated } = this.stage;
    switch (frame.kind) {
      case 'MSG':
        this.#show(frame.origin, Buffer.from(frame.text).toString());
        return this.#answer(frame);
      case 'FLW':
        return this.go('goodbye');
      case 'OKQEM':
        if (!frame.ids.includes(this.id) && this.stay?.leftAt === undefined) {
          violated(`${this.name} is not among ${frame.ids.join()}`);
        }
        return;
      case 'OK':
      case 'ERRO':
        return;
      case 'OI':
      case 'QEM':
        return violated(`${this.name} was sent ${frame.kind}`);
    }
  }

  #show(origin: number, whole: string): void {
    const { model, violated } = this.stage;
    if (!this.#hearing || whole === 'server is closing') return;
    const [, name = '', line = ''] = /^([^:]*): (.*)$/s.exec(whole) ?? [];
    const from = origin === 0 ? name : `#${origin}`;
    const text = origin === 0 ? line : whole;
    if (from === '') violated(`${this.name} was shown ${whole}`);
    if (isRest(text)) return;
    if (text.startsWith('s')) model.heard(this.#hearing, from, text);
    else model.took([this.name, `#${this.id - 1000}`], from, text);
  }

  #answer({ origin, sequence, timestamp }: Frame): void {
    const { chance, time } = this.stage;
    const answer = (kind: 'OK' | 'ERRO'): void => {
      this.send({ kind, origin: this.id, destination: origin, sequence, timestamp });
    };
    // The last display never answers, the one before it takes its time.
    const manner = this.id % 4;
    if (manner === 3) return;
    if (manner === 2) return void time.after(chance.below(8000), () => answer('OK'));
    answer(chance.is(0.05) ? 'ERRO' : 'OK');
  }

  check(): void {}
}

export const relayKind: UserKind = {
  dialect: relay,
  users: (stage) => [
    ...Array.from({ length: 4 }, (_, number) => new Emitter(stage, number + 1)),
    ...Array.from({ length: 4 }, (_, number) => new Display(stage, number + 1001)),
  ],
};
