// `chat send`: says something to somebody and exits; no session, no prompt, as fast as the network.

import { defineCommand } from '../cli/command';
import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { escapeLines } from '../protocol/bytes/escape';
import type { Ending, Sender, SendResult } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import {
  type Endpoint,
  endpointOf,
  endpointOfFlags,
  isUrl,
  serverOptions,
  unreachableHint,
  withToken,
} from './endpoint';
import { lastSender } from './last_sender';
import { listUsers, oneShot } from './one_shot';
import { type OutgoingText, outgoingTexts } from './outgoing_texts';
import { statusOf } from './status';
import { OneShotView } from './view';

export const send = defineCommand({
  meta: { name: 'send', description: 'Say something to somebody, and exit' },
  args: {
    to: {
      type: 'positional',
      description: 'whom (bob, or bob,carol), or a URL with whom or where as its path',
    },
    text: {
      type: 'positional',
      required: false,
      description: 'what to say; - reads it from standard input (at a terminal, one line of it)',
    },
    ...serverOptions,
    as: { type: 'string', valueHint: 'NAME', description: 'who says it', env: 'CHAT_USER' },
    attach: { type: 'string', valueHint: 'FILE', description: 'a file to go with it' },
    lines: { type: 'boolean', description: 'one message a line, as it comes' },
    timeout: { type: 'duration', description: 'how long one message may take, its file included' },
    json: { type: 'boolean', description: 'print one object a message' },
  },
  examples: [
    'chat send bob "hi"',
    'chat send bob,carol "see this" --attach picture.png',
    'tail -f log | chat send bob - --lines',
    'chat send channels://Scott@127.0.0.1:55555/168_tas "hi"',
  ],
  async run({ to, text, as, attach, lines, timeout, json, ...flags }, io) {
    const endpoint = isUrl(to) ? endpointOf(to, flags) : endpointOfFlags(flags, undefined);
    const sender = endpoint.target.user ?? as ?? lastSender(endpoint.serverUrl, io.env);
    const target = withToken(
      sender === undefined ? endpoint.target : { ...endpoint.target, user: sender },
      io.env,
    );
    const openSender = endpoint.client.send?.bind(endpoint.client);
    if (openSender === undefined) {
      throw new CliError(exit.usage, `${endpoint.dialect} can only be spoken in a session`);
    }
    if (text === undefined && attach === undefined) {
      throw new CliError(exit.usage, 'send: TEXT is missing', 'usage: chat send TO TEXT');
    }
    if (attach !== undefined && lines) {
      throw new CliError(exit.usage, 'send: --attach and --lines do not go together');
    }
    const view = await openView(io, attach);
    const { ending } = await oneShot({ ...endpoint, target }, view, async (host, done) => {
      const job = new SendJob({
        io,
        endpoint: { ...endpoint, target },
        sender: openSender(host, target),
        recipients: isUrl(to) ? recipientsOf(target.path, true) : recipientsOf(to, false),
        attach,
        timeoutMs: timeout,
        isJson: json,
      });
      const { textBytes } = endpoint.client;
      const source = { text: text ?? '', isByLine: lines, textBytes, dialect: endpoint.dialect };
      done({ ending: await job.sendAll(outgoingTexts(source, io)) });
    });
    view.tell(io, ending === 'done');
    return statusOf[ending];
  },
});

/** Names apart by commas, none twice. A URL without any leaves it to the protocol. */
function recipientsOf(names: string, mayBeEmpty: boolean): readonly string[] {
  const all = names.split(',').map((name) => name.trim());
  const named = [...new Set(all)].filter((name) => name !== '');
  if (named.length > 0) return named;
  if (mayBeEmpty) return [''];
  throw new CliError(exit.usage, 'send: TO names nobody');
}

/** A transfer is shown on a terminal; nothing of it is loaded where there is none. */
async function openView(io: Io, attach: string | undefined): Promise<OneShotView> {
  if (attach === undefined || !io.err.isTerminal) return new OneShotView();
  const { openProgress } = await import('./terminal/progress');
  const { SystemClock } = await import('../net/clock');
  const board = openProgress(process.stderr, new SystemClock());
  return new OneShotView((name, total) => board.start(name, total));
}

