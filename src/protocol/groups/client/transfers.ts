// The files that a client offers and is offered: what each waits for, and the connections that carry them.

import { decodeLossy, linesOf } from '../../bytes/text';
import type { ClientHost, Ending, SourceFile } from '../../dialect';
import type { Content } from '../wire/codec';
import { type Message, reasons } from '../wire/messages';
import type { GroupsConnection } from './connection';
import { bring, collect, type FileTransfer } from './file_connection';
import { endingOfReason, endings, nameAndSize, result, statusOf, wordsFor } from './render';

/** A file that this client offers. */
interface Own {
  readonly file: SourceFile;
  /** Who is still to settle it; undefined while the server has not said whom it asked. */
  open: Set<string> | undefined;
  carrying: FileTransfer | undefined;
}

/** A file that it is offered. */
interface Offered {
  readonly from: string;
  readonly name: string;
  readonly size: number;
  isAccepted: boolean;
  path?: string;
  carrying: FileTransfer | undefined;
}

/** Offers that wait for a decision; the oldest are forgotten. */
const offeredMax = 1000;

export interface TransfersEvents {
  /** What was begun earlier has failed. */
  failed(ending: Ending): void;
  /** Nothing is under way any more. */
  settled(): void;
}

/** The headers that say whom an offer is for. */
export type Recipients = Pick<Content, 'to' | 'group' | 'destinationPort'>;

type Done = (ending: Ending) => void;

export class Transfers {
  readonly #host: ClientHost;
  readonly #events: TransfersEvents;
  readonly #own = new Map<string, Own>();
  readonly #offered = new Map<string, Offered>();
  #count = 0;

  constructor(host: ClientHost, events: TransfersEvents) {
    this.#host = host;
    this.#events = events;
  }

  /** Whether a transfer can still be decided on or stopped. */
  isOpen(id: string): boolean {
    return this.#own.has(id) || this.#offered.has(id);
  }

  /** The transfers that can be decided on or stopped. */
  get ids(): readonly string[] {
    return [...this.#offered.keys(), ...this.#own.keys()];
  }

  /** Whether something is on its way, or is still to be answered by others. */
  get isBusy(): boolean {
    return (
      this.#own.size > 0 || Array.from(this.#offered.values()).some(({ isAccepted }) => isAccepted)
    );
  }

  // ---- what the user does

  /** Offers a file; `done` once the server has asked those it is for. */
  offer(attendance: GroupsConnection, path: string, to: Recipients, done: Done): void {
    const source = this.#host.source(path);
    if (!source.ok) {
      this.#show(`${path} cannot be read.`, { type: 'refusal', file: path, why: 'unreadable' });
      return done('bad-data');
    }
    const file = source.value;
    const id = `o${++this.#count}`;
    const own: Own = { file, open: undefined, carrying: undefined };
    this.#own.set(id, own);
    const { name: fileName, size: fileSize } = file;
    attendance.ask({ action: 'file', status: 'offer', id, ...to, fileName, fileSize }, (answer) => {
      if (answer?.status !== 'ok') {
        this.#end(id, own);
        return done(answer ? this.#refused(answer, fileName) : 'unreachable');
      }
      // Whom the server asked stands in its answer, one a line.
      own.open = new Set(linesOf(decodeLossy(answer.body)));
      const names = [...own.open];
      this.#show(
        `${nameAndSize({ fileName, fileSize })} is offered to ${names.join(', ')} (cancel ${id} stops it)`,
        { type: 'offered', id, file: fileName, size: fileSize, to: names },
      );
      done('done');
    });
  }

  accept(attendance: GroupsConnection, id: string, path: string | undefined, done: Done): void {
    const offered = this.#offered.get(id);
    if (offered === undefined || offered.isAccepted) return this.#unknown(id, done);
    offered.isAccepted = true;
    if (path !== undefined) offered.path = path;
    attendance.ask({ action: 'file', status: 'accept', id }, (answer) => {
      if (answer?.status === 'ok') return done('done');
      this.#forget(id);
      done(answer ? this.#refused(answer, offered.name) : 'unreachable');
    });
  }

  reject(attendance: GroupsConnection, id: string, done: Done): void {
    const offered = this.#offered.get(id);
    if (offered === undefined) return this.#unknown(id, done);
    this.#offered.delete(id);
    offered.carrying?.cancel();
    attendance.ask({ action: 'file', status: 'reject', id }, (answer) => {
      this.#rest();
      done(answer === undefined ? 'unreachable' : 'done');
    });
  }

  /** Stops a transfer, whichever way it goes. */
  cancel(attendance: GroupsConnection, id: string, done: Done): void {
    const own = this.#own.get(id);
    if (own === undefined) return this.reject(attendance, id, done);
    own.carrying?.cancel();
    own.carrying = undefined;
    attendance.ask({ action: 'file', status: 'failed', id, body: reasons.cancelled }, (answer) => {
      if (this.#own.has(id)) {
        this.#show(`${own.file.name} is offered no more.`, { type: 'cancelled', id });
      }
      this.#end(id, own);
      done(answer === undefined ? 'unreachable' : 'done');
    });
  }

  #unknown(id: string, done: Done): void {
    this.#show(`No transfer ${id} is open.`, { type: 'refusal', id, why: 'unknown-file' });
    done('usage');
  }

  #refused(answer: Message, file: string): Ending {
    const status = statusOf(answer);
    this.#show(`${file}: ${wordsFor(status)}`, { type: 'refusal', file, why: status });
    return endings[status];
  }

