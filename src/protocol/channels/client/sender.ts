// One-shot sending: joins the channel, says the text, and knows that it was said before it reports so.

import type { Inbox } from '../../bytes/inbox';
import { linesOf } from '../../bytes/text';
import type {
  ClientConnection,
  ClientHost,
  ConnectionEvents,
  Ending,
  OutgoingMessage,
  Sender,
  SendResult,
  Target,
} from '../../dialect';
import { heardOf } from '../wire/codec';
import { framesOfTyped, joined, takeFrame } from '../wire/frames';
import { texts } from '../wire/messages';
import { endings } from './render';

/**
 * A command that changes nothing and has one known answer. Neither a join nor a text is answered when all
 * goes well, and answers come in order: when this one comes, what was sent before it was done or refused.
 */
const question = framesOfTyped('/join');

/** How long the server may take to answer, in ms. */
const answerMs = 10_000;

interface Post {
  readonly room: string;
  readonly text: string;
  readonly done: (result: SendResult) => void;
}

export class ChannelsSender implements Sender, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #target: Target;
  readonly #posts: Post[] = [];
  #connection: ClientConnection | undefined;
  #state: 'idle' | 'dialling' | 'open' | 'gone' = 'idle';
  /** The channel we are in, as far as the server has told. */
  #room: string | undefined;
  /** What the answer to the question in the air will be about. */
  #asked: 'joined' | 'said' | undefined;
  #refusal: SendResult | undefined;
  #cancelWait: (() => void) | undefined;
  #closed: (() => void) | undefined;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#target = target;
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    const room = message.to === '' ? this.#target.path : message.to;
    if (message.attach !== undefined) {
      done({ ending: 'usage', line: 'Files cannot be sent in this protocol.' });
    } else if (room === '' || /\s/u.test(room)) {
      done({ ending: 'usage', line: 'Say which channel: channels://NAME@HOST:PORT/CHANNEL' });
    } else {
      this.#posts.push({ room, text: message.text, done });
      this.#next();
    }
  }

  close(done: () => void): void {
    if (this.#state === 'idle' || this.#state === 'gone') {
      done();
      return;
    }
    this.#closed = done;
    this.#connection?.end();
  }

  // ---- the connection

  opened(): void {
    this.#state = 'open';
    this.#connection?.write(framesOfTyped(this.#target.user ?? 'guest'));
    this.#next();
  }

  received(inbox: Inbox): void {
    for (let frame = takeFrame(inbox); frame !== undefined; frame = takeFrame(inbox)) {
      const heard = heardOf(frame);
      if (heard?.is !== 'refused' || this.#asked === undefined) continue;
      if (heard.text === texts.joinNameless) this.#answered();
      else this.#refusal ??= { ending: endings[heard.why], line: heard.text };
    }
  }

  ended(): void {
    this.#lose(texts.disconnected(this.#target.host, this.#target.port));
    this.#connection?.end();
  }

  lost(): void {
    const { host, port } = this.#target;
    this.#lose(
      this.#state === 'dialling' ? texts.cannotConnect(host, port) : texts.disconnected(host, port),
    );
  }

  // ---- one post after the other

  #next(): void {
    const post = this.#posts[0];
    if (post === undefined || this.#asked !== undefined) return;
    switch (this.#state) {
      case 'idle':
        this.#state = 'dialling';
        this.#host.dial((connection) => {
          this.#connection = connection;
          return this;
        });
        return;
      case 'dialling':
        return;
      case 'open':
        if (this.#room === post.room) this.#ask('said', framesOfText(post.text));
        else if (this.#room !== undefined) this.#ask('joined', framesOfTyped(`/join ${post.room}`));
        // In no channel yet: what follows a join that is refused is said nowhere, so both go at once.
        else this.#ask('said', framesOfTyped(`/join ${post.room}`), framesOfText(post.text));
        return;
      case 'gone':
        this.#settle({
          ending: 'unreachable',
          line: texts.disconnected(this.#target.host, this.#target.port),
        });
        return;
    }
  }

  #ask(about: 'joined' | 'said', ...frames: readonly Uint8Array[]): void {
    this.#asked = about;
    this.#refusal = undefined;
    for (const bytes of frames) this.#connection?.write(bytes);
    this.#connection?.write(question);
    this.#cancelWait = this.#host.after(answerMs, () => this.#connection?.abort());
  }

  #answered(): void {
    const about = this.#asked;
    const post = this.#posts[0];
    this.#asked = undefined;
    this.#cancelWait?.();
    if (this.#refusal === undefined) this.#room = post?.room;
    if (about === 'joined' && this.#refusal === undefined) this.#next();
    else this.#settle(this.#refusal ?? { ending: 'done', line: texts.prompt + (post?.text ?? '') });
  }

  #settle(result: SendResult): void {
    this.#posts.shift()?.done(result);
    this.#next();
  }

  #lose(line: string): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#asked = undefined;
    this.#cancelWait?.();
    const ending: Ending = 'unreachable';
    for (const post of this.#posts.splice(0)) post.done({ ending, line });
    this.#closed?.();
  }
}

/** A text to be said: each line by itself, none of them a command. */
const framesOfText = (text: string): Uint8Array =>
  joined(linesOf(text).map((line) => framesOfTyped(line.startsWith('/') ? ` ${line}` : line)));
