// What the hub tells one client: in its rooms in the words that all members get, else in the client's own.

import type { Notice, RoomName, Said } from '../../model';
import { folded } from '../wire/names';
import type { Client } from './client';
import { dialectName, type Renamed } from './door';
import { bytesOf, linesOf, personalTold, quitLine, RoomBytes, roomTold } from './events';
import { tellPresence } from './monitor';

/** One for all clients: what they are told in a room is the same. */
const roomBytes = new RoomBytes();

export class Listener {
  readonly #client: Client;
  /** Who was last told to have another name, and in which room the hub has told so. */
  #renamed: { readonly of: Renamed; readonly room: RoomName | undefined } | undefined;
  readonly #write: (bytes: Uint8Array) => void;
  /** Who was last told to have quit: the hub tells of each room that was left. */
  #quit: object | undefined;

  constructor(client: Client, write: (bytes: Uint8Array) => void) {
    this.#client = client;
    this.#write = write;
  }

  tell(notice: Notice): void {
    // Nearly all that there is.
    if (notice.is === 'said') return this.#tellSaid(notice);
    if (notice.is === 'presence') return tellPresence(this.#client, notice);
    if (!('room' in notice) || notice.room === undefined || notice.is === 'invited') {
      return this.#tellPersonal(notice);
    }
    this.#tellRoom(notice, notice.room);
  }

  /** What one user said in a row in one room. */
  tellAll(run: readonly Said[]): void {
    const { door, mask } = this.#client;
    const [first] = run;
    const joined = first && this.#client.inRoom(first.room);
    if (!joined) return;
    const bytes = roomBytes.of(door, run, joined.channel, mask);
    if (bytes) this.#write(bytes);
  }

  #tellSaid(said: Said): void {
    const { door, mask } = this.#client;
    const joined = this.#client.inRoom(said.room);
    const bytes = joined && roomBytes.of(door, said, joined.channel, mask);
    if (bytes) this.#write(bytes);
  }

  #tellPersonal(notice: Notice): void {
    const { door, mask, person } = this.#client;
    const told = personalTold(door, notice, person.nick);
    if (told) this.#write(bytesOf(linesOf(told, mask)));
  }

  #tellRoom(notice: Notice, room: RoomName): void {
    const client = this.#client;
    const { door, mask } = client;
    const joined = client.inRoom(room);
    if (!joined) {
      // Banned while they were not in: it concerns them all the same.
      if (notice.is === 'standing' && notice.you) this.#tellOutside(notice, room);
      return;
    }
    if (notice.is === 'changed') return this.#tellPersonal(notice);
    if (this.#isRenaming(notice, room)) return;
    const isOwn = (notice.is === 'joined' || notice.is === 'left') && this.#isOwn(notice.name);
    if (isOwn) return;
    // Who comes in is told the topic in words of its own.
    if (notice.is === 'topic' && joined.isEntering && notice.by === undefined) return;
    if (notice.is === 'left' && notice.origin === dialectName) {
      const quit = quitLine(door, notice.name);
      if (quit) {
        if (quit.of !== this.#quit) this.#write(bytesOf([quit.body]));
        this.#quit = quit.of;
        return;
      }
    }
    const bytes = roomBytes.of(door, notice, joined.channel, mask);
    if (bytes) this.#write(bytes);
    if (notice.is === 'kicked' && notice.you) client.part(room);
  }

  /** A new name is told by the hub as that the old one left and the new one came, in each room: here it is one NICK. */
  #isRenaming(notice: Notice, room: RoomName): boolean {
    if ((notice.is !== 'left' && notice.is !== 'joined') || notice.origin !== dialectName)
      return false;
    const last = this.#renamed;
    if (notice.is === 'joined') {
      const isSame = last?.room === room && last.of.to === notice.name;
      if (isSame) this.#renamed = { of: last.of, room: undefined };
      return isSame;
    }
    const renamed = this.#client.door.renamedFrom(notice.name);
    if (!renamed) return false;
    if (last?.of !== renamed) this.#write(bytesOf([renamed.line]));
    this.#renamed = { of: renamed, room };
    return true;
  }

  #tellOutside(notice: Notice, room: RoomName): void {
    const { door, mask } = this.#client;
    const told = roomTold(door, notice, `#${room}`);
    if (told) this.#write(bytesOf(linesOf(told, mask)));
  }

  #isOwn(name: string): boolean {
    return folded(name) === folded(this.#client.person.name);
  }
}
