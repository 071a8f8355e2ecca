// One `chat connect` over a real connection: scripts and their statuses, leaving, and reconnecting.
import { afterEach, describe, expect, test } from 'bun:test';

import {
  InteractiveSession,
  type InteractiveSessionOptions,
} from '../../src/client/interactive_session';
import type { Dialogue, LineHandler } from '../../src/client/terminal/dialogue';
import { DialogueView } from '../../src/client/view';
import { escapeLines } from '../../src/protocol/bytes/escape';
import type {
  Client,
  ClientConnection,
  ClientHost,
  ClientOptions,
  ClientSession,
  Ending,
} from '../../src/protocol/dialect';
import { closedPort, type FakeServer, fakeServer } from './fake_server';

/** A dialogue whose lines, end and interrupts come from the test. */
class FakeDialogue implements Dialogue {
  readonly fault = undefined;
  readonly isInteractive: boolean;
  readonly idleMs = 0;
  bell(): void {}
  readonly history: readonly string[] = [];
  readonly printed: string[] = [];
  #handler: LineHandler = () => {};
  interrupt: () => void = () => {};
  end: () => void = () => {};
  constructor(isInteractive: boolean) {
    this.isInteractive = isInteractive;
  }
  async type(line: string): Promise<void> {
    await this.#handler(line);
  }
  print(lines: readonly string[]): boolean {
    this.printed.push(...lines);
    return true;
  }
  drained(): Promise<void> {
    return Promise.resolve();
  }
  setPrompt(): void {}
  onLine(handler: LineHandler): void {
    this.#handler = handler;
  }
  onInterrupt(handler: () => void): void {
    this.interrupt = handler;
  }
  onEnd(handler: () => void): void {
    this.end = handler;
  }
  ask(): Promise<string | undefined> {
    return Promise.resolve('asked');
  }
  progress(): { update(): void; end(): void } {
    return { update() {}, end() {} };
  }
  close(): void {}
}

/**
 * The client of a protocol with one line each way: the typed line is sent, and the answer is its ending. Leaving
 * ends the connection.
 */
class LineClientSession implements ClientSession {
  readonly #host: ClientHost;
  readonly options: ClientOptions;
  #connection: ClientConnection | undefined;
  #done: ((ending: Ending) => void) | undefined;

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.options = options;
    host.dial((connection) => {
      this.#connection = connection;
      return {
        takeNext: (inbox) => {
          const ending = Buffer.from(inbox.takeAll()).toString().trim() as Ending;
          host.show({ lines: [ending], json: { type: 'result', ending }, kind: 'result' });
          this.#done?.(ending);
          return 'more';
        },
        ended: () => connection.end(),
        lost: (why) => {
          const text = `lost: ${why}`;
          host.show({ lines: [text], json: { type: 'note', text }, kind: 'note' });
          host.exit('unreachable');
        },
      };
    });
  }

  typed(line: string, done: (ending: Ending) => void): void {
    this.#host.show({ lines: [`c> ${line}`], json: { type: 'request' }, kind: 'request' });
    this.#done = done;
    if (line === 'quit') this.leave();
    else this.#connection?.write(Buffer.from(`${line}\n`));
  }
  resume(): { readonly path: string } {
    return { path: 'there' };
  }
  complete(before: string): readonly string[] {
    return [`${before}!`];
  }
  leave(): void {
    this.#connection?.end();
    this.#host.exit('done');
  }
}

/** Answers each line with itself, but drops the connection at `die`. */
const echo = (): FakeServer =>
  fakeServer(async (call) => {
    for (let seen = 0; ;) {
      // The test waits for each answer, so that every line comes whole and by itself.
      await call.bytes(seen + 1);
      const line = call.came.toString().slice(seen);
      seen += line.length;
      if (line === 'die\n') call.reset();
      else call.send(line);
    }
  });

const servers: FakeServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

interface Started {
  readonly dialogue: FakeDialogue;
  readonly session: InteractiveSession;
  readonly status: Promise<number>;
  readonly errors: string[];
  readonly sessions: LineClientSession[];
  connects: number;
}

