// Where what a client shows goes: a dialogue, a pipe, objects for a program, or the streams of a one-shot command.

import type { Io } from '../cli/io';
import { escapeLines, terminalJson } from '../protocol/bytes/escape';
import type { Shown } from '../protocol/dialect';
import type { IncomingStyle } from './incoming_style';
import type { Dialogue } from './terminal/dialogue';
import { noProgress, type Progress } from './terminal/progress';

/** Shows what a client has to show, and asks its questions. */
export interface View {
  show(shown: Shown): void;
  /** Shows what arrived where it takes time until the user has it; false where they could not get it. */
  hand?(shown: Shown): Promise<boolean>;
  /** Settled when the reader has caught up. */
  ready(): Promise<void>;
  prompt(text: string): void;
  /** Asks the user; undefined when there is no user to ask. */
  ask(question: string): Promise<string | undefined>;
  progress(name: string, total: number): Progress;
}

/** Lines as they are printed, each escaped and with a line end. */
export const printable = (lines: readonly string[]): string =>
  lines
    .flatMap(escapeLines)
    .map((line) => `${line}\n`)
    .join('');

/** What a program gets. What arrives has its time: most protocols carry none. */
export const objectOf = ({ kind, json }: Shown): Readonly<Record<string, unknown>> =>
  kind === 'incoming' ? { ...json, at: new Date().toISOString() } : json;

/** The view of `chat connect`. */
export class DialogueView implements View {
  readonly #dialogue: Dialogue;
  readonly #err: Io['err'];
  readonly #isJson: boolean;
  readonly #style: IncomingStyle | undefined;

  /** The last thing shown, so that a hint does not repeat it. */
  lastShown = '';
  /** Whether each message rings the terminal's bell. */
  hasBell = false;

  /**
   * `isJson`: print one object a message, receipt or result, and nothing else on standard output. `style`: how what
   * others say looks at a terminal; without one, it is shown as its protocol has it.
   */
  constructor(dialogue: Dialogue, err: Io['err'], isJson: boolean, style?: IncomingStyle) {
    this.#dialogue = dialogue;
    this.#err = err;
    this.#isJson = isJson;
    this.#style = dialogue.isInteractive ? style : undefined;
  }

  show(shown: Shown): void {
    this.lastShown = shown.lines.join('\n');
    this.#ring(shown);
    if (this.#isJson && shown.kind !== 'note') {
      // A program knows its own requests; it reads their results.
      if (shown.kind !== 'request') this.#dialogue.print([terminalJson(objectOf(shown))]);
    } else if (this.#style !== undefined && shown.kind === 'incoming') {
      this.#showIncoming(shown.lines, this.#style);
    } else if (this.#dialogue.isInteractive || shown.kind !== 'note') {
      this.#dialogue.print(shown.lines.flatMap(escapeLines));
    } else {
      this.#err.write(printable(shown.lines));
    }
  }

  /** Rings for what somebody says, if the user wants that. */
  #ring({ kind, json }: Shown): void {
    if (this.hasBell && kind === 'incoming' && json['type'] === 'message') this.#dialogue.bell();
  }

  #showIncoming(lines: readonly string[], style: IncomingStyle): void {
    this.#dialogue.print(style.above(this.#dialogue.idleMs), style.paintAbove);
    this.#dialogue.print(style.dated(lines.flatMap(escapeLines)), style.paint);
  }

  ready(): Promise<void> {
    return this.#dialogue.drained();
  }

  prompt(text: string): void {
    this.#dialogue.setPrompt(text);
  }

  ask(question: string): Promise<string | undefined> {
    // The next line of a script is a command, not an answer.
    if (!this.#dialogue.isInteractive) return Promise.resolve(undefined);
    return this.#dialogue.ask(question);
  }

  progress(name: string, total: number): Progress {
    return this.#dialogue.progress(name, total);
  }
}

/** The view of a command that does one thing and exits. It keeps what it is shown until the ending is known. */
export class OneShotView implements View {
  readonly #progress: (name: string, total: number) => Progress;
  readonly #notes: Io['err'] | undefined;
  #shown: Shown[] = [];

  /** `notes`: where what the client itself has to say is written at once. */
  constructor(
    progress: (name: string, total: number) => Progress = () => noProgress,
    notes?: Io['err'],
  ) {
    this.#progress = progress;
    this.#notes = notes;
  }

  /** Everything that was shown and not written yet. */
  get text(): string {
    return this.#shown.flatMap(({ lines }) => lines).join('\n');
  }

  /** Writes what was shown: results on standard output, but everything on standard error after a failure. */
  flush(io: Io, isDone: boolean): void {
    const shown = this.#shown;
    this.#shown = [];
    for (const { lines, kind } of shown) {
      if (isDone && (kind === 'result' || kind === 'incoming')) io.out.write(printable(lines));
      else if (kind !== 'request') io.err.write(printable(lines));
    }
  }

  show(shown: Shown): void {
    if (shown.kind === 'note' && this.#notes) this.#notes.write(printable(shown.lines));
    else this.#shown.push(shown);
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
