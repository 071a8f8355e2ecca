// What a session has learnt of users and of the files they sent, for completion and for saving files.

import { BoundedMap, BoundedSet } from '../../bounded';
import { limits } from '../../limits';

/** The user whom an entry of a list names: some servers write an address behind the name, or blanks around it. */
export const userIn = (entry: string): string =>
  entry.replace(/ ?:: ?[\d.:A-Fa-f]+ ?:: ?\d+$/, '').trim() || entry;

export class Directory {
  readonly #names = new BoundedSet<string>(limits.mailbox.remembered);
  /** The names of files, by sender and id. */
  readonly #files = new BoundedMap<string, string>(limits.mailbox.remembered);

  /** Users met so far. */
  get names(): Iterable<string> {
    return this.#names;
  }

  addUser(name: string): void {
    this.#names.add(name);
  }

  addFile(from: string, id: string, name: string): void {
    this.#files.set(keyOf(from, id), name);
  }

  /** The name of the file that a user sent under an id. */
  fileName(from: string, id: string): string | undefined {
    return this.#files.get(keyOf(from, id));
  }

  /** The ids under which a user sent files. */
  fileIds(from: string): string[] {
    const start = keyOf(from, '');
    return [...this.#files.keys()]
      .filter((key) => key.startsWith(start))
      .map((key) => key.slice(start.length));
  }
}

/** No name holds a NUL. */
const keyOf = (from: string, id: string): string => `${from}\0${id}`;
