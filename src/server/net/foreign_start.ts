// The first bytes of a connection, held until they are known not to be HTTP or TLS: no web page speaks at a TCP door.

import type { Clock, Wakeable } from '../../net/clock';
import type { Socket, SocketEvents } from '../../net/socket';
import type { LossReason } from '../../protocol/connection';
import { ProtocolError } from '../../protocol/errors';
import { limits } from '../../protocol/limits';
import type { ConnectionHost } from './connection_host';
import type { WrongDoor } from './wrong_door';

const methods = 'GET HEAD POST PUT DELETE OPTIONS PATCH TRACE CONNECT PRI'.split(' ');
const version = ' HTTP/';
const space = 0x20;

/** Nothing that ends a request's target: those are a space, a control, or a line's end. */
const targetEnd = /[\0-\x20\x7f]/;

/** The bytes of TLS: a handshake's type, the version, two bytes of length, and the ClientHello's type. */
const tlsHello = [[0x16], [0x03], [0, 1, 2, 3, 4], undefined, undefined, [0x01]] as const;

/** The methods of HTTP by their first byte: most connections begin with none of them, and need no closer look. */
const methodsByByte: readonly (readonly Uint8Array[] | undefined)[] = Array.from(
  { length: 0x80 },
  (_, byte) => {
    const some = methods.filter((method) => method.charCodeAt(0) === byte);
    return some.length === 0 ? undefined : some.map((method) => Buffer.from(`${method} `));
  },
);

/** Whether these can be the first bytes of TLS. */
export const beginsTls = (bytes: Uint8Array): boolean =>
  bytes.length > 0 &&
  tlsHello.every((allowed, at) => {
    const byte = bytes[at];
    return byte === undefined || !allowed || (allowed as readonly number[]).includes(byte);
  });

const nothing = new Uint8Array(0);

/** Whether a text begins as another does, as far as both go. */
function agree(one: Uint8Array, other: Uint8Array): boolean {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) if (one[at] !== other[at]) return false;
  return true;
}

type Start = 'foreign' | 'own' | 'unknown';

/**
 * What the start of a stream is. A browser can be made to send requests to any port, with lines of an attacker's in
 * their bodies, as its user. `unknown`: the next bytes decide.
 */
export function startOf(bytes: Uint8Array): Start {
  const first = bytes[0];
  if (first === undefined) return 'unknown';
  if (first === tlsHello[0][0] && beginsTls(bytes))
    return bytes.length < tlsHello.length ? 'unknown' : 'foreign';
  const method = methodsByByte[first]?.find((one) => agree(one, bytes));
  if (!method) return 'own';
  return bytes.length < method.length ? 'unknown' : requestStartOf(bytes);
}

/** What begins with a method and a space. */
function requestStartOf(bytes: Uint8Array): Start {
  const text = Buffer.from(bytes.subarray(0, limits.net.firstLineBytes)).toString('latin1');
  const target = bytes.indexOf(space) + 1;
  const end = text.slice(target).search(targetEnd);
  // A target may be longer than anything that is held.
  if (end < 0) return bytes.length < limits.net.firstLineBytes ? 'unknown' : 'foreign';
  const behind = text.slice(target + end, target + end + version.length);
  if (behind === version) return 'foreign';
  return version.startsWith(behind) ? 'unknown' : 'own';
}

/**
 * Stands between a socket and its host until the first bytes are known; then the host is told everything itself. What may
 * yet be of another dialect is held only for a moment: a user may be typing it.
 */
export class ForeignStart implements SocketEvents, Wakeable {
  readonly #socket: Socket & { events: SocketEvents | undefined };
  readonly #host: ConnectionHost;
  readonly #door: WrongDoor;
  readonly #clock: Pick<Clock, 'wake'>;
  #held: Uint8Array = nothing;
  /** The clock is to wake it. Most are decided at once, and no clock is asked to forget them. */
  #isTimed = false;

  constructor(
    socket: Socket & { events: SocketEvents | undefined },
    host: ConnectionHost,
    door: WrongDoor,
    clock: Pick<Clock, 'wake'>,
  ) {
    this.#socket = socket;
    this.#host = host;
    this.#door = door;
    this.#clock = clock;
  }

  data(bytes: Uint8Array): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const start = startOf(this.#held);
    if (start === 'unknown') return;
    const isTls = start === 'foreign' && beginsTls(this.#held);
    const meant =
      start === 'own' ? this.#door.meantBy(this.#held) : isTls ? undefined : this.#door.http;
    if (meant === 'unknown') return this.#wakeIn(limits.net.startMs);
    if (start === 'own' && !meant) return this.#handOver();
    this.#wakeIn(undefined);
    this.#socket.events = this.#host;
    const { host } = this.#host.local;
    const farewell = isTls ? this.#door.farewellToTls(host) : this.#door.farewell(meant, host);
    if (farewell) this.#host.write(farewell);
    this.#host.fail(new ProtocolError('another protocol'));
  }

  #wakeIn(ms: number | undefined): void {
    if (ms === undefined && !this.#isTimed) return;
    this.#isTimed = ms !== undefined;
    this.#clock.wake(this, ms);
  }

  /** Nothing more has come that could decide it: they are taken for this door's own. */
  woke(): void {
    this.#handOver();
  }

  ended(): void {
    this.#handOver();
    this.#host.ended();
  }

  drained(): void {
    this.#host.drained();
  }

  lost(why: LossReason): void {
    this.#wakeIn(undefined);
    this.#host.lost(why);
  }

  #handOver(): void {
    this.#wakeIn(undefined);
    this.#socket.events = this.#host;
    if (this.#held.length > 0) this.#host.data(this.#held);
  }
}
