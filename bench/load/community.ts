// The users that the load generator plays at one server: their names, their listeners, the ids they were given.

import type { Socket } from 'bun';

import { exchanged } from './exchange';
import { areEqual, decodeFields, encodeAnswer, encodeFields, join, shown } from './wire';

/** A call that came for one user: its fields, or undefined where the bytes were no call. */
type Heard = (user: string, fields: readonly string[] | undefined) => void;

export class Community {
  readonly port: number;
  /** Registered and not connected. */
  readonly away: string[] = [];
  /** Connected, in the order in which they connected. */
  readonly here: string[] = [];
  /** Ids given to each sender by a SEND that was answered 0. */
  readonly #ids = new Map<string, Set<number>>();
  #aliases = 0;
  /** Called with what the users receive. */
  heard: Heard = () => {};

  constructor(port: number) {
    this.port = port;
  }

  /** An alias that was not used yet. */
  freshAlias(): string {
    return `fresh${this.#aliases++}`;
  }

  async join(names: readonly string[], here: boolean): Promise<void> {
    for (const name of names) {
      await this.#must('REGISTER', 'Bench User', name, '01/02/2003');
      if (here) {
        await this.#must('CONNECT', name, String(this.#listen(name)));
        this.here.push(name);
      } else {
        this.away.push(name);
      }
    }
  }

  async #must(...fields: readonly string[]): Promise<void> {
    const { reply, error } = await exchanged(this.port, encodeFields(...fields));
    if (error === undefined && reply && areEqual(reply, encodeAnswer(0))) return;
    throw new Error(`${fields.join(' ')} was answered ${error ?? shown(reply)}`);
  }

  /** A free port where calls for one user come in; a call is over when the server ends its side. */
  #listen(name: string): number {
    interface Call {
      bytes: Uint8Array | undefined;
    }
    const listener = Bun.listen<Call>({
      hostname: '127.0.0.1',
      port: 0,
      socket: {
        open(socket: Socket<Call>) {
          socket.data = { bytes: undefined };
        },
        data(socket, bytes) {
          socket.data.bytes = join(socket.data.bytes, bytes);
        },
        end: (socket) => {
          const { bytes } = socket.data;
          this.heard(name, bytes && decodeFields(bytes));
          socket.end();
        },
      },
    });
    return listener.port;
  }

  /** Notes an id; says what is wrong with it, if anything. */
  given(sender: string, id: number): string | undefined {
    const ids = this.#ids.get(sender) ?? new Set<number>();
    this.#ids.set(sender, ids);
    if (!Number.isInteger(id) || id < 1) return `${sender} was given the id ${id}`;
    if (ids.has(id)) return `${sender} was given the id ${id} twice`;
    ids.add(id);
    return undefined;
  }

  /** Ids count from 1 without a gap: says for which senders they do not. */
  *gaps(): Iterable<string> {
    for (const [sender, ids] of this.#ids) {
      let most = 0;
      for (const id of ids) most = Math.max(most, id);
      if (most !== ids.size) yield `${sender} was given ${ids.size} ids up to ${most}`;
    }
  }
}
