// What a session has learnt of users and of the files they sent, for completion and for saving files.

import { limits } from '../../limits';

export class Directory {
  readonly #names = new Set<string>();
  /** The names of files, by sender and id. */
  readonly #files = new Map<string, string>();

  /** Users met so far. */
  get names(): Iterable<string> {
    return this.#names;
  }

  addUser(name: string): void {
    if (this.#names.size < limits.mailbox.remembered) this.#names.add(name);
  }

  addFile(from: string, id: string, name: string): void {
    remember(this.#files, keyOf(from, id), name);
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

/** Adds to a map that forgets its oldest entry when it is full. */
export function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= limits.mailbox.remembered) return;
  for (const [oldest] of map) {
    map.delete(oldest);
    return;
  }
}
