// What a user knows of the rooms or groups that they belong to, and in which of them they surely hear.

import type { Hearing } from './model';

/** A request that changes where the user belongs. */
export interface Change {
  readonly room: string;
  readonly leaves: boolean;
}

export class Memberships {
  readonly #now: () => number;
  readonly #sure = new Set<string>();
  /** The answer was lost: the user may belong there. */
  readonly #unsure = new Set<string>();
  readonly #asked: Change[] = [];
  #hearing: Hearing | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Where the user belongs by all that was answered. */
  get sure(): readonly string[] {
    return [...this.#sure];
  }

  /** Where the user may belong. */
  get maybe(): readonly string[] {
    return [...this.#sure, ...this.#unsure, ...this.#asked.map(({ room }) => room)];
  }

  isSure(room: string): boolean {
    return (
      this.#sure.has(room) && !this.#asked.some((asked) => asked.leaves && asked.room === room)
    );
  }

  /** From now on this records what the user hears, wherever they belong. */
  hearsWith(hearing: Hearing): void {
    this.#hearing = hearing;
    for (const room of this.#sure) this.#hears(room);
  }

  ask(room: string, leaves: boolean): Change {
    const change = { room, leaves };
    this.#asked.push(change);
    if (leaves) this.#hearing?.mayLeave(this.#now(), room);
    return change;
  }

  done(change: Change): void {
    const { room, leaves } = change;
    this.#answered(change);
    this.#unsure.delete(room);
    if (leaves) this.#sure.delete(room);
    else {
      this.#sure.add(room);
      this.#hears(room);
    }
  }

  /** It changed nothing. */
  refused(change: Change): void {
    this.#answered(change);
    this.#hears(change.room);
  }

  /** The server listed where the user belongs. */
  listed(rooms: readonly string[]): void {
    this.#sure.clear();
    this.#unsure.clear();
    for (const room of rooms) {
      this.#sure.add(room);
      this.#hears(room);
    }
  }

  /** The connection is lost: what was asked is not answered any more. Memberships stay. */
  lost(): void {
    this.#hearing = undefined;
    for (const { room } of this.#asked.splice(0)) {
      this.#sure.delete(room);
      this.#unsure.add(room);
    }
  }

  /** The user belongs nowhere. */
  gone(): void {
    this.#hearing = undefined;
    this.#sure.clear();
    this.#unsure.clear();
    this.#asked.length = 0;
  }

  #answered(change: Change): void {
    this.#asked.splice(this.#asked.indexOf(change), 1);
  }

  #hears(room: string): void {
    if (this.isSure(room)) this.#hearing?.isIn(room, this.#now());
  }
}
