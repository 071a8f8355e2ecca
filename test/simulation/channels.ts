// Users at the channels door, who move from room to room.

import { channels } from '../../src/protocol/channels/index';
import { ChannelsClient, toldBy } from '../protocol/channels/person';
import { padded } from '../protocol/channels/support';
import { Hearing, type RoomMessage, type Stay } from './model';
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

const rooms = ['attic', 'cellar', 'garden', 'market', 'relay'];
const frameBytes = 200;

/** What was sent and not yet answered. `mark` is a `/join` without a name, whose answer is certain. */
type Request =
  | { readonly is: 'say'; readonly roomMessage: RoomMessage }
  | { readonly is: 'move'; readonly room: string; became: 'done' | 'refused' | 'unsure' }
  | { readonly is: 'other' }
  | { readonly is: 'mark' };

class User extends GuestUser implements SimulatedUser {
  readonly name: string;
  readonly #stage: Stage;
  readonly #number: number;
  #visits = 0;
  #client: ChannelsClient<Connection> | undefined;
  #hearing: Hearing | undefined;
  #asked: Request[] = [];
  /** Where the user is, by all that was answered. Several rooms if an answer was lost. */
  #rooms = new Set<string>();
  #isSure = false;
  /** A frame of which only a part was sent. */
  #rest: Buffer | undefined;

  constructor(stage: Stage, number: number) {
    super();
    this.#stage = stage;
    this.#number = number;
    this.name = `cho${number}`;
  }

  // ---- what it does

