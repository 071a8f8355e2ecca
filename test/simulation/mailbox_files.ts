// Files that wait for a user of the mailbox door, and how they fetch them.

import type { Answer } from './mailbox_answer';
import type { PrivateMessage } from './model';
import type { Stage } from './users';

/** What the files need of their user. */
interface Deps {
  readonly stage: Stage;
  readonly name: string;
  operate(fields: readonly string[], done: (answer: Answer) => void): void;
  /** Grows whenever the server may forget the user; nothing while it is not sure that it knows them. */
  sureMemory(): number | undefined;
  /** The answer may only say that the disk was full. */
  mayHaveFailed(answer: Answer): boolean;
}

export class WaitingFiles {
  readonly #deps: Deps;
  /** Messages whose file was not fetched yet. */
  readonly #messages = new Set<PrivateMessage>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  add(message: PrivateMessage): void {
    this.#messages.add(message);
  }

  clear(): void {
    this.#messages.clear();
  }

  /** Fetches one of them. */
  fetch(): void {
    const waiting = this.#fetchable();
    if (waiting.length > 0) this.#get(this.#deps.stage.chance.of(waiting));
  }

  fetchAll(): void {
    for (const message of this.#fetchable()) this.#get(message);
  }

  /** A sender who has registered again goes by a number that may be another's now. */
  #fetchable(): PrivateMessage[] {
    return [...this.#messages].filter(
      ({ fileIs, from }) => fileIs === 'there' && from.leftAt === undefined,
    );
  }

  #get(message: PrivateMessage): void {
    const { stage, name } = this.#deps;
    const { id } = message;
    if (id === undefined || message.file === undefined) return;
    message.fileIs = 'asked';
    const memory = this.#deps.sureMemory();
    const { life } = stage.machine;
    this.#deps.operate(['GETFILE', name, message.from.name, String(id)], (answer) => {
      message.fileIs = 'there';
      if (answer.is === 'answer') {
        const hasStopped = stage.machine.life !== life || life?.isStopping === true;
        this.#answered(message, answer, memory, hasStopped);
      } else if (answer.is === 'unknown') {
        // It may have been brought all the same, as far as the server can tell.
        this.#forget(message);
      }
    });
  }

  #answered(
    message: PrivateMessage,
    answer: Answer & { is: 'answer' },
    memory: number | undefined,
    hasStopped: boolean,
  ): void {
    const { stage, name } = this.#deps;
    const { code, fields, rest, isCut } = answer;
    if (code === 0) {
      const isWhole = Number(fields[0]) === rest.length && rest.equals(message.file ?? rest);
      // A server that stops does not wait for files: the user sees that theirs is not whole.
      if (!isWhole && !isCut && !hasStopped) {
        stage.violated(`${name} got another file with ${message.word}: ${rest.length} bytes`);
      }
      this.#forget(message);
    } else if (!this.#deps.mayHaveFailed(answer)) {
      if (memory !== undefined && this.#deps.sureMemory() === memory) {
        stage.violated(`the file of ${message.word} for ${name}: ${code}`);
      }
    }
  }

  #forget(message: PrivateMessage): void {
    message.fileIs = 'taken';
    this.#messages.delete(message);
  }
}
