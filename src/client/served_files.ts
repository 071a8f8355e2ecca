// The files that a session has sent and hands out itself, in the thread that takes calls.

import { BoundedMap } from '../protocol/bounded';
import type { ServedFile } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import type { SocketConnection } from './connection';
import { openSource, sendSource } from './source_file';

/** No name holds a NUL. */
const keyOf = (asker: string, name: string): string => `${asker}\0${name}`;

export class ServedFiles {
  /** Paths, by who was sent the file and under which name. */
  readonly #paths = new BoundedMap<string, string>(limits.mailbox.servedFiles);
  #sending = 0;

  get isEmpty(): boolean {
    return this.#paths.size === 0;
  }

  add({ to, name, path }: ServedFile): void {
    this.#paths.set(keyOf(to, name), path);
  }

  /**
   * Sends the file of that name that was sent to `asker`, and ends the connection; `begin` gives what stands before its
   * bytes. False where there is none, or too many are under way.
   */
  send(
    connection: SocketConnection,
    asker: string,
    name: string,
    begin: (size: number) => Uint8Array,
  ): boolean {
    const path = this.#paths.get(keyOf(asker, name));
    if (path === undefined || this.#sending >= limits.mailbox.servedAtOnce) return false;
    const source = openSource(path, name);
    if (!source.ok) return false;
    this.#sending++;
    connection.write(begin(source.value.size));
    const wake = (): void => connection.wake(limits.net.pieceMs);
    wake();
    sendSource(connection, source.value, wake, ({ ok }) => {
      this.#sending--;
      connection.wake(undefined);
      if (ok) connection.end();
      else connection.abort();
    });
    return true;
  }
}
