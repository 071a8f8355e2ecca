// What enters a dialect that it did not come from: texts without controls, names without delimiters.

import { bareName, withoutControls } from '../../protocol/bytes/text';
import type { ChatEvent, Name, Said } from '../../protocol/model';

const bare = (name: Name): Name => bareName(name) as Name;

function cleaned<T extends ChatEvent>(telling: T): T;
function cleaned(telling: ChatEvent): ChatEvent {
  switch (telling.is) {
    case 'direct': {
      const { file } = telling;
      return {
        is: 'direct',
        serial: telling.serial,
        id: telling.id,
        from: bare(telling.from),
        to: telling.to,
        text: withoutControls(telling.text),
        origin: telling.origin,
        at: telling.at,
        // Without `raw` and `reference`: they mean something to its own dialect only.
        ...(file && {
          file: { ...file, name: withoutControls(file.name).replaceAll('\n', ' ') },
        }),
      };
    }
    case 'said': {
      return {
        is: 'said',
        room: telling.room,
        from: bare(telling.from),
        text: withoutControls(telling.text),
        origin: telling.origin,
        at: telling.at,
      };
    }
    case 'joined':
    case 'left':
      return { ...telling, name: bare(telling.name) };
    case 'invited':
      return { ...telling, by: bare(telling.by) };
    case 'paid':
      return { ...telling, from: bare(telling.from) };
    default:
      return telling;
  }
}

/**
 * The telling as an outlet of `dialect` may see it. One that is told to a thousand outlets is cleaned once:
 * the same object comes back, so that a dialect can encode it once too.
 */
export class Sanitizer {
  #last: ChatEvent | undefined;
  #clean: ChatEvent | undefined;

  pass<T extends ChatEvent>(telling: T, dialect: string): T {
    if (!('origin' in telling) || telling.origin === dialect) return telling;
    if (this.#last !== telling) {
      this.#last = telling;
      this.#clean = cleaned(telling);
    }
    return this.#clean as T;
  }

  #lastRun: readonly Said[] | undefined;
  #cleanRun: readonly Said[] = [];

  /** The same for a run of what one session said. */
  passAll(run: readonly Said[], dialect: string): readonly Said[] {
    if (run[0]?.origin === dialect) return run;
    if (this.#lastRun !== run) {
      this.#lastRun = run;
      this.#cleanRun = run.map((said) => cleaned(said));
    }
    return this.#cleanRun;
  }
}
