// One-shot sending: an emitter that says what it was given, waits for each answer, and leaves.

import { encodeText } from '../bytes/text';
import type { CallerHost, Letter, Posted, Poster, Target } from '../dialect';
import { anyEmitter, everyone, isEmitter } from './messages';
import { Peer } from './peer';
import { destinationOf } from './typed';

/** How long the server may take to answer, in ms. */
const patienceMs = 30_000;

interface Waiting {
  ask(): void;
  settle(posted: Posted): void;
}

export class RelayPoster implements Poster {
  readonly #host: CallerHost;
  #peer: Peer | undefined;
  /** Why nothing can be sent at all. */
  #failure: Posted | undefined;
  /** What was posted before we had a number. */
  readonly #early: Waiting[] = [];
  #isRegistered = false;

  constructor(host: CallerHost, target: Target) {
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
    this.#peer = new Peer(host, id, {
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

  post(letter: Letter, done: (posted: Posted) => void): void {
    const to = letter.to === '' ? everyone : destinationOf(letter.to);
    if (this.#failure) return done(this.#failure);
    if (letter.attach !== undefined) {
      return done({ ending: 'usage', line: 'The relay protocol carries no files.' });
    }
    if (to === undefined) return done(unknown(letter.to));
    const text = encodeText(letter.text);
    const cancel = this.#host.after(patienceMs, () => {
      this.#fail({ ending: 'try-later', line: 'The server does not answer.' });
      this.#peer?.leave(() => {});
    });
    const settle = (posted: Posted): void => {
      cancel();
      done(posted);
    };
    const ask = (): void =>
      this.#peer?.ask({ kind: 'MSG', text }, to, (answer, sequence) => {
        if (answer === 'OK') settle({ ending: 'done', id: `${sequence}`, line: `OK ${sequence}` });
        else if (answer === 'lost') settle(this.#failure ?? gone);
        else settle(to === everyone ? notTaken : unknown(letter.to));
      });
    if (this.#isRegistered) ask();
    else this.#early.push({ ask, settle });
  }

  close(done: () => void): void {
    if (this.#peer) this.#peer.leave(done);
    else done();
  }

  #fail(failure: Posted): void {
    this.#failure ??= failure;
    for (const early of this.#early.splice(0)) early.settle(failure);
  }
}

const unknown = (to: string): Posted => ({
  ending: 'unknown-user',
  line: `There is no display ${to}.`,
});
const notTaken: Posted = { ending: 'try-later', line: 'The server did not take it.' };
const gone: Posted = { ending: 'unreachable', line: 'The server is gone.' };
