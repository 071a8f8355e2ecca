// One-shot sending: enters with the money that is there, says the text, and waits until it is known what became of it.

import type { Inbox } from '../../bytes/inbox';
import { encodeText, linesOf } from '../../bytes/text';
import { noFiles } from '../../client_kit/no_files';
import { RequestQueue } from '../../client_kit/request_queue';
import type { Taken } from '../../connection';
import type {
  ClientHost,
  ConnectionEvents,
  OutgoingMessage,
  Sender,
  SendResult,
  Target,
} from '../../dialect';
import { limits } from '../../limits';
import { answerOf, messageOf, requestOf } from '../wire/codec';
import { type Line, LineReader } from '../wire/lines';
import { forms, marked, type ServerMessage } from '../wire/messages';
import { Entering } from './entering';
import { awaitGreeting } from './greeting';
import { endings } from './render';

export class MarketSender implements Sender, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #target: Target;
  readonly #queue: RequestQueue;
  readonly #reader = new LineReader(limits.market.serverLineBytes);
  readonly #entering: Entering;
  #hasEntered = false;
  #greeted = (): void => {};
  /** The message that is being sent, and what the server refused of it. */
  #current: OutgoingMessage | undefined;
  #refusal: SendResult | undefined;
  /** Answers that were not waited for and may still come. */
  #owed = 0;
  /** How often in a row the server has said nothing for a while. */
  #silences = 0;
  /** What came may be the answer in other words; cancels the wait for the source's. */
  #cancelDecision: (() => void) | undefined;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#target = target;
    this.#entering = new Entering({ name: target.user, marks: false, keepsBalance: true });
    this.#queue = new RequestQueue(host, (message) => this.#send(message), {
      answerMs: limits.client.unansweredMs,
      open: () => this,
      late: () => this.#late(),
      goodbye: () => this.#write(forms.quit),
      lost: (isReached) => {
        const what = isReached ? 'Disconnected from' : 'Unable to connect to';
        return { ending: 'unreachable', line: `${what} ${target.host}:${target.port}` };
      },
    });
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    const { user } = this.#target;
    if (message.attach !== undefined) {
      done(noFiles());
    } else if (user !== undefined && answerOf(user).is !== 'name') {
      done({ ending: 'bad-data', line: `${user} cannot be an identifier here.` });
    } else if (linesToSend(message).length === 0) {
      done({ ending: 'bad-data', line: 'There is nothing to say.' });
    } else {
      this.#queue.add(message, done);
    }
  }

  close(done: () => void): void {
    this.#queue.close(done);
  }

  // ---- the connection

  opened(): void {
    this.#queue.opened();
    this.#greeted = awaitGreeting(this.#host, this.#target);
  }

  takeNext(inbox: Inbox): Taken {
    if (inbox.length > 0) this.#greeted();
    const line = this.#reader.take(inbox);
    if (line !== undefined) this.#take(line);
    this.#queue.connection?.wake(this.#reader.isWaiting ? limits.market.standingMs : undefined);
    return line === undefined ? 'more' : 'taken';
  }

  woke(): void {
    const line = this.#reader.takeStanding();
    if (line !== undefined) this.#take(line);
  }

  ended(): void {
    this.#queue.lose();
    this.#queue.connection?.end();
  }

  lost(): void {
    this.#greeted();
    this.#queue.lose();
  }

  // ---- what the server says

  #take(line: Line): void {
    if (line.is === 'too-long') return;
    const message = messageOf(line.text);
    if (!this.#hasEntered) this.#enter(message, line.text);
    else if (this.#current !== undefined) this.#answered(message, line.text);
  }

  #enter(message: ServerMessage, line: string): void {
    const entering = this.#entering;
    const answer = entering.isQuestion(message, line) ? entering.answer() : undefined;
    if (answer !== undefined) this.#write(answer);
    else if (entering.takes(message)) return;
    else if (message.is === 'refused') {
      this.#queue.lose({ ending: endings[message.why], line });
      this.#queue.connection?.abort();
    } else if (message.is === 'balance-set' || (entering.hasSaidBalance && message.is === 'told'))
      this.#entered();
  }

  #entered(): void {
    this.#hasEntered = true;
    this.#queue.ready();
  }

  #send(message: OutgoingMessage): void {
    this.#current = message;
    this.#refusal = undefined;
    for (const line of linesToSend(message)) this.#write(line);
    // Nothing is answered when all goes well, and answers come in order: this one ends them.
    this.#write(forms.funds);
  }

  #answered(message: ServerMessage, line: string): void {
    // Not every server knows the question: that it does not is an answer as good.
    const isUnknown = message.is === 'refused' && message.why === 'unknown-command';
    const isAnswer = message.is === 'funds' || isUnknown;
    if (isAnswer && this.#owed > 0) this.#owed--;
    else if (isAnswer) this.#settle();
    else if (message.is === 'refused') this.#refusal ??= { ending: endings[message.why], line };
    else if (message.is === 'told')
      this.#cancelDecision ??= this.#host.after(limits.client.otherWordsMs, () => {
        this.#owed++;
        this.#settle();
      });
  }

  #settle(how?: 'unanswered'): void {
    this.#cancelDecision?.();
    this.#cancelDecision = undefined;
    const { text } = this.#current ?? {};
    if (text === undefined) return;
    this.#current = undefined;
    this.#silences = 0;
    const isUnanswered = how === 'unanswered';
    const done = {
      ending: 'done',
      line: `Me: ${text}`,
      ...(isUnanswered && { isUnanswered }),
    } as const;
    this.#queue.settle(this.#refusal ?? done);
  }

  /** The server has said nothing for a while. Some take a balance, or the question behind a text, without a word. */
  #late(): void {
    const { connection } = this.#queue;
    const isTold = connection?.isAcknowledged === true;
    if (isTold && !this.#hasEntered && this.#entering.hasSaidBalance) return this.#entered();
    if (isTold && this.#current !== undefined) {
      this.#owed++;
      return this.#settle('unanswered');
    }
    if (++this.#silences < mostSilences) return this.#queue.expectAnswer();
    connection?.abort();
    this.#queue.lose();
  }

  #write(line: string): void {
    this.#queue.connection?.write(encodeText(`${line}\n`));
  }
}

/** How long a server that does not go on is waited for, counted in silences. */
const mostSilences = Math.ceil(limits.client.answerMs / limits.client.unansweredMs);

/** The lines that say a text, to everybody or to one; none of them becomes a command of its own. */
function linesToSend({ to, text }: OutgoingMessage): string[] {
  const lines = linesOf(text).filter((line) => line.trim() !== '');
  if (to !== '') return lines.map((line) => `:p - ${marked(to.replace(/[<>]/g, ''))} - ${line}`);
  return lines.map((line) => (requestOf(line).is === 'say' ? line : ` ${line}`));
}
