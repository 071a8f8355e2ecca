// Raw mode and bracketed paste: they are turned off in every way that a program can end or stop.

import type { SystemProcess, TerminalSignal, TextInput, TextOutput } from './system';

const pasteOn = '\x1b[?2004h';
const pasteOff = '\x1b[?2004l';

/** What the terminal does at a signal. */
export interface TtyEvents {
  interrupt(): void;
  stop(): void;
  continue(): void;
}

export class Tty {
  readonly #input: TextInput;
  readonly #output: TextOutput;
  readonly #process: SystemProcess;
  readonly #handlers: ReadonlyMap<TerminalSignal | 'exit', () => void>;
  #isRaw = false;

  constructor(input: TextInput, output: TextOutput, process: SystemProcess, events: TtyEvents) {
    this.#input = input;
    this.#output = output;
    this.#process = process;
    this.#handlers = new Map<TerminalSignal | 'exit', () => void>([
      // An uncaught exception ends in `exit` too.
      ['exit', () => this.#leaveRawMode()],
      ['SIGINT', () => events.interrupt()],
      ['SIGTERM', () => this.#endBySignal('SIGTERM')],
      ['SIGHUP', () => this.#endBySignal('SIGHUP')],
      ['SIGQUIT', () => this.#endBySignal('SIGQUIT')],
      ['SIGTSTP', () => events.stop()],
      ['SIGCONT', () => events.continue()],
    ]);
  }

  open(): void {
    for (const [event, handler] of this.#handlers) this.#process.on(event, handler);
    this.#enterRawMode();
  }

  close(): void {
    for (const [event, handler] of this.#handlers) this.#process.off(event, handler);
    this.#leaveRawMode();
  }

  /** Stops the program, as its user expects of Ctrl-Z. */
  stop(): void {
    this.#leaveRawMode();
    // Without our handler, the signal does what it does to any program.
    this.#withoutHandler('SIGTSTP', () => this.#process.kill(this.#process.pid, 'SIGTSTP'));
  }

  /** After a stop: another program may have changed the terminal meanwhile, so raw mode is entered anew. */
  continue(): void {
    if (this.#isRaw) this.#input.setRawMode?.(false);
    this.#isRaw = false;
    this.#enterRawMode();
  }

  #enterRawMode(): void {
    if (this.#isRaw) return;
    this.#isRaw = true;
    this.#input.setRawMode?.(true);
    this.#output.write(pasteOn);
  }

  #leaveRawMode(): void {
    if (!this.#isRaw) return;
    this.#isRaw = false;
    this.#output.write(pasteOff);
    this.#input.setRawMode?.(false);
  }

  /** Ends the program by the signal, unless it has another handler for it, which then decides. */
  #endBySignal(signal: TerminalSignal): void {
    if (this.#process.listenerCount(signal) > 1) return;
    this.close();
    this.#process.kill(this.#process.pid, signal);
  }

  #withoutHandler(signal: TerminalSignal, call: () => void): void {
    const handler = this.#handlers.get(signal);
    if (handler === undefined) return;
    this.#process.off(signal, handler);
    call();
    this.#process.on(signal, handler);
  }
}
