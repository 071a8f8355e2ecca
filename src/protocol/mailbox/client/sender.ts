// One-shot sending: each message is one operation on a connection of its own, one after the other.

import { note } from '../../client_kit/note';
import { RequestQueue } from '../../client_kit/request_queue';
import { cannotBeRead } from '../../client_kit/unreadable';
import type { ClientHost, OutgoingMessage, Sender, SendResult, Target } from '../../dialect';
import { attachment, type OperationResult, performSilently, refusal, showRemark } from './requests';
import { textFault } from './validation';

export class MailboxSender implements Sender {
  readonly #host: ClientHost;
  readonly #from: string | undefined;
  readonly #queue: RequestQueue;

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

  #send({ to, text, attach }: OutgoingMessage): void {
    const from = this.#from;
    const operation = attach === undefined ? 'SEND' : 'SENDATTACH';
    const done = (result: OperationResult): void => this.#settle(result);
    if (from === undefined) {
      this.#host.show(note(`As whom? ${this.#host.hint('user')}.`));
      return done(refusal(operation, 'usage'));
    }
    const fault = textFault(text);
    if (fault !== undefined) {
      this.#host.show(note(fault));
      return done(refusal(operation, 'bad-data'));
    }
    if (attach === undefined) {
      performSilently(this.#host, { operation: 'SEND', from, to, text }, done);
      return;
    }
    const { request, transfer } = attachment({ from, to, text }, attach);
    const sent = (result: OperationResult): void => {
      const { unreadable } = result;
      if (unreadable !== undefined) this.#host.show(note(cannotBeRead(attach, unreadable)));
      done(result);
    };
    performSilently(this.#host, request, sent, transfer);
  }

  #settle(result: OperationResult): void {
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
    });
  }
}
