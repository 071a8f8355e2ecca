// One-shot sending: joins the channel, says the text, and waits for the proof that it was said.

import type { Inbox } from '../../bytes/inbox';
import { linesOf } from '../../bytes/text';
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
import { endings } from './render';

/**
 * A command that changes nothing and has one fixed answer. Neither a join nor a text is answered when all
 * goes well, and answers come in order: when this one comes, what was sent before it was done or refused.
 */
const probe = framesOfTyped('/join');

export class ChannelsSender implements Sender, ConnectionEvents {
  readonly #target: Target;
  readonly #queue: RequestQueue;
  /** The channel that this client is in, as far as the answers tell. */
  #channel: string | undefined;
  /** The message that is being sent, and whether we are only on our way to its channel. */
  #current: { readonly message: OutgoingMessage; isJoining: boolean } | undefined;
  #refusal: SendResult | undefined;

  constructor(host: ClientHost, target: Target) {
    this.#target = target;
    this.#queue = new RequestQueue(host, (message) => this.#send(message), {
      answerMs: limits.client.answerMs,
      open: () => this,
      goodbye: () => this.#queue.connection?.end(),
      lost: (isReached) => {
        const text = isReached ? texts.disconnected : texts.cannotConnect;
        return { ending: 'unreachable', line: text(target.host, target.port) };
      },
    });
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    const to = message.to === '' ? this.#target.path : message.to;
    if (message.attach !== undefined) {
      done({ ending: 'usage', line: 'Files cannot be sent in this protocol.' });
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
    if (reply?.is !== 'refused' || this.#current === undefined) return 'taken';
    if (reply.text === texts.joinNameless) this.#answered(this.#current);
    else this.#refusal ??= { ending: endings[reply.why], line: reply.text };
    return 'taken';
  }

  ended(): void {
    this.#queue.lose();
    this.#queue.connection?.end();
  }

  lost(): void {
    this.#queue.lose();
  }

  #send(message: OutgoingMessage): void {
    const { to, text } = message;
    const isElsewhere = this.#channel !== undefined && this.#channel !== to;
    const join = this.#channel === to ? [] : [framesOfTyped(`/join ${to}`)];
    // From no channel, both go at once: what follows a join that is refused is said nowhere.
    const say = isElsewhere ? [] : [framesOfText(text)];
    this.#current = { message, isJoining: isElsewhere };
    this.#refusal = undefined;
    for (const bytes of [...join, ...say, probe]) this.#queue.connection?.write(bytes);
    this.#queue.expectAnswer();
  }

  #answered({ message, isJoining }: { message: OutgoingMessage; isJoining: boolean }): void {
    this.#current = undefined;
    if (this.#refusal !== undefined) return this.#queue.settle(this.#refusal);
    this.#channel = message.to;
    if (isJoining) this.#send(message);
    else this.#queue.settle({ ending: 'done', line: texts.prompt + message.text });
  }
}

/** A text to be said: each line by itself, none of them a command. */
const framesOfText = (text: string): Uint8Array =>
  joined(linesOf(text).map((line) => framesOfTyped(line.startsWith('/') ? ` ${line}` : line)));
