// Cleans what enters a dialect that it did not come from: texts lose controls, names lose delimiters.

import { bareName, withKeptFileNote, withoutControls } from '../../protocol/bytes/text';
import type { ChatEvent, Name, Said } from '../../protocol/model';

const bareNameOf = (name: Name): Name => bareName(name) as Name;

function cleanEvent<T extends ChatEvent>(event: T): T;
function cleanEvent(event: ChatEvent): ChatEvent {
  switch (event.is) {
    case 'direct': {
      const { file, fileAtSender } = event;
      // Only its own dialect knows how to ask its sender for it.
      const text =
        fileAtSender === undefined ? event.text : withKeptFileNote(event.text, fileAtSender);
      return {
        is: 'direct',
        serial: event.serial,
        id: event.id,
        from: bareNameOf(event.from),
        to: event.to,
        text: withoutControls(text),
        origin: event.origin,
        at: event.at,
        ...(event.reply !== undefined && { reply: event.reply }),
        // Without `raw` and `reference`: they mean something to its own dialect only.
        ...(file && {
          file: { ...file, name: withoutControls(file.name).replaceAll('\n', ' ') },
        }),
      };
    }
    case 'said': {
      return {
        is: 'said',
        ...(event.serial !== undefined && { serial: event.serial }),
        ...(event.reply !== undefined && { reply: event.reply }),
        room: event.room,
        from: bareNameOf(event.from),
        text: withoutControls(event.text),
        origin: event.origin,
        at: event.at,
      };
    }
    case 'changed': {
      const { text } = event;
      return {
        ...event,
        by: bareNameOf(event.by),
        ...(text !== undefined && { text: withoutControls(text) }),
      };
    }
    case 'joined':
    case 'left':
      return { ...event, name: bareNameOf(event.name) };
    case 'invited':
      return { ...event, by: bareNameOf(event.by) };
    case 'paid':
      return { ...event, from: bareNameOf(event.from) };
    case 'kicked':
    case 'standing': {
      const { by } = event;
      return {
        ...event,
        name: bareNameOf(event.name),
        ...(by !== undefined && { by: bareNameOf(by) }),
      };
    }
    case 'topic':
      return event.by === undefined ? event : { ...event, by: bareNameOf(event.by) };
    default:
      return event;
  }
}

export class Sanitizer {
  #last: ChatEvent | undefined;
  #lastClean: ChatEvent | undefined;
  #lastRun: readonly Said[] | undefined;
  #lastCleanRun: readonly Said[] = [];

  /**
   * The event as an outlet of `dialect` may see it. One that is told to a thousand outlets is cleaned once: the same
   * object comes back, so that a dialect can encode it once too.
   */
  clean<T extends ChatEvent>(event: T, dialect: string): T {
    if (!('origin' in event) || event.origin === dialect) return event;
    if (this.#last !== event) {
      this.#last = event;
      this.#lastClean = cleanEvent(event);
    }
    return this.#lastClean as T;
  }

  /** The same for a run of what one session said. */
  cleanAll(run: readonly Said[], dialect: string): readonly Said[] {
    if (run[0]?.origin === dialect) return run;
    if (this.#lastRun !== run) {
      this.#lastRun = run;
      this.#lastCleanRun = run.map((said) => cleanEvent(said));
    }
    return this.#lastCleanRun;
  }
}
