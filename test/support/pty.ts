// A user at a terminal: a program on a real pseudo-terminal, keys typed into it, and the screen as it would be seen.
import { Terminal } from '@xterm/headless';

import { Changes, deadlineMs } from './changes';
import { type Environment, executable, isolatedEnvironment } from './executable';

export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Environment;
  readonly cwd?: string;
  /** What runs the executable, e.g. `host.command` of hosts.ts. */
  readonly within?: readonly string[];
}

/** Keys that have no character of their own, as a terminal sends them. */
export const keys = {
  enter: '\r',
  tab: '\t',
  escape: '\u001B',
  backspace: '\u007F',
  delete: '\u001B[3~',
  up: '\u001B[A',
  down: '\u001B[B',
  right: '\u001B[C',
  left: '\u001B[D',
  home: '\u001B[H',
  end: '\u001B[F',
  control: (message: string): string =>
    String.fromCharCode(message.toUpperCase().charCodeAt(0) & 31),
} as const;

/** `chat ARGS` on a terminal of its own. */
export async function openChat(
  args: readonly string[],
  options: ScreenOptions = {},
): Promise<Screen> {
  const env = await isolatedEnvironment({ TERM: 'xterm-256color', ...options.env });
  return new Screen([...(options.within ?? []), executable(), ...args], { ...options, env });
}

/** Any program on a terminal of its own. */
export class Screen implements AsyncDisposable {
  /** The exit status, or 128 and the signal's number. */
  readonly ended: Promise<number>;
  readonly #model: Terminal;
  readonly #pty: Bun.Terminal;
  readonly #process: Bun.Subprocess;
  readonly #changes = new Changes();
  #closed = false;
  /** How often the program rang the bell. */
  bells = 0;

  constructor(command: string[], { columns = 80, rows = 24, env, cwd }: ScreenOptions) {
    this.#model = new Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
    const hungUp = Promise.withResolvers<void>();
    // Made by spawn itself, the terminal is the controlling one: Ctrl-C and a resize are signals, and it hangs up when
    // the last program on it is gone. A Bun.Terminal handed to spawn does neither.
    this.#process = Bun.spawn(command, {
      terminal: {
        cols: columns,
        rows,
        // The model parses in a later turn, so "changed" is when it has parsed.
        data: (_, data) => this.#model.write(data.slice(), () => this.#changes.changed()),
        exit: () => hungUp.resolve(),
      },
      ...(env && { env }),
      ...(cwd && { cwd }),
    });
    this.#pty = this.#process.terminal!;
    // A program may ask the terminal where the cursor is; the model answers, as a terminal would.
    this.#model.onBell(() => this.bells++);
    this.#model.onData((answer) => this.#pty.write(answer));
    this.ended = this.#end(hungUp.promise);
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  resize(columns: number, rows: number): void {
    this.#model.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    this.#process.kill(signal);
    return this.ended;
  }

  /** What is to be seen now, a string a line; blanks at the end of a line cannot be seen. */
  get lines(): string[] {
    const { baseY } = this.#model.buffer.active;
    return this.#rows(baseY, baseY + this.#model.rows);
  }

  /** What is to be seen now and what was scrolled away above it, without the empty lines below. */
  get everything(): string {
    return this.#rows(0, this.#model.buffer.active.length).join('\n').trimEnd();
  }

  get cursor(): { readonly column: number; readonly row: number } {
    const { cursorX, cursorY } = this.#model.buffer.active;
    return { column: cursorX, row: cursorY };
  }

  /** The line that the cursor stands in. */
  get cursorLine(): string {
    return this.lines[this.cursor.row]!;
  }

  /** Waits until the screen shows a text, or is as a predicate wants it; fails showing the screen. */
  async until(
    what: string | RegExp | ((screen: this) => boolean),
    withinMs = deadlineMs,
  ): Promise<void> {
    const holds = () => {
      if (typeof what === 'function') return what(this);
      return typeof what === 'string' ? this.everything.includes(what) : what.test(this.everything);
    };
    const shown = (): string => `the screen does not show ${String(what)}:\n${this.everything}`;
    const isMet = (): boolean => {
      if (holds()) return true;
      if (this.#closed) throw new Error(`the program ended, and ${shown()}`);
      return false;
    };
    await this.#changes.until(isMet, shown, withinMs);
  }

  /** Whether anything to be seen is not in the terminal's own colour. */
  get hasColor(): boolean {
    const { active } = this.#model.buffer;
    const cells = Array.from({ length: active.length * this.#model.cols }, (_, index) =>
      active.getLine(Math.floor(index / this.#model.cols))?.getCell(index % this.#model.cols),
    );
    return cells.some((cell) => cell !== undefined && !cell.isFgDefault());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
    this.#pty.close();
    this.#model.dispose();
  }

  /** The last output comes after the process is gone, and is parsed after that. */
  async #end(hungUp: Promise<void>): Promise<number> {
    const [status] = await Promise.all([this.#process.exited, hungUp]);
    await new Promise<void>((parsed) => this.#model.write('', parsed));
    this.#closed = true;
    this.#changes.changed();
    return status;
  }

  #rows(from: number, to: number): string[] {
    const { active } = this.#model.buffer;
    return Array.from(
      { length: to - from },
      (_, row) => active.getLine(from + row)?.translateToString(true) ?? '',
    );
  }
}
