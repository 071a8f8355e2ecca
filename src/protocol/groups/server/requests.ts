// What each request of a user who is in asks of the hub, and how its outcome is answered.

import type { Outcome } from '../../commands';
import { type Name, recipientNameOf, roomNameOf } from '../../model';
import { bodyOfUsers } from '../wire/codec';
import { dialectName, isModeration, type Message, type Reason } from '../wire/messages';
import { listed, type Recipients, recipientsOf } from './addressing';
import { textOf } from './bodies';
import { GroupModeration } from './moderation';
import { directRefusal, type GroupOperation, groupRefusal, sayRefusal } from './refusals';
import type { UserContext } from './user_context';

export class GroupsRequests {
  readonly #user: UserContext;
  readonly #moderation: GroupModeration;
  #isPending = false;

  constructor(user: UserContext) {
    this.#user = user;
    this.#moderation = new GroupModeration(user);
  }

  /** The next request must wait: whom the last one is for depends on an answer of the hub. */
  get isPending(): boolean {
    return this.#isPending;
  }

  do(message: Message): void {
    const { replies } = this.#user;
    const { action } = message;
    if (isModeration(action)) return this.#moderation.do(message, action);
    switch (action) {
      case 'connect':
        return replies.confirmInOrder(message, 'connected-already');
      case 'list':
        return this.#list(message);
      case 'send':
        return this.#send(message);
      case 'sent':
        return this.#confirmed(message);
      case 'create':
      case 'accept':
      case 'decline':
      case 'leave':
        return this.#group(message, action);
      case 'invite':
        return this.#invite(message);
      case 'file':
        return this.#file(message);
      case 'disconnect':
      case 'confirmation':
      case 'listed':
      case 'joined':
      case 'left':
      case 'notice':
        return replies.confirmInOrder(message, 'bad-request');
    }
  }

  #list({ id }: Message): void {
    const { host, replies } = this.#user;
    host.submit({ do: 'users', asker: { session: host.session } }, (outcome) => {
      const users = outcome.ok ? outcome.value.users : [];
      const body = bodyOfUsers(listed(users, host.server.host));
      replies.write({ action: 'listed', id, body });
    });
  }

  /** Goes on with whom a message names, at once or when the hub has answered; nothing overtakes it. */
  #withRecipients(message: Message, then: (recipients: Recipients) => void): void {
    this.#isPending = true;
    recipientsOf(this.#user.host, message, (recipients) => {
      this.#isPending = false;
      then(recipients);
    });
  }

  // ---- messages

  #send(message: Message): void {
    const { group, to = [] } = message;
    if (group !== undefined && to.length === 0) return this.#say(message, group);
    if (group !== undefined || to.length > 1) {
      return this.#user.replies.confirmInOrder(message, 'bad-request');
    }
    this.#withRecipients(message, (found) => {
      if ('reason' in found) return this.#notSent(message, found.reason);
      const name = recipientNameOf(found.names[0] ?? '');
      if (name === undefined) this.#notSent(message, 'unknown-user');
      else this.#direct(name, message);
    });
  }

  #direct(to: Name, message: Message): void {
    const { host, replies, contacts, stored } = this.#user;
    contacts.add(to);
    const from = { session: host.session };
    const text = textOf(message.body);
    host.submit({ do: 'direct', from, to, ...text, origin: dialectName }, (outcome) => {
      if (!outcome.ok) return replies.notSent(message, directRefusal(outcome.why));
      stored.set(outcome.value.id, message.id);
      replies.write({ action: 'sent', id: message.id, status: 'stored' });
    });
  }

  #say(message: Message, group: string): void {
    const { host, replies } = this.#user;
    const room = roomNameOf(group);
    if (room === undefined) return this.#notSent(message, 'not-member');
    const { session } = host;
    host.submit({ do: 'say', session, room, ...textOf(message.body) }, (outcome) => {
      if (!outcome.ok) return replies.notSent(message, sayRefusal(outcome.why));
      replies.write({ action: 'sent', id: message.id, group, status: 'stored' });
    });
  }

  #notSent(message: Message, reason: Reason): void {
    const { replies } = this.#user;
    replies.inOrder(() => replies.notSent(message, reason));
  }

  /** The client's own answer to what it was sent. */
  #confirmed({ id, status }: Message): void {
    if (id !== undefined) this.#user.unconfirmed.confirm(id, status !== 'failed');
  }

  // ---- groups

  #group(message: Message, action: 'create' | 'accept' | 'decline' | 'leave'): void {
    const { host, replies } = this.#user;
    const group = roomNameOf(message.group ?? '');
    if (group === undefined) return replies.confirmInOrder(message, 'unknown-group');
    const { session } = host;
    host.submit<GroupOperation>({ do: `group-${action}`, session, group }, (outcome) =>
      this.#confirmGroup(message, outcome),
    );
  }

  #invite(message: Message): void {
    const { host, replies } = this.#user;
    const group = roomNameOf(message.group ?? '');
    if (group === undefined) return replies.confirmInOrder(message, 'unknown-group');
    const { session } = host;
    this.#withRecipients(message, (found) => {
      const [name = '', ...more] = 'names' in found ? found.names : [];
      const to = recipientNameOf(name);
      if (more.length > 0) return replies.confirmInOrder(message, 'bad-request');
      if (to === undefined) return replies.confirmInOrder(message, 'unknown-user');
      host.submit({ do: 'group-invite', session, group, to }, (outcome) =>
        this.#confirmGroup(message, outcome),
      );
    });
  }

  #confirmGroup(message: Message, outcome: Outcome<GroupOperation>): void {
    this.#user.replies.confirm(message, outcome.ok ? 'ok' : groupRefusal(outcome.why));
  }

  // ---- files

  #file(message: Message): void {
    const { replies, outgoing, incoming } = this.#user;
    switch (message.status) {
      case 'offer':
        return this.#offer(message);
      case 'accept':
        return incoming.accept(message);
      case 'reject':
        return incoming.reject(message);
      case 'failed':
        return outgoing.cancel(message);
      default:
        // Bytes come on connections of their own.
        return replies.confirmInOrder({ id: message.id }, 'bad-request');
    }
  }

  #offer(message: Message): void {
    const { replies, outgoing } = this.#user;
    if (message.group !== undefined) return outgoing.offer(message, message.to ?? []);
    this.#withRecipients(message, (found) => {
      if ('names' in found) return outgoing.offer(message, found.names);
      replies.inOrder(() => replies.fileFailed(message.id, found.reason));
    });
  }
}
