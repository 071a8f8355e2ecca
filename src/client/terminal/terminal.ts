// A dialogue with a user at a terminal: it connects keyboard, line editor and screen.
// long because it is the one place where these meet, and each is a call or two.

import { type Clock, SystemClock } from '../../net/clock';
import { escapeForTerminal } from '../../protocol/bytes/escape';
import { limits } from '../../protocol/limits';
import type { Complete } from './completion';
import type { Dialogue, LineHandler, Paint } from './dialogue';
import { Editor, type Effect } from './editor';
import { type Key, KeyDecoder } from './keys';
import { inColumns } from './layout';
import { LineQueue } from './line_queue';
import { PacedOutput } from './paced_output';
import type { Progress } from './progress';
import { ProgressBoard } from './progress_board';
import { Questions } from './questions';
import { Screen } from './screen';
import type { SystemProcess, TextInput, TextOutput } from './system';
import { Tty } from './tty';

export interface TerminalOptions {
  readonly input: TextInput;
  readonly output: TextOutput;
  /** What stands before the line being typed: plain text, one line. */
  readonly prompt: string;
  /** What Tab may complete. */
  readonly complete?: Complete | undefined;
  /** Lines of earlier sessions, oldest first. */
  readonly history?: readonly string[] | undefined;
  /** Whether the terminal wraps its rows anew when its width changes; most do. */
  readonly reflows?: boolean | undefined;
  readonly process?: SystemProcess | undefined;
  readonly clock?: Clock | undefined;
}

export function openTerminal(options: TerminalOptions): Dialogue {
  return new Terminal(options);
}

class Terminal implements Dialogue {
  readonly isInteractive = true;
  /** A terminal that cannot be written is gone, and with it everybody to tell. */
  readonly fault = undefined;
  readonly #input: TextInput;
  readonly #output: TextOutput;
  readonly #pacedOutput: PacedOutput;
  readonly #clock: Clock;
  readonly #tty: Tty;
  readonly #screen: Screen;
  readonly #editor: Editor;
  readonly #keys: KeyDecoder;
  readonly #board: ProgressBoard;
  readonly #lines = new LineQueue();
  readonly #questions: Questions;
  #prompt: string;
  #onInterrupt: () => void = () => {};
  #onEnd: () => void = () => {};
  #isStopped = false;
  #isFlushDue = false;
  /** When a key was last pressed, by the monotonic clock. */
  #pressedAt: number;
  #state: 'open' | 'ended' | 'closed' = 'open';

