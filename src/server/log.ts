// The operator's log: what goes wrong, with its stack and its causes, on stderr.

import { createConsola, LogLevels } from 'consola/basic';

import type { Console } from './console';

export type Report = (what: string, error: unknown) => void;

/** Consola formats an error; the server's console writes it, because that one never blocks. */
export function createReport(console: Pick<Console, 'warn'>): Report {
  const stderr = { write: (text: string) => console.warn(text.trimEnd()) };
  const log = createConsola({
    level: LogLevels.info,
    formatOptions: { date: false, colors: false },
    stdout: stderr as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  });
  return (what, error) => log.withTag(what).error(error);
}
