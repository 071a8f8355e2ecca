// The server's console: one bounded writer, so that a pipe nobody reads never stalls the server.

import { createWriteStream, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

import { escapeLines } from '../protocol/bytes/escape';
import { decodeLossy } from '../protocol/bytes/text';
import { limits } from '../protocol/limits';

/** Where console lines go. */
export interface Console {
  /** A line of a dialect, to stdout. */
  print(line: string): void;
  /** Bytes as a peer sent them, to stdout (escaped where that is a terminal). None is dropped: `taken` paces. */
  raw(bytes: Uint8Array, taken: () => void): void;
  /** A line for the operator, to stderr. */
  warn(line: string): void;
  /** The prompt that stands under the lines. */
  prompt(text: string): void;
  readonly isTerminal: boolean;
  /** Resolves once everything accepted was written, or cannot be. */
  close(): Promise<void>;
}

/**
 * Lines of one turn leave in one write. What nobody reads waits up to a bound; beyond it lines are dropped and
 * counted, and the count is printed when there is room again.
 */
export class SystemConsole implements Console {
  readonly isTerminal: boolean;
  readonly #stream = createWriteStream('', { fd: 1, autoClose: false });
  #lines: string[] = [];
  #waiting = 0;
  #dropped = 0;
  #scheduled = false;
  #broken = false;
  #prompt = '';
  readonly #quiet: boolean;

  constructor(quiet: boolean) {
    this.#quiet = quiet;
    this.isTerminal = isatty(1);
    this.#stream.on('error', () => {
      this.#broken = true;
    });
  }

  print(line: string): void {
    if (this.#quiet) return;
    this.#add(this.isTerminal && this.#prompt !== '' ? `\r\x1b[K${line}\n` : `${line}\n`);
  }

  raw(bytes: Uint8Array, taken: () => void): void {
    if (this.#quiet || this.#broken) return taken();
    this.#flush();
    const text = this.isTerminal ? escapeLines(decodeLossy(bytes)).join('\n') : bytes;
    this.#stream.write(text, taken);
  }

  prompt(text: string): void {
    if (this.#quiet) return;
    if (this.isTerminal) this.#prompt = text;
    else this.print(text.trimEnd());
    this.#soon();
  }

  warn(line: string): void {
    try {
      writeSync(2, `${line}\n`);
    } catch {
      // Nobody can be told.
    }
  }

  #add(piece: string): void {
    if (this.#broken) return;
    if (this.#waiting > limits.consoleBytes) {
      this.#dropped++;
      return;
    }
    this.#waiting += piece.length;
    this.#lines.push(piece);
    this.#soon();
  }

  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const lines = this.#lines;
    this.#lines = [];
    if (this.#dropped > 0) {
      lines.push(`(${this.#dropped} lines dropped: nobody read them)\n`);
      this.#dropped = 0;
    }
    if (this.isTerminal && this.#prompt !== '') lines.push(`\r\x1b[K${this.#prompt}`);
    if (lines.length === 0) return;
    const bytes = lines.join('');
    const size = this.#waiting;
    this.#stream.write(bytes, () => {
      this.#waiting -= size;
    });
  }

  close(): Promise<void> {
    this.#flush();
    if (this.isTerminal && this.#prompt !== '') this.#stream.write('\r\x1b[K');
    return new Promise((resolve) => {
      if (this.#broken) resolve();
      else this.#stream.end(() => resolve());
    });
  }
}
