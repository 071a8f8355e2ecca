// The states of one connection of the groups door: a user who comes in, or a connection that carries a file.

import type { Inbox } from '../../bytes/inbox';
import { farewellOf } from '../../bytes/moderation_words';
import type { Host, Session, Settle, Taken } from '../../dialect';
import { limits } from '../../limits';
import { type Direct, nameOf, type Notice, type Removed, type Result } from '../../model';
import {
  bodyOfUsers,
  bytesOf,
  type Content,
  type Decoded,
  type Envelope,
  type Fault,
  MessageReader,
} from '../wire/codec';
import type { Message, Status } from '../wire/messages';
import { type ServerEvent, type ServerState, serverStateAfter } from '../wire/states';
import { GroupsEvents } from './events';
import { FileConnection } from './file_connection';
import { GroupsRequests } from './requests';
import { type SignedIn, signIn } from './sign_in';
import { UserContext } from './user_context';

/** A user who is in. */
interface User {
  readonly context: UserContext;
  readonly requests: GroupsRequests;
  readonly events: GroupsEvents;
}

export class GroupsSession implements Session {
  readonly #host: Host;
  readonly #reader = new MessageReader();
  readonly #envelope: Envelope;
  #state: ServerState = 'listening';
  #user: User | undefined;
  #file: FileConnection | undefined;
  /** What is to be told once the client knows that it is in. */
  #deferred: (() => void)[] = [];
  /** Our side has ended: nothing more can be written. */
  #hasEnded = false;

