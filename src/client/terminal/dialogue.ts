// What a program that talks with its user may do, whether the user sits at a terminal or wrote a script.

import type { Progress } from './progress';

/**
 * Takes a line. The next line comes when the promise is settled, so that commands stay in order. A handler
 * that throws or rejects is a bug: it ends the program, after the terminal has been restored.
 */
export type LineHandler = (line: string) => void | Promise<void>;

/** Paints a line that is escaped already, with sequences that move nothing. */
export type Paint = (line: string) => string;

export interface Dialogue {
  /** Whether the user sits at a terminal: only there are questions and prompts seen. */
  readonly isInteractive: boolean;
  /** How long ago the user last pressed a key, in ms; 0 where there are no keys. */
  readonly idleMs: number;
  /** The lines entered here that are worth keeping for the next time, oldest first. */
  readonly history: readonly string[];
  /** Why what was printed could not be written, where its reader is not just gone. */
  readonly fault: unknown;

  /**
   * Prints lines. At a terminal they appear above the line being typed, which stays as it was; each is
   * escaped, and a LF in one begins another. Lines printed in one turn of the event loop are drawn
   * together. `paint`: how each is drawn at a terminal; a script gets the text alone. Gives false if the reader is
   * behind: then print no more before `drained`.
   */
  print(lines: readonly string[], paint?: Paint): boolean;
  /** Settled when everything printed has been written, or when the reader is gone. */
  drained(): Promise<void>;
  /** Rings a terminal's bell. */
  bell(): void;
  setPrompt(prompt: string): void;

  /** Lines begin to come once there is a handler; a second handler replaces the first. */
  onLine(handler: LineHandler): void;
  /** Ctrl-C or SIGINT. */
  onInterrupt(handler: () => void): void;
  /**
   * Ctrl-D on an empty line, the end of the script (once its last line is handled), or the loss of the
   * terminal. Called at most once.
   */
  onEnd(handler: () => void): void;

  /**
   * Asks for one line, with the question as the prompt; what was being typed comes back afterwards.
   * Questions are asked one after another. In a script the question is not shown, and the next line is
   * the answer. Undefined on Ctrl-C (which `onInterrupt` hears of too), Ctrl-D, the end of the script,
   * and `close`.
   */
  ask(question: string): Promise<string | undefined>;
  /** Shows a transfer while it lasts; `total` in bytes, if it is known. */
  progress(name: string, total?: number): Progress;

  /** Prints what waits, restores the terminal, and lets the program end. Calling it again does nothing. */
  close(): void;
}
