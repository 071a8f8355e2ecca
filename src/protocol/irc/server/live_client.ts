// The state of a client that has come in: its rooms, its person, whom it watches; and its first answer.

import { cutText } from '../../bytes/text';
import type { Host } from '../../dialect';
import { limits } from '../../limits';
import type { RoomName } from '../../model';
import { formatLine } from '../wire/message';
import { folded, isSayable, nickOf } from '../wire/names';
import { Answer, type Out } from './answer';
import { channelText, type Client, type Joined, sourceOfClient } from './client';
import { dialectName, type Door, type Person } from './door';
import type { Entered } from './entering';
import type { Registration } from './registration';
import { tellRoom } from './room_info';
import { sayMotd } from './server_info';
import { sayUsers, sayWelcome } from './welcome';

/** What the connection below gives. */
interface Wire extends Out {
  readonly host: Host;
  fail(text: string, reason?: string): void;
}

export class LiveClient implements Client {
  readonly #wire: Wire;
  readonly door: Door;
  readonly person: Person;
  #changes: number = limits.irc.aboutChanges.burst;
  /** In seconds since 1970. */
  #changedAt: number;
  readonly rooms = new Map<string, Joined>();
  /** The same by the hub's names: what is told in a room is told to many. */
  readonly #exact = new Map<RoomName, Joined>();
  readonly monitored = new Map<string, string>();

  constructor(wire: Wire, door: Door, { name, isAccount }: Entered, registration: Registration) {
    this.#wire = wire;
    this.door = door;
    const { host } = wire;
    this.#changedAt = host.now;
    this.person = {
      name,
      nick: nickOf(name),
      user: `~${registration.user ?? 'user'}`,
      host: `${door.hidden(host.peerHost)}.${dialectName}`,
      realName: cutText(registration.realName, limits.irc.aboutBytes)[0] ?? '',
      away: undefined,
      isAccount,
      since: host.now,
      spokeAt: host.now,
      isIn: (room) => this.#exact.has(room),
      tellOf: (body, capability) => {
        if (this.has(capability)) this.writeLines([body]);
      },
      rooms: () => [...this.rooms.values()],
    };
    door.enter(this.person);
  }

  get host(): Host {
    return this.#wire.host;
  }
  get mask(): number {
    return this.#wire.mask;
  }
  get shownNick(): string {
    return this.person.nick;
  }

  has(capability: number): boolean {
    return (this.mask & capability) !== 0;
  }

  nextBatch(): string {
    return this.#wire.nextBatch();
  }

  writeLines(lines: readonly string[]): void {
    this.#wire.writeLines(lines);
  }

  mayChange(): boolean {
    const { burst, perSecond } = limits.irc.aboutChanges;
    const { now } = this.host;
    this.#changes = Math.min(burst, this.#changes + (now - this.#changedAt) * perSecond);
    this.#changedAt = now;
    if (this.#changes < 1) return false;
    this.#changes--;
    return true;
  }

  inRoom(room: RoomName): Joined | undefined {
    return this.#exact.get(room);
  }

  join(joined: Joined): void {
    this.rooms.set(folded(joined.room), joined);
    this.#exact.set(joined.room, joined);
    this.door.joined(joined.room, this.person);
  }

  part(room: RoomName): void {
    this.rooms.delete(folded(room));
    this.#exact.delete(room);
    this.door.left(room, this.person);
  }

  quit(reason: string): void {
    this.#wire.fail(reason);
  }

  /** All that comes from 001 on, and the groups of an account, in which it is already. */
  welcome({ users, rooms, groups }: Entered): void {
    const answer = new Answer(this, undefined);
    sayWelcome(answer, this.person.nick, this.door);
    sayUsers(answer, { users: users.length, rooms, here: this.door.count, most: this.door.most });
    sayMotd(answer);
    answer.numeric('221', ['+']).done();
    for (const { name: room } of groups) {
      if (!isSayable(room)) continue;
      const joined: Joined = { room, sigil: '&', channel: `&${room}`, isEntering: false };
      this.join(joined);
      const told = new Answer(this, undefined).open();
      told.body(formatLine(sourceOfClient(this), 'JOIN', [channelText(joined)]));
      tellRoom(this, told, joined, () => told.done());
    }
  }

  /** Tells those at this door who share a room with the client, each once. */
  tellNeighbours(body: string, capability: number): void {
    for (const other of this.door.neighbours(this.person)) other.tellOf(body, capability);
  }
}
