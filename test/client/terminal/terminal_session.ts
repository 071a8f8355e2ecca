// The demo program at a pseudo-terminal: a test types on its keyboard and reads its screen.

import { fileURLToPath } from 'node:url';

import type { Order, Report } from './demo';
import { TerminalModel } from './model';

/** A wait longer than this has failed. No test waits for time alone. */
const waitMs = 10_000;
const demo = fileURLToPath(new URL('demo.ts', import.meta.url));

export class TerminalSession implements AsyncDisposable {
  readonly model: TerminalModel;
  /** Everything that was sent to the terminal, with its escape sequences. */
  raw = '';
  readonly reports: Report[] = [];
  readonly #child: Bun.Subprocess;
  readonly #terminal: Bun.Terminal;
  readonly #decoder = new TextDecoder();
  #written = Promise.resolve();
  #changes = new Set<() => void>();

  private constructor(columns: number, rows: number, command: string[]) {
    this.model = new TerminalModel({ columns, rows });
    this.#child = Bun.spawn(command, {
      // Made by `spawn`, because only then is it the program's controlling terminal.
      terminal: { cols: columns, rows, data: (_, bytes) => this.#show(bytes.slice()) },
      env: { ...process.env, TERM: 'xterm-256color', PS1: '$ ', HISTFILE: '' },
      ipc: (message: Report) => {
        this.reports.push(message);
        this.#changed();
      },
    });
    const { terminal } = this.#child;
    if (terminal === undefined) throw new Error('no pseudo-terminal to be had');
    this.#terminal = terminal;
    void this.#child.exited.then(() => this.#changed());
  }

  /** Opens the demo and waits for its prompt. */
  static async open(columns = 40, rows = 12): Promise<TerminalSession> {
    const session = new TerminalSession(columns, rows, [process.execPath, demo]);
    await session.until('the prompt', () => session.model.cursorRow.startsWith('[Me] |'));
    await session.until('the report', () => session.reports.length > 0);
    return session;
  }

  /** A shell with job control, in which `demoCommand` can be started. */
  static shell(): TerminalSession {
    return new TerminalSession(40, 12, ['bash', '--norc', '--noprofile', '--noediting', '-i']);
  }

  static get demoCommand(): string {
    return `'${process.execPath}' '${demo}'`;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  get signalCode(): NodeJS.Signals | number | null {
    return this.#child.signalCode;
  }

  /** Whether the terminal hands over keys as they are pressed. */
  get isRaw(): boolean {
    const canonical = 2;
    return (this.#terminal.localFlags & canonical) === 0;
  }

  get lines(): string[] {
    return this.reports.flatMap((report) => ('line' in report ? [report.line] : []));
  }

  get events(): string[] {
    return this.reports.flatMap((report) => ('event' in report ? [report.event] : []));
  }

  type(keys: string): void {
    this.#terminal.write(keys);
  }

  order(order: Order): void {
    this.#child.send(order);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#written;
    this.#written = this.model.resize(columns, rows);
    this.#terminal.resize(columns, rows);
    await this.#written;
  }

  /** Waits until `holds` gives true. It is called whenever the screen, a report or the process changes. */
  until(what: string, holds: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (holds()) resolve();
    };
    const giveUp = setTimeout(() => {
      const shown = JSON.stringify(
        { rows: this.model.rows, reports: this.reports, raw: this.raw },
        null,
        1,
      );
      reject(new Error(`${what} did not come: ${shown}`));
    }, waitMs);
    this.#changes.add(look);
    look();
    return promise.finally(() => {
      this.#changes.delete(look);
      clearTimeout(giveUp);
    });
  }

  /** Waits until the screen's last rows are these and the last one's cursor stands at `|`. */
  async untilShown(...rows: string[]): Promise<void> {
    const withoutCursor = rows.map((row) => row.replace('|', '').trimEnd());
    const withCursor = rows.find((row) => row.includes('|')) ?? '';
    await this.until(rows.join(' / '), () => {
      const shown = this.model.rows.slice(-rows.length);
      return shown.join('\n') === withoutCursor.join('\n') && this.model.cursorRow === withCursor;
    });
  }

  /** The lines that were submitted, once there are as many: they are reported apart from what is shown. */
  async submitted(count: number): Promise<string[]> {
    await this.until(`${count} lines`, () => this.lines.length >= count);
    return this.lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#child.exited;
    this.#terminal.close();
    await this.#written;
    this.model.dispose();
  }

  #show(bytes: Uint8Array): void {
    this.raw += this.#decoder.decode(bytes, { stream: true });
    this.#written = this.#written.then(() => this.model.write(bytes)).then(() => this.#changed());
  }

  #changed(): void {
    for (const look of this.#changes) look();
  }
}
