// Who speaks another protocol at a door: whom they probably meant, and how they are told.

import { hostAndPort } from '../../protocol/bytes/address';
import type { Dialect } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';

/** A door of this server. */
interface OpenDoor {
  readonly dialect: Dialect;
  readonly address: Address;
}

export class WrongDoor {
  readonly #own: Dialect;
  readonly #known: readonly Dialect[];
  readonly #open: readonly OpenDoor[];

  /** `known`: all dialects that there are. `open`: the doors of this server, also those that open later. */
  constructor(own: Dialect, known: readonly Dialect[], open: readonly OpenDoor[]) {
    this.#own = own;
    this.#known = known.filter((dialect) => dialect !== own);
    this.#open = open;
  }

  /** The other dialect of a client that begins so, if it can be told; `unknown`: the next bytes decide. */
  meantBy(first: Uint8Array): Dialect | 'unknown' | undefined {
    const own = this.#own.server;
    if (own?.takesAnything === true) return undefined;
    let isUnknown = false;
    for (const dialect of this.#known) {
      if (!dialect.server?.isClient) continue;
      const isClient = dialect.server.isClient(first);
      if (isClient === true) return dialect;
      isUnknown ||= isClient === undefined;
    }
    // No more is held than this.
    if (!isUnknown || first.length > limits.net.firstLineBytes) return undefined;
    return own?.isClient?.(first) === true ? undefined : 'unknown';
  }

  /** The dialect that speaks HTTP. */
  get http(): Dialect | undefined {
    return this.#known.find(({ transport }) => transport === 'websocket');
  }

  /** What is written before the end to a client of a dialect; nothing where that has no words for it. `host`: as they dialled. */
  farewell(meant: Dialect | undefined, host: string): Uint8Array | undefined {
    return meant?.server?.elsewhere?.(this.line(meant, host));
  }

  line(meant: Dialect | undefined, host: string): string {
    const here = `This is the ${this.#own.name} door.`;
    if (!meant) return here;
    const door = this.#open.find(({ dialect }) => dialect === meant);
    if (!door) return `${here} You speak ${meant.name}, for which this server has no door.`;
    const at = hostAndPort({ host, port: door.address.port });
    const command =
      meant.transport === 'websocket'
        ? `open http://${at}/`
        : `chat connect ${meant.name}://${meant.client?.exampleUser ?? 'NAME'}@${at}`;
    return `${here} You speak ${meant.name}: ${command}`;
  }
}
