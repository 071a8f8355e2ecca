// What a client may ask for that is in: to write to one or to a group, who is here, groups, files; and what it is told.

import { bareName } from '../../bytes/text';
import type { Outcome, WaitingFile } from '../../commands';
import type { Host, Settle } from '../../dialect';
import { limits } from '../../limits';
import {
  type Direct,
  type Name,
  type Notice,
  type Receipt,
  recipientNameOf,
  roomNameOf,
  type Said,
} from '../../model';
import { type Content, dialectName } from '../wire/codec';
import { type Message, reasons, type Status } from '../wire/messages';
import { address, type Addressed, linesOfUsers } from './addresses';
import { bodiesOf, bodiesOfSaid, spoken } from './bodies';
import { Offers } from './offers';
import { directRefusal, type GroupOperation, groupRefusal, sayRefusal } from './refusals';
import { UnconfirmedMessages } from './unconfirmed';

/** A file that waits, and who sent it. */
export type Waiting = WaitingFile & { readonly from: Name };

/** Names of those one has talked with, of whose leaving one is told. */
const talkedMax = 10_000;

export class GroupsRequests {
  readonly unconfirmed = new UnconfirmedMessages();
  readonly #host: Host;
  readonly #offers: Offers;
  readonly #write: (content: Content) => void;
  /** What this client sent and what became of it is not known yet: its `Id` by the hub's number. */
  readonly #open = new Map<number, string | undefined>();
  readonly #talked = new Set<string>();
  #isWatching = false;
  #isSettling = false;
  readonly #settled: () => void;

  /** `settled`: requests may be taken again. */
  constructor(host: Host, write: (content: Content) => void, settled: () => void) {
    this.#host = host;
    this.#write = write;
    this.#settled = settled;
    this.#offers = new Offers(host, write);
  }

  /** What the next request means depends on an answer of the hub: it waits. */
  get isSettling(): boolean {
    return this.#isSettling;
  }

  do(message: Message): void {
    switch (message.action) {
      case 'connect':
        return this.#confirm(message, 'connected-already');
      case 'list':
        return this.#list(message);
      case 'send':
        return this.#send(message);
      case 'sent':
        return this.#sent(message);
      case 'create':
      case 'invite':
      case 'accept':
      case 'decline':
      case 'leave':
        return this.#group(message);
      case 'file':
        return this.#file(message);
      case 'disconnect':
      case 'confirmation':
      case 'listed':
      case 'joined':
      case 'left':
        return this.#confirm(message, 'bad-request');
    }
  }

