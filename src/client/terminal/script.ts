// A dialogue with a script: it reads lines from a pipe or a file one at a time, and prints plain lines.

import { escapeLines } from '../../protocol/bytes/escape';
import { limits } from '../../protocol/limits';
import type { Dialogue, LineHandler } from './dialogue';
import { PacedOutput } from './paced_output';
import { noProgress, type Progress } from './progress';
import { readLines } from './read_lines';
import type { SystemProcess, TextOutput } from './system';

export interface ScriptOptions {
  /** Bytes of UTF-8, for instance `process.stdin`. They are read only as fast as the lines are handled. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly output: TextOutput;
  readonly process?: Pick<SystemProcess, 'on' | 'off'> | undefined;
}

export function openScript(options: ScriptOptions): Dialogue {
  return new Script(options);
}

class Script implements Dialogue {
  readonly isInteractive = false;
  readonly idleMs = 0;
  readonly history: readonly string[] = [];
  fault: unknown;
  readonly #lines: AsyncGenerator<string, void>;
  readonly #output: TextOutput;
  readonly #pacedOutput: PacedOutput;
  readonly #process: Pick<SystemProcess, 'on' | 'off'>;
  readonly #questions: ((answer: string | undefined) => void)[] = [];
  #handler: LineHandler | undefined;
  #onInterrupt: () => void = () => {};
  #onEnd: () => void = () => {};
  #isHandling = false;
  #isReading = false;
  #state: 'open' | 'ended' | 'closed' = 'open';
  #printed: string[] = [];

  constructor(options: ScriptOptions) {
    this.#lines = readLines(options.input);
    this.#output = options.output;
    this.#pacedOutput = new PacedOutput(options.output);
    this.#process = options.process ?? process;
    this.#process.on('SIGINT', this.#interrupt);
    this.#output.on('close', this.#onOutputGone);
    this.#output.on('error', (error) => {
      this.fault ??= error;
      this.#onOutputGone();
    });
  }

  print(lines: readonly string[]): boolean {
    if (this.#state === 'closed') return true;
    if (this.#printed.length === 0) setImmediate(() => this.#flush());
    // A file or a program gets the text as it is; a terminal gets it escaped.
    if (this.#output.isTTY) for (const line of lines) this.#printed.push(...escapeLines(line));
    else this.#printed.push(...lines);
    if (this.#printed.length > limits.terminal.printedLines) this.#flush();
    return !this.#pacedOutput.isBehind;
  }

  drained(): Promise<void> {
    return this.#pacedOutput.drained();
  }

  bell(): void {}

  setPrompt(): void {}

  onLine(handler: LineHandler): void {
    this.#handler = handler;
    void this.#read();
  }

  onInterrupt(handler: () => void): void {
    this.#onInterrupt = handler;
  }

  onEnd(handler: () => void): void {
    this.#onEnd = handler;
    if (this.#state === 'ended' && !this.#isHandling) queueMicrotask(handler);
  }

  ask(): Promise<string | undefined> {
    if (this.#state !== 'open') return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#questions.push(resolve);
      void this.#read();
    });
  }

  progress(): Progress {
    return noProgress;
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#flush();
    this.#state = 'closed';
    this.#process.off('SIGINT', this.#interrupt);
    this.#answerAll();
    this.#pacedOutput.close();
    // The reading ends as soon as the input lets it. Nothing waits for that.
    void this.#lines.return(undefined).catch(() => {});
  }

  /** Reads while lines are wanted: by a question first, then by the handler when it is free. */
  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#state === 'open' && this.#isWanted()) {
      const next = await this.#lines.next();
      if (this.#state !== 'open') break;
      if (next.done === true) {
        this.#state = 'ended';
        this.#answerAll();
        if (!this.#isHandling) this.#onEnd();
        break;
      }
      const question = this.#questions.shift();
      if (question === undefined) void this.#handle(next.value);
      else question(next.value);
    }
    this.#isReading = false;
  }

  #isWanted(): boolean {
    return this.#questions.length > 0 || (this.#handler !== undefined && !this.#isHandling);
  }

  async #handle(line: string): Promise<void> {
    this.#isHandling = true;
    // If the handler rejects, this promise rejects unhandled, and the program ends.
    await this.#handler?.(line);
    this.#isHandling = false;
    if (this.#state === 'ended') this.#onEnd();
    else void this.#read();
  }

  #answerAll(): void {
    for (const resolve of this.#questions.splice(0)) resolve(undefined);
  }

  #flush(): void {
    const lines = this.#printed;
    this.#printed = [];
    if (lines.length === 0 || this.#state === 'closed') return;
    this.#pacedOutput.write(`${lines.join('\n')}\n`);
  }

  readonly #interrupt = (): void => this.#onInterrupt();

  /** The reader of what we print is gone, so the script has ended, even if it has more lines. */
  readonly #onOutputGone = (): void => {
    this.#pacedOutput.release();
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#answerAll();
    if (!this.#isHandling) this.#onEnd();
  };
}
