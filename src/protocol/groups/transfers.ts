// The files that a client offers and is offered: what each waits for, and the connections that carry them.

import { decodeLossy, linesOf } from '../bytes/text';
import type { CallerHost, Ending, SourceFile } from '../dialect';
import type { Attendance } from './attendance';
import { bring, type Carrying, fetch } from './carry';
import { endingOfReason, endings, nameAndSize, result, statusOf, wordsFor } from './heard';
import { type Message, reasons } from './messages';

/** A file that this client offers. */
interface Own {
  readonly file: SourceFile;
  /** Who is still to settle it; undefined while the server has not said whom it asked. */
  open: Set<string> | undefined;
  carrying: Carrying | undefined;
}

/** A file that it is offered. */
interface Offered {
  readonly from: string;
  readonly name: string;
  readonly size: number;
  state: 'offered' | 'accepted';
  path?: string;
  carrying: Carrying | undefined;
}

export interface TransfersEvents {
  /** An operation that was begun earlier has failed. */
  failed(ending: Ending): void;
  /** No transfer is open any more. */
  settled(): void;
}

/** Whom an offer is for. */
export type Recipients = { readonly to: readonly string[] } | { readonly group: string };

export class Transfers {
  readonly #host: CallerHost;
  readonly #events: TransfersEvents;
  readonly #own = new Map<string, Own>();
  readonly #offered = new Map<string, Offered>();
  #count = 0;

  constructor(host: CallerHost, events: TransfersEvents) {
    this.#host = host;
    this.#events = events;
  }

  /** Whether a transfer can still be decided on or stopped. */
  isOpen(id: string): boolean {
    return this.#own.has(id) || this.#offered.has(id);
  }

