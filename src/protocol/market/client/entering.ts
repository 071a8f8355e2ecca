// What a client of ours answers before it is in: its name, that it wants private lines marked, what balance it had.

import { forms, marksWanted, type ServerMessage } from '../wire/messages';

export interface EnteringPlan {
  readonly name?: string | undefined;
  /** Ask that private lines be marked as such. */
  readonly marks: boolean;
  /** Come in with the balance that is there, so that entering changes no money. */
  readonly keepsBalance: boolean;
}

type Step = 'name' | 'private' | 'funds' | 'balance';

/** Each question of the server for the balance is answered with the next step. */
export class Entering {
  readonly #name: string | undefined;
  #steps: Step[];
  /** What was said last, which the server's next lines are about. */
  #current: Step | undefined;
  #hasBegun = false;
  /** The server has asked in the words of the source. */
  #knowsWords = false;
  /** The balance that the name has, as far as the server knows. */
  #balance = '0';

  constructor({ name, marks, keepsBalance }: EnteringPlan) {
    this.#name = name;
    this.#steps = [
      ...(name === undefined ? [] : (['name'] as const)),
      ...(marks ? (['private'] as const) : []),
      ...(keepsBalance && name !== undefined ? (['funds'] as const) : []),
      ...(keepsBalance ? (['balance'] as const) : []),
    ];
  }

  /** The answer to the question; undefined where it is the user's to answer. */
  answer(): string | undefined {
    this.#hasBegun = true;
    this.#current = this.#steps.shift();
    switch (this.#current) {
      case 'name':
        return this.#name;
      case 'private':
        return marksWanted;
      case 'funds':
        return forms.funds;
      case 'balance':
        return this.#balance;
      case undefined:
        return undefined;
    }
  }

  /** Whether a line of the server's is about what our client has asked by itself, and not for the user. */
  takes(message: ServerMessage): boolean {
    const { is } = message;
    if (this.#current === 'funds' && is === 'funds') {
      this.#balance = message.amount;
      return true;
    }
    // Other servers take these words for a bad name or a bad number, and ask again.
    const isOurs = this.#current === 'funds' || this.#current === 'private';
    return isOurs && (is === 'told' || (is === 'refused' && message.why !== 'in-use'));
  }

  /** Whether a line asks for the balance: in the words of the source, or, where those never come, in others. */
  isQuestion(message: ServerMessage, line: string): boolean {
    if (message.is === 'question') return (this.#knowsWords = true);
    return !this.#knowsWords && message.is === 'told' && line.trimEnd().endsWith('?');
  }

  /** The balance was said last: what the server says behind it, in whatever words, is that it has taken it. */
  get hasSaidBalance(): boolean {
    return this.#current === 'balance';
  }

  /** Our name was refused: the user, or nobody, answers what comes next. */
  stop(): void {
    this.#steps = [];
    this.#current = undefined;
  }

  /** Whether anything was said yet. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }
}
