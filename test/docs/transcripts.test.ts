// The transcripts of the pages, played with the built executable on terminals: what they show is what happens.
import { expect, test } from 'bun:test';
import { dirname } from 'node:path';

import { mailbox } from '../../src/protocol/mailbox/index';
import { operation } from '../protocol/mailbox/person';
import { type Environment, executable, isolatedEnvironment } from '../support/executable';
import { keys, Screen } from '../support/pty';
import { startServer } from '../support/server';
import { type Block, blocksIn, expectedOf } from './transcript';

/** So many doors may stand beside each other in a transcript. */
const doors = 7;

/** A first port of four digits, as in the pages, with as many free ones behind it. */
function freePorts(): number {
  for (let first = 2000 + Math.floor(Math.random() * 6000); ; first = (first % 8000) + 1024) {
    const listeners: { stop(): void }[] = [];
    try {
      for (let port = first; port < first + doors; port++)
        listeners.push(Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } }));
      return first;
    } catch {
      // One of them is taken.
    } finally {
      for (const listener of listeners) listener.stop();
    }
  }
}

/** The pages' ports are the usual ones; these are free. */
const atPort = (text: string, first: number): string =>
  text.replace(/\b88(8[89]|9[0-4])\b/g, (port) => String(Number(port) - 8888 + first));

const environment = async (port: number): Promise<Environment> => {
  const env = await isolatedEnvironment({ CHAT_PORT: String(port), TERM: 'xterm-256color' });
  // The reader's shell finds `chat`.
  return { ...env, USER: 'me', PATH: `${dirname(executable())}:${env['PATH']}` };
};

/** One terminal: the programs that were started on it one after the other. */
class Player implements AsyncDisposable {
  readonly #screens: Screen[] = [];
  readonly #block: Block;

  constructor(block: Block) {
    this.#block = block;
  }

  /** What stands on the terminal, without the commands. */
  get shown(): string {
    return this.#screens
      .flatMap(({ everything }) => everything.split('\n'))
      .filter((line) => line !== '')
      .map(withoutTime)
      .join('\n');
  }

  /** Starts and types all that the user does, and waits for what comes before it goes on elsewhere. */
  async play(env: Environment): Promise<void> {
    for (const step of this.#block.steps) {
      const screen = this.#screens.at(-1);
      if (step.is === 'command') {
        await screen?.ended;
        // A shell reads the line, as the reader's would.
        this.#screens.push(
          new Screen(['bash', '-c', `exec ${step.line}`], { columns: 160, rows: 50, env }),
        );
      } else if (step.is === 'typed') {
        await screen?.until(({ cursorLine }) => cursorLine.trimEnd() === step.prompt.trimEnd());
        screen?.type(step.line + keys.enter);
      } else if (step.isLater) return;
      else await screen?.until(() => this.shown.includes(withoutTime(step.line)));
    }
  }

  async finish(): Promise<void> {
    const expected = withoutTime(expectedOf(this.#block));
    await this.#screens
      .at(-1)
      ?.until(() => this.shown === expected)
      .catch(() => {});
    expect(this.shown).toBe(expected);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const screen of this.#screens) await screen[Symbol.asyncDispose]();
  }
}

const withoutTime = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replace(/^\d\d:\d\d /gm, 'HH:MM ');

/** Plays the blocks of a page in their order, each on a terminal of its own that stays. */
async function play(blocks: readonly Block[], env: Environment): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const players: Player[] = [];
  for (const block of blocks) {
    const player = stack.use(new Player(block));
    players.push(player);
    await player.play(env);
  }
  for (const player of players) await player.finish();
}

async function page(path: string, port: number): Promise<readonly Block[]> {
  return blocksIn(atPort(await Bun.file(path).text(), port));
}

test('README: two terminals and a message', async () => {
  const port = freePorts();
  await play((await page('README.md', port)).slice(0, 3), await environment(port));
});

test('README: the doors', async () => {
  const port = freePorts();
  const blocks = await page('README.md', port);
  expect(blocks).toHaveLength(4);
  await play(blocks.slice(3), await environment(port));
});

test('docs/receive.md', async () => {
  await using server = await startServer([mailbox]);
  const port = server.port('mailbox');
  for (const name of ['alice', 'bob'])
    await operation(port, 'REGISTER', `Full ${name}`, name, '04/05/1852');
  await play(await page('docs/receive.md', port), await environment(port));
});

test('no other page has a transcript that is not played', async () => {
  const pages = ['*.md', 'docs/**/*.md', 'src/**/*.md', 'bench/**/*.md'].flatMap((pattern) =>
    Array.from(new Bun.Glob(pattern).scanSync('.')),
  );
  const withTranscripts = await Promise.all(
    pages.map(async (path) => (blocksIn(await Bun.file(path).text()).length > 0 ? path : [])),
  );
  expect(withTranscripts.flat().toSorted()).toEqual(['README.md', 'docs/receive.md']);
});
