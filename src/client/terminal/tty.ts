// Raw mode and bracketed paste: entered once, left in every way that a program can end or stop.

import type { Host, TerminalSignal, TextInput, TextOutput } from './streams';

const pasteOn = '\x1b[?2004h';
const pasteOff = '\x1b[?2004l';

/** What the terminal does when it is about to be stopped, goes on, or somebody interrupts from outside. */
export interface TtyEvents {
  interrupt(): void;
  stop(): void;
  continue(): void;
}

export class Tty {
  readonly #input: TextInput;
  readonly #output: TextOutput;
  readonly #host: Host;
  readonly #handlers: ReadonlyMap<TerminalSignal | 'exit', () => void>;
  #isRaw = false;

  constructor(input: TextInput, output: TextOutput, host: Host, events: TtyEvents) {
    this.#input = input;
    this.#output = output;
    this.#host = host;
    this.#handlers = new Map<TerminalSignal | 'exit', () => void>([
      // An exception that nobody catches ends in `exit` as well.
      ['exit', () => this.#leave()],
      ['SIGINT', () => events.interrupt()],
      ['SIGTERM', () => this.#die('SIGTERM')],
      ['SIGHUP', () => this.#die('SIGHUP')],
      ['SIGQUIT', () => this.#die('SIGQUIT')],
      ['SIGTSTP', () => events.stop()],
      ['SIGCONT', () => events.continue()],
    ]);
  }

  open(): void {
    for (const [event, handler] of this.#handlers) this.#host.on(event, handler);
    this.#enter();
  }

  close(): void {
    for (const [event, handler] of this.#handlers) this.#host.off(event, handler);
    this.#leave();
  }

  /** Stops the program as its terminal's user expects of Ctrl-Z. */
  stop(): void {
    this.#leave();
    // Without our handler the signal does what it does to any program.
    this.#without('SIGTSTP', () => this.#host.kill(this.#host.pid, 'SIGTSTP'));
  }

  /** After a stop: whoever ran meanwhile may have changed the terminal, whatever we believe. */
  continue(): void {
    if (this.#isRaw) this.#input.setRawMode?.(false);
    this.#isRaw = false;
    this.#enter();
  }

  #enter(): void {
    if (this.#isRaw) return;
    this.#isRaw = true;
    this.#input.setRawMode?.(true);
    this.#output.write(pasteOn);
  }

  #leave(): void {
    if (!this.#isRaw) return;
    this.#isRaw = false;
    this.#output.write(pasteOff);
    this.#input.setRawMode?.(false);
  }

  /** Ends by the signal, unless the program has a handler of its own, which then decides. */
  #die(signal: TerminalSignal): void {
    if (this.#host.listenerCount(signal) > 1) return;
    this.close();
    this.#host.kill(this.#host.pid, signal);
  }

  #without(signal: TerminalSignal, call: () => void): void {
    const handler = this.#handlers.get(signal);
    if (handler === undefined) return;
    this.#host.off(signal, handler);
    call();
    this.#host.on(signal, handler);
  }
}
