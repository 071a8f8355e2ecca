// Starts the built `chat` as a user would: a process with a home of its own, its output waited for by event.
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';

import { Changes, deadlineMs } from './changes';
import { removeAtEnd } from './cleanup';
import { scratchFolder } from './scratch';

const root = resolve(import.meta.dir, '../..');

/** dist/chat, built if it is not there yet; scripts/test.sh has just built it, a lone `bun test` may not have. */
export function executable(): string {
  const path = join(root, 'dist/chat');
  if (!existsSync(path)) {
    const { exitCode, stderr } = Bun.spawnSync(['bash', join(root, 'scripts/build.sh')]);
    if (exitCode !== 0) throw new Error(`scripts/build.sh failed:\n${stderr.toString()}`);
  }
  return path;
}

export type Environment = Record<string, string>;

/** An environment in which nothing of the machine's own user shows, with folders that are removed at the end. */
export async function isolatedEnvironment(more: Environment = {}): Promise<Environment> {
  const home = await scratchFolder();
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_RUNTIME_DIR: home,
    ...more,
  };
}

export interface StartOptions {
  /** Set over the isolated environment. A second process with the same home gets the first one's `env`. */
  readonly env?: Environment;
  readonly cwd?: string;
  /** Written to standard input, which then ends; without it use `write` and `end`. */
  readonly input?: string | Uint8Array;
  /** What runs the executable, e.g. `host.command` of hosts.ts. */
  readonly within?: readonly string[];
}

/** `chat ARGS`, running. Kill it or wait for its end; what still runs when the test process ends is killed. */
export async function startChat(
  args: readonly string[],
  options: StartOptions = {},
): Promise<Chat> {
  const env = await isolatedEnvironment(options.env);
  return new Chat([...(options.within ?? []), executable(), ...args], env, options);
}

/** `chat ARGS` from start to end. */
export async function runChat(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const chat = await startChat(args, { input: '', ...options });
  return chat.ended;
}

export interface Ended {
  /** The exit status, or 128 and the signal's number, as a shell says it. */
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

class Chat {
  readonly env: Environment;
  readonly ended: Promise<Ended>;
  readonly #process: Bun.Subprocess<'pipe', 'pipe', 'pipe'>;
  readonly #text = { out: '', err: '' };
  readonly #changes = new Changes();
  readonly #forget: () => void;
  #closed = false;

  constructor(command: string[], env: Environment, { cwd, input }: StartOptions) {
    this.env = env;
    const stdio = ['pipe', 'pipe', 'pipe'] as const;
    this.#process = Bun.spawn(command, { env, stdio: [...stdio], ...(cwd && { cwd }) });
    this.#forget = removeAtEnd(() => this.#process.kill('SIGKILL'));
    this.ended = this.#collect();
    if (input !== undefined) {
      this.write(input);
      this.end();
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Everything that it said so far. */
  get out(): string {
    return this.#text.out;
  }

  get err(): string {
    return this.#text.err;
  }

  write(input: string | Uint8Array): void {
    void this.#process.stdin.write(input);
    void this.#process.stdin.flush();
  }

  end(): void {
    void this.#process.stdin.end();
  }

  async kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.#process.kill(signal);
    return this.ended;
  }

  /** The first match in what it said or will say; fails with all that it did say if it ends or stays silent. */
  async until(
    what: string | RegExp,
    { on = 'out', withinMs = deadlineMs }: { on?: 'out' | 'err'; withinMs?: number } = {},
  ): Promise<RegExpMatchArray> {
    const pattern = typeof what === 'string' ? new RegExp(RegExp.escape(what)) : what;
    const report = (): string =>
      `${String(what)} did not come on std${on}\n--- out\n${this.out}\n--- err\n${this.err}`;
    let match: RegExpMatchArray | null = null;
    const isMet = (): boolean => {
      match ??= this.#text[on].match(pattern);
      if (!match && this.#closed) throw new Error(`chat ended, and ${report()}`);
      return match !== null;
    };
    await this.#changes.until(isMet, report, withinMs);
    return match!;
  }

  async #collect(): Promise<Ended> {
    const { stdout, stderr, exited } = this.#process;
    await Promise.all([this.#read('out', stdout), this.#read('err', stderr), exited]);
    this.#forget();
    this.#closed = true;
    this.#changes.changed();
    const { exitCode, signalCode } = this.#process;
    return {
      status: exitCode ?? 128 + constants.signals[signalCode as NodeJS.Signals],
      ...this.#text,
    };
  }

  async #read(key: 'out' | 'err', stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#text[key] += text;
      this.#changes.changed();
    }
  }
}

export type { Chat };
