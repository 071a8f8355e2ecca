// Opens the dialogue that fits the program's input and output: a terminal's, or a script's.

import type { Complete } from './completion';
import type { Dialogue } from './dialogue';
import { openScript } from './script';
import { openTerminal } from './terminal';

export interface DialogueOptions {
  /** What stands before the line being typed. A script shows none. */
  readonly prompt: string;
  /** What Tab may complete. */
  readonly complete?: Complete | undefined;
  /** Lines of earlier sessions, oldest first. */
  readonly history?: readonly string[] | undefined;
}

/**
 * Opens the program's own input and output: as a terminal if both are one whose cursor can be moved,
 * otherwise as a script.
 */
export function openDialogue(options: DialogueOptions): Dialogue {
  const { stdin: input, stdout: output, env } = process;
  const isTerminal = input.isTTY && output.isTTY && env.TERM !== 'dumb';
  if (!isTerminal) return openScript({ input, output });
  return openTerminal({ ...options, input, output, reflows: reflows(env) });
}

/** Some terminals cut rows, or leave at least the cursor's row as it is; all others wrap them anew. */
function reflows(env: NodeJS.ProcessEnv): boolean {
  const isXterm = env.XTERM_VERSION !== undefined && env.TMUX === undefined;
  const isScreen = env.STY !== undefined && env.TMUX === undefined;
  const isCode = env.TERM_PROGRAM === 'vscode';
  return !isXterm && !isScreen && !isCode && env.TERM !== 'linux';
}
