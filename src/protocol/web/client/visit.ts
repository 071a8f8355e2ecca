// One short visit to a server: one connection, some requests and their replies, and nothing that is told meanwhile.

import type { Inbox } from '../../bytes/inbox';
import type { ClientConnection } from '../../client';
import type { ConnectionEvents, Taken } from '../../connection';
import { limits } from '../../limits';
import type { Result } from '../../model';
import { decodeServerMessage, takeLine } from '../wire/codec';
import type { ReplyOf, RequestBody, Verb } from '../wire/messages';
import { PendingRequests } from './requests';

export interface VisitEvents {
  opened(): void;
  /** The connection is gone, or never stood. What had no reply was refused as unreachable before. */
  lost(): void;
}

/** A message that comes meanwhile is not confirmed: it waits for a session that shows it. */
export class Visit implements ConnectionEvents {
  readonly #connection: ClientConnection;
  readonly #events: VisitEvents;
  readonly #requests: PendingRequests;
  #isOver = false;

  constructor(connection: ClientConnection, events: VisitEvents) {
    this.#connection = connection;
    this.#events = events;
    this.#requests = new PendingRequests((line) => connection.write(line));
  }

  request<K extends Verb>(
    body: RequestBody<K>,
    done: (outcome: Result<ReplyOf<K>, string>) => void,
  ): void {
    const request = this.#requests.add(body, false, done);
    if (this.#isOver) this.#requests.drop((one) => one === request);
    else this.#requests.write(request);
  }

  end(): void {
    this.#connection.end();
  }

  opened(): void {
    this.#events.opened();
  }

  takeNext(inbox: Inbox): Taken {
    // A server's messages may be longer than requests: they hold lists.
    const line = takeLine(inbox, limits.net.sendQueueBytes);
    if (!line) return 'more';
    const message = decodeServerMessage(line);
    if (message.is === 'done' || message.is === 'refused') this.#requests.answered(message);
    return 'taken';
  }

  ended(): void {
    this.#connection.end();
    this.lost();
  }

  lost(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#requests.drop(() => true);
    this.#events.lost();
  }
}