interface SendJobOptions {
  readonly io: Io;
  readonly endpoint: Endpoint;
  readonly sender: Sender;
  readonly recipients: readonly string[];
  readonly attach: string | undefined;
  /** How long one message may take; any time, if undefined. */
  readonly timeoutMs: number | undefined;
  readonly isJson: boolean;
}

/** What `--timeout` makes of a message. */
const timedOut: SendResult = { ending: 'try-later', line: 'No answer came in time.' };

/** Sends letters one after the other, and says what became of each. */
class SendJob {
  readonly #options: SendJobOptions;
  /** The first failure, which is the exit status. */
  #failure: Ending | undefined;

  constructor(options: SendJobOptions) {
    this.#options = options;
  }

  async sendAll(texts: AsyncIterable<OutgoingText>): Promise<Ending> {
    const { recipients, sender } = this.#options;
    sending: for await (const message of texts) {
      if ('bad' in message) {
        this.#printError(message.bad.message, message.bad.hint);
        this.#failure ??= 'bad-data';
        continue;
      }
      for (const to of recipients) {
        const result = await this.#sendOne(to, message.text);
        await this.#report(to, result);
        if (result.ending !== 'done') this.#failure ??= result.ending;
        // Whoever does not answer will not answer the next one either.
        if (result.ending === 'unreachable' || result === timedOut) break sending;
      }
      // A line that nobody takes will not be followed by one that somebody does.
      if (this.#failure !== undefined && this.#failure !== 'bad-data') break;
    }
    await new Promise<void>((closed) => sender.close(closed));
    return this.#failure ?? 'done';
  }

  #sendOne(to: string, text: string): Promise<SendResult> {
    const { attach, sender, timeoutMs } = this.#options;
    const message = { to, text, ...(attach !== undefined && { attach }) };
    return new Promise((done) => {
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => done(timedOut), timeoutMs);
      sender.send(message, (result) => {
        clearTimeout(timer);
        done(result);
      });
    });
  }

  async #report(to: string, result: SendResult): Promise<void> {
    const { endpoint, io, isJson } = this.#options;
    const isDone = result.ending === 'done';
    if (isJson) {
      const { user, host, port } = endpoint.target;
      const status = isDone ? 'stored' : result.ending;
      const server = `${host}:${port}`;
      io.out.write(`${JSON.stringify({ id: result.id, from: user, to, server, status })}\n`);
    } else if (isDone) {
      if (io.out.isTerminal) io.out.write(linesOf(result.line));
      return;
    }
    if (isDone) return;
    const hint = result.ending === 'unknown-user' ? await this.#registrationHint(to) : undefined;
    this.#printError(isJson ? '' : result.line, hint);
    if (result.ending === 'unreachable') io.err.write(unreachableHint(endpoint, result.line));
  }

  /** Of the two that a refusal may mean, the one that is unknown, and how he is registered. */
  async #registrationHint(to: string): Promise<string | undefined> {
    const { endpoint } = this.#options;
    const { client, target } = endpoint;
    if (client.register === undefined) return undefined;
    const { user } = target;
    // What this question comes to is nobody's business but ours.
    const asked = user === undefined ? undefined : listUsers(endpoint, new OneShotView(), user);
    const patience = Promise.withResolvers<undefined>();
    const timer = setTimeout(patience.resolve, limits.client.farewellMs);
    const answer = await Promise.race([asked, patience.promise]);
    clearTimeout(timer);
    const unknown = user !== undefined && answer?.ending === 'unknown-user' ? user : to;
    const where = `--server ${target.host} --port ${target.port}`;
    const how = `chat register ${unknown} --name "FULL NAME" --born DD/MM/YYYY ${where}`;
    return `${unknown} is not registered there; to register: ${how}`;
  }

  #printError(line: string, hint: string | undefined): void {
    const { err } = this.#options.io;
    err.write(linesOf(line));
    if (hint !== undefined) err.write(`  ${hint}\n`);
  }
}

/** A dialect's line as it is printed; it may hold what the server said. */
const linesOf = (text: string): string =>
  text === ''
    ? ''
    : escapeLines(text)
        .map((line) => `${line}\n`)
        .join('');
