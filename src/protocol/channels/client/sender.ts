// One-shot sending: joins the channel, says the text, and waits for the proof that it was said.

import type { Inbox } from '../../bytes/inbox';
import { linesOf } from '../../bytes/text';
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
import { messageOf } from '../wire/codec';
import { framesOfTyped, joined, takeFrame } from '../wire/frames';
import { texts } from '../wire/messages';
import { Answers } from './answers';

/**
 * A command that changes nothing and has one fixed answer. Neither a join nor a text is answered when all
 * goes well, and answers come in order: when this one comes, what was sent before it was done or refused.
 */
const probe = framesOfTyped('/join');

/** What is under way: a message, or our way to its channel. */
interface Step {
  readonly message: OutgoingMessage;
  readonly isJoining: boolean;
  readonly answers: Answers;
  /** How often the server had nothing to say for `unansweredMs`. */
  silences: number;
}

export class ChannelsSender implements Sender, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #target: Target;
  readonly #queue: RequestQueue;
  /** The channel that this client is in, as far as the answers tell. */
  #channel: string | undefined;
  #current: Step | undefined;
  /** Answers that may still come to what was not waited for any longer. */
  #owed = 0;
  /** The server has not answered the question yet: it is not waited for as long again. */
  #isMute = false;
  #cancelDecision: (() => void) | undefined;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#target = target;
    this.#queue = new RequestQueue(host, (message) => this.#send(message), {
      answerMs: limits.client.unansweredMs,
      open: () => this,
      goodbye: () => this.#queue.connection?.end(),
      lost: (isReached) => {
        const text = isReached ? texts.disconnected : texts.cannotConnect;
        return { ending: 'unreachable', line: text(target.host, target.port) };
      },
      late: () => this.#late(),
    });
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    const to = message.to === '' ? this.#target.path : message.to;
    if (message.attach !== undefined) {
      done(noFiles());
    } else if (to === '' || /\s/u.test(to)) {
      done({ ending: 'usage', line: 'Say which channel: channels://NAME@HOST:PORT/CHANNEL' });
    } else {
      this.#queue.add({ ...message, to }, done);
    }
  }

  close(done: () => void): void {
    this.#queue.close(done);
  }

  opened(): void {
    this.#queue.connection?.write(framesOfTyped(this.#target.user ?? 'guest'));
    this.#queue.ready();
  }

  takeNext(inbox: Inbox): Taken {
    const frame = takeFrame(inbox);
    if (frame === undefined) return 'more';
    const reply = messageOf(frame);
    if (reply === undefined) return 'taken';
    if (this.#owed > 0 && Answers.isOfSource(reply)) {
      this.#owed--;
      return 'taken';
    }
    const current = this.#current;
    switch (current?.answers.take(reply)) {
      case 'answered':
        this.#isMute = false;
        this.#answered();
        break;
      case 'perhaps':
        this.#cancelDecision ??= this.#host.after(limits.client.otherWordsMs, () => this.#decide());
        break;
      default:
        break;
    }
    return 'taken';
  }

  ended(): void {
    this.#lose();
    this.#queue.connection?.end();
  }

  lost(): void {
    this.#lose();
  }

  #lose(): void {
    this.#stopDeciding();
    // Who is kept out is told so before the end.
    this.#queue.lose(this.#current?.answers.refusal);
  }

  #send(message: OutgoingMessage): void {
    const { to, text } = message;
    const isElsewhere = this.#channel !== undefined && this.#channel !== to;
    const join = this.#channel === to ? [] : [framesOfTyped(`/join ${to}`)];
    // From no channel, both go at once: what follows a join that is refused is said nowhere.
    const say = isElsewhere ? [] : [framesOfText(text)];
    this.#current = { message, isJoining: isElsewhere, answers: new Answers(to), silences: 0 };
    for (const bytes of [...join, ...say, probe]) this.#queue.connection?.write(bytes);
    this.#queue.expectAnswer();
    if (this.#isMute) {
      this.#cancelDecision = this.#host.after(limits.client.otherWordsMs, () => this.#late());
    }
  }

  /** The words of the source have not come behind others: those were the answer. */
  #decide(): void {
    const { answers } = this.#current ?? {};
    // A refusal of what was sent has come, and the question's answer has not: it still may.
    if (answers?.isOwed === true) this.#owed++;
    answers?.close();
    this.#answered();
  }

  /** The server has said nothing. What it has counts as sent: not every server answers the question. */
  #late(): void {
    const current = this.#current;
    const { connection } = this.#queue;
    if (current?.answers.haveBegun === true) this.#decide();
    else if (current !== undefined && connection?.isAcknowledged === true) {
      this.#owed++;
      this.#isMute = true;
      this.#answered('unanswered');
    } else if (current !== undefined && ++current.silences < mostSilences) {
      this.#queue.expectAnswer();
    } else {
      connection?.abort();
      this.#lose();
    }
  }

  #answered(how?: 'unanswered'): void {
    const current = this.#current;
    this.#current = undefined;
    this.#stopDeciding();
    if (current === undefined) return;
    const { message, isJoining, answers } = current;
    if (answers.refusal !== undefined) return this.#queue.settle(answers.refusal);
    this.#channel = message.to;
    if (isJoining) return this.#send(message);
    const line = texts.prompt + message.text;
    const isUnanswered = how === 'unanswered';
    this.#queue.settle({ ending: 'done', line, ...(isUnanswered && { isUnanswered }) });
  }

  #stopDeciding(): void {
    this.#cancelDecision?.();
    this.#cancelDecision = undefined;
  }
}

/** How long a server that acknowledges nothing is waited for, counted in silences. */
const mostSilences = Math.ceil(limits.client.answerMs / limits.client.unansweredMs);

/** A text to be said: each line by itself, none of them a command. */
const framesOfText = (text: string): Uint8Array =>
  joined(linesOf(text).map((line) => framesOfTyped(line.startsWith('/') ? ` ${line}` : line)));