function start(
  options: Partial<InteractiveSessionOptions> & {
    interactive?: boolean;
    json?: boolean;
    port?: number;
  } = {},
): Started {
  const { interactive = false, json = false } = options;
  let { port } = options;
  if (port === undefined) {
    const server = echo();
    servers.push(server);
    ({ port } = server);
  }
  const dialogue = new FakeDialogue(interactive);
  const errors: string[] = [];
  const err = { write: (text: string) => void errors.push(text), isTerminal: false, color: false };
  const sessions: LineClientSession[] = [];
  const client: Client = {
    defaultPort: 1,
    connect: (host, clientOptions) => {
      const session = new LineClientSession(host, clientOptions);
      sessions.push(session);
      return session;
    },
  };
  const target = { host: '127.0.0.1', port, path: '' };
  const session = new InteractiveSession({
    dialect: 'line',
    client,
    options: { target, interactive, takeover: false },
    dialogue,
    view: new DialogueView(dialogue, err, json),
    lingerMs: 0,
    isPersistent: false,
    onConnected: () => void started.connects++,
    ...options,
  });
  const started: Started = {
    dialogue,
    session,
    status: session.run(),
    errors,
    sessions,
    connects: 0,
  };
  return started;
}

describe('a script', () => {
  test('ends with the status of the first command that failed', async () => {
    const { dialogue, status } = start();
    await dialogue.type('done');
    await dialogue.type('unknown-user');
    await dialogue.type('not-allowed');
    dialogue.end();
    expect(await status).toBe(67);
    expect(dialogue.printed).toEqual([
      'c> done',
      'done',
      'c> unknown-user',
      'unknown-user',
      'c> not-allowed',
      'not-allowed',
    ]);
  });

  test('ends with 0 when nothing failed, at its end or by a command that quits', async () => {
    const first = start();
    await first.dialogue.type('done');
    first.dialogue.end();
    expect(await first.status).toBe(0);
    const second = start();
    void second.dialogue.type('quit');
    expect(await second.status).toBe(0);
  });

  test('stays after its end for the linger time', async () => {
    const { dialogue, status } = start({ lingerMs: 1 });
    dialogue.end();
    expect(await status).toBe(0);
  });

  test('a server that does not answer is 69, with the reason on standard error', async () => {
    const { dialogue, status, errors } = start({ port: closedPort() });
    expect(await status).toBe(69);
    expect(errors).toEqual(['lost: refused\n']);
    expect(dialogue.printed).toEqual([]);
  });

  test('a server that is lost in the middle of a command is 69', async () => {
    const { dialogue, status } = start();
    await dialogue.type('done');
    await dialogue.type('die');
    expect(await status).toBe(69);
  });
});

describe('whoever is told to leave', () => {
  /** A session that hangs. */
  const stuck: Client = { defaultPort: 1, connect: () => ({ typed() {}, leave() {} }) };

  test.each([true, false])('has left in time: Ctrl-C (at a terminal: %p)', async (interactive) => {
    const { dialogue, status } = start({ interactive, client: stuck, leavingMs: 1 });
    dialogue.interrupt();
    expect(await status).toBe(130);
  });

  test('has left in time: SIGTERM after the end of the script', async () => {
    const { dialogue, status } = start({ client: stuck, leavingMs: 1 });
    dialogue.end();
    process.kill(process.pid, 'SIGTERM');
    expect(await status).toBe(143);
  });
});

describe('a user at a terminal', () => {
  test('comes back to a server that was lost, and is asked nothing meanwhile', async () => {
    const { dialogue, status, sessions } = start({
      interactive: true,
      isPersistent: true,
      reconnectMs: [0],
    });
    await dialogue.type('done');
    await dialogue.type('die');
    await dialogue.type('unknown-user');
    expect(sessions).toHaveLength(2);
    // What the second session said before it had reached the server would stand here.
    expect(dialogue.printed.slice(2)).toEqual([
      'c> die',
      'lost: reset',
      'The server is gone; trying again in 0 s.',
      'Connected again.',
      'c> unknown-user',
      'unknown-user',
    ]);
    dialogue.end();
    expect(await status).toBe(0);
  });

  test('has seen a failed command: leaving is 0', async () => {
    const { dialogue, status } = start({ interactive: true });
    await dialogue.type('unknown-user');
    dialogue.end();
    expect(await status).toBe(0);
  });

  test('Ctrl-C leaves and is 130', async () => {
    const { dialogue, status } = start({ interactive: true });
    await dialogue.type('done');
    dialogue.interrupt();
    expect(await status).toBe(130);
  });

  test('Ctrl-C twice ends at once, even where leaving hangs', async () => {
    const stuck: Client = {
      defaultPort: 1,
      connect: () => ({ typed() {}, leave() {} }),
    };
    const { dialogue, status } = start({ interactive: true, client: stuck });
    dialogue.interrupt();
    dialogue.interrupt();
    expect(await status).toBe(130);
  });

  test('sees notes with everything else, and gets completion from the session', async () => {
    const { dialogue, session, status } = start({ interactive: true, port: closedPort() });
    expect(session.complete('/jo')).toEqual(['/jo!']);
    expect(await status).toBe(69);
    expect(dialogue.printed).toEqual(['lost: refused']);
    expect(session.complete('/jo')).toEqual([]);
  });
});

