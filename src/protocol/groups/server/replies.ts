// How the server answers requests: at once, or behind the answers to all that was asked before.

import type { Host } from '../../dialect';
import { type Content, failed, failureOf } from '../wire/codec';
import type { Reason, Status } from '../wire/messages';

export type Write = (content: Content) => void;

/** What an answer repeats of its request. */
type Request = Pick<Content, 'id' | 'group'>;

export class Replies {
  readonly #host: Host;
  readonly write: Write;

  constructor(host: Host, write: Write) {
    this.#host = host;
    this.write = write;
  }

  /** Runs at once, or behind the outcomes of all that this connection has submitted. */
  inOrder(reply: () => void): void {
    this.#host.inOrder(reply);
  }

  /** Confirms a request in the outcome of its command. `body`: what the confirmation says besides. */
  confirm({ id, group }: Request, status: Status, body?: string): void {
    this.write({ action: 'confirmation', id, group, status, ...(body !== undefined && { body }) });
  }

  /** Confirms a request that asked the hub for nothing. */
  confirmInOrder(request: Request, status: Status): void {
    this.inOrder(() => this.confirm(request, status));
  }

  /** Tells that a message was not sent. */
  notSent({ id, group }: Request, reason: Reason): void {
    this.write({ action: 'sent', id, group, ...failed(failureOf(reason)) });
  }

  /** Tells that a file does not come over. `user`: to whom, where an offerer is told. */
  fileFailed(id: string | undefined, reason: Reason, user?: string): void {
    this.write({ action: 'file', id, user, ...failed(failureOf(reason)) });
  }
}
