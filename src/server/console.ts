// The server's console: one bounded writer, so that a pipe nobody reads never stalls the server.

import { createWriteStream, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

import { escapeForTerminal } from '../protocol/bytes/escape';
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
  /** Characters accepted and not yet written, and how many of them stand in `#lines`. */
  #waiting = 0;
  #collected = 0;
  #dropped = 0;
  #scheduled = false;
  #broken = false;
  #prompt = '';
  /** Bytes may end in the middle of a character. */
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** What a peer sent ends, on a terminal, in the middle of a line. */
  #isMidLine = false;
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
    if (this.#lines.length > 0) this.#flush();
    this.#stream.write(this.isTerminal ? this.#forTerminal(bytes) : bytes, taken);
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
    this.#collected += piece.length;
    this.#lines.push(piece);
    this.#soon();
  }

  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#writeAndRest());
  }

  /** The first line leaves at once; what follows is collected for a moment, since a write costs as much as a request. */
  #writeAndRest(): void {
    this.#flush();
    setTimeout(() => {
      this.#scheduled = false;
      if (this.#lines.length > 0 || this.#dropped > 0) this.#soon();
    }, limits.consoleRestMs);
  }

  #flush(): void {
    const lines = this.#lines;
    this.#lines = [];
    if (this.#dropped > 0) {
      lines.push(`(${this.#dropped} lines dropped: nobody read them)\n`);
      this.#dropped = 0;
    }
    if (this.isTerminal && this.#prompt !== '') lines.push(`\r\x1b[K${this.#prompt}`);
    if (lines.length === 0) return;
    const bytes = (this.#isMidLine ? '\n' : '') + lines.join('');
    const size = this.#collected;
    this.#collected = 0;
    this.#isMidLine = false;
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
