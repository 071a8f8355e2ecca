// Being in, from the client's side: requests with their answers, what comes unasked, and a server that falls silent.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy } from '../../bytes/text';
import type { ClientConnection, ConnectionEvents, Target } from '../../dialect';
import { limits } from '../../limits';
import { bytesOf, type Content, type Envelope, MessageReader } from '../wire/codec';
import type { Message } from '../wire/messages';

/** After so long without a word from the server it is asked for the list, in ms. */
export const quietMs = 10_000;
/** How long it may take to answer that, in ms. */
export const silentMs = 5_000;
/** A list of users may be longer than any text, in bytes. */
const heardBytesMax = limits.net.inboxBytes / 2;

/** One line of a list of users. `port`: 0 for who came by another door. */
export interface ListedUser {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
}

/** The users that the body of a list names: `name server-ip port`, one a line. */
export const usersIn = (body: Uint8Array): ListedUser[] =>
  decodeLossy(body)
    .split('\n')
    .flatMap((line): ListedUser[] => {
      const match = /^(.+) (\S+) (\d{1,5})$/.exec(line);
      return match ? [{ name: match[1] ?? '', ip: match[2] ?? '', port: Number(match[3]) }] : [];
    });

export interface GroupsConnectionEvents {
  /** The server let us in. */
  accepted(users: readonly ListedUser[]): void;
  /** It did not; the connection goes on. */
  refused(answer: Message): void;
  /** Something came that nobody asked for, or a second answer (`delivered` behind `stored`). */
  heard(message: Message): void;
  /** Nothing more comes. Called once. `silent`: the server is there no more, or its network. */
  lost(why: 'silent' | 'ended'): void;
}

type Answered = (answer: Message | undefined) => void;

/** Who a target is to be at the server. */
export const whoIs = ({
  user = '',
  token,
}: Target): { readonly user: string; readonly token?: string } => ({
  user,
  ...(token !== undefined && { token }),
});

export class GroupsConnection implements ConnectionEvents {
  readonly #connection: ClientConnection;
  readonly #who: { readonly user: string; readonly token?: string };
  readonly #events: GroupsConnectionEvents;
  readonly #reader = new MessageReader(heardBytesMax);
  readonly #waiting = new Map<string, Answered>();
  #count = 0;
  #isProbing = false;
  #isOver = false;

  constructor(
    connection: ClientConnection,
    who: { readonly user: string; readonly token?: string },
    events: GroupsConnectionEvents,
  ) {
    this.#connection = connection;
    this.#who = who;
    this.#events = events;
  }

  /** A request; `answered` gets the first answer to it, or nothing when the connection is lost before. */
  ask(content: Content, answered: Answered): void {
    const id = content.id ?? `${++this.#count}`;
    if (this.#isOver) return answered(undefined);
    this.#waiting.set(id, answered);
    this.say({ ...content, id });
  }

  /** Something that is not answered. */
  say(content: Content): void {
    if (!this.#isOver) this.#connection.write(bytesOf(this.#envelope, content));
  }

  /** Ends it without a word to anybody; nothing more is told. */
  drop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.wake(undefined);
    this.#connection.end();
    this.#forget();
  }

  // ---- the connection

  opened(): void {
    this.ask({ action: 'connect', ...this.#who }, (answer) => {
      if (answer === undefined) return;
      if (answer.status === 'ok') this.#events.accepted(usersIn(answer.body));
      else this.#events.refused(answer);
    });
    this.#connection.wake(quietMs);
  }

  received(inbox: Inbox): void {
    this.#isProbing = false;
    this.#connection.wake(quietMs);
    while (!this.#isOver) {
      const taken = this.#reader.take(inbox);
      if (taken === undefined) return;
      // Nobody knows where the next message begins.
      if (typeof taken === 'string') return this.#lose('ended');
      if (taken.action !== 'unknown') this.#take(taken);
    }
  }

  ended(): void {
    this.#lose('ended');
  }

  lost(): void {
    this.#lose('silent');
  }

  woke(): void {
    if (this.#isProbing) return this.#lose('silent');
    this.#isProbing = true;
    this.ask({ action: 'list' }, () => {});
    this.#connection.wake(silentMs);
  }

  // ---- inside

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
    const { action, id = '' } = message;
    const isAnswer = action === 'confirmation' || action === 'listed' || action === 'sent';
    const answered = isAnswer ? this.#waiting.get(id) : undefined;
    if (answered === undefined) return this.#events.heard(message);
    this.#waiting.delete(id);
    answered(message);
  }

  #lose(why: 'silent' | 'ended'): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.wake(undefined);
    if (why === 'silent') this.#connection.abort();
    else this.#connection.end();
    this.#events.lost(why);
    this.#forget();
  }

  #forget(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const answered of waiting) answered(undefined);
  }
}
