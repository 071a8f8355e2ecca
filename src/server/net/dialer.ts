// The connections that the server itself makes: a bounded number at once, and to each address, which take turns.

import { networkOf } from '../../net/address';
import { type Connect, connectTcp, Dial } from '../../net/dial';
import type { Socket, SocketDeps, SocketEvents } from '../../net/socket';
import { TcpSocket } from '../../net/tcp_socket';
import type { LossReason } from '../../protocol/connection';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';

/**
 * A program that says `localhost` may reach the server over IPv6 and listen for its calls on IPv4 only. Both lead to
 * this machine.
 */
const localIpv6 = '::1';
const localIpv4 = '127.0.0.1';

/** Makes what is told of a connection. */
type Open = (socket: Socket) => SocketEvents;

interface PendingDial {
  readonly address: Address;
  readonly open: Open;
}

export class Dialer {
  readonly #deps: SocketDeps;
  readonly #connect: Connect;
  /** Dials that wait, by IPv4 address and /64 of IPv6: one that is slow to answer delays the others little. */
  readonly #pending = new Map<string, PendingDial[]>();
  readonly #calls = new Set<Call>();
  /** Calls under way, by the same. */
  readonly #counts = new Map<string, number>();
  #isClosed = false;

  constructor(deps: SocketDeps, connect: Connect = connectTcp) {
    this.#deps = deps;
    this.#connect = connect;
  }

  /**
   * Dials, at once or when fewer calls are under way. What `open` gives is told `opened`, or `lost('refused')` where
   * there was no connection in time.
   */
  dial(address: Address, open: Open): void {
    if (this.#isClosed) return;
    const network = networkOf(address.host);
    if (this.#hasRoomFor(network)) return this.#dial(network, { address, open });
    const pending = this.#pending.get(network);
    if (pending) pending.push({ address, open });
    else this.#pending.set(network, [{ address, open }]);
  }

  #hasRoomFor(network: string): boolean {
    if (this.#calls.size >= limits.net.calls) return false;
    return (this.#counts.get(network) ?? 0) < limits.net.callsPerAddress;
  }

  #count(network: string, more: 1 | -1): void {
    const count = (this.#counts.get(network) ?? 0) + more;
    if (count > 0) this.#counts.set(network, count);
    else this.#counts.delete(network);
  }

  /** Dials no more. Attempts under way are `lost('closed')`, connections that stand go on. */
  close(): void {
    this.#isClosed = true;
    this.#pending.clear();
    for (const call of this.#calls) call.cancel();
  }

  /** Drops all connections. */
  drop(): void {
    for (const call of this.#calls) call.drop();
  }

  #dial(network: string, { address, open }: PendingDial): void {
    const socket = new TcpSocket(this.#deps);
    const call = new Call(socket, open(socket), () => {
      this.#calls.delete(call);
      this.#count(network, -1);
      this.#dialNext();
    });
    this.#calls.add(call);
    this.#count(network, 1);
    call.dial(address, this.#deps, this.#connect);
  }

  /** The address whose turn it was goes behind all others. */
  #dialNext(): void {
    for (const [network, pending] of this.#pending) {
      const next = this.#hasRoomFor(network) ? pending.shift() : undefined;
      if (!next) continue;
      this.#pending.delete(network);
      if (pending.length > 0) this.#pending.set(network, pending);
      return this.#dial(network, next);
    }
  }
}

/** One call, from the attempt to connect until the connection is gone. */
class Call implements SocketEvents {
  readonly #socket: TcpSocket;
  readonly #events: SocketEvents;
  readonly #over: () => void;
  #attempt: Dial | undefined;
  /** Another way to the same peer. */
  #otherwise: (() => void) | undefined;

  constructor(socket: TcpSocket, events: SocketEvents, over: () => void) {
    this.#socket = socket;
    this.#events = events;
    this.#over = over;
    socket.events = this;
  }

  dial(address: Address, { clock }: Pick<SocketDeps, 'clock'>, connect: Connect): void {
    if (address.host === localIpv6)
      this.#otherwise = () => this.dial({ ...address, host: localIpv4 }, { clock }, connect);
    this.#attempt = new Dial(this.#socket, address, {
      clock,
      timeoutMs: limits.net.dialMs,
      connect,
    });
  }

  cancel(): void {
    this.#attempt?.cancel();
  }

  drop(): void {
    this.#socket.abort();
  }

  opened(): void {
    this.#events.opened?.();
  }

  data(bytes: Uint8Array): void {
    this.#events.data(bytes);
  }

  ended(): void {
    this.#events.ended();
  }

  drained(): void {
    this.#events.drained();
  }

  lost(why: LossReason): void {
    const otherwise = this.#otherwise;
    this.#otherwise = undefined;
    if (why === 'refused' && otherwise) {
      this.#socket.events = this;
      return otherwise();
    }
    this.#over();
    this.#events.lost(why);
  }
}
