// What `chat receive` does with what arrives: prints it, or runs a command for it, one after the other.

import type { CliError } from '../cli/exit';
import type { Io } from '../cli/io';
import { terminalJson } from '../protocol/bytes/escape';
import type { Shown } from '../protocol/dialect';
import type { Dialogue } from './terminal/dialogue';
import { noProgress, type Progress } from './terminal/progress';
import { objectOf, printable, type View } from './view';

export interface InboxOptions {
  readonly io: Io;
  /** What to run for each message; undefined to print each. */
  readonly command: string | undefined;
}

export class Inbox implements View {
  readonly dialogue: Dialogue;
  readonly #options: InboxOptions;
  /** Settled when everything that came before has been handled. */
  #last: Promise<unknown> = Promise.resolve();
  #end: () => void = () => {};
  /** Why nothing more can be printed. */
  fault: CliError | undefined;
  /** The last thing shown, so that a hint does not repeat it. */
  lastShown = '';

  constructor(options: InboxOptions) {
    this.#options = options;
    this.dialogue = this.#withoutInput();
  }

  /** What the server said of us goes to standard error, where it is no good news. */
  show({ kind, lines, json }: Shown): void {
    this.lastShown = lines.join('\n');
    const isBad = kind === 'note' || (kind === 'result' && json['ok'] === false);
    if (isBad) this.#options.io.err.write(printable(lines));
    else if (kind === 'incoming') void this.hand({ kind, lines, json });
  }

  /** The user has it when it is printed, or when the command for it has succeeded. */
  hand({ kind, lines, json }: Shown): Promise<boolean> {
    if (kind !== 'incoming' || json['type'] === 'receipt') return Promise.resolve(true);
    const handled = this.#last.then(() => this.#handle(objectOf({ kind, json, lines })));
    this.#last = handled;
    return handled;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  prompt(): void {}

  ask(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  progress(): Progress {
    return noProgress;
  }

  async #handle(json: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { io, command } = this.#options;
    if (this.fault !== undefined) return false;
    if (command !== undefined)
      return json['type'] !== 'message' || (await this.#run(command, json));
    try {
      io.out.write(`${terminalJson(json)}\n`);
      return true;
    } catch (error) {
      this.fault = error as CliError;
      this.#end();
      return false;
    }
  }

  /** Runs the command with the message as its input, and its fields in the environment. */
  async #run(command: string, json: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { io } = this.#options;
    const fields: readonly (readonly [string, string])[] = Object.entries(json).flatMap(
      ([name, value]) =>
        // A variable ends at a NUL, which some protocols carry.
        typeof value === 'string'
          ? [[`CHAT_${name.toUpperCase()}`, value.replaceAll('\0', '')] as const]
          : [],
    );
    const child = Bun.spawn(['sh', '-c', command], {
      stdin: Buffer.from(`${JSON.stringify(json)}\n`),
      stdout: 'inherit',
      stderr: 'inherit',
      env: { ...io.env, ...Object.fromEntries(fields) },
    });
    const status = await child.exited;
    if (status === 0) return true;
    const [id, from] = [textOf(json['id']), textOf(json['from'])];
    const line = `message ${id} from ${from} is not taken: the command for it ended with ${status}`;
    io.err.write(printable([line]));
    return false;
  }

  /** Nobody types anything: the session ends by a signal, or where nothing can be printed any more. */
  #withoutInput(): Dialogue {
    return {
      isInteractive: false,
      idleMs: 0,
      history: [],
      fault: undefined,
      print: () => true,
      drained: () => Promise.resolve(),
      bell() {},
      setPrompt() {},
      onLine() {},
      onInterrupt: (handler) => void process.on('SIGINT', handler),
      onEnd: (handler) => void (this.#end = handler),
      ask: () => Promise.resolve(undefined),
      progress: () => noProgress,
      close() {},
    };
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
