// Runs one subcommand inside the test process, with streams and an environment of the test's own.
import type { AnyCommand } from '../../src/cli/command';
import type { Io } from '../../src/cli/io';
import { runCommand } from '../../src/cli/run';

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Whether standard output is a terminal. */
  readonly isTerminal?: boolean;
}

export async function run(
  command: AnyCommand,
  args: readonly string[],
  { env = {}, input = '', isTerminal = false }: RunOptions = {},
): Promise<Ran> {
  const text = { out: '', err: '' };
  const sink = (to: 'out' | 'err', isTerminal: boolean): Io['out'] => ({
    write: (piece) => void (text[to] += piece),
    isTerminal,
    color: false,
  });
  const io: Io = {
    out: sink('out', isTerminal),
    err: sink('err', false),
    input: { stream: () => new Blob([Buffer.from(input)]).stream(), isTerminal: false },
    env: { HOME: '/nowhere', ...env },
  };
  const status = await runCommand(command, '1.2.3', args, io);
  return { status, ...text };
}
