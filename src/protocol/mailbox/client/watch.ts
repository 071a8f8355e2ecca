// Asks from time to time whether the server still has a connected user, and brings the user back where it has not.

import { note } from '../../client_kit/note';
import type { ClientHost } from '../../dialect';
import { limits } from '../../limits';
import { type Code, codes, type Request } from '../wire/messages';
import type { Asked } from './connection';
import { performSilently } from './requests';

/** What a watch does for its user. `code`: the reply; undefined where the server cannot be reached. */
export interface Watched {
  readonly alias: string;
  /** Where our listener is: another session of the user's on this machine has another port. */
  port(): string;
  /** Whether the server takes ATTACHES. Only from one that does, its refusal says that the user is not connected. */
  takesAttaches(): boolean;
  /** CONNECT again, on the port of our listener. */
  connect(done: (code: Code | undefined) => void): Asked;
  /** There is nobody to watch any more: the user is connected elsewhere, or not registered. */
  over(why: 'elsewhere' | 'unknown-user'): void;
  /** The server is gone, and the program is not to wait for it. */
  readonly lost: (() => void) | undefined;
}

/**
 * The server calls; nothing else would tell that it never will. A server of ours is asked by ATTACHES, which prints no line
 * on its console and has it try at once what waits; any other by CONNECT, whose reply says that the user is connected.
 */
export class Watch {
  readonly #host: ClientHost;
  readonly #user: Watched;
  /** What is under way: a pause, or a question with its deadline. */
  #cancels: (() => void)[] = [];
  /** How often in a row the server was not reached. */
  #losses = 0;
  /** The server has said once that the user is connected: so its taking CONNECT again means that the user was not. */
  #knowsConnected = false;
  #isOver = false;

  constructor(host: ClientHost, user: Watched) {
    this.#host = host;
    this.#user = user;
    this.#later(limits.mailbox.watchMs);
  }

  stop(): void {
    this.#isOver = true;
    this.#cancelAll();
  }

  #cancelAll(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
  }

  #later(ms: number): void {
    this.#cancels.push(this.#host.after(ms, () => this.#ask()));
  }

  #ask(): void {
    this.#cancels = [];
    if (!this.#user.takesAttaches()) return this.#connect();
    const { alias } = this.#user;
    const request: Request = { operation: 'ATTACHES', alias, port: this.#user.port() };
    this.#question(
      (done) => performSilently(this.#host, request, ({ code }) => done(code)),
      (code) => {
        if (code === 0) this.#isThere();
        else if (code === undefined) this.#isLost();
        else this.#connect('unconnected');
      },
    );
  }

  /** `unconnected`: the server has said that the user is not connected from here. */
  #connect(known?: 'unconnected'): void {
    this.#question(
      (done) => this.#user.connect(done),
      (code) => {
        switch (code) {
          case 0:
            return this.#isBack(known !== undefined || this.#knowsConnected || this.#losses > 0);
          case codes.CONNECT.alreadyConnected:
            this.#knowsConnected = true;
            return known === undefined ? this.#isThere() : this.#isOverFor('elsewhere');
          case codes.CONNECT.unknownUser:
            return this.#isOverFor('unknown-user');
          case undefined:
            return this.#isLost();
          default:
            return this.#isLost(`The server does not connect ${this.#user.alias} now`);
        }
      },
    );
  }

  /** Asks, and takes an answer that does not come in time for a server that is lost. */
  #question(
    ask: (done: (code: Code | undefined) => void) => Asked,
    answered: (code: Code | undefined) => void,
  ): void {
    let isAnswered = false;
    const once = (code: Code | undefined): void => {
      if (isAnswered || this.#isOver) return;
      isAnswered = true;
      this.#cancelAll();
      answered(code);
    };
    const asked = ask(once);
    if (isAnswered || this.#isOver) return;
    this.#cancels.push(
      () => asked.cancel(),
      this.#host.after(limits.mailbox.watchAnswerMs, () => once(undefined)),
    );
  }

  #isThere(): void {
    if (this.#losses > 0) this.#host.show(note('The server is back.'));
    this.#losses = 0;
    this.#later(limits.mailbox.watchMs);
  }

  /** `wasLost`: the server had lost the user. Some servers take every CONNECT, and nobody can know. */
  #isBack(wasLost: boolean): void {
    if (wasLost) this.#host.show(note(`The server had lost ${this.#user.alias}: connected again.`));
    this.#losses = 0;
    this.#later(limits.mailbox.watchMs);
  }

  #isLost(why = 'The server is gone'): void {
    const { lost } = this.#user;
    if (this.#losses === 0) this.#host.show(note(`${why}${lost ? '.' : '; trying again.'}`));
    if (lost) return lost();
    const pauses = limits.client.reconnectMs;
    this.#later(pauses[Math.min(this.#losses++, pauses.length - 1)] ?? 0);
  }

  #isOverFor(why: 'elsewhere' | 'unknown-user'): void {
    this.stop();
    this.#user.over(why);
  }
}
