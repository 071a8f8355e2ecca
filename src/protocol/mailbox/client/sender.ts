// One-shot sending: each letter is one operation, and one is over before the next begins.

import type { ClientHost, OutgoingMessage, Sender, SendResult, Target } from '../../dialect';
import { note } from './render';
import { attachment, type OperationResult, performSilently, refusal, textFault } from './requests';

export class MailboxSender implements Sender {
  readonly #host: ClientHost;
  readonly #from: string | undefined;
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;
  #closed: (() => void) | undefined;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#from = target.user;
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    this.#waiting.push(() => {
      this.#send(message, ({ ending, line, fields }) => {
        this.#isBusy = false;
        const [id] = fields;
        done({ ending, line, ...(id !== undefined && { id }) });
        this.#next();
      });
    });
    this.#next();
  }

  close(done: () => void): void {
    this.#closed = done;
    this.#next();
  }

  #next(): void {
    if (this.#isBusy) return;
    const task = this.#waiting.shift();
    if (task !== undefined) {
      this.#isBusy = true;
      task();
    } else if (this.#closed !== undefined) {
      const closed = this.#closed;
      this.#closed = undefined;
      closed();
    }
  }

  #send({ to, text, attach }: OutgoingMessage, done: (performed: OperationResult) => void): void {
    const from = this.#from;
    const operation = attach === undefined ? 'SEND' : 'SENDATTACH';
    if (from === undefined) {
      this.#host.show(note('As whom? --as NAME, or CHAT_USER.'));
      return done(refusal(operation, 'usage'));
    }
    const fault = textFault(text);
    if (fault !== undefined) {
      this.#host.show(note(fault));
      return done(refusal(operation, 'bad-data'));
    }
    if (attach === undefined)
      return performSilently(this.#host, { operation: 'SEND', from, to, text }, done);
    const { request, cargo } = attachment({ from, to, text }, attach);
    const sent = (outcome: OperationResult): void => {
      if (outcome.ending === 'bad-data') this.#host.show(note(`${attach} cannot be read.`));
      done(outcome);
    };
    performSilently(this.#host, request, sent, cargo);
  }
}
