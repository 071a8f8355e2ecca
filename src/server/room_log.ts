// What is said in rooms, on its way into the history: it is told at once and written down in batches a moment later.

import type { Clock } from '../net/clock';
import type { Command } from '../protocol/commands';
import { limits } from '../protocol/limits';
import { type HubEvent, isSaid } from './hub/events';

interface RoomLogDeps {
  readonly clock: Pick<Clock, 'after'>;
  /** Has it written down. */
  write(command: Command<'history-add'>): void;
}

type Said = Command<'history-add'>['said'][number];

export class RoomLog {
  readonly #deps: RoomLogDeps;
  #said: Said[] = [];
  #bytes = 0;
  #cancel: (() => void) | undefined;

  constructor(deps: RoomLogDeps) {
    this.#deps = deps;
  }

  /** Takes the events of committed commands, in order. */
  take(events: readonly HubEvent[]): void {
    for (const event of events) {
      if (event.is !== 'notice' || event.kept === undefined || !isSaid(event)) continue;
      const { room, from, text, origin, serial, reply } = event.notice;
      if (serial === undefined) continue;
      const { author, at } = event.kept;
      this.#said.push({
        room,
        serial,
        author,
        name: from,
        at,
        text,
        origin,
        ...(reply !== undefined && { reply }),
      });
      this.#bytes += text.length;
    }
    if (this.#said.length === 0) return;
    const isFull =
      this.#said.length >= limits.history.roomEntries || this.#bytes >= limits.history.roomBytes;
    if (isFull) return this.flush();
    this.#cancel ??= this.#deps.clock.after(limits.history.roomMs, () => this.flush());
  }

  /** Has all of it written down now: who asks for the history after it was said finds it there. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#said.length === 0) return;
    const said = this.#said;
    this.#said = [];
    this.#bytes = 0;
    this.#deps.write({ do: 'history-add', said });
  }
}