  #confirm({ id, group }: Message, status: Status): void {
    this.#host.inOrder(() => this.#confirmNow({ id, group }, status));
  }

  #confirmNow({ id, group }: Pick<Content, 'id' | 'group'>, status: Status): void {
    this.#write({ action: 'confirmation', id, group, status });
  }

  #list({ id }: Message): void {
    const asker = { session: this.#host.session };
    this.#host.submit({ do: 'users', asker }, (outcome) => {
      const users = outcome.ok ? outcome.value.users : [];
      const body = linesOfUsers(users, this.#host.server.host);
      this.#write({ action: 'listed', id, body });
    });
  }

  // ---- messages

  #send(message: Message): void {
    const { group, to = [] } = message;
    if (group !== undefined) {
      if (to.length > 0) this.#confirm(message, 'bad-request');
      else this.#say(message, group);
      return;
    }
    if (to.length > 1) return this.#confirm(message, 'bad-request');
    this.#withAddressees(message, (found) => {
      const to = 'names' in found ? recipientNameOf(found.names[0] ?? '') : undefined;
      if (to !== undefined) this.#sendTo(to, message);
      else this.#fail(message, 'why' in found ? found.why : reasons.unknownUser);
    });
  }

  /** Goes on with whom a message names, at once or when the hub has said it; nothing overtakes it. */
  #withAddressees(message: Message, then: (found: Addressed) => void): void {
    const found = address(this.#host, message, (late) => {
      this.#isSettling = false;
      then(late);
      this.#settled();
    });
    if (found === 'later') this.#isSettling = true;
    else then(found);
  }

  #sendTo(to: Name, message: Message): void {
    this.#talk(to);
    const from = { session: this.#host.session };
    const said = spoken(message.body);
    this.#host.submit({ do: 'direct', from, to, ...said, origin: dialectName }, (outcome) => {
      if (!outcome.ok) return this.#failNow(message, directRefusal(outcome.why));
      // Nobody owes more confirmations than this; the oldest are forgotten.
      const [oldest] = this.#open.keys();
      if (this.#open.size >= limits.net.unansweredPerPeer && oldest !== undefined) {
        this.#open.delete(oldest);
      }
      this.#open.set(outcome.value.id, message.id);
      this.#write({ action: 'sent', id: message.id, status: 'stored' });
    });
  }

  #say(message: Message, group: string): void {
    const room = roomNameOf(group);
    if (room === undefined) return this.#fail(message, reasons.notMember);
    const { session } = this.#host;
    this.#host.submit({ do: 'say', session, room, ...spoken(message.body) }, (outcome) => {
      if (outcome.ok) {
        this.#write({ action: 'sent', id: message.id, group, status: 'stored' });
      } else this.#failNow(message, sayRefusal(outcome.why));
    });
  }

  #fail(message: Message, why: string): void {
    this.#host.inOrder(() => this.#failNow(message, why));
  }

  #failNow({ id, group }: Message, body: string): void {
    this.#write({ action: 'sent', id, group, status: 'failed', body });
  }

  /** The client's own answer to what it was sent. */
  #sent({ id, status }: Message): void {
    if (id !== undefined) this.unconfirmed.confirm(id, status !== 'failed');
  }

  // ---- groups

  #group(message: Message): void {
    const group = roomNameOf(message.group ?? '');
    if (group === undefined) return this.#confirm(message, 'unknown-group');
    const { session } = this.#host;
    const answer = (outcome: Outcome<GroupOperation>): void =>
      this.#confirmNow(message, outcome.ok ? 'ok' : groupRefusal(outcome.why));
    switch (message.action) {
      case 'create':
        return this.#host.submit({ do: 'group-create', session, group }, answer);
      case 'accept':
        return this.#host.submit({ do: 'group-accept', session, group }, answer);
      case 'decline':
        return this.#host.submit({ do: 'group-decline', session, group }, answer);
      case 'leave':
        return this.#host.submit({ do: 'group-leave', session, group }, answer);
      default:
        return this.#withAddressees(message, (found) => {
          const [name, ...more] = 'names' in found ? found.names : [];
          const to = recipientNameOf(name ?? '');
          if (more.length > 0) this.#confirm(message, 'bad-request');
          else if (to === undefined) this.#confirm(message, 'unknown-user');
          else this.#host.submit({ do: 'group-invite', session, group, to }, answer);
        });
    }
  }

  // ---- files

  #file(message: Message): void {
    if (message.status !== 'offer' || message.group !== undefined) {
      return this.#offers.do(message, []);
    }
    this.#withAddressees(message, (found) => {
      if ('names' in found) this.#offers.do(message, found.names);
      else {
        const { id } = message;
        this.#host.inOrder(() =>
          this.#write({ action: 'file', id, status: 'failed', body: found.why }),
        );
      }
    });
  }

  /** A file that came with a message of before. */
  waits({ serial, from, name, size, hash }: Waiting): void {
    this.#offers.waiting(serial, from, { name, size, hash });
  }

  // ---- what the client is told

  deliver(message: Direct, settle: Settle): void {
    this.#talk(message.from);
    const { raw, file } = message;
    const note = file && `(file ${file.name}, ${file.size} bytes)`;
    const text = message.text === '' && note !== undefined ? note : message.text;
    const bodies = bodiesOf({ text, ...(raw && { raw }) });
    const id = this.#sending(bodies.length, settle);
    for (const body of bodies) {
      const contentType = raw ? 'application/octet-stream' : 'text/plain';
      const { from: user, to } = message;
      this.#write({ action: 'send', contentType, user, to: [to], id, body });
    }
    if (file !== undefined) this.#offers.waiting(message.serial, message.from, file);
  }

  tell(notice: Notice): void {
    switch (notice.is) {
      case 'said':
        return this.#tellSaid(notice);
      case 'joined':
      case 'left':
        return this.#write({ action: notice.is, user: notice.name, group: notice.room });
      case 'invited':
        return this.#write({ action: 'invite', user: notice.by, group: notice.room });
      case 'receipt':
        return this.#tellReceipt(notice);
      case 'presence':
        if (!notice.here && this.#talked.delete(bareName(notice.name))) {
          this.#write({ action: 'disconnect', user: notice.name });
        }
        return;
      case 'offer':
        return this.#offers.tell(notice);
      case 'paid':
      case 'signal':
        return;
    }
  }

  #tellSaid(said: Said): void {
    const bodies = bodiesOfSaid(said);
    const id = this.#sending(bodies.length);
    const contentType = said.raw ? 'application/octet-stream' : 'text/plain';
    for (const body of bodies) {
      this.#write({ action: 'send', contentType, user: said.from, group: said.room, id, body });
    }
  }

  #tellReceipt({ id, status, why }: Receipt): void {
    // Only of what was sent by this connection: an account may have several.
    if (!this.#open.has(id)) return;
    const own = this.#open.get(id);
    this.#open.delete(id);
    const body = why === 'gone' ? reasons.disconnected : reasons.refused;
    this.#write({ action: 'sent', id: own, status, ...(status === 'failed' && { body }) });
  }

  /** The `Id` of what is now being sent; a client that confirms nothing at all is dropped. */
  #sending(count: number, settle?: Settle): string {
    const id = this.unconfirmed.nextId();
    if (this.unconfirmed.isFull) {
      settle?.('failed');
      this.#host.abort();
    } else this.unconfirmed.add(id, count, this.#host.now, settle);
    return id;
  }

  /** From now on the client is told when the other leaves. */
  #talk(name: Name): void {
    if (this.#talked.size < talkedMax) this.#talked.add(bareName(name));
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#host.submit({ do: 'watch', session: this.#host.session }, ({ ok }) => {
      // Refused: the next one that it talks with asks again.
      this.#isWatching = ok;
    });
  }
}
