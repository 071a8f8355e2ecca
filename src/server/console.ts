// The server's console: bounded, so that a pipe that nobody reads never stalls the server.

import { isatty } from 'node:tty';

import { escapeForTerminal } from '../protocol/bytes/escape';
import { limits } from '../protocol/limits';
import { Writer } from './writer';

/** Where console lines go. */
export interface Console {
  /** A line of a dialect, to stdout. */
  print(line: string): void;
  /**
   * Bytes as a peer sent them, to stdout, escaped where that is a terminal. None is dropped: `taken` is called once
   * they are written, and the caller waits for it.
   */
  raw(bytes: Uint8Array, taken: () => void): void;
  /** A line for the operator, to stderr. */
  warn(line: string): void;
  /** The prompt that stands under the lines. */
  prompt(text: string): void;
  readonly isTerminal: boolean;
  /** Resolves once all that was accepted is written, or cannot be. */
  close(): Promise<void>;
}

/**
 * Lines of one turn leave in one write. Lines that nobody reads wait, up to a bound. Over it, new lines are dropped
 * and counted, and the count is printed when there is room again.
 */
export class SystemConsole implements Console {
  readonly isTerminal: boolean;
  readonly #out = new Writer(1);
  readonly #err = new Writer(2);
  #lines: string[] = [];
  /** Characters accepted and not yet written, and how many of them stand in `#lines`. */
  #waiting = 0;
  #collected = 0;
  #dropped = 0;
  /** The same for stderr. */
  #warningsWaiting = 0;
  #warningsDropped = 0;
  #scheduled = false;
  #prompt = '';
  /** Keeps the beginning of a character whose end has not come. */
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** On a terminal, what a peer sent last ended in the middle of a line. */
  #isMidLine = false;
  readonly #quiet: boolean;

  constructor(quiet: boolean) {
    this.#quiet = quiet;
    this.isTerminal = isatty(1);
  }

  print(line: string): void {
    if (this.#quiet) return;
    if (!this.isTerminal) return this.#add(`${line}\n`);
    this.#add(`${this.#prompt === '' ? '' : '\r\x1b[K'}${escapeForTerminal(line)}\n`);
  }

  raw(bytes: Uint8Array, taken: () => void): void {
    if (this.#quiet || this.#out.isBroken) return taken();
    if (this.#lines.length > 0) this.#flush();
    this.#out.write(this.isTerminal ? this.#forTerminal(bytes) : bytes, taken);
  }

  #forTerminal(bytes: Uint8Array): string {
    const start = this.#prompt === '' || this.#isMidLine ? '' : '\r\x1b[K';
    const lines = this.#decoder.decode(bytes, { stream: true }).split(/\r?\n/);
    this.#isMidLine = lines.at(-1) !== '';
    return start + lines.map(escapeForTerminal).join('\n') + (this.#isMidLine ? '' : this.#prompt);
  }

  prompt(text: string): void {
    if (this.#quiet) return;
    if (this.isTerminal) this.#prompt = text;
    else this.print(text.trimEnd());
    this.#soon();
  }

  warn(line: string): void {
    if (this.#warningsWaiting > limits.server.consoleBytes) {
      this.#warningsDropped++;
      return;
    }
    const dropped = this.#warningsDropped;
    this.#warningsDropped = 0;
    const text = `${dropped > 0 ? `${lost(dropped)}\n` : ''}${line}\n`;
    this.#warningsWaiting += text.length;
    this.#err.write(text, () => {
      this.#warningsWaiting -= text.length;
    });
  }

  #add(piece: string): void {
    if (this.#out.isBroken) return;
    if (this.#waiting > limits.server.consoleBytes) {
      this.#dropped++;
      return;
    }
    this.#waiting += piece.length;
    this.#collected += piece.length;
    this.#lines.push(piece);
    this.#soon();
  }

  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#writeAndRest());
  }

  /** The first line leaves at once. Those that follow are collected, because a write costs as much as a request. */
  #writeAndRest(): void {
    this.#flush();
    setTimeout(() => {
      this.#scheduled = false;
      if (this.#lines.length > 0) this.#soon();
    }, limits.server.consoleRestMs);
  }

  #flush(): void {
    const lines = this.#lines;
    this.#lines = [];
    if (this.#dropped > 0 && this.#waiting <= limits.server.consoleBytes) {
      lines.push(`${lost(this.#dropped)}\n`);
      this.#dropped = 0;
    }
    if (this.isTerminal && this.#prompt !== '') lines.push(`\r\x1b[K${this.#prompt}`);
    if (lines.length === 0) return;
    const bytes = (this.#isMidLine ? '\n' : '') + lines.join('');
    const size = this.#collected;
    this.#collected = 0;
    this.#isMidLine = false;
    this.#out.write(bytes, () => {
      this.#waiting -= size;
      if (this.#dropped > 0) this.#soon();
    });
  }

  async close(): Promise<void> {
    this.#flush();
    if (this.isTerminal && this.#prompt !== '') this.#out.write('\r\x1b[K');
    await Promise.all([this.#out.close(), this.#err.close()]);
  }
}

const lost = (count: number): string => `(${count} lines dropped: nobody read them)`;
