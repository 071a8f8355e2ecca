// One-shot sending: an emitter that says what it was given, waits for each answer, and leaves.

import { encodeText } from '../../bytes/text';
import type { ClientHost, OutgoingMessage, Sender, SendResult, Target } from '../../dialect';
import { anyEmitter, everyone, isEmitter } from '../wire/messages';
import { destinationOf } from './commands';
import { RelayConnection } from './connection';

/** How long the server may take to answer, in ms. */
const patienceMs = 30_000;

interface Waiting {
  ask(): void;
  settle(result: SendResult): void;
}

export class RelaySender implements Sender {
  readonly #host: ClientHost;
  #peer: RelayConnection | undefined;
  /** Why nothing can be sent at all. */
  #failure: SendResult | undefined;
  /** What was posted before we had a number. */
  readonly #early: Waiting[] = [];
  #isRegistered = false;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    const { user = '', host: name, port } = target;
    const id = user === '' ? anyEmitter : Number(user);
    if (!/^\d{0,3}$/.test(user) || !(id === anyEmitter || isEmitter(id))) {
      this.#failure = {
        ending: 'usage',
        line: `${user} is no emitter (1 to 999); 0 is any that is free.`,
      };
      return;
    }
    this.#peer = new RelayConnection(host, id, {
      registered: () => {
        this.#isRegistered = true;
        for (const early of this.#early.splice(0)) early.ask();
      },
      refused: () => {
        const line =
          id === anyEmitter
            ? 'Every number is in use.'
            : `Number ${id} is in use; 0 is any that is free.`;
        this.#fail({ ending: 'try-later', line });
      },
      got: () => {},
      lost: (isReached) => {
        const line = `Unable to connect to ${name}:${port}.`;
        this.#fail(isReached ? gone : { ending: 'unreachable', line });
      },
    });
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    const to = message.to === '' ? everyone : destinationOf(message.to);
    if (this.#failure) return done(this.#failure);
    if (message.attach !== undefined) {
      return done({ ending: 'usage', line: 'The relay protocol carries no files.' });
    }
    if (to === undefined) return done(unknown(message.to));
    const text = encodeText(message.text);
    const cancel = this.#host.after(patienceMs, () => {
      this.#fail({ ending: 'try-later', line: 'The server does not answer.' });
      this.#peer?.leave(() => {});
    });
    const settle = (result: SendResult): void => {
      cancel();
      done(result);
    };
    const ask = (): void =>
      this.#peer?.ask({ kind: 'MSG', text }, to, (answer, sequence) => {
        if (answer === 'OK') settle({ ending: 'done', id: `${sequence}`, line: `OK ${sequence}` });
        else if (answer === 'lost') settle(this.#failure ?? gone);
        else settle(to === everyone ? notTaken : unknown(message.to));
      });
    if (this.#isRegistered) ask();
    else this.#early.push({ ask, settle });
  }

  close(done: () => void): void {
    if (this.#peer) this.#peer.leave(done);
    else done();
  }

  #fail(failure: SendResult): void {
    this.#failure ??= failure;
    for (const early of this.#early.splice(0)) early.settle(failure);
  }
}

const unknown = (to: string): SendResult => ({
  ending: 'unknown-user',
  line: `There is no display ${to}.`,
});
const notTaken: SendResult = { ending: 'try-later', line: 'The server did not take it.' };
const gone: SendResult = { ending: 'unreachable', line: 'The server is gone.' };
