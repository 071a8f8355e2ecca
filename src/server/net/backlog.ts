// What waits for a peer who is behind: who says much is cut short there, others are still heard, messages wait.

import type { Socket } from '../../net/socket';
import { limits } from '../../protocol/limits';
import type { Name, Notice } from '../../protocol/model';

/** Who caused a notice that may come as often as they like; undefined for what the peer must not miss. */
function speakerOf(notice: Notice): Name | undefined {
  switch (notice.is) {
    case 'said':
    case 'signal':
      return notice.from;
    case 'changed':
    case 'got':
      return notice.by;
    case 'joined':
    case 'left':
    case 'presence':
      return notice.name;
    case 'sent':
    case 'read':
    case 'receipt':
    case 'invited':
    case 'paid':
    case 'offer':
    case 'kicked':
    case 'topic':
    case 'standing':
    case 'muted':
    case 'announced':
      return undefined;
  }
}

/** What a notice takes of the queue at most, in bytes, where that is much. */
const costOf = (notice: Notice): number =>
  notice.is === 'said' && notice.text.length > limits.net.smallPieceBytes
    ? limits.text.partsBytes
    : 0;

/** How many bytes may wait for the peer in all. */
const mostOf = ({ room, queued }: Socket): number => Math.max(0, room + queued);

/**
 * Nobody is dropped for what others say. A user may fill the queue of a peer who does not read only as far as there is
 * more room left than they have filled: so many who flood share it, and none of them takes all of it.
 */
export class Backlog {
  readonly #socket: Socket;
  /** Bytes that wait, by who caused them, since the peer was last up to date. */
  #shares: Map<Name, number> | undefined;
  /** Bytes of private messages told since then. */
  #messageBytes = 0;
  /** Private messages that wait until the peer has read, oldest first. */
  #waiting: (() => void)[] | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Whether the peer is behind: then what it is told is counted. */
  static isBehind(socket: Socket): boolean {
    const { queued } = socket;
    return queued > 0 && queued > mostOf(socket) * limits.net.backlogShare;
  }

  /** Tells the notice, unless who caused it has said more than their share. */
  tell(notice: Notice, step: () => void): void {
    const speaker = speakerOf(notice);
    if (speaker === undefined) return step();
    const socket = this.#socket;
    const shares = (this.#shares ??= new Map<Name, number>());
    const share = shares.get(speaker) ?? 0;
    const left = socket.room - mostOf(socket) * limits.net.backlogReserveShare;
    if (share > left - costOf(notice)) return;
    const before = socket.queued;
    step();
    shares.set(speaker, share + socket.queued - before);
  }

  /**
   * Tells a private message behind what waits, so that no flood holds it up; where many messages wait there, it is kept
   * until the peer has read them. False: too many are kept already.
   */
  message(deliver: () => void): boolean {
    const waiting = (this.#waiting ??= []);
    const { room, queued } = this.#socket;
    const most = mostOf(this.#socket);
    const hasRoom = this.#messageBytes < most * limits.net.backlogShare;
    const reserve = (most * limits.net.backlogReserveShare) / 2;
    if (waiting.length === 0 && hasRoom && room > reserve) {
      deliver();
      this.#messageBytes += Math.max(0, this.#socket.queued - queued);
      return true;
    }
    if (waiting.length >= limits.delivery.window) return false;
    waiting.push(deliver);
    return true;
  }

  /** The peer has taken all that waited. */
  drained(): void {
    this.#shares = undefined;
    this.#messageBytes = 0;
    while (!Backlog.isBehind(this.#socket)) {
      const deliver = this.#waiting?.shift();
      if (!deliver) return;
      deliver();
    }
  }
}
