// Runs one subcommand inside the test process, with streams and an environment that the test gives.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { AnyCommand } from '../../src/cli/command';
import type { Io } from '../../src/cli/io';
import { runCommand } from '../../src/cli/run';

/** What a command has left: its exit status, and everything that it wrote. */
export interface CommandResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** Without a HOME of its own, no config file is found. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Whether standard output is a terminal. */
  readonly isTerminal?: boolean;
}

let madeState: string | undefined;
/** A folder for what commands keep, removed at the end. */
function stateHome(): string {
  if (madeState !== undefined) return madeState;
  const made = mkdtempSync(join(tmpdir(), 'chat-state-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  return (madeState = made);
}

/** An Io whose output is kept in `written`. */
export function fakeIo({ env = {}, input = '', isTerminal = false }: RunOptions = {}): {
  readonly io: Io;
  readonly written: { out: string; err: string };
} {
  const written = { out: '', err: '' };
  const sink = (to: 'out' | 'err', isShown: boolean): Io['out'] => ({
    write: (text) => void (written[to] += text),
    isTerminal: isShown,
    color: false,
  });
  const io: Io = {
    out: sink('out', isTerminal),
    err: sink('err', false),
    input: { stream: () => new Blob([Buffer.from(input)]).stream(), isTerminal: false },
    env: { HOME: '/nowhere', XDG_STATE_HOME: stateHome(), ...env },
  };
  return { io, written };
}

export async function run(
  command: AnyCommand,
  args: readonly string[],
  options?: RunOptions,
): Promise<CommandResult> {
  const { io, written } = fakeIo(options);
  const status = await runCommand(command, '1.2.3', args, io);
  return { status, ...written };
}
