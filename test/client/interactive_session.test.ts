// One `chat connect` over a real connection: scripts and their status, leaving, signals, and coming back.
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

/** A conversation whose lines, end and interrupts the test gives. */
class FakeDialogue implements Dialogue {
  readonly isInteractive: boolean;
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
 * A caller of a protocol with one line each way: what is typed goes out, the answer names its ending. `hang`
 * is never answered; leaving ends the connection.
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
        received: (inbox) => {
          const ending = Buffer.from(inbox.takeAll()).toString().trim() as Ending;
          host.show({ lines: [ending], json: { type: 'result', ending }, kind: 'result' });
          this.#done?.(ending);
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
  complete(before: string): readonly string[] {
    return [`${before}!`];
  }
  leave(): void {
    this.#connection?.end();
    this.#host.exit('done');
  }
}

/** Answers each line with itself, except `hang`, which it does not answer, and `die`, which it dies of. */
const echo = (): FakeServer =>
  fakeServer(async (call) => {
    for (let seen = 0; ;) {
      // The test waits for each answer, so that no line is cut and no two come together.
      await call.bytes(seen + 1);
      const line = call.came.toString().slice(seen);
      seen += line.length;
      if (line === 'die\n') call.reset();
      else if (line !== 'hang\n') call.send(line);
    }
  });

const servers: FakeServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

interface Sat {
  readonly conversation: FakeDialogue;
  readonly session: InteractiveSession;
  readonly status: Promise<number>;
  readonly errors: string[];
  readonly sessions: LineClientSession[];
  reached: number;
}

function sit(
  options: Partial<InteractiveSessionOptions> & {
    interactive?: boolean;
    json?: boolean;
    port?: number;
  } = {},
): Sat {
  const { interactive = false, json = false } = options;
  let { port } = options;
  if (port === undefined) {
    const server = echo();
    servers.push(server);
    ({ port } = server);
  }
  const conversation = new FakeDialogue(interactive);
  const errors: string[] = [];
  const err = { write: (text: string) => void errors.push(text), isTerminal: false, color: false };
  const sessions: LineClientSession[] = [];
  const caller: Client = {
    defaultPort: 1,
    connect: (host, callerOptions) => {
      const session = new LineClientSession(host, callerOptions);
      sessions.push(session);
      return session;
    },
  };
  const target = { host: '127.0.0.1', port, path: '' };
  const sitting = new InteractiveSession({
    dialect: 'line',
    client: caller,
    options: { target, interactive, takeover: false },
    conversation,
    view: new DialogueView(conversation, err, json),
    lingerMs: 0,
    isPersistent: false,
    reached: () => void sat.reached++,
    ...options,
  });
  const sat: Sat = {
    conversation,
    session: sitting,
    status: sitting.run(),
    errors,
    sessions,
    reached: 0,
  };
  return sat;
}

describe('a script', () => {
  test('ends with the status of the first operation that failed', async () => {
    const { conversation, status } = sit();
    await conversation.type('done');
    await conversation.type('unknown-user');
    await conversation.type('not-allowed');
    conversation.end();
    expect(await status).toBe(67);
    expect(conversation.printed).toEqual([
      'c> done',
      'done',
      'c> unknown-user',
      'unknown-user',
      'c> not-allowed',
      'not-allowed',
    ]);
  });

  test('ends with 0 when nothing failed, by its end or by an operation that quits', async () => {
    const first = sit();
    await first.conversation.type('done');
    first.conversation.end();
    expect(await first.status).toBe(0);
    const second = sit();
    void second.conversation.type('quit');
    expect(await second.status).toBe(0);
  });

  test('stays for what it lingers after its end', async () => {
    const { conversation, status } = sit({ lingerMs: 1 });
    conversation.end();
    expect(await status).toBe(0);
  });

  test('a server that is not there is 69, with the reason on standard error', async () => {
    const { conversation, status, errors } = sit({ port: closedPort() });
    expect(await status).toBe(69);
    expect(errors).toEqual(['lost: refused\n']);
    expect(conversation.printed).toEqual([]);
  });

  test('a server that is lost in the middle of an operation is 69', async () => {
    const { conversation, status } = sit();
    await conversation.type('done');
    await conversation.type('die');
    expect(await status).toBe(69);
  });
});

describe('somebody at a terminal', () => {
  test('a failed operation was seen: leaving is 0', async () => {
    const { conversation, status } = sit({ interactive: true });
    await conversation.type('unknown-user');
    conversation.end();
    expect(await status).toBe(0);
  });

  test('Ctrl-C leaves and is 130', async () => {
    const { conversation, status } = sit({ interactive: true });
    await conversation.type('done');
    conversation.interrupt();
    expect(await status).toBe(130);
  });

  test('Ctrl-C twice ends at once, even where leaving hangs', async () => {
    const stuck: Client = {
      defaultPort: 1,
      connect: () => ({ typed() {}, leave() {} }),
    };
    const { conversation, status } = sit({ interactive: true, client: stuck });
    conversation.interrupt();
    conversation.interrupt();
    expect(await status).toBe(130);
  });

  test('notes stand with the rest, and completion comes from the session', async () => {
    const { conversation, session, status } = sit({ interactive: true, port: closedPort() });
    expect(session.complete('/jo')).toEqual(['/jo!']);
    expect(await status).toBe(69);
    expect(conversation.printed).toEqual(['lost: refused']);
    expect(session.complete('/jo')).toEqual([]);
  });
});

describe('a program', () => {
  test('reads one object a result; what it asked for and our notes are not among them', async () => {
    const { conversation, status, errors } = sit({ json: true });
    await conversation.type('done');
    await conversation.type('die');
    expect(await status).toBe(69);
    expect(conversation.printed).toEqual(['{"type":"result","ending":"done"}']);
    expect(errors).toEqual(['lost: reset\n']);
  });

  test('comes back when the server is lost, takes its session over, and goes on with its lines', async () => {
    const { conversation, status, sessions, errors } = sit({
      json: true,
      isPersistent: true,
      reconnectMs: [0],
    });
    await conversation.type('done');
    await conversation.type('die');
    await conversation.type('done');
    conversation.end();
    // The operation that the server died of has failed.
    expect(await status).toBe(69);
    expect(sessions.map(({ options }) => options.takeover)).toEqual([false, true]);
    expect(conversation.printed).toHaveLength(2);
    expect(errors).toEqual(['lost: reset\n', 'The server is gone; trying again in 0 s.\n']);
  });

  test('a server that never answered is not called again', async () => {
    const { status } = sit({ json: true, isPersistent: true, port: closedPort() });
    expect(await status).toBe(69);
  });

  test('keeps trying while the server stays away, and may be ended meanwhile', async () => {
    const server = echo();
    const { conversation, status, sessions, errors } = sit({
      port: server.port,
      isPersistent: true,
      reconnectMs: [0, 0, 3_600_000],
    });
    await conversation.type('done');
    server.stop();
    while (!errors.some((text) => text.includes('3600'))) await new Promise(setImmediate);
    expect(sessions).toHaveLength(3);
    conversation.end();
    expect(await status).toBe(0);
  });
});

test('who connected is told once the server has answered, and only then', async () => {
  const first = sit();
  await first.conversation.type('done');
  expect(first.reached).toBe(1);
  first.conversation.end();
  await first.status;
  const second = sit({ port: closedPort() });
  await second.status;
  expect(second.reached).toBe(0);
});

test('what a peer said is escaped on a pipe as on a terminal, and a program gets it as it was', () => {
  const conversation = new FakeDialogue(false);
  const err = { write() {}, isTerminal: false, color: false };
  const text = 'a\x1b[2Jb\u202ec\nd';
  const shown = { lines: [text], json: { text }, kind: 'incoming' } as const;
  new DialogueView(conversation, err, false).show(shown);
  new DialogueView(conversation, err, true).show(shown);
  expect(conversation.printed).toEqual([...escapeLines(text), JSON.stringify({ text })]);
  expect(conversation.printed[0]).toBe('a\\x1b[2Jb\\u202ec');
});
