// The users that the server has named, and what may complete the line that is being typed.

import { BoundedSet } from '../../bounded';
import { limits } from '../../limits';
import { forms, marked, type ServerMessage } from '../wire/messages';

const commands = Object.values(forms).map((form) => form.split(' ', 1)[0] ?? form);
const emojis = [':smile', ':angry', ':confused'];

export class Directory {
  readonly #names = new BoundedSet<string>(limits.client.names);

  /** Remembers whom the server names, until it says that they left. */
  learn(message: ServerMessage): void {
    switch (message.is) {
      case 'left':
        this.#names.delete(message.name);
        return;
      case 'joined':
      case 'user':
        this.#names.add(message.name);
        return;
      case 'said':
      case 'paid':
        this.#names.add(message.from);
        return;
      default:
        return;
    }
  }

  /** What may complete the last word of what stands before the cursor. */
  complete(before: string): readonly string[] {
    const word = /\S*$/.exec(before)?.[0] ?? '';
    if (word.startsWith(':')) return word === before ? [...commands, ...emojis] : emojis;
    if (!/^:[pt]\s+-\s+\S*$/.test(before)) return [];
    const names = [...this.#names];
    return word.startsWith('<') ? names.map(marked) : names;
  }
}
