// Where what a caller shows goes: a conversation above the line being typed, a pipe, or objects for a program.

import type { Io } from '../cli/io';
import { escapeLines } from '../protocol/bytes/escape';
import type { Shown } from '../protocol/dialect';
import type { View } from './runtime';
import type { Dialogue } from './terminal/dialogue';
import type { Progress } from './terminal/progress';

/** Shows no transfers. */
const silent: Progress = { update() {}, end() {} };

/** The face of `chat connect`. */
export class DialogueView implements View {
  readonly #dialogue: Dialogue;
  readonly #err: Io['err'];
  readonly #isJson: boolean;

  /** The last thing shown, for whoever asks whether something was said already. */
  lastShown = '';

  /** `isJson`: one object a message, receipt or result, and nothing else on standard output. */
  constructor(dialogue: Dialogue, err: Io['err'], isJson: boolean) {
    this.#dialogue = dialogue;
    this.#err = err;
    this.#isJson = isJson;
  }

  show(shown: Shown): void {
    this.lastShown = shown.lines.join('\n');
    if (this.#isJson && shown.kind !== 'note') {
      // What a bot asked for it knows; it reads what came of it.
      if (shown.kind !== 'request') this.#dialogue.print([JSON.stringify(shown.json)]);
      return;
    }
    const lines = shown.lines.flatMap(escapeLines);
    if (this.#dialogue.isInteractive || shown.kind !== 'note') this.#dialogue.print(lines);
    else this.#err.write(lines.map((line) => `${line}\n`).join(''));
  }

  ready(): Promise<void> {
    return this.#dialogue.drained();
  }

  prompt(text: string): void {
    this.#dialogue.setPrompt(text);
  }

  ask(question: string): Promise<string | undefined> {
    // A script's next line is an operation, not an answer.
    if (!this.#dialogue.isInteractive) return Promise.resolve(undefined);
    return this.#dialogue.ask(question);
  }

  progress(name: string, total: number): Progress {
    return this.#dialogue.progress(name, total);
  }
}

/** The face of a command that does one thing and exits: what it is shown waits until the end is known. */
export class OneShotView implements View {
  readonly #progress: (name: string, total: number) => Progress;
  #shown: Shown[] = [];

  constructor(progress: (name: string, total: number) => Progress = () => silent) {
    this.#progress = progress;
  }

  /** All that was shown and not told yet. */
  get text(): string {
    return this.#shown.flatMap(({ lines }) => lines).join('\n');
  }

  /** Writes what was shown: results where they belong, everything on standard error after a failure. */
  tell(io: Io, isDone: boolean): void {
    const shown = this.#shown;
    this.#shown = [];
    for (const { lines, kind } of shown) {
      const text = lines
        .flatMap(escapeLines)
        .map((line) => `${line}\n`)
        .join('');
      if (isDone && (kind === 'result' || kind === 'incoming')) io.out.write(text);
      else if (kind !== 'request') io.err.write(text);
    }
  }

  show(shown: Shown): void {
    this.#shown.push(shown);
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  prompt(): void {}

  ask(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  progress(name: string, total: number): Progress {
    return this.#progress(name, total);
  }
}