describe('a program', () => {
  test('reads one object a result, without its own requests and our notes', async () => {
    const { dialogue, status, errors } = start({ json: true });
    await dialogue.type('done');
    await dialogue.type('die');
    expect(await status).toBe(69);
    expect(dialogue.printed).toEqual(['{"type":"result","ending":"done"}']);
    expect(errors).toEqual(['lost: reset\n']);
  });

  test('reconnects when the server is lost, takes its session over, and goes on with its lines', async () => {
    const { dialogue, status, sessions, errors } = start({
      json: true,
      isPersistent: true,
      reconnectMs: [0],
    });
    await dialogue.type('done');
    await dialogue.type('die');
    await dialogue.type('done');
    dialogue.end();
    // The command that the server ended at has failed.
    expect(await status).toBe(69);
    expect(sessions.map(({ options }) => options.takeover)).toEqual([false, true]);
    expect(dialogue.printed).toHaveLength(2);
    expect(sessions.map(({ options }) => options.resumed)).toEqual([undefined, { path: 'there' }]);
    expect(errors).toEqual([
      'lost: reset\n',
      'The server is gone; trying again in 0 s.\n',
      'Connected again.\n',
    ]);
  });

  test('does not come back to a server that dropped the first connection at once', async () => {
    const server = fakeServer((call) => call.close());
    servers.push(server);
    const { status, sessions } = start({ json: true, isPersistent: true, port: server.port });
    expect(await status).toBe(69);
    expect(sessions).toHaveLength(1);
  });

  test('does not reconnect to a server that never answered', async () => {
    const { status } = start({ json: true, isPersistent: true, port: closedPort() });
    expect(await status).toBe(69);
  });

  test('keeps trying while the server is away, and can be ended meanwhile', async () => {
    const server = echo();
    const { dialogue, status, sessions, errors } = start({
      port: server.port,
      isPersistent: true,
      reconnectMs: [0, 0, 3_600_000],
    });
    await dialogue.type('done');
    server.stop();
    while (!errors.some((text) => text.includes('3600'))) await new Promise(setImmediate);
    expect(sessions).toHaveLength(3);
    dialogue.end();
    expect(await status).toBe(0);
  });
});

test('the connection is reported once the server has answered, and only then', async () => {
  const first = start();
  await first.dialogue.type('done');
  expect(first.connects).toBe(1);
  first.dialogue.end();
  await first.status;
  const second = start({ port: closedPort() });
  await second.status;
  expect(second.connects).toBe(0);
});

test('what a peer sent is escaped on a pipe as on a terminal, but a program gets it unchanged', () => {
  const dialogue = new FakeDialogue(false);
  const err = { write() {}, isTerminal: false, color: false };
  const text = 'a\x1b[2Jb\u202ec\nd';
  const shown = { lines: [text], json: { text }, kind: 'incoming' } as const;
  new DialogueView(dialogue, err, false).show(shown);
  new DialogueView(dialogue, err, true).show(shown);
  const [json = '', ...lines] = dialogue.printed.toReversed();
  expect(lines.toReversed()).toEqual(escapeLines(text));
  // JSON has escapes of its own, so a program reads the same.
  expect(JSON.parse(json)).toMatchObject({ text });
  expect(json).not.toContain('\u202e');
  expect(dialogue.printed[0]).toBe('a\\x1b[2Jb\\u202ec');
});
