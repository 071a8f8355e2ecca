// Sends the messages of one `chat send` one after the other, and reports the result of each.

import { CliError, exit } from '../cli/exit';
import { type Io, ReaderGone } from '../cli/io';
import { terminalJson } from '../protocol/bytes/escape';
import type { Ending, Sender, SendResult } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { nameOf } from '../protocol/model';
import { type Endpoint, unreachableHint } from './endpoint';
import { listUsers } from './one_shot';
import type { OutgoingText } from './outgoing_texts';
import { OneShotView, printable } from './view';

export interface SendJobOptions {
  readonly io: Io;
  readonly endpoint: Endpoint;
  /** Opens another connection to the server, where each message does not make its own. */
  readonly openSender: () => Sender;
  readonly isHostUnknown: () => boolean;
  readonly recipients: readonly string[];
  /** The path of a file to go with each message. */
  readonly attach: string | undefined;
  /** How long one message may take, in ms; undefined if it may take any time. */
  readonly timeoutMs: number | undefined;
  /** How long one message is tried again while no server takes it, in ms. */
  readonly retryMs: number;
  /** Whether to print one object a message. */
  readonly isJson: boolean;
}

/** The result of a message that took longer than `--timeout`. */
const timedOut: SendResult = {
  ending: 'try-later',
  line: 'No answer came in time.',
  isUncertain: true,
};

/** What a program is told of a message that the server has and says nothing of. */
const unansweredNote = 'The server has it and did not answer.';

/** Whether the server may take the message later, and has certainly not taken it, or knows it again. */
const mayBeRepeated = (
  { ending, isUncertain = false, isKeyed = false }: SendResult,
  sinceMs: number,
): boolean =>
  (ending === 'unreachable' || ending === 'try-later') &&
  (!isUncertain || (isKeyed && sinceMs < limits.client.keyedMs));

type Outgoing = Exclude<OutgoingText, { readonly error: CliError }>;

export class SendJob {
  readonly #options: SendJobOptions;
  #sender: Sender;
  /** The first failure, which is the exit status. */
  #failure: Ending | undefined;
  /** The server refused a message for a reason that the next one would have too. */
  #isRefused = false;
  /** The reader of what we print is gone. What was sent stays sent; the next message is not. */
  #isUnread = false;

  constructor(options: SendJobOptions) {
    this.#options = options;
    this.#sender = options.openSender();
  }

