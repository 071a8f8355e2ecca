// One connection of the groups door: a user who comes in, or a connection that carries a file.

import type { Inbox } from '../../bytes/inbox';
import { hashOfToken } from '../../bytes/token';
import type { Host, Session, Settle } from '../../dialect';
import { limits } from '../../limits';
import { type Direct, nameOf, type Notice } from '../../model';
import { bytesOf, type Content, dialectName, type Envelope, MessageReader } from '../wire/codec';
import type { Message, Status } from '../wire/messages';
import { reasons } from '../wire/messages';
import { serverAfter, type ServerHappening, type ServerState } from '../wire/states';
import { linesOfUsers } from './addresses';
import { FileConnection } from './file_connection';
import { GroupsRequests, type Waiting } from './requests';

export class GroupsSession implements Session {
  readonly #host: Host;
  readonly #reader = new MessageReader();
  readonly #envelope: Envelope;
  #state: ServerState = 'listening';
  #inbox: Inbox | undefined;
  #inside: GroupsRequests | undefined;
  #carrier: FileConnection | undefined;
  /** What is to be told once the client knows that it is in. */
  #early: (() => void)[] = [];
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

  received(inbox: Inbox): void {
    this.#inbox = inbox;
    this.#advance();
  }

  ended(): void {
    this.#finish('ended');
  }

  lost(): void {
    this.#hasEnded = true;
    this.#state = 'over';
    this.#carrier?.lost();
    this.#inside?.unconfirmed.failAll();
  }

