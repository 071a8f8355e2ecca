// What was said in rooms and groups while the connection was away: shown once, before what is said now.

import { limits } from '../../limits';
import type { Result } from '../../model';
import type { ReplyOf, RequestBody, ServerMessageOf } from '../wire/messages';

type Said = ServerMessageOf<'said'>;
type Page = ReplyOf<'history'>;

export interface CatchUpHost {
  request(body: RequestBody<'history'>, done: (outcome: Result<Page, string>) => void): void;
  show(said: Said): void;
}

export class CatchUp {
  readonly #host: CatchUpHost;
  /** By room or group: the newest serial that the user has. */
  readonly #newest = new Map<string, number>();
  /** What is said now waits behind what was said before. */
  #held: Said[] | undefined;
  /** Rooms and groups whose pages have yet to come. */
  #open = 0;
  /** What pages have shown, which may also have been told. */
  #shown = new Set<number>();

  constructor(host: CatchUpHost) {
    this.#host = host;
  }

  /** Something is said, or was said by the user. */
  know(room: string, serial: number | undefined): void {
    if (serial !== undefined) this.#newest.set(room, Math.max(serial, this.#newest.get(room) ?? 0));
  }

  said(said: Said): void {
    if (this.#held === undefined) return this.#show(said);
    this.#held.push(said);
    // More than one asks for at once: it is told late rather than kept.
    if (this.#held.length > limits.history.pageEntriesMost) this.#release();
  }

  /** A connection has come back: until `begin`, what is said waits. */
  hold(): void {
    this.#open = 0;
    this.#shown.clear();
    this.#held ??= [];
  }

  /** Fetches what is missing, a page after the other. */
  begin(rooms: Iterable<string>): void {
    for (const room of rooms) {
      this.#open++;
      this.#readFrom(room);
    }
    if (this.#open === 0) this.#release();
  }

  #readFrom(room: string): void {
    const after = this.#newest.get(room) ?? 0;
    this.#host.request({ do: 'history', room, after }, (outcome) => {
      if (!outcome.ok) {
        // Where the connection is lost again, all of it is asked for once more.
        if (outcome.why !== 'unreachable') this.#close();
        return;
      }
      const { entries, more } = outcome.value;
      for (const { serial, at, from, text, own, deleted } of entries) {
        this.#shown.add(serial);
        this.know(room, serial);
        if (own || deleted !== undefined) continue;
        this.#host.show({ is: 'said', room, from, text, at: Math.floor(at / 1000), serial });
      }
      if (more && entries.length > 0) this.#readFrom(room);
      else this.#close();
    });
  }

  #close(): void {
    if (--this.#open === 0) this.#release();
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const said of held) this.#show(said);
  }

  #show(said: Said): void {
    const { room, serial } = said;
    if (serial !== undefined && this.#shown.delete(serial)) return;
    this.know(room, serial);
    this.#host.show(said);
  }
}