  /** The transfers that can be decided on or stopped. */
  get ids(): readonly string[] {
    return [...this.#own.keys(), ...this.#offered.keys()];
  }

  /** Whether something is on its way, or is still to be answered by others. */
  get isBusy(): boolean {
    return this.#own.size > 0 || Array.from(this.#offered.values()).some(isUnderWay);
  }

  // ---- what the user does

  /** Offers a file; `done` once the server has asked those it is for. */
  offer(
    attendance: Attendance,
    path: string,
    to: Recipients,
    done: (ending: Ending) => void,
  ): string | undefined {
    const source = this.#host.source(path);
    if (!source.ok) {
      this.#show(`${path} cannot be read.`, { type: 'refusal', file: path, why: 'unreadable' });
      done('bad-data');
      return undefined;
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
      own.open = new Set(decodeLossy(answer.body).split('\n').filter(Boolean));
      const names = [...own.open].join(', ');
      this.#show(`${nameAndSize({ fileName, fileSize })} is offered to ${names} (cancel ${id})`, {
        type: 'offered',
        id,
        file: fileName,
        size: fileSize,
        to: [...own.open],
      });
      done('done');
    });
    return id;
  }

  accept(
    attendance: Attendance,
    id: string,
    path: string | undefined,
    done: (ending: Ending) => void,
  ): void {
    const offered = this.#offered.get(id);
    if (offered?.state !== 'offered') return this.#unknown(id, done);
    offered.state = 'accepted';
    if (path !== undefined) offered.path = path;
    attendance.ask({ action: 'file', status: 'accept', id }, (answer) => {
      if (answer?.status === 'ok') return done('done');
      this.#forget(id);
      done(answer ? this.#refused(answer, offered.name) : 'unreachable');
    });
  }

  reject(attendance: Attendance, id: string, done: (ending: Ending) => void): void {
    const offered = this.#offered.get(id);
    if (offered === undefined) return this.#unknown(id, done);
    this.#stop(attendance, id, offered, done);
  }

  /** Stops a transfer, whichever way it goes. */
  cancel(attendance: Attendance, id: string, done: (ending: Ending) => void): void {
    const offered = this.#offered.get(id);
    if (offered !== undefined) return this.#stop(attendance, id, offered, done);
    const own = this.#own.get(id);
    if (own === undefined) return this.#unknown(id, done);
    attendance.ask({ action: 'file', status: 'failed', id, body: reasons.cancelled }, (answer) => {
      own.carrying?.cancel();
      this.#end(id, own);
      done(answer === undefined ? 'unreachable' : 'done');
    });
  }

  /** What is being fetched is stopped where it runs, all else is refused. */
  #stop(
    attendance: Attendance,
    id: string,
    { carrying }: Offered,
    done: (ending: Ending) => void,
  ): void {
    if (carrying !== undefined) {
      carrying.cancel();
      this.#forget(id);
      return done('done');
    }
    attendance.ask({ action: 'file', status: 'reject', id }, (answer) => {
      this.#forget(id);
      done(answer === undefined ? 'unreachable' : 'done');
    });
  }

  #unknown(id: string, done: (ending: Ending) => void): void {
    this.#show(`No transfer ${id} is open.`, { type: 'refusal', id, why: 'unknown-file' });
    done('usage');
  }

  #refused(answer: Message, file: string): Ending {
    const status = statusOf(answer);
    this.#show(`${file}: ${wordsFor(status)}`, { type: 'refusal', file, why: status });
    return endings[status];
  }

  // ---- what the server says

  heard(message: Message): void {
    const { id = '', status } = message;
    const own = this.#own.get(id);
    if (status === 'offer') this.#wasOffered(id, message);
    else if (own !== undefined) this.#heardOfOwn(id, own, message);
    else {
      const offered = this.#offered.get(id);
      if (offered !== undefined) this.#heardOfOffered(id, offered, message);
    }
  }

  /** The connection is lost: nothing that was not being carried can go on. */
  lost(): void {
    for (const [id, own] of this.#own) if (own.carrying === undefined) this.#end(id, own);
    for (const [id, { carrying }] of this.#offered) if (carrying === undefined) this.#forget(id);
  }

  #wasOffered(id: string, { user = '', fileName = '', fileSize = 0 }: Message): void {
    this.#offered.set(id, {
      from: user,
      name: fileName,
      size: fileSize,
      state: 'offered',
      carrying: undefined,
    });
  }

  #heardOfOwn(id: string, own: Own, { user = '', status, token, body }: Message): void {
    const { name } = own.file;
    const json = { id, file: name, user };
    switch (status) {
      case 'accept':
        this.#show(`${user} accepts ${name}`, { type: 'accepted', ...json });
        if (token !== undefined && own.carrying === undefined) this.#bring(id, own, token);
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
    }
  }

  #bring(id: string, own: Own, token: string): void {
    own.carrying = bring(this.#host, { id, token }, own.file, (why) => {
      own.carrying = undefined;
      if (why === undefined || !this.#own.has(id)) return;
      // The server tells about each recipient; without it nobody will.
      this.#events.failed(endingOfReason(why));
    });
  }

  #heardOfOffered(id: string, offered: Offered, { status, token, body }: Message): void {
    if (status === 'accept' && token !== undefined && offered.carrying === undefined) {
      this.#fetch(id, offered, token);
    } else if (status === 'failed') {
      // A connection that is under way says so itself.
      if (offered.carrying !== undefined) return;
      this.#notCome(offered, id, decodeLossy(body));
    }
  }

  #fetch(id: string, offered: Offered, token: string): void {
    offered.carrying = fetch(this.#host, { id, token }, offered, (fetched) => {
      const { name, from } = offered;
      if ('why' in fetched) return this.#notCome(offered, id, fetched.why);
      const { path } = fetched;
      this.#show(`${name} from ${from} is saved as ${path}`, {
        type: 'saved',
        id,
        file: name,
        from,
        path,
      });
      this.#forget(id);
    });
  }

  #notCome({ name, from, state }: Offered, id: string, why: string): void {
    this.#show(`${name} from ${from} did not come: ${why}`, {
      type: 'failed',
      id,
      file: name,
      from,
      why,
    });
    if (state === 'accepted') {
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

const isUnderWay = ({ state }: Offered): boolean => state === 'accepted';
