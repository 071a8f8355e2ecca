// The process as a subcommand sees it: its streams, its environment, and the rule for colour.
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** One stream of the process that text goes to. */
export interface Sink {
  /** Writes the whole text. */
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

/** Colour is used only on a terminal, and only if the user did not refuse it (https://no-color.org). */
export function usesColor(isTerminal: boolean, env: Io['env'], noColor: boolean): boolean {
  return isTerminal && !noColor && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** The streams and the environment of this process. */
export function processIo(noColor = false): Io {
  const { env } = process;
  const sink = (fd: number): Sink => {
    const isTerminal = isatty(fd);
    const write = (text: string) => writeAll(fd, text);
    return { write, isTerminal, color: usesColor(isTerminal, env, noColor) };
  };
  return {
    env,
    out: sink(1),
    err: sink(2),
    // The stream is made only when it is needed: opening it makes the runtime start to read.
    input: { stream: () => Bun.stdin.stream(), isTerminal: isatty(0) },
  };
}

/**
 * Writes synchronously, so that nothing is lost when the process exits right after, and without process.stdout, which
 * costs some milliseconds of a cold start. If the reader has closed the pipe, the program ends without a message, as
 * other programs do.
 */
function writeAll(fd: number, text: string): void {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code } = error as { code?: string };
      // Another program that shares the terminal or pipe may have made it non-blocking.
      if (code === 'EAGAIN') Bun.sleepSync(1);
      else if (code === 'EPIPE') process.exit(0);
      else throw error;
    }
  }
}