  constructor(options: TerminalOptions) {
    const { input, output } = options;
    this.#input = input;
    this.#output = output;
    this.#pacedOutput = new PacedOutput(output);
    this.#clock = options.clock ?? new SystemClock();
    this.#pressedAt = this.#clock.monotonicNow();
    this.#prompt = options.prompt;
    this.#editor = new Editor(options);
    this.#questions = new Questions(this.#editor);
    const size = () => ({ columns: output.columns ?? 0, rows: output.rows ?? 0 });
    this.#screen = new Screen((text) => this.#pacedOutput.write(text), size, options.reflows);
    this.#board = new ProgressBoard(() => this.#draw(), this.#clock);
    this.#keys = new KeyDecoder((keys) => this.#press(keys), { clock: this.#clock });
    this.#tty = new Tty(input, output, options.process ?? process, {
      interrupt: () => this.#interrupt(),
      stop: () => this.#stop(),
      continue: () => this.#continue(),
    });
    this.#open();
  }

  get idleMs(): number {
    return this.#clock.monotonicNow() - this.#pressedAt;
  }

  get history(): readonly string[] {
    return this.#editor.history;
  }

  print(lines: readonly string[], paint?: Paint): boolean {
    if (this.#state === 'closed') return true;
    this.#screen.print(lines, paint);
    if (this.#screen.waiting > limits.terminal.printedLines) this.#draw();
    else this.#drawSoon();
    return !this.#pacedOutput.isBehind;
  }

  drained(): Promise<void> {
    return this.#pacedOutput.drained();
  }

  bell(): void {
    this.#screen.bell();
    this.#drawSoon();
  }

  setPrompt(prompt: string): void {
    this.#prompt = prompt;
    this.#drawSoon();
  }

  onLine(handler: LineHandler): void {
    // A line is echoed when its turn comes: only then is it known which prompt it answers.
    this.#lines.setHandler((line) => {
      this.#echo(line);
      return handler(line);
    });
  }

  onInterrupt(handler: () => void): void {
    this.#onInterrupt = handler;
  }

  onEnd(handler: () => void): void {
    this.#onEnd = handler;
    if (this.#state === 'ended') queueMicrotask(handler);
  }

  ask(question: string): Promise<string | undefined> {
    if (this.#state !== 'open') return Promise.resolve(undefined);
    this.#drawSoon();
    return this.#questions.ask(question);
  }

  progress(name: string, total?: number): Progress {
    return this.#board.start(name, total);
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#board.close();
    // What was never handled stays to be read.
    this.#screen.print(this.#lines.clear());
    this.#draw();
    this.#screen.hide();
    this.#state = 'closed';
    this.#tty.close();
    this.#keys.stop();
    this.#questions.cancelAll();
    this.#subscribe('off');
    // A terminal that is gone may still raise errors, which no longer matter.
    this.#input.on('error', ignore);
    this.#output.on('error', ignore);
    this.#input.pause();
    this.#pacedOutput.close();
  }

  #open(): void {
    this.#tty.open();
    this.#subscribe('on');
    this.#input.resume();
    this.#draw();
  }

  #subscribe(how: 'on' | 'off'): void {
    this.#input[how]('data', this.#onData);
    this.#input[how]('end', this.#onInputEnd);
    this.#input[how]('close', this.#onInputEnd);
    this.#input[how]('error', this.#onInputEnd);
    this.#output[how]('resize', this.#onResize);
    this.#output[how]('close', this.#onInputEnd);
    this.#output[how]('error', this.#onInputEnd);
  }

  readonly #onData = (bytes: Uint8Array): void => this.#keys.push(bytes);

  readonly #onResize = (): void => {
    if (this.#isStopped) return;
    this.#compose();
    this.#screen.resized();
  };

  readonly #onInputEnd = (): void => {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#questions.cancelAll();
    this.#pacedOutput.release();
    this.#onEnd();
  };

  #press(keys: readonly Key[]): void {
    this.#pressedAt = this.#clock.monotonicNow();
    for (const key of keys) {
      for (const effect of this.#editor.press(key)) {
        if (this.#state === 'open') this.#apply(effect);
      }
    }
    this.#draw();
  }

  #apply(effect: Effect): void {
    switch (effect.kind) {
      case 'submit':
        return this.#submit(effect.line);
      case 'list':
        return this.#screen.print(inColumns(effect.candidates, (this.#output.columns ?? 80) - 1));
      case 'interrupt':
        return this.#interrupt();
      case 'end':
        // The lines entered before it are handled first, as in a script.
        if (!this.#questions.cancel()) void this.#lines.idle().then(this.#onInputEnd);
        return;
      case 'suspend':
        return this.#stop();
      case 'clear':
        return this.#screen.clear();
      case 'bell':
        return this.#screen.bell();
    }
  }

  #submit(line: string): void {
    if (this.#questions.current !== undefined) {
      this.#echo(line);
      this.#questions.answer(line);
      return;
    }
    this.#editor.remember(line);
    if (!this.#lines.push(line)) this.#screen.bell();
  }

  #echo(line: string): void {
    this.#screen.print([this.#currentPrompt() + line]);
    this.#drawSoon();
  }

  #interrupt(): void {
    this.#questions.cancel();
    this.#draw();
    this.#onInterrupt();
  }

  #stop(): void {
    if (this.#isStopped || this.#state === 'closed') return;
    this.#draw();
    this.#screen.hide();
    this.#isStopped = true;
    this.#tty.stop();
    this.#clock.after(limits.terminal.stopMs, () => {
      if (this.#isStopped) this.#continue();
    });
  }

  /** Called by the signal and by the clock. The signal may also follow a stop that we did not notice. */
  #continue(): void {
    if (this.#state === 'closed') return;
    this.#tty.continue();
    if (this.#isStopped) this.#screen.invalidate();
    this.#isStopped = false;
    this.#onResize();
  }

  #drawSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      this.#draw();
    });
  }

  #draw(): void {
    // While we are stopped, another program has the terminal; what waits is drawn afterwards.
    if (this.#isStopped || this.#state === 'closed') return;
    this.#compose();
    this.#screen.flush();
  }

  #compose(): void {
    const { prompt, text, cursor } = this.#editor.edited;
    const line = { prompt: prompt ?? this.#currentPrompt(), text, cursor };
    const columns = (this.#output.columns ?? 80) - 1;
    const status = [...this.#board.lines(columns), ...this.#waitingLines()];
    this.#screen.show({ status, line });
  }

  /** What was entered and waits for its turn, so that it has not vanished meanwhile. */
  #waitingLines(): string[] {
    const { waiting } = this.#lines;
    const shown = waiting.slice(0, limits.terminal.waitingLines).map(escapeForTerminal);
    const more = waiting.length - shown.length;
    return [...shown.map((line) => `… ${line}`), ...(more > 0 ? [`… and ${more} more`] : [])];
  }

  #currentPrompt(): string {
    return this.#questions.current ?? this.#prompt;
  }
}

const ignore = (): void => {};
