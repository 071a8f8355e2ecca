// One-shot sending: enters with an empty purse, says the text, and knows what became of it before it reports.

import type { Inbox } from '../../bytes/inbox';
import { encodeText, linesOf } from '../../bytes/text';
import type {
  ClientConnection,
  ClientHost,
  ConnectionEvents,
  OutgoingMessage,
  Sender,
  SendResult,
  Target,
} from '../../dialect';
import { answerOf, requestOf } from '../wire/codec';
import { type Line, LineReader, standingMs } from '../wire/lines';
import { forms, marked, type ServerMessage } from '../wire/messages';
import { heardBytesMax } from '../wire/sizes';
import { endings, messageOf } from './render';

/** How long the server may take to answer, in ms. */
const answerMs = 10_000;

interface Post {
  readonly message: OutgoingMessage;
  readonly done: (result: SendResult) => void;
}

export class MarketSender implements Sender, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #target: Target;
  readonly #reader = new LineReader(heardBytesMax);
  readonly #posts: Post[] = [];
  #connection: ClientConnection | undefined;
  #inbox: Inbox | undefined;
  #state: 'idle' | 'dialling' | 'entering' | 'open' | 'asked' | 'gone' = 'idle';
  /** What still answers the question for the balance: our name, then no money at all. */
  readonly #answers: string[];
  /** What the server refused of the letter it was asked about. */
  #refusal: SendResult | undefined;
  /** Why nothing more can be sent. */
  #end: SendResult | undefined;
  #cancelWait: (() => void) | undefined;
  #closed: (() => void) | undefined;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#target = target;
    this.#answers = target.user === undefined ? ['0'] : [target.user, '0'];
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    const { user } = this.#target;
    if (message.attach !== undefined) {
      done({ ending: 'usage', line: 'Files cannot be sent in this protocol.' });
    } else if (user !== undefined && answerOf(user).is !== 'name') {
      done({ ending: 'bad-data', line: `${user} cannot be an identifier here.` });
    } else if (linesToSend(message).length === 0) {
      done({ ending: 'bad-data', line: 'There is nothing to say.' });
    } else {
      this.#posts.push({ message: message, done });
      this.#next();
    }
  }

  close(done: () => void): void {
    if (this.#state === 'idle' || this.#state === 'gone') {
      done();
      return;
    }
    this.#closed = done;
    if (this.#state === 'dialling') this.#connection?.abort();
    else {
      this.#write(forms.quit);
      this.#wait();
    }
  }

  // ---- the connection

  opened(): void {
    this.#state = 'entering';
    this.#wait();
  }

  received(inbox: Inbox): void {
    this.#inbox = inbox;
    for (let line = this.#reader.take(inbox); line; line = this.#reader.take(inbox)) {
      this.#line(line);
    }
    this.#connection?.wake(this.#reader.isWaiting(inbox) ? standingMs : undefined);
  }

  woke(): void {
    const line = this.#inbox && this.#reader.takeStanding(this.#inbox);
    if (line !== undefined) this.#line(line);
  }

  ended(): void {
    this.#lose();
    this.#connection?.end();
  }

  lost(): void {
    this.#lose();
  }

  // ---- one post after the other

  #line(line: Line): void {
    if (line.is === 'too-long') return;
    const heard = messageOf(line.text);
    if (this.#state === 'entering') this.#enter(heard, line.text);
    else if (this.#state === 'asked') this.#answered(heard, line.text);
  }

  #enter(heard: ServerMessage, line: string): void {
    const answer = heard.is === 'question' ? this.#answers.shift() : undefined;
    if (answer !== undefined) this.#write(answer);
    else if (heard.is === 'balance-set') {
      this.#cancelWait?.();
      this.#state = 'open';
      this.#next();
    } else if (heard.is === 'refused') {
      this.#lose({ ending: endings[heard.why], line });
      this.#connection?.abort();
    }
  }

  #next(): void {
    const post = this.#posts[0];
    if (post === undefined) return;
    if (this.#state === 'idle') {
      this.#state = 'dialling';
      this.#host.dial((connection) => {
        this.#connection = connection;
        return this;
      });
    } else if (this.#state === 'gone') this.#lose();
    else if (this.#state === 'open') {
      this.#state = 'asked';
      this.#refusal = undefined;
      for (const line of linesToSend(post.message)) this.#write(line);
      // Nothing is answered when all goes well, and answers come in order: this one ends them.
      this.#write(forms.funds);
      this.#wait();
    }
  }

  #answered(heard: ServerMessage, line: string): void {
    if (heard.is === 'refused') this.#refusal ??= { ending: endings[heard.why], line };
    if (heard.is !== 'funds') return;
    this.#cancelWait?.();
    this.#state = 'open';
    const post = this.#posts.shift();
    post?.done(this.#refusal ?? { ending: 'done', line: `Me: ${post.message.text}` });
    this.#next();
  }

  #write(line: string): void {
    this.#connection?.write(encodeText(`${line}\n`));
  }

  #wait(): void {
    this.#cancelWait = this.#host.after(answerMs, () => this.#connection?.abort());
  }

  /** It is over, for what waits and for what may still come. */
  #lose(why?: SendResult): void {
    const { host, port } = this.#target;
    const what = this.#state === 'dialling' ? 'Unable to connect to' : 'Disconnected from';
    this.#end ??= why ?? { ending: 'unreachable', line: `${what} ${host}:${port}` };
    this.#state = 'gone';
    this.#cancelWait?.();
    for (const { done } of this.#posts.splice(0)) done(this.#end);
    this.#closed?.();
    this.#closed = undefined;
  }
}

/** The lines that say a letter, to everybody or to one; none of them becomes a command of its own. */
function linesToSend({ to, text }: OutgoingMessage): string[] {
  const lines = linesOf(text).filter((line) => line.trim() !== '');
  if (to !== '') return lines.map((line) => `:p - ${marked(to.replace(/[<>]/g, ''))} - ${line}`);
  return lines.map((line) => (requestOf(line).is === 'say' ? line : ` ${line}`));
}