  constructor(host: Host) {
    this.#host = host;
    this.#envelope = {
      ip: host.server.host,
      side: 'server',
      sourcePort: host.local.port,
      destinationPort: host.remote.port,
    };
    host.wake(limits.net.requestMs);
  }

  // ---- what happens on the connection

  takeNext(inbox: Inbox): Taken {
    if (this.#isPending) return 'later';
    if (this.#state === 'over') return 'more';
    const decoded = this.#reader.take(inbox);
    if (decoded === undefined) return 'more';
    this.#take(decoded);
    return 'taken';
  }

  ended(): void {
    this.#finish('ended');
  }

  lost(): void {
    this.#hasEnded = true;
    this.#happen('lost');
    this.#file?.lost();
    this.#user?.context.unconfirmed.failAll();
  }

  /** The first request does not come, a message was not confirmed, or a file does not go on. */
  woke(): void {
    if (this.#state === 'serving' && this.#msUnconfirmed !== 0) return this.#awaitConfirmation();
    this.#happen('silent');
    // The hub takes its time, and not the client: the client still has its own if it is refused.
    if (this.#state === 'entering') return this.#host.wake(limits.net.requestMs);
    this.#file?.stop('gone');
    this.#hasEnded = true;
    this.#host.abort();
  }

  expelled(removed: Removed): void {
    if (this.#state === 'serving') {
      this.#write({ action: 'notice', body: farewellOf(removed) });
      this.#write({ action: 'disconnect' });
    }
    this.#finish('stop');
  }

  closing(): void {
    if (this.#state === 'serving') this.#write({ action: 'disconnect' });
    this.#finish('stop');
  }

  // ---- what the hub tells

  tell(notice: Notice): void {
    if (this.#state === 'entering') this.#deferred.push(() => this.tell(notice));
    else if (this.#state === 'serving') {
      this.#user?.events.tell(notice);
      this.#awaitConfirmation();
    } else if (this.#state === 'carrying' && notice.is === 'offer') this.#file?.unwanted();
  }

  deliver(message: Direct, settle: Settle): void {
    if (this.#state === 'entering') this.#deferred.push(() => this.deliver(message, settle));
    else if (this.#state !== 'serving' || !this.#user) settle('failed');
    else {
      this.#user.events.deliver(message, settle);
      this.#awaitConfirmation();
    }
  }

  // ---- states

  /** Every change of the state is a row of the table. */
  #happen(event: ServerEvent): void {
    this.#state = serverStateAfter(this.#state, event);
    if (this.#state === 'over') this.#host.wake(undefined);
  }

  /** The next message must wait for an outcome. */
  get #isPending(): boolean {
    switch (this.#state) {
      case 'entering':
        return true;
      case 'serving':
        return this.#user?.requests.isPending === true;
      case 'carrying':
        return this.#file?.isPending === true;
      case 'listening':
      case 'over':
        return false;
    }
  }

  #take(decoded: Decoded): void {
    if (typeof decoded === 'string') this.#fault(decoded);
    else if (decoded.action === 'unknown') {
      this.#confirm(decoded.id, 'bad-request', 'unknown action');
    } else if (this.#state === 'carrying') {
      this.#happen('data');
      this.#file?.take(decoded);
    } else if (decoded.action === 'disconnect') {
      this.#confirm(decoded.id, 'ok');
      this.#finish('disconnect');
    } else if (this.#state === 'serving') this.#request(decoded);
    else if (decoded.action === 'connect') this.#connect(decoded);
    else if (decoded.action === 'file' && decoded.status === 'data' && decoded.token) {
      this.#carry(decoded);
    } else this.#confirm(decoded.id, 'not-connected');
  }

  #request(message: Message): void {
    this.#happen('request');
    this.#user?.requests.do(message);
    if (message.action === 'sent') this.#awaitConfirmation();
  }

  /** A header or a body was wrong: where the next message begins is unknown. */
  #fault(status: Fault): void {
    this.#confirm(undefined, status, status === 'bad-request' ? 'not understood' : '');
    this.#file?.stop('broken');
    this.#finish('fault');
  }

  /** Answers all that was asked for, then ends our side. */
  #finish(event: 'ended' | 'disconnect' | 'fault' | 'stop'): void {
    const wasOver = this.#state === 'over';
    this.#happen(event);
    if (wasOver) return;
    this.#file?.stop('gone');
    this.#host.inOrder(() => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      this.#host.end();
    });
  }

  // ---- coming in

  #connect({ user = '', token, password, id }: Message): void {
    const name = nameOf(user);
    if (name === undefined) return this.#confirm(id, 'bad-name');
    this.#happen('connect');
    signIn(this.#host, name, token ?? password, (result) => {
      if (this.#state === 'entering') this.#answerConnect(id, name, result);
    });
  }

  #answerConnect(id: string | undefined, user: string, result: Result<SignedIn, Status>): void {
    if (!result.ok) {
      this.#happen('refused');
      return this.#write({ action: 'confirmation', id, status: result.why });
    }
    this.#happen('accepted');
    const { users, groups, isAccount } = result.value;
    const context = new UserContext(this.#host, (content) => this.#write(content));
    this.#user = {
      context,
      requests: new GroupsRequests(context),
      events: new GroupsEvents(context),
    };
    const body = bodyOfUsers(users);
    this.#write({ action: 'confirmation', id, user, status: 'ok', body });
    for (const { name: group } of groups) this.#write({ action: 'joined', user, group });
    if (isAccount) context.incoming.offerWaiting();
    for (const tell of this.#deferred.splice(0)) tell();
    this.#awaitConfirmation();
  }

  // ---- carrying a file

  #carry(first: Message): void {
    this.#happen('transfer');
    this.#file = new FileConnection(first, {
      host: this.#host,
      envelope: this.#envelope,
      write: (content) => this.#write(content),
      settled: () => this.#happen('settled'),
    });
  }

  // ---- answers

  #write(content: Content): void {
    if (!this.#hasEnded) this.#host.write(bytesOf(this.#envelope, content));
  }

  #confirm(id: string | undefined, status: Status, body = ''): void {
    this.#host.inOrder(() => this.#write({ action: 'confirmation', id, status, body }));
  }

  /** How long the client may still take for the oldest message that it has not confirmed, in ms. */
  get #msUnconfirmed(): number | undefined {
    return this.#user?.context.unconfirmed.msLeft(this.#host.now);
  }

  #awaitConfirmation(): void {
    this.#host.wake(this.#msUnconfirmed);
  }
}