  // ---- what the server says

  heard(attendance: GroupsConnection, message: Message): void {
    const { id = '', status } = message;
    const own = this.#own.get(id);
    if (status === 'offer') this.#wasOffered(id, message);
    else if (own !== undefined) this.#heardOfOwn(attendance, id, own, message);
    else {
      const offered = this.#offered.get(id);
      if (offered !== undefined) this.#heardOfOffered(attendance, id, offered, message);
    }
  }

  /** The session is over: nothing goes on. */
  end(): void {
    for (const { carrying, file } of this.#own.values()) {
      carrying?.cancel();
      file.close();
    }
    for (const { carrying } of this.#offered.values()) carrying?.cancel();
    this.#own.clear();
    this.#offered.clear();
  }

  #wasOffered(id: string, { user = '', fileName = '', fileSize = 0 }: Message): void {
    const oldest = Array.from(this.#offered).find(([, { isAccepted }]) => !isAccepted)?.[0];
    if (this.#offered.size >= offeredMax && oldest !== undefined) this.#offered.delete(oldest);
    const offered = { from: user, name: fileName, size: fileSize };
    this.#offered.set(id, { ...offered, isAccepted: false, carrying: undefined });
  }

  #heardOfOwn(attendance: GroupsConnection, id: string, own: Own, message: Message): void {
    const { user = '', status, token, body } = message;
    const { name } = own.file;
    const json = { id, file: name, user };
    switch (status) {
      case 'accept':
        this.#show(`${user} accepts ${name}`, { type: 'accepted', ...json });
        if (token !== undefined && own.carrying === undefined) {
          this.#bring(attendance, id, own, token);
        }
        return;
      case 'reject':
        this.#show(`${user} rejects ${name}`, { type: 'rejected', ...json });
        this.#events.failed('not-allowed');
        return this.#settled(id, own, user);
      case 'done':
        this.#show(`${user} has ${name}`, { type: 'done', ...json });
        return this.#settled(id, own, user);
      case 'failed': {
        const why = decodeLossy(body);
        const whom = user === '' ? '' : ` to ${user}`;
        this.#show(`${name} was not sent${whom}: ${why}`, { type: 'failed', ...json, why });
        this.#events.failed(endingOfReason(why));
        if (user === '') return this.#end(id, own);
        return this.#settled(id, own, user);
      }
      default:
        return;
    }
  }

  #bring(attendance: GroupsConnection, id: string, own: Own, token: string): void {
    own.carrying = bring(this.#host, { id, token }, own.file, (why) => {
      own.carrying = undefined;
      if (why === undefined) return;
      // The server tells of each recipient what it has seen fail; a connection that it never saw it cannot.
      attendance.ask({ action: 'file', status: 'failed', id, body: why }, (answer) => {
        if (answer?.status !== 'ok' || !this.#own.has(id)) return;
        const { name } = own.file;
        this.#show(`${name} was not sent: ${why}`, { type: 'failed', id, file: name, why });
        this.#events.failed(endingOfReason(why));
        this.#end(id, own);
      });
    });
  }

  #heardOfOffered(
    attendance: GroupsConnection,
    id: string,
    offered: Offered,
    { status, token, body }: Message,
  ): void {
    if (status === 'accept' && token !== undefined && offered.carrying === undefined) {
      this.#collect(attendance, id, offered, token);
    } else if (status === 'failed') {
      offered.carrying?.cancel();
      this.#notCome(offered, id, decodeLossy(body));
    }
  }

  #collect(attendance: GroupsConnection, id: string, offered: Offered, token: string): void {
    offered.carrying = collect(this.#host, { id, token }, offered, (fetched) => {
      if (!this.#offered.has(id)) return;
      const { name, from } = offered;
      if ('why' in fetched) {
        const { why } = fetched;
        // The server may never have seen a connection that broke, and must not wait for it.
        if (why === reasons.broken) {
          attendance.ask({ action: 'file', status: 'reject', id }, () => {});
        }
        return this.#notCome(offered, id, why);
      }
      const { path } = fetched;
      const json = { type: 'saved', id, file: name, from, path };
      this.#show(`${name} from ${from} is saved as ${path}`, json);
      this.#forget(id);
    });
  }

  #notCome({ name, from, isAccepted }: Offered, id: string, why: string): void {
    const json = { type: 'failed', id, file: name, from, why };
    this.#show(`${name} from ${from} did not come: ${why}`, json);
    if (isAccepted) {
      this.#events.failed(why === reasons.noSpace ? 'unwritable' : endingOfReason(why));
    }
    this.#forget(id);
  }

  // ---- the end of each

  #settled(id: string, own: Own, user: string): void {
    own.open?.delete(user);
    if (own.open?.size === 0) this.#end(id, own);
  }

  #end(id: string, own: Own): void {
    if (!this.#own.delete(id)) return;
    // Nobody is left who would get it.
    own.carrying?.cancel();
    own.file.close();
    this.#rest();
  }

  #forget(id: string): void {
    if (this.#offered.delete(id)) this.#rest();
  }

  #rest(): void {
    if (!this.isBusy) this.#events.settled();
  }

  #show(text: string, json: Readonly<Record<string, unknown>>): void {
    this.#host.show(result(text, json));
  }
}
