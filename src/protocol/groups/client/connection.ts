// One connection of a user to the server: requests with their answers, what comes unasked, and a server that is lost.

import type { Inbox } from '../../bytes/inbox';
import { keyForm } from '../../bytes/secret';
import type { Taken } from '../../connection';
import type { ClientConnection, ConnectionEvents, Target } from '../../dialect';
import { limits } from '../../limits';
import {
  bytesOf,
  type Content,
  type Envelope,
  type ListedUser,
  MessageReader,
  usersIn,
} from '../wire/codec';
import type { Message } from '../wire/messages';

export interface GroupsConnectionEvents {
  /** The connection stands; the server is asked to let us in. */
  opened?(): void;
  /** The server let us in. */
  accepted(users: readonly ListedUser[]): void;
  /** It did not; the connection goes on. */
  refused(answer: Message): void;
  /** Something came that was not asked for, or a second answer (`delivered` behind `stored`). */
  received(message: Message): void;
  /** Nothing more comes. Called once, but not after `drop`. */
  lost(): void;
}

/** Gets the first answer to a request, or undefined when the connection was lost before. */
type OnAnswer = (answer: Message | undefined) => void;

/** A request without an answer. */
interface Pending {
  readonly action: Content['action'];
  readonly onAnswer: OnAnswer;
}

/** Who the user is: a name, and a key or a password of an account. */
type Credentials = Pick<Content, 'user' | 'token' | 'password'>;

export class GroupsConnection implements ConnectionEvents {
  readonly #connection: ClientConnection;
  readonly #credentials: Credentials;
  readonly #events: GroupsConnectionEvents;
  readonly #reader = new MessageReader(limits.groups.listBytes);
  /** Requests without an answer, by `Id`, in the order in which they were asked. */
  readonly #pending = new Map<string, Pending>();
  #lastId = 0;
  /** The server has answered whether it lets us in. */
  #isAnswered = false;
  /** The server was silent, and was asked for the list. */
  #isProbing = false;
  #isOver = false;

  constructor(
    connection: ClientConnection,
    { user = '', secret }: Target,
    events: GroupsConnectionEvents,
  ) {
    this.#connection = connection;
    const isKey = secret !== undefined && keyForm.test(secret);
    this.#credentials = { user, [isKey ? 'token' : 'password']: secret };
    this.#events = events;
  }

  /** Sends a request. */
  ask(content: Content, onAnswer: OnAnswer): void {
    const id = content.id ?? `${++this.#lastId}`;
    if (this.#isOver) return onAnswer(undefined);
    this.#pending.set(id, { action: content.action, onAnswer });
    this.say({ ...content, id });
  }

  /** Sends a message that is not answered. */
  say(content: Content): void {
    if (!this.#isOver) this.#connection.write(bytesOf(this.#envelope, content));
  }

  /** Ends the connection; nothing more is told. Before the server has let us in there is nothing to finish. */
  drop(): void {
    if (this.#isOver) return;
    this.#close(this.#isAnswered ? 'end' : 'abort');
    this.#forget();
  }

  // ---- what happens on the connection

  opened(): void {
    this.#events.opened?.();
    this.ask({ action: 'connect', ...this.#credentials }, (answer) => {
      if (answer === undefined) return;
      this.#isAnswered = true;
      if (answer.status === 'ok') this.#events.accepted(usersIn(answer.body));
      else this.#events.refused(answer);
    });
    this.#connection.wake(limits.groups.quietMs);
  }

  takeNext(inbox: Inbox): Taken {
    if (this.#isOver) return 'more';
    this.#isProbing = false;
    this.#connection.wake(limits.groups.quietMs);
    const decoded = this.#reader.take(inbox);
    if (decoded === undefined) return 'more';
    // After a fault it is unknown where the next message begins.
    if (typeof decoded === 'string') this.#lose('end');
    else if (decoded.action !== 'unknown') this.#take(decoded);
    return 'taken';
  }

  ended(): void {
    this.#lose('end');
  }

  lost(): void {
    this.#lose('abort');
  }

  woke(): void {
    if (this.#isProbing) return this.#lose('abort');
    this.#isProbing = true;
    this.ask({ action: 'list' }, () => {});
    this.#connection.wake(limits.groups.silentMs);
  }

  // ---- messages

  get #envelope(): Envelope {
    const { remote, local } = this.#connection;
    return {
      ip: remote.host,
      side: 'client',
      sourcePort: local.port,
      destinationPort: remote.port,
    };
  }

  #take(message: Message): void {
    const { action, id = this.#meantBy(message) } = message;
    const isAnswer = action === 'confirmation' || action === 'listed' || action === 'sent';
    const pending = isAnswer && id !== undefined ? this.#pending.get(id) : undefined;
    if (id === undefined || pending === undefined) return this.#events.received(message);
    this.#pending.delete(id);
    pending.onAnswer(message);
  }

  /** Not every server says what it answers: then it is the oldest request that has such an answer. */
  #meantBy({ action }: Message): string | undefined {
    for (const [id, pending] of this.#pending) {
      const expected = { list: 'listed', send: 'sent' }[pending.action as string] ?? 'confirmation';
      if (action === expected) return id;
    }
    return undefined;
  }

  // ---- the end

  #lose(how: 'end' | 'abort'): void {
    if (this.#isOver) return;
    this.#close(how);
    this.#events.lost();
    this.#forget();
  }

  #close(how: 'end' | 'abort'): void {
    this.#isOver = true;
    this.#connection.wake(undefined);
    if (how === 'abort') this.#connection.abort();
    else this.#connection.end();
  }

  #forget(): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { onAnswer } of pending) onAnswer(undefined);
  }
}
