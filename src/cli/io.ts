// The process's own streams as an Io, and the rule for colour.
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';

import type { Io, Sink } from '../cli';

/** Colour only where a terminal shows it and nobody said no (https://no-color.org). */
export function usesColor(isTerminal: boolean, env: Io['env'], noColor: boolean): boolean {
  return isTerminal && !noColor && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

export function processIo(noColor = false): Io {
  const { env } = process;
  const sink = (fd: number): Sink => {
    const isTerminal = isatty(fd);
    const write = (text: string) => writeWhole(fd, text);
    return { write, isTerminal, color: usesColor(isTerminal, env, noColor) };
  };
  return {
    env,
    out: sink(1),
    err: sink(2),
    // Asked for late: opening it would make the runtime start to read.
    input: { stream: () => Bun.stdin.stream(), isTerminal: isatty(0) },
  };
}

/**
 * Writes at once, so that nothing is lost when the process exits right after, and without the cost of process.stdout
 * (some milliseconds of a cold start). A reader that went away ends the program as it ends any other: quietly.
 */
function writeWhole(fd: number, text: string): void {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code } = error as { code?: string };
      // Another program may have set the terminal or pipe that we share to non-blocking.
      if (code === 'EAGAIN') Bun.sleepSync(1);
      else if (code === 'EPIPE') process.exit(0);
      else throw error;
    }
  }
}
