// A conversation with a script: lines from a pipe or a file one at a time, plain lines as the answer.

import { escapeLines } from '../../protocol/bytes/escape';
import type { Dialogue, LineHandler } from './dialogue';
import type { Progress } from './progress';
import { readLines } from './read_lines';
import type { SystemProcess, TextOutput } from './system';

export interface ScriptOptions {
  /** Bytes of UTF-8, `process.stdin` for instance; read only as fast as the lines are dealt with. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly output: TextOutput;
  readonly process?: Pick<SystemProcess, 'on' | 'off'> | undefined;
}

export function openScript(options: ScriptOptions): Dialogue {
  return new Script(options);
}

class Script implements Dialogue {
  readonly isInteractive = false;
  readonly history: readonly string[] = [];
  readonly #lines: AsyncGenerator<string, void>;
  readonly #output: TextOutput;
  readonly #process: Pick<SystemProcess, 'on' | 'off'>;
  readonly #questions: ((answer: string | undefined) => void)[] = [];
  #handler: LineHandler | undefined;
  #onInterrupt: () => void = () => {};
  #onEnd: () => void = () => {};
  #isHandling = false;
  #isReading = false;
  #state: 'open' | 'ended' | 'closed' = 'open';
  #printed: string[] = [];
  #isBehind = false;
  #drains: (() => void)[] = [];

  constructor(options: ScriptOptions) {
    this.#lines = readLines(options.input);
    this.#output = options.output;
    this.#process = options.process ?? process;
    this.#process.on('SIGINT', this.#interrupt);
    this.#output.on('drain', this.#release);
    this.#output.on('close', this.#onOutputGone);
    this.#output.on('error', this.#onOutputGone);
  }

  print(lines: readonly string[]): boolean {
    if (this.#state === 'closed') return true;
    if (this.#printed.length === 0) setImmediate(() => this.#flush());
    // Into a file or a program goes what was said; a terminal is shown it.
    if (this.#output.isTTY) for (const line of lines) this.#printed.push(...escapeLines(line));
    else this.#printed.push(...lines);
    if (this.#printed.length > 1000) this.#flush();
    return !this.#isBehind;
  }

  drained(): Promise<void> {
    if (!this.#isBehind) return Promise.resolve();
    return new Promise((resolve) => this.#drains.push(resolve));
  }

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
    return { update() {}, end() {} };
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#flush();
    this.#state = 'closed';
    this.#process.off('SIGINT', this.#interrupt);
    this.#output.off('drain', this.#release);
    this.#answerAll();
    this.#release();
    // Ends the reading as soon as the input lets it; nobody waits for that.
    void this.#lines.return(undefined).catch(() => {});
  }

  /** Reads while somebody wants lines: a question first, then the handler when it is free. */
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
    // A handler that rejects leaves this promise rejected, with nobody to hear it: the program ends.
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
    if (!this.#output.write(`${lines.join('\n')}\n`)) this.#isBehind = true;
  }

  readonly #interrupt = (): void => this.#onInterrupt();

  readonly #release = (): void => {
    this.#isBehind = false;
    for (const resolve of this.#drains.splice(0)) resolve();
  };

  /** Nobody reads what we print: the script has ended, whatever it still holds. */
  readonly #onOutputGone = (): void => {
    this.#release();
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#answerAll();
    if (!this.#isHandling) this.#onEnd();
  };
}
