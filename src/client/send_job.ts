// Sends the messages of one `chat send` one after the other, and reports the result of each.

import type { Io } from '../cli/io';
import type { Ending, Sender, SendResult } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { type Endpoint, unreachableHint } from './endpoint';
import { listUsers } from './one_shot';
import type { OutgoingText } from './outgoing_texts';
import { OneShotView, printable } from './view';

export interface SendJobOptions {
  readonly io: Io;
  readonly endpoint: Endpoint;
  readonly sender: Sender;
  readonly recipients: readonly string[];
  /** The path of a file to go with each message. */
  readonly attach: string | undefined;
  /** How long one message may take, in ms; undefined if it may take any time. */
  readonly timeoutMs: number | undefined;
  /** Whether to print one object a message. */
  readonly isJson: boolean;
}

/** The result of a message that took longer than `--timeout`. */
const timedOut: SendResult = { ending: 'try-later', line: 'No answer came in time.' };

export class SendJob {
  readonly #options: SendJobOptions;
  /** The first failure, which is the exit status. */
  #failure: Ending | undefined;

  constructor(options: SendJobOptions) {
    this.#options = options;
  }

  /** Sends every text to every recipient; ends at a failure that the next text would have too. */
  async sendAll(texts: AsyncIterable<OutgoingText>): Promise<Ending> {
    for await (const outgoing of texts) {
      if ('error' in outgoing) {
        this.#printError(outgoing.error.message, outgoing.error.hint);
        this.#failure ??= 'bad-data';
        continue;
      }
      const isAnswering = await this.#sendToEach(outgoing.text);
      // A recipient who refuses one line will refuse the next. A line that cannot be sent is only left out.
      if (!isAnswering) break;
      if (this.#failure !== undefined && this.#failure !== 'bad-data') break;
    }
    await new Promise<void>((closed) => this.#options.sender.close(closed));
    return this.#failure ?? 'done';
  }

  /** Gives false if the server does not answer, so that it will not answer the next message either. */
  async #sendToEach(text: string): Promise<boolean> {
    for (const to of this.#options.recipients) {
      const result = await this.#send(to, text);
      await this.#report(to, result);
      if (result.ending !== 'done') this.#failure ??= result.ending;
      if (result.ending === 'unreachable' || result === timedOut) return false;
    }
    return true;
  }

  #send(to: string, text: string): Promise<SendResult> {
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
    } else if (isDone && io.out.isTerminal && result.line !== '') {
      io.out.write(printable([result.line]));
    }
    if (isDone) return;
    const hint = result.ending === 'unknown-user' ? await this.#registrationHint(to) : undefined;
    this.#printError(isJson ? '' : result.line, hint);
    if (result.ending === 'unreachable') io.err.write(unreachableHint(endpoint, result.line));
  }

  /** A refusal may mean the sender or the recipient: finds out which is unknown, and says how to register them. */
  async #registrationHint(to: string): Promise<string | undefined> {
    const { endpoint } = this.#options;
    const { client, target } = endpoint;
    if (client.register === undefined) return undefined;
    const { user } = target;
    // The view of this question is thrown away: the user did not ask it.
    const answer = user === undefined ? undefined : listUsers(endpoint, new OneShotView(), user);
    const timeout = Promise.withResolvers<undefined>();
    const timer = setTimeout(timeout.resolve, limits.client.farewellMs);
    const result = await Promise.race([answer, timeout.promise]);
    clearTimeout(timer);
    const unknown = user !== undefined && result?.ending === 'unknown-user' ? user : to;
    const where = `--server ${target.host} --port ${target.port}`;
    const how = `chat register ${unknown} --name "FULL NAME" --born DD/MM/YYYY ${where}`;
    return `${unknown} is not registered there; to register: ${how}`;
  }

  #printError(line: string, hint: string | undefined): void {
    const { err } = this.#options.io;
    if (line !== '') err.write(printable([line]));
    if (hint !== undefined) err.write(`  ${hint}\n`);
  }
}
