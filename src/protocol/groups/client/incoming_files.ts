// The files that this client is offered: what its user decides, and the connection that fetches each.

import type { ClientHost, Ending } from '../../dialect';
import { limits } from '../../limits';
import { type Failure, failureIn } from '../wire/codec';
import type { Message } from '../wire/messages';
import type { GroupsConnection } from './connection';
import { download, type Downloaded } from './download';
import type { FileEvents, FileTransfer } from './file_connection';
import { result, shownFileRefusal } from './render';
import { endingOfFailure, endingOfStatus, statusOf } from './statuses';

interface Offer {
  readonly id: string;
  readonly from: string;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  isAccepted: boolean;
  path?: string;
  transfer: FileTransfer | undefined;
}

type Done = (ending: Ending) => void;

export class IncomingFiles {
  readonly #host: ClientHost;
  readonly #events: FileEvents;
  readonly #offers = new Map<string, Offer>();

  constructor(host: ClientHost, events: FileEvents) {
    this.#host = host;
    this.#events = events;
  }

  has(id: string): boolean {
    return this.#offers.has(id);
  }

  /** The offers that can be decided on or stopped. */
  get ids(): readonly string[] {
    return [...this.#offers.keys()];
  }

  /** Whether a file is on its way here. */
  get isBusy(): boolean {
    return Array.from(this.#offers.values()).some(({ isAccepted }) => isAccepted);
  }

  // ---- what the user does

  accept(connection: GroupsConnection, id: string, path: string | undefined, done: Done): void {
    const offer = this.#offers.get(id);
    if (offer === undefined || offer.isAccepted) return this.#unknown(id, done);
    offer.isAccepted = true;
    if (path !== undefined) offer.path = path;
    connection.ask({ action: 'file', status: 'accept', id }, (answer) => {
      if (answer?.status === 'ok') return done('done');
      this.#forget(id);
      if (answer === undefined) return done('unreachable');
      this.#host.show(shownFileRefusal(offer.name, answer));
      done(endingOfStatus(statusOf(answer)));
    });
  }

  /** Rejects an offer, or stops a file that was accepted. */
  reject(connection: GroupsConnection, id: string, done: Done): void {
    const offer = this.#offers.get(id);
    if (offer === undefined) return this.#unknown(id, done);
    this.#offers.delete(id);
    offer.transfer?.cancel();
    connection.ask({ action: 'file', status: 'reject', id }, (answer) => {
      this.#events.settled();
      done(answer === undefined ? 'unreachable' : 'done');
    });
  }

  #unknown(id: string, done: Done): void {
    this.#show(`No transfer ${id} is open.`, { type: 'refusal', id, why: 'unknown-file' });
    done('usage');
  }

  // ---- what the server says

  /** A user offers a file. Of too many that wait for a decision, the oldest is forgotten. */
  offered({ id = '', user = '', fileName = '', fileSize = 0 }: Message): void {
    if (this.#offers.size >= limits.groups.offersUndecided) {
      const oldest = Array.from(this.#offers.values()).find(({ isAccepted }) => !isAccepted);
      if (oldest !== undefined) this.#offers.delete(oldest.id);
    }
    const offer = { id, from: user, name: fileName, size: fileSize };
    this.#offers.set(id, { ...offer, isAccepted: false, transfer: undefined });
  }

  received(connection: GroupsConnection, message: Message): void {
    const offer = this.#offers.get(message.id ?? '');
    if (offer === undefined) return;
    const { status, token } = message;
    if (status === 'accept' && token !== undefined && offer.transfer === undefined) {
      this.#download(connection, offer, token);
    } else if (status === 'failed') {
      offer.transfer?.cancel();
      this.#failed(offer, failureIn(message));
    }
  }

  #download(connection: GroupsConnection, offer: Offer, token: string): void {
    const { id } = offer;
    offer.transfer = download(this.#host, { id, token }, offer, (downloaded) => {
      if (this.#offers.has(id)) this.#downloaded(connection, offer, downloaded);
    });
  }

  #downloaded(connection: GroupsConnection, offer: Offer, downloaded: Downloaded): void {
    const { id, name, from } = offer;
    if ('path' in downloaded) {
      const { path } = downloaded;
      const json = { type: 'saved', id, file: name, from, path };
      this.#show(`${name} from ${from} is saved as ${path}`, json);
      return this.#forget(id);
    }
    const { failure } = downloaded;
    // The server may never have seen a connection that broke, and must not wait for it.
    if (failure.reason === 'broken') {
      connection.ask({ action: 'file', status: 'reject', id }, () => {});
    }
    this.#failed(offer, failure);
  }

  #failed({ id, name, from, isAccepted }: Offer, failure: Failure): void {
    const why = failure.text;
    const json = { type: 'failed', id, file: name, from, why };
    this.#show(`${name} from ${from} did not come: ${why}`, json);
    // No space is then a matter of the user's own disk.
    const ending = failure.reason === 'no-space' ? 'unwritable' : endingOfFailure(failure);
    if (isAccepted) this.#events.failed(ending);
    this.#forget(id);
  }

  // ---- the end

  #forget(id: string): void {
    if (this.#offers.delete(id)) this.#events.settled();
  }

  /** The session is over: nothing goes on. */
  end(): void {
    for (const { transfer } of this.#offers.values()) transfer?.cancel();
    this.#offers.clear();
  }

  #show(text: string, json: Readonly<Record<string, unknown>>): void {
    this.#host.show(result(text, json));
  }
}
