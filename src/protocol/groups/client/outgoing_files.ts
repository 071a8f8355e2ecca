// The files that this client offers: who has still to decide, and the connection that brings each to the server.

import { cannotBeRead } from '../../client_kit/unreadable';
import type { ClientHost, Ending, SourceFile } from '../../dialect';
import { failed, type Failure, failureIn, failureOf, namesIn } from '../wire/codec';
import type { Message } from '../wire/messages';
import type { GroupsConnection } from './connection';
import type { RecipientHeaders } from './directory';
import type { FileEvents, FileTransfer } from './file_connection';
import { nameAndSize, result, shownFileRefusal } from './render';
import { endingOfFailure, endingOfStatus, statusOf } from './statuses';
import { upload } from './upload';

interface Offer {
  readonly id: string;
  readonly file: SourceFile;
  /** The users who have not settled it yet; undefined while the server has not said whom it asked. */
  open: Set<string> | undefined;
  transfer: FileTransfer | undefined;
}

type Done = (ending: Ending) => void;

export class OutgoingFiles {
  readonly #host: ClientHost;
  readonly #events: FileEvents;
  readonly #offers = new Map<string, Offer>();
  #count = 0;

  constructor(host: ClientHost, events: FileEvents) {
    this.#host = host;
    this.#events = events;
  }

  has(id: string): boolean {
    return this.#offers.has(id);
  }

  /** The offers that can be stopped. */
  get ids(): readonly string[] {
    return [...this.#offers.keys()];
  }

  // ---- what the user does

  /**
   * Offers a file, in one offer after the other: a server of ours asks nobody twice. `done` when the server has asked
   * those it is for, with the first failure.
   */
  offerAll(
    connection: GroupsConnection,
    path: string,
    [to, ...more]: readonly RecipientHeaders[],
    done: Done,
    beside: readonly string[] = [],
  ): void {
    if (to === undefined) return done('done');
    const here = { ...to, ...(beside.length > 0 && { beside }) };
    this.#offer(connection, path, here, (ending, id) => {
      if (more.length === 0 || id === undefined) return done(ending);
      const rest: Done = (other) => done(ending === 'done' ? other : ending);
      this.offerAll(connection, path, more, rest, [...beside, id]);
    });
  }

  /** `done` also gets the offer's `Id`; none where the file cannot be read. */
  #offer(
    connection: GroupsConnection,
    path: string,
    to: RecipientHeaders & Pick<Message, 'beside'>,
    done: (ending: Ending, id?: string) => void,
  ): void {
    const source = this.#host.source(path);
    if (!source.ok) {
      this.#show(cannotBeRead(path, source.why), {
        type: 'refusal',
        file: path,
        why: source.why,
      });
      return done('bad-data');
    }
    const file = source.value;
    const id = `o${++this.#count}`;
    const offer: Offer = { id, file, open: undefined, transfer: undefined };
    this.#offers.set(id, offer);
    const { name: fileName, size: fileSize } = file;
    connection.ask({ action: 'file', status: 'offer', id, ...to, fileName, fileSize }, (answer) => {
      if (answer?.status === 'ok') {
        this.#offered(offer, namesIn(answer.body));
        return done('done', id);
      }
      this.#end(offer);
      if (answer === undefined) return done('unreachable', id);
      this.#host.show(shownFileRefusal(fileName, answer));
      done(endingOfStatus(statusOf(answer)), id);
    });
  }

  #offered(offer: Offer, names: readonly string[]): void {
    const { id, file } = offer;
    offer.open = new Set(names);
    // All of them have it from another offer.
    if (names.length === 0) return this.#end(offer);
    const what = nameAndSize({ fileName: file.name, fileSize: file.size });
    this.#show(`${what} is offered to ${names.join(', ')} (cancel ${id} stops it)`, {
      type: 'offered',
      id,
      file: file.name,
      size: file.size,
      to: names,
    });
  }

  cancel(connection: GroupsConnection, id: string, done: Done): void {
    const offer = this.#offers.get(id);
    if (offer === undefined) return done('usage');
    offer.transfer?.cancel();
    offer.transfer = undefined;
    connection.ask({ action: 'file', id, ...failed(failureOf('cancelled')) }, (answer) => {
      if (this.#offers.has(id)) {
        this.#show(`${offer.file.name} is offered no more.`, { type: 'cancelled', id });
      }
      this.#end(offer);
      done(answer === undefined ? 'unreachable' : 'done');
    });
  }

  // ---- what the server says

  received(connection: GroupsConnection, message: Message): void {
    const offer = this.#offers.get(message.id ?? '');
    if (offer === undefined) return;
    const { user = '', status, token } = message;
    const { id, file } = offer;
    const json = { id, file: file.name, user };
    switch (status) {
      case 'accept':
        this.#show(`${user} accepts ${file.name}`, { type: 'accepted', ...json });
        if (token !== undefined && offer.transfer === undefined) {
          this.#upload(connection, offer, token);
        }
        return;
      case 'reject':
        this.#show(`${user} rejects ${file.name}`, { type: 'rejected', ...json });
        this.#events.failed('not-allowed');
        return this.#settled(offer, user);
      case 'done':
        this.#show(`${user} has ${file.name}`, { type: 'done', ...json });
        return this.#settled(offer, user);
      case 'failed':
        return this.#failed(offer, user, failureIn(message));
      default:
        return;
    }
  }

  #failed(offer: Offer, user: string, failure: Failure): void {
    const { id, file } = offer;
    const whom = user === '' ? '' : ` to ${user}`;
    const why = failure.text;
    const json = { type: 'failed', id, file: file.name, user, why };
    this.#show(`${file.name} was not sent${whom}: ${why}`, json);
    this.#events.failed(endingOfFailure(failure));
    if (user === '') this.#end(offer);
    else this.#settled(offer, user);
  }

  #upload(connection: GroupsConnection, offer: Offer, token: string): void {
    const { id, file } = offer;
    offer.transfer = upload(this.#host, { id, token }, file, (failure) => {
      offer.transfer = undefined;
      if (failure === undefined) return;
      // The server tells of each recipient what it has seen fail; it cannot tell of a connection that it never saw.
      connection.ask({ action: 'file', id, ...failed(failure) }, (answer) => {
        if (answer?.status !== 'ok' || !this.#offers.has(id)) return;
        const why = failure.text;
        const json = { type: 'failed', id, file: file.name, why };
        this.#show(`${file.name} was not sent: ${why}`, json);
        this.#events.failed(endingOfFailure(failure));
        this.#end(offer);
      });
    });
  }

  // ---- the end

  #settled(offer: Offer, user: string): void {
    offer.open?.delete(user);
    if (offer.open?.size === 0) this.#end(offer);
  }

  #end(offer: Offer): void {
    if (!this.#offers.delete(offer.id)) return;
    // No recipient is left who would get it.
    offer.transfer?.cancel();
    offer.file.close();
    this.#events.settled();
  }

  /** The session is over: nothing goes on. */
  end(): void {
    for (const { transfer, file } of this.#offers.values()) {
      transfer?.cancel();
      file.close();
    }
    this.#offers.clear();
  }

  #show(text: string, json: Readonly<Record<string, unknown>>): void {
    this.#host.show(result(text, json));
  }
}
