// What a program that talks with a person may do, whether the person sits at a terminal or wrote a script.

import type { Progress } from './progress';

/**
 * Takes a line. The next one comes when the promise is settled, so that operations stay in order.
 * A handler that throws or rejects is a bug: it ends the program, the terminal restored.
 */
export type LineHandler = (line: string) => void | Promise<void>;

export interface Dialogue {
  /** Whether somebody sits at a terminal: only then questions and prompts are seen. */
  readonly isInteractive: boolean;
  /** The lines entered that are worth keeping for the next time, oldest first. */
  readonly history: readonly string[];

  /**
   * Prints lines, at a terminal above the line being typed, which stays as it was. On a terminal each is
   * escaped, and a LF in one begins another. Lines printed in one turn of the event loop are drawn
   * together. False if the reader is behind: whoever has much to print waits for `drained`.
   */
  print(lines: readonly string[]): boolean;
  /** Settled when what was printed has gone, or nobody reads any more. */
  drained(): Promise<void>;
  setPrompt(prompt: string): void;

  /** Lines begin to come once there is a handler; a second one replaces the first. */
  onLine(handler: LineHandler): void;
  /** Ctrl-C or SIGINT. */
  onInterrupt(handler: () => void): void;
  /**
   * Ctrl-D on an empty line, the end of the script (once its last line is done), or nobody there any
   * more. Called at most once.
   */
  onEnd(handler: () => void): void;

  /**
   * Asks for one line, by a prompt of its own; what was being typed comes back afterwards. A script is
   * not shown the question: its next line is the answer. Questions are asked one after another.
   * Undefined on Ctrl-C (reported to `onInterrupt` too), Ctrl-D, the end of the script, and `close`.
   */
  ask(question: string): Promise<string | undefined>;
  /** A transfer to be shown while it lasts; `total` in bytes, if it is known. */
  progress(name: string, total?: number): Progress;

  /** Prints what waits, restores the terminal, and lets the program end. Calling it again does nothing. */
  close(): void;
}
