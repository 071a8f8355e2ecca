// What somebody knows of the rooms or groups that he belongs to, and in which of them he surely hears.

import type { Ears } from './model';

/** Something asked that changes where somebody belongs. */
export interface Change {
  readonly room: string;
  readonly leaves: boolean;
}

export class Belonging {
  readonly #now: () => number;
  readonly #sure = new Set<string>();
  /** Nobody can tell: the answer was lost. */
  readonly #unsure = new Set<string>();
  readonly #asked: Change[] = [];
  #ears: Ears | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Where he belongs as far as anybody can tell. */
  get sure(): readonly string[] {
    return [...this.#sure];
  }

  /** Where he may belong. */
  get maybe(): readonly string[] {
    return [...this.#sure, ...this.#unsure, ...this.#asked.map(({ room }) => room)];
  }

  isSure(room: string): boolean {
    return (
      this.#sure.has(room) && !this.#asked.some((asked) => asked.leaves && asked.room === room)
    );
  }

  /** From now on he hears with these ears, wherever he belongs. */
  hearsWith(ears: Ears): void {
    this.#ears = ears;
    for (const room of this.#sure) this.#hears(room);
  }

  ask(room: string, leaves: boolean): Change {
    const change = { room, leaves };
    this.#asked.push(change);
    if (leaves) this.#ears?.mayLeave(this.#now(), room);
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

  /** Where he belongs, as he was told it. */
  listed(rooms: readonly string[]): void {
    this.#sure.clear();
    this.#unsure.clear();
    for (const room of rooms) {
      this.#sure.add(room);
      this.#hears(room);
    }
  }

  /** What was asked is not answered any more. He belongs where he did. */
  lost(): void {
    this.#ears = undefined;
    for (const { room } of this.#asked.splice(0)) {
      this.#sure.delete(room);
      this.#unsure.add(room);
    }
  }

  /** He belongs nowhere. */
  gone(): void {
    this.#ears = undefined;
    this.#sure.clear();
    this.#unsure.clear();
    this.#asked.length = 0;
  }

  #answered(change: Change): void {
    this.#asked.splice(this.#asked.indexOf(change), 1);
  }

  #hears(room: string): void {
    if (this.isSure(room)) this.#ears?.isIn(room, this.#now());
  }
}
