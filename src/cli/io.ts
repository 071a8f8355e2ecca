// The process as a subcommand sees it: its streams, its environment, and the rule for colour.
import { fstatSync, writeSync } from 'node:fs';

import { CliError, exit } from './exit';

/** One stream of the process that text goes to. */
export interface Sink {
  /** Writes the whole text. Throws `ReaderGone`, or a CliError where it cannot be written for another reason. */
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Whether to use colour here: only on a terminal, and only if the user did not refuse it. */
  readonly color: boolean;
}

/** What a subcommand has of the process; a test hands in another one. */
export interface Io {
  /** Data. */
  readonly out: Sink;
  /** Everything else. */
  readonly err: Sink;
  readonly input: { stream(): ReadableStream<Uint8Array>; readonly isTerminal: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Nobody reads standard output any more: the program ends without a word, as others do at a closed pipe. */
export class ReaderGone extends CliError {
  constructor() {
    super(exit.ok, '');
  }
}

/** Colour is used only on a terminal, and only if the user did not refuse it (https://no-color.org). */
export function usesColor(isTerminal: boolean, env: Io['env'], noColor: boolean): boolean {
  return isTerminal && !noColor && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** The number that Linux gives the device `/dev/null`. */
const nullDevice = 0x1_03;

/** `node:tty` costs two milliseconds of a cold start, so it is asked only where the answer may be yes. */
function isTerminalAt(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    if (!stat.isCharacterDevice() || stat.rdev === nullDevice) return false;
    return process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    // It is closed.
    return false;
  }
}

/** The streams and the environment of this process. */
export function processIo(noColor = false): Io {
  const { env } = process;
  const sink = (fd: number): Sink => {
    const isTerminal = isTerminalAt(fd);
    const write = (text: string) => writeAll(fd, text);
    return { write, isTerminal, color: usesColor(isTerminal, env, noColor) };
  };
  return {
    env,
    out: sink(1),
    err: sink(2),
    // The stream is made only when it is needed: opening it makes the runtime start to read.
    input: { stream: () => Bun.stdin.stream(), isTerminal: isTerminalAt(0) },
  };
}

/**
 * Writes synchronously, so that nothing is lost when the process exits right after, and without process.stdout, which
 * costs some milliseconds of a cold start.
 */
function writeAll(fd: number, text: string): void {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      // Another program that shares the terminal or pipe may have made it non-blocking.
      if ((error as { code?: string }).code === 'EAGAIN') Bun.sleepSync(1);
      // What cannot be said on standard error cannot be said at all; the exit status still tells.
      else if (fd === errorFd) return;
      else throw writeFault(error);
    }
  }
}

const errorFd = 2;

/** What it means that standard output could not be written. */
export function writeFault(error: unknown): CliError {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'EPIPE') return new ReaderGone();
  const why = message?.replace(/^\w+: /, '').replace(/, \w+$/, '') ?? code ?? String(error);
  return new CliError(exit.cannotCreate, `standard output cannot be written: ${why}`);
}
