// One-shot sending: registers as an emitter, says each text when the one before was answered, and leaves.

import { encodeText } from '../../bytes/text';
import { RequestQueue } from '../../client_kit/request_queue';
import type { ClientHost, OutgoingMessage, Sender, SendResult, Target } from '../../dialect';
import { limits } from '../../limits';
import { anyEmitter, everyone, isEmitter } from '../wire/messages';
import { destinationOf } from './commands';
import { RelayConnection } from './connection';
import { numberRefused } from './render';

export class RelaySender implements Sender {
  readonly #queue: RequestQueue;
  #relay: RelayConnection | undefined;
  /** Why this user can send nothing at all. */
  #fault: SendResult | undefined;

  constructor(host: ClientHost, target: Target) {
    const { user = '' } = target;
    const id = user === '' ? anyEmitter : Number(user);
    if (!/^\d{0,3}$/.test(user) || !(id === anyEmitter || isEmitter(id))) {
      const line = `${user} is no emitter (1 to 999); 0 is any that is free.`;
      this.#fault = { ending: 'usage', line };
    }
    const unreachable: SendResult = {
      ending: 'unreachable',
      line: `Unable to connect to ${target.host}:${target.port}.`,
    };
    this.#queue = new RequestQueue(host, (message) => this.#send(message), {
      answerMs: limits.relay.sendMs,
      open: (connection) => {
        this.#queue.expectAnswer();
        const events = {
          registered: () => this.#queue.ready(),
          refused: () => this.#giveUp({ ending: 'try-later', line: numberRefused(id) } as const),
          incoming: () => {},
          lost: (isReached: boolean) => this.#queue.lose(isReached ? gone : unreachable),
        };
        const { padded = false } = target;
        this.#relay = new RelayConnection(host, connection, id, events, { padded });
        return this.#relay;
      },
      goodbye: () => this.#relay?.leave(() => this.#queue.lose(gone)),
      lost: () => gone,
      late: () => this.#giveUp({ ending: 'try-later', line: 'The server does not answer.' }),
    });
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    if (this.#fault) return done(this.#fault);
    if (message.attach !== undefined) {
      return done({ ending: 'usage', line: 'The relay protocol carries no files.' });
    }
    if (addresseeOf(message) === undefined) return done(unknown(message.to));
    this.#queue.add(message, done);
  }

  close(done: () => void): void {
    this.#queue.close(done);
  }

  #send(message: OutgoingMessage): void {
    const to = addresseeOf(message) ?? everyone;
    this.#relay?.ask({ kind: 'MSG', text: encodeText(message.text) }, to, (answer, sequence) => {
      if (answer === 'lost') this.#queue.lose(gone);
      else if (answer === 'ERRO')
        this.#queue.settle(to === everyone ? notTaken : unknown(message.to));
      else {
        const isUnanswered = answer === 'silent';
        const line = isUnanswered ? 'The server has it and says nothing.' : `OK ${sequence}`;
        const id = `${sequence}`;
        this.#queue.settle({ ending: 'done', id, line, ...(isUnanswered && { isUnanswered }) });
      }
    });
  }

  #giveUp(why: SendResult): void {
    this.#queue.lose(why);
    this.#relay?.leave(() => {});
  }
}

const addresseeOf = ({ to }: OutgoingMessage): number | undefined =>
  to === '' ? everyone : destinationOf(to);

const unknown = (to: string): SendResult => ({
  ending: 'unknown-user',
  line: `There is no display ${to}.`,
});
const notTaken: SendResult = { ending: 'try-later', line: 'The server did not take it.' };
const gone: SendResult = { ending: 'unreachable', line: 'The server is gone.' };