  /** Nobody has said what the connection is for, a message was not confirmed, or a file does not go on. */
  woke(): void {
    if (this.#state === 'serving' && this.#inside?.unconfirmed.msLeft(this.#host.now) !== 0) {
      return this.#rest();
    }
    if (serverAfter(this.#state, 'silent') === undefined) return;
    this.#happen('silent');
    this.#carrier?.fail('gone', undefined);
    this.#hasEnded = true;
    this.#host.abort();
  }

  closing(): void {
    if (this.#state === 'serving') this.#write({ action: 'disconnect' });
    this.#finish('stop');
  }

  tell(notice: Notice): void {
    if (this.#state === 'entering') this.#early.push(() => this.tell(notice));
    else if (this.#state === 'serving') {
      this.#inside?.tell(notice);
      this.#rest();
    }
  }

  deliver(message: Direct, settle: Settle): void {
    if (this.#state === 'entering') this.#early.push(() => this.deliver(message, settle));
    else if (this.#state !== 'serving' || !this.#inside) settle('failed');
    else {
      this.#inside.deliver(message, settle);
      this.#rest();
    }
  }

  // ---- one message after the other

  get #takes(): boolean {
    switch (this.#state) {
      case 'listening':
        return true;
      case 'serving':
        return this.#inside?.isSettling === false;
      case 'carrying':
        return this.#carrier?.takes === true;
      case 'entering':
      case 'over':
        return false;
    }
  }

  #advance(): void {
    while (this.#takes) {
      const taken = this.#inbox && this.#reader.take(this.#inbox);
      if (taken === undefined) break;
      if (typeof taken === 'string') this.#fault(taken);
      else if (taken.action === 'unknown') this.#answer(taken.id, 'bad-request', 'unknown action');
      else this.#take(taken);
    }
    if (this.#carrier?.isOver === true) this.#happen('settled');
    this.#rest();
  }

  #take(message: Message): void {
    if (this.#state === 'carrying') {
      this.#happen('data');
      this.#carrier?.take(message);
    } else if (message.action === 'disconnect') {
      this.#answer(message.id, 'ok');
      this.#finish('disconnect');
    } else if (this.#state === 'serving') {
      this.#happen('request');
      this.#inside?.do(message);
    } else if (message.action === 'connect') {
      this.#connect(message);
    } else if (message.action === 'file' && message.status === 'data' && message.token) {
      this.#carry(message);
    } else {
      this.#answer(message.id, 'not-connected');
    }
  }

  /** Tells what happened to the state; the table says whether it may. */
  #happen(what: ServerHappening): void {
    this.#state = serverAfter(this.#state, what) ?? this.#state;
  }

  // ---- coming in

  #connect({ user = '', token, id }: Message): void {
    const name = nameOf(user);
    if (name === undefined) return this.#answer(id, 'bad-name');
    this.#happen('connect');
    const { session, machine, remote } = this.#host;
    const at = { session, machine, address: remote, dialect: dialectName };
    let refusal: Status | undefined;
    const entered = (outcome: { readonly ok: boolean; readonly why?: string }): void => {
      if (!outcome.ok) refusal = refusals[outcome.why ?? ''] ?? 'try-later';
    };
    if (token === undefined) {
      const wanted = { name };
      this.#host.submit({ do: 'enter', ...at, wanted, collision: 'refuse' }, entered);
    } else {
      const tokenHash = hashOfToken(token);
      this.#host.submit({ do: 'login', ...at, account: name, tokenHash }, entered);
    }
    let body = '';
    let files: readonly Waiting[] = [];
    this.#host.submit({ do: 'users', asker: { session } }, (outcome) => {
      if (outcome.ok) body = linesOfUsers(outcome.value.users, this.#host.server.host);
    });
    // For a guest nothing has waited.
    if (token !== undefined) {
      this.#host.submit({ do: 'files-waiting', session }, (outcome) => {
        if (outcome.ok) ({ files } = outcome.value);
      });
    }
    this.#host.submit({ do: 'group-list', session }, (outcome) => {
      if (this.#state !== 'entering') return;
      if (refusal !== undefined) return this.#refused(id, refusal);
      this.#accepted(id, name, body, outcome.ok ? outcome.value.groups : [], files);
    });
  }

  #refused(id: string | undefined, status: Status): void {
    this.#happen('refused');
    this.#write({ action: 'confirmation', id, status });
    this.#advance();
  }

  #accepted(
    id: string | undefined,
    user: string,
    body: string,
    groups: readonly { readonly name: string }[],
    files: readonly Waiting[],
  ): void {
    this.#happen('accepted');
    this.#inside = new GroupsRequests(
      this.#host,
      (content) => this.#write(content),
      () => this.#advance(),
    );
    this.#write({ action: 'confirmation', id, user, status: 'ok', body });
    // An account's groups are still its own.
    for (const { name: group } of groups) this.#write({ action: 'joined', user, group });
    // What it has neither taken nor rejected is offered again.
    for (const file of files) this.#inside.waits(file);
    for (const tell of this.#early.splice(0)) tell();
    this.#advance();
  }

  // ---- carrying a file

  #carry(first: Message): void {
    this.#happen('transfer');
    this.#carrier = new FileConnection(
      this.#host,
      first,
      (content) => this.#write(content),
      this.#envelope,
      () => this.#advance(),
    );
  }

  // ---- answers and the end

  #write(content: Content): void {
    if (!this.#hasEnded) this.#host.write(bytesOf(this.#envelope, content));
  }

  #answer(id: string | undefined, status: Status, body = ''): void {
    this.#host.inOrder(() => this.#write({ action: 'confirmation', id, status, body }));
  }

  #fault(status: 'too-large' | 'bad-request'): void {
    this.#answer(undefined, status, status === 'bad-request' ? reasons.notUnderstood : '');
    this.#carrier?.fail('broken', undefined);
    this.#finish('fault');
  }

  /** Everything asked for is answered, then our side ends; the hub hears of it when the connection is gone. */
  #finish(what: 'ended' | 'disconnect' | 'fault' | 'stop'): void {
    if (this.#state === 'over') return;
    this.#happen(what);
    this.#carrier?.fail('gone', undefined);
    this.#host.wake(undefined);
    this.#host.inOrder(() => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      if (this.#inside) this.#host.submit({ do: 'leave', session: this.#host.session }, () => {});
      this.#host.end();
    });
  }

  /** When to look again: the oldest message that is not confirmed. Others set their own times. */
  #rest(): void {
    if (this.#state === 'serving')
      this.#host.wake(this.#inside?.unconfirmed.msLeft(this.#host.now));
  }
}

const refusals: Readonly<Record<string, Status>> = {
  'name-taken': 'name-taken',
  'unknown-user': 'unknown-user',
  'not-allowed': 'not-allowed',
  'already-entered': 'connected-already',
};