  act(): void {
    const { chance } = this.#stage;
    if (!this.#client) return this.#enter();
    if (this.#rest) return this.#sendRest();
    chance.weighted<() => void>([
      [60, () => this.#say()],
      [12, () => this.#move('/join')],
      [5, () => this.#move('/create')],
      [5, () => this.#other('/list')],
      [3, () => this.#other(chance.of(['/nonsense', '/create', '/create a b', '/']))],
      [6, () => this.#mark()],
      [2, () => this.#send('half a frame', true)],
      [2, () => this.#client?.transport.stall(chance.below(8000))],
      [2, () => this.#leave('finish')],
      [2, () => this.#leave('reset')],
    ])();
  }

  #enter(): void {
    const { model, note } = this.#stage;
    const name = `${this.name}-${++this.#visits}`;
    const stay: Stay = { dialect: 'channels', name, enteredAt: undefined, leftAt: undefined };
    const hearing = new Hearing(stay);
    this.stay = stay;
    this.#hearing = hearing;
    this.#rooms = new Set();
    this.#isSure = false;
    this.#asked = [];
    this.#rest = undefined;
    model.hearings.add(hearing);
    note(`${name} comes`);
    const client: ChannelsClient<Connection> = new ChannelsClient(
      dialDoor(
        this.#stage,
        { dialect: 'channels', host: `10.0.2.${this.#number}`, manner: 'any' },
        () => this.#gone(client),
      ),
      (frame) => {
        if (this.#client === client) this.#frame(frame);
      },
    );
    this.#client = client;
    this.#send(name);
    this.#mark();
  }

  #send(text: string, half = false): void {
    if (!half) return this.#client?.send(text);
    const frame = padded(text);
    const cut = this.#stage.chance.below(frameBytes);
    this.#client?.transport.send(frame.subarray(0, cut));
    this.#rest = frame.subarray(cut);
  }

  #sendRest(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest) this.#client?.transport.send(rest);
    // The text of the cut frame is said like any other, but the model does not know it.
    this.#mark();
  }

  #say(): void {
    const { chance, model } = this.#stage;
    const [stay, hearing] = [this.stay, this.#hearing];
    if (!stay || !hearing) return;
    const text = textAround(chance, frameBytes);
    const roomMessage = model.say({ by: stay, line: hearing, rooms: hearing.maybe, text });
    this.#asked.push({ is: 'say', roomMessage });
    this.#send(roomMessage.text);
    if (chance.is(0.3)) this.#mark();
  }

  #move(how: '/join' | '/create'): void {
    const { chance, model } = this.#stage;
    const hearing = this.#hearing;
    const room = how === '/create' && chance.is(0.3) ? `room${chance.below(40)}` : chance.of(rooms);
    this.#asked.push({ is: 'move', room, became: 'done' });
    if (hearing) hearing.maybe = new Set([...hearing.maybe, room]);
    hearing?.mayLeave(model.now());
    this.#send(`${how} ${room}`);
    this.#mark();
  }

  #other(text: string): void {
    this.#asked.push({ is: 'other' });
    this.#send(text);
    this.#mark();
  }

  /** Asks what is answered in order and changes nothing. */
  #mark(): void {
    this.#asked.push({ is: 'mark' });
    this.#client?.settle();
  }

  #leave(how: 'finish' | 'reset'): void {
    const client = this.#client;
    this.#stage.note(`${this.stay?.name ?? ''} leaves by ${how}`);
    if (how === 'finish') client?.transport.finish();
    else client?.transport.reset();
    if (how === 'reset') this.#gone(client);
    else if (this.stay) this.stay.leftAt ??= this.#stage.model.now();
    this.#client = undefined;
  }

  #gone(client: ChannelsClient<Connection> | undefined): void {
    if (!this.stay || (client !== this.#client && this.#client)) return;
    this.stay.leftAt ??= this.#stage.model.now();
    this.#client = undefined;
  }

  // ---- what it hears

  #frame(frame: string): void {
    const { model } = this.#stage;
    const [stay, hearing] = [this.stay, this.#hearing];
    if (!stay || !hearing) return;
    const told = toldBy(frame);
    if (told.is === 'said') {
      const { from, text } = told;
      if (isRest(text)) return;
      if (told.private) model.took([stay.name], from, text);
      else model.heard(hearing, from, text);
    } else if (/^\S+ has (joined|left)$/.test(frame)) {
      if (hearing.maybe.size === 0) {
        this.#stage.violated(`${stay.name} was told outside any room: ${frame}`);
      }
    } else this.#answered(frame);
  }

  #answered(frame: string): void {
    const { model } = this.#stage;
    if (ChannelsClient.isSettled(frame)) return this.#marked();
    const mark = this.#asked.findIndex(({ is }) => is === 'mark');
    const before = this.#asked.slice(0, mark < 0 ? undefined : mark);
    if (frame.startsWith('Not currently in any channel')) {
      const said = before.find((asked) => asked.is === 'say' && !asked.roomMessage.refused);
      if (said?.is === 'say') said.roomMessage.refused = true;
    } else if (/^No channel named|^Room |^Too many channels/.test(frame)) {
      for (const asked of before) if (asked.is === 'move') asked.became = 'refused';
    } else if (frame.startsWith('The server could not')) {
      // It does not say which request failed: the model counts on none of them.
      for (const asked of before) if (asked.is === 'move') asked.became = 'unsure';
      this.#asked = this.#asked.filter((asked) => asked.is !== 'say' || !before.includes(asked));
      this.#hearing?.mayLeave(model.now());
    }
  }

  /** All that was asked before the mark has been dealt with. */
  #marked(): void {
    const { model } = this.#stage;
    const [stay, hearing] = [this.stay, this.#hearing];
    if (!stay || !hearing) return;
    stay.enteredAt ??= model.now();
    for (let asked = this.#asked.shift(); asked; asked = this.#asked.shift()) {
      if (asked.is === 'mark') break;
      if (asked.is === 'move' && asked.became !== 'refused') {
        this.#isSure = asked.became === 'done';
        if (this.#isSure) this.#rooms.clear();
        this.#rooms.add(asked.room);
      }
      const [room] = this.#rooms;
      if (asked.is === 'say' && !asked.roomMessage.refused && this.#isSure && room !== undefined) {
        model.said(asked.roomMessage, room);
      }
    }
    const moves = this.#asked.flatMap((asked) => (asked.is === 'move' ? [asked.room] : []));
    hearing.maybe = new Set([...this.#rooms, ...moves]);
    const [room] = this.#rooms;
    if (moves.length === 0 && this.#isSure && room !== undefined) hearing.isIn(room, model.now());
  }

  // ---- the end

  calm(): void {
    if (this.#rest) this.#sendRest();
    else if (this.#client) this.#mark();
  }

  check(): void {
    if (this.#client && this.#asked.length > 0) {
      this.#stage.violated(`${this.name} was not answered: ${JSON.stringify(this.#asked)}`);
    }
  }
}

export const channelsKind: UserKind = {
  dialect: channels,
  users: (stage) => Array.from({ length: 7 }, (_, number) => new User(stage, number)),
};