  /** Sends every text to every recipient; ends at a failure that the next text would have too. */
  async sendAll(texts: AsyncIterable<OutgoingText>): Promise<Ending> {
    let isAnswering = true;
    for await (const outgoing of texts) {
      if (this.#isUnread) throw unread();
      if ('error' in outgoing) {
        this.#printError(outgoing.error.message, outgoing.error.hint);
        this.#failure ??= 'bad-data';
        continue;
      }
      isAnswering = await this.#sendToEach(outgoing);
      if (!isAnswering || this.#isRefused) break;
    }
    const closed = new Promise<void>((resolve) => this.#sender.close(resolve));
    // It is known what became of everything. Not every server answers a goodbye, or ends when we do.
    const patience = isAnswering ? limits.client.partingMs : limits.client.farewellMs;
    await Promise.race([closed, Bun.sleep(patience)]);
    return this.#failure ?? 'done';
  }

  /** Whether the user wants to wait for a server that is away. */
  get #isPatient(): boolean {
    return this.#options.retryMs > 0;
  }

  /** Gives false if the server does not answer, so that it will not answer the next message either. */
  async #sendToEach(outgoing: Outgoing): Promise<boolean> {
    for (const to of this.#options.recipients) {
      if (this.#isUnread) throw unread();
      const result = await this.#sendPatiently(to, outgoing);
      await this.#report(to, result);
      if (result.ending !== 'done') this.#failure ??= result.ending;
      // What may have been taken ends nothing where the user wants to wait: the next one is tried for that long again.
      if (this.#isPatient && result.isUncertain === true) this.#reopen();
      else if (result.ending === 'unreachable' || result === timedOut) return false;
      // A recipient who refuses one line will refuse the next. A line that cannot be sent is only left out.
      else if (result.ending !== 'done' && result.ending !== 'bad-data') this.#isRefused = true;
    }
    return true;
  }

  /** Sends a message, and sends it again while no server takes it, after pauses that grow. */
  async #sendPatiently(to: string, outgoing: Outgoing): Promise<SendResult> {
    const key = this.#isPatient ? crypto.randomUUID() : undefined;
    const start = performance.now();
    let result = await this.#send(to, outgoing, key);
    const pauses = limits.client.resendMs;
    const end = start + this.#options.retryMs;
    for (let repeats = 0; mayBeRepeated(result, performance.now() - start); repeats++) {
      const rest = end - performance.now();
      if (rest <= 0) break;
      if (repeats === 0)
        this.#printError('The server does not take it now; trying again.', undefined);
      await Bun.sleep(Math.min(rest, pauses[Math.min(repeats, pauses.length - 1)] ?? 0));
      this.#reopen();
      const before = result;
      result = await this.#send(to, outgoing, key, before.isUncertain === true);
      // Once it may have been taken, a server that is away does not change that.
      if (before.isUncertain === true && result.ending !== 'done')
        result = { ...result, isUncertain: true, isKeyed: true };
    }
    return result;
  }

  /** What ended with its connection needs another. */
  #reopen(): void {
    this.#sender.close(() => {});
    this.#sender = this.#options.openSender();
  }

  #send(
    to: string,
    { text, bytes }: Outgoing,
    key: string | undefined,
    isRepeat = false,
  ): Promise<SendResult> {
    const { attach, timeoutMs } = this.#options;
    const message = {
      to,
      text,
      ...(bytes !== undefined && { bytes }),
      ...(attach !== undefined && { attach }),
      ...(key !== undefined && { key, isRepeat }),
    };
    return new Promise((done) => {
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => done(timedOut), timeoutMs);
      this.#sender.send(message, (result) => {
        clearTimeout(timer);
        done(result);
      });
    });
  }

  async #report(to: string, result: SendResult): Promise<void> {
    const { endpoint, io, isHostUnknown, isJson } = this.#options;
    const isDone = result.ending === 'done';
    if (isJson) {
      const { user, host, port } = endpoint.target;
      const isUnanswered = result.isUnanswered === true;
      const status = isDone ? (isUnanswered ? 'sent' : 'stored') : result.ending;
      const note = isUnanswered ? { note: unansweredNote } : {};
      const server = `${host}:${port}`;
      const uncertain = result.isUncertain === true ? { uncertain: true } : {};
      const object = { id: result.id, from: user, to, server, status, ...uncertain, ...note };
      this.#print(`${terminalJson(object)}\n`);
    } else if (isDone && io.out.isTerminal && result.line !== '') {
      this.#print(printable([result.line]));
    }
    if (isDone) return;
    if (this.#isPatient && result.isUncertain === true) {
      this.#printError(
        isJson ? '' : result.line,
        'the server may have it, so it is not sent again',
      );
      return;
    }
    const hint = result.ending === 'unknown-user' ? await this.#registrationHint(to) : undefined;
    this.#printError(isJson ? '' : result.line, hint);
    if (result.ending === 'unreachable')
      io.err.write(unreachableHint(endpoint, result.line, isHostUnknown()));
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
    if (nameOf(unknown) === undefined)
      return `nobody can register ${unknown}: it is nobody who is connected`;
    const where = `--server ${target.host} --port ${target.port}`;
    const how = `chat register ${unknown} --name "FULL NAME" --born DD/MM/YYYY ${where}`;
    return `${unknown} is not registered there; to register: ${how}`;
  }

  #print(text: string): void {
    try {
      this.#options.io.out.write(text);
    } catch (error) {
      if (!(error instanceof ReaderGone)) throw error;
      this.#isUnread = true;
    }
  }

  #printError(line: string, hint: string | undefined): void {
    const { err } = this.#options.io;
    if (line !== '') err.write(printable([line]));
    if (hint !== undefined) err.write(`  ${hint}\n`);
  }
}

/** More was to be sent when the reader of what we print had gone. */
const unread = (): CliError =>
  new CliError(exit.cannotCreate, 'nobody reads the results any more: the rest is not sent');
