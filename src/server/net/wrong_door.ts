// Who speaks another protocol at a door, or without TLS where it must be: whom they probably meant, and how they are told.

import { hostAndPort } from '../../protocol/bytes/address';
import type { Dialect } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';

/** A door of this server. */
interface OpenDoor {
  readonly dialect: Dialect;
  readonly address: Address;
  /** Whether it speaks TLS. */
  readonly isSecure: boolean;
}

/** What a server of TLS says to those who speak something else: a fatal alert, `protocol_version` (RFC 8446, 6). */
const alert = Uint8Array.of(0x15, 3, 3, 0, 2, 2, 70);

/** How a request of HTTP begins, for who speaks it where TLS is spoken. */
const httpStart = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH) \//;
const httpStartLength = 'OPTIONS /'.length;

export class WrongDoor {
  readonly #own: Pick<OpenDoor, 'dialect' | 'isSecure'>;
  readonly #known: readonly Dialect[];
  readonly #open: readonly OpenDoor[];

  /** `known`: all dialects that there are. `open`: the doors of this server, also those that open later. */
  constructor(
    own: Pick<OpenDoor, 'dialect' | 'isSecure'>,
    known: readonly Dialect[],
    open: readonly OpenDoor[],
  ) {
    this.#own = own;
    this.#known = known.filter((dialect) => dialect !== own.dialect);
    this.#open = open;
  }

  /** The other dialect of a client that begins so, if it can be told; `unknown`: the next bytes decide. */
  meantBy(first: Uint8Array): Dialect | 'unknown' | undefined {
    const own = this.#own.dialect.server;
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
    const all = [this.#own.dialect, ...this.#known];
    return all.find(({ transport }) => transport === 'websocket');
  }

  /** What is written before the end to a client of a dialect; nothing where that has no words for it. `host`: as they dialled. */
  farewell(meant: Dialect | undefined, host: string): Uint8Array | undefined {
    return meant?.server?.elsewhere?.(this.line(meant, host));
  }

  line(meant: Dialect | undefined, host: string): string {
    const here = `This is the ${this.#own.dialect.name} door.`;
    if (!meant) return here;
    const { isSecure } = this.#own;
    const door = this.#doorOf(meant, isSecure) ?? this.#doorOf(meant, !isSecure);
    if (!door) return `${here} You speak ${meant.name}, for which this server has no door.`;
    return `${here} You speak ${meant.name}: ${wayTo(door, host)}`;
  }

  /** What a client is told that shakes hands at a door without TLS: in clear, since nobody there could tell it otherwise. */
  farewellToTls(host: string): Uint8Array {
    const { dialect } = this.#own;
    const here = `This is the ${dialect.name} door, which does not speak TLS.`;
    return Buffer.from(`${here}${this.#waysTo(dialect, host)}\n`);
  }

  /** What a client is told that does not shake hands at a door which speaks TLS: in its own words, or in those of TLS. */
  farewellWithoutTls(first: Uint8Array, host: string): Uint8Array {
    const { dialect } = this.#own;
    const isHttp = httpStart.test(Buffer.from(first.subarray(0, httpStartLength)).toString());
    const meant = isHttp
      ? this.http
      : this.#known.find(({ server }) => server?.isClient?.(first) === true);
    const speaks = `This is the ${dialect.name} door, which speaks TLS, and you do not.`;
    const line = `${speaks}${this.#waysTo(meant ?? dialect, host)}`;
    const words = (meant ?? dialect).server?.elsewhere?.(line);
    return words ?? Buffer.concat([alert, Buffer.from(`${line}\n`)]);
  }

  /** The ways in for a dialect, behind a space. */
  #waysTo(meant: Dialect, host: string): string {
    const secure = this.#doorOf(meant, true);
    const plain = this.#doorOf(meant, false);
    const ways = secure ? ` With TLS: ${wayTo(secure, host)}` : '';
    return plain ? `${ways} Without: ${wayTo(plain, host)}` : ways;
  }

  #doorOf(meant: Dialect, isSecure: boolean): OpenDoor | undefined {
    return this.#open.find((door) => door.dialect === meant && door.isSecure === isSecure);
  }
}

/** What to type, or to open, to come in by a door. `user`: where the dialect has no example of its own. */
export function wayTo(
  { dialect, address, isSecure }: OpenDoor,
  host: string,
  program = 'chat',
  user = 'NAME',
): string {
  const at = hostAndPort({ host, port: address.port });
  if (dialect.transport === 'websocket') return `open http${isSecure ? 's' : ''}://${at}/`;
  // It has no client here: this is the URL that its own programs know.
  if (!dialect.client) return `${dialect.name}${isSecure ? 's' : ''}://${at}`;
  const scheme = isSecure ? `${dialect.name}+tls` : dialect.name;
  return `${program} connect ${scheme}://${dialect.client.exampleUser ?? user}@${at}`;
}
