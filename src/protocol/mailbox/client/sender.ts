// One-shot sending: each message is one operation on a connection of its own, one after the other.

import { note } from '../../client_kit/note';
import { RequestQueue } from '../../client_kit/request_queue';
import { cannotBeRead } from '../../client_kit/unreadable';
import type { ClientHost, OutgoingMessage, Sender, SendResult, Target } from '../../dialect';
import { shownFor } from './connection';
import { probe, type ServerWords } from './own_server';
import { attachment, type OperationResult, performSilently, refusal, showRemark } from './requests';
import { textFault } from './validation';

export class MailboxSender implements Sender {
  readonly #host: ClientHost;
  readonly #from: string | undefined;
  readonly #queue: RequestQueue;
  /** Asked only where a message may be sent again. */
  #server: ServerWords | undefined;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#from = target.user;
    this.#queue = new RequestQueue(host, (message) => this.#send(message));
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    this.#queue.add(message, done);
  }

  close(done: () => void): void {
    this.#queue.close(done);
  }

  #send(message: OutgoingMessage): void {
    const { text, attach } = message;
    const operation = attach === undefined ? 'SEND' : 'SENDATTACH';
    const from = this.#from;
    if (from === undefined) {
      this.#host.show(note(`As whom? ${this.#host.hint('user')}.`));
      return this.#settle(refusal(operation, 'usage'));
    }
    const fault = textFault(text);
    if (fault !== undefined) {
      this.#host.show(note(fault));
      return this.#settle(refusal(operation, 'bad-data'));
    }
    if (message.key === undefined || this.#server) return this.#sendAs(from, message);
    // What is sent again must be taken once: only a server of ours knows how.
    probe(this.#host, (server) => {
      if (server === undefined) return this.#settle(refusal(operation, 'unreachable'));
      this.#server = server;
      this.#sendAs(from, message);
    });
  }

  #sendAs(from: string, { to, text, attach, key, isRepeat = false }: OutgoingMessage): void {
    const isKeyed = key !== undefined && this.#server?.takes('ONCE') === true;
    // Another server in its place, or one that has not said soon enough what it is.
    if (isRepeat && !isKeyed) return this.#settle(refusal('SEND', 'try-later'));
    const done = (result: OperationResult): void => this.#settle(result, isKeyed);
    const { request, transfer } =
      attach === undefined
        ? { request: { operation: 'SEND', from, to, text } as const, transfer: undefined }
        : attachment({ from, to, text }, attach);
    const sent = (result: OperationResult): void => {
      const { unreadable } = result;
      if (unreadable !== undefined) this.#host.show(note(cannotBeRead(attach ?? '', unreadable)));
      done(result);
    };
    const prefixed = isKeyed ? { ...shownFor(this.#host, request), ONCE: key } : undefined;
    performSilently(this.#host, request, sent, transfer, prefixed);
  }

  #settle(result: OperationResult, isKeyed = false): void {
    const {
      ending,
      line,
      fields: [id],
      isUncertain = false,
      remark,
    } = result;
    showRemark(this.#host, remark);
    this.#queue.settle({
      ending,
      line,
      ...(id !== undefined && { id }),
      ...(isUncertain && { isUncertain }),
      ...(isKeyed && { isKeyed }),
    });
  }
}
