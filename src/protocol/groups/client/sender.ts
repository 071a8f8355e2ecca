// One-shot sending: comes in, says the text, offers the file and waits until its receiver has decided and has it.

import { decodeLossy } from '../../bytes/text';
import type {
  ClientConnection,
  ClientHost,
  OutgoingMessage,
  Sender,
  SendResult,
  SourceFile,
  Target,
} from '../../dialect';
import { type Message, reasons } from '../wire/messages';
import { GroupsConnection, type GroupsConnectionEvents, whoIs } from './connection';
import { bring, type FileTransfer } from './file_connection';
import { somebodyOf } from './input';
import { endingOfReason, endings, note, statusOf, wordsFor } from './render';

/** How long the server may take to answer, in ms. How long the receiver may is the user's to say. */
const answerMs = 10_000;

interface Post {
  readonly message: OutgoingMessage;
  readonly done: (result: SendResult) => void;
}

/** A file whose receiver has not settled it. */
interface Offer {
  readonly id: string;
  readonly file: SourceFile;
  readonly to: string;
  carrying: FileTransfer | undefined;
}

export class GroupsSender implements Sender, GroupsConnectionEvents {
  readonly #host: ClientHost;
  readonly #target: Target;
  readonly #posts: Post[] = [];
  #attendance: GroupsConnection | undefined;
  #connection: ClientConnection | undefined;
  #state: 'idle' | 'entering' | 'open' | 'asked' | 'gone' = 'idle';
  #offer: Offer | undefined;
  #offers = 0;
  /** Why nothing more can be sent. */
  #end: SendResult | undefined;
  #cancelWait: (() => void) | undefined;
  #closed: (() => void) | undefined;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#target = target;
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    if (message.to === '') {
      done({ ending: 'usage', line: 'Say to whom: groups://NAME@HOST:PORT/TO' });
    } else if (message.text === '' && message.attach === undefined) {
      done({ ending: 'bad-data', line: 'There is nothing to say.' });
    } else {
      this.#posts.push({ message: message, done });
      this.#next();
    }
  }

  close(done: () => void): void {
    if (this.#state === 'idle' || this.#state === 'gone') return done();
    this.#closed = done;
    this.#wait();
    this.#takeBack();
    this.#attendance?.ask({ action: 'disconnect' }, () => this.#lose());
  }

  /** Nobody waits for the file's receiver any more. */
  #takeBack(): void {
    if (this.#offer === undefined) return;
    const { id } = this.#offer;
    this.#attendance?.say({ action: 'file', status: 'failed', id, body: reasons.cancelled });
  }

  // ---- the server

  accepted(): void {
    this.#cancelWait?.();
    this.#state = 'open';
    this.#next();
  }

  refused(answer: Message): void {
    const status = statusOf(answer);
    const { user = 'Without a name' } = this.#target;
    this.#lose({ ending: endings[status], line: `${user}: ${wordsFor(status)}` });
  }

  lost(): void {
    this.#lose();
  }

  /** What others write meanwhile is not read; that it is not confirmed tells them so. */
  heard(message: Message): void {
    const offer = this.#offer;
    if (offer === undefined || message.action !== 'file' || message.id !== offer.id) return;
    const { status, token, user = offer.to, body } = message;
    const { file } = offer;
    switch (status) {
      case 'accept':
        if (token !== undefined) {
          offer.carrying = bring(this.#host, { id: offer.id, token }, file, (why) => {
            if (why !== undefined && this.#offer === offer) this.#notSent(offer, user, why);
          });
        }
        return;
      case 'done':
        return this.#done({ ending: 'done', line: `${user} has ${file.name}`, id: offer.id });
      case 'reject':
        return this.#done({ ending: 'not-allowed', line: `${user} rejects ${file.name}` });
      case 'failed':
        return this.#notSent(offer, user, decodeLossy(body));
      default:
        return;
    }
  }

  #notSent({ file }: Offer, user: string, why: string): void {
    const line = `${file.name} was not sent to ${user}: ${why}`;
    this.#done({ ending: endingOfReason(why), line });
  }

  // ---- one post after the other

  #next(): void {
    const post = this.#posts[0];
    if (post === undefined) return;
    if (this.#state === 'idle') {
      this.#state = 'entering';
      this.#wait();
      this.#host.dial((connection) => {
        this.#connection = connection;
        return (this.#attendance = new GroupsConnection(connection, whoIs(this.#target), this));
      });
    } else if (this.#state === 'gone') this.#lose();
    else if (this.#state === 'open') {
      this.#state = 'asked';
      if (post.message.text === '') this.#attach(post.message);
      else this.#say(post.message);
    }
  }

  #say(message: OutgoingMessage): void {
    const { to, text: body } = message;
    this.#wait();
    this.#attendance?.ask({ action: 'send', body, ...addressed(to) }, (answer) => {
      if (answer === undefined) return;
      this.#cancelWait?.();
      if (answer.status !== 'stored') {
        const why = decodeLossy(answer.body);
        this.#done({ ending: endingOfReason(why), line: `not delivered to ${to}: ${why}` });
      } else if (message.attach === undefined) {
        this.#done({ ending: 'done', line: `stored for ${to}`, id: answer.id ?? '' });
      } else this.#attach(message);
    });
  }

  #attach({ to, attach = '' }: OutgoingMessage): void {
    const source = this.#host.source(attach);
    if (!source.ok) return this.#done({ ending: 'bad-data', line: `${attach} cannot be read.` });
    const file = source.value;
    const { name: fileName, size: fileSize } = file;
    const id = `o${++this.#offers}`;
    const offer: Offer = { id, file, to, carrying: undefined };
    this.#offer = offer;
    this.#wait();
    const content = { action: 'file', status: 'offer', id, fileName, fileSize } as const;
    this.#attendance?.ask({ ...content, ...addressed(to) }, (answer) => {
      if (answer === undefined) return;
      this.#cancelWait?.();
      const status = statusOf(answer);
      if (status === 'ok') this.#host.show(note(`${fileName} is offered to ${to}`));
      else if (status === 'unknown-user') this.#notSent(offer, to, reasons.unknownUser);
      else this.#done({ ending: endings[status], line: `${fileName}: ${wordsFor(status)}` });
    });
  }

  #done(result: SendResult): void {
    this.#closeOffer();
    this.#cancelWait?.();
    if (this.#state === 'asked') this.#state = 'open';
    this.#posts.shift()?.done(result);
    this.#next();
  }

  #closeOffer(): void {
    this.#offer?.carrying?.cancel();
    this.#offer?.file.close();
    this.#offer = undefined;
  }

  #wait(): void {
    this.#cancelWait?.();
    this.#cancelWait = this.#host.after(answerMs, () => this.#lose());
  }

  /** It is over, for what waits and for what may still come. */
  #lose(why?: SendResult): void {
    const wasEntering = this.#state === 'entering';
    const { host, port } = this.#target;
    const line = `No connection to the server ${host}:${port} could be established.`;
    this.#end ??= why ?? { ending: 'unreachable', line };
    this.#state = 'gone';
    this.#cancelWait?.();
    this.#closeOffer();
    if (wasEntering && why === undefined) this.#connection?.abort();
    this.#attendance?.drop();
    for (const { done } of this.#posts.splice(0)) done(this.#end);
    this.#closed?.();
    this.#closed = undefined;
  }
}

/** A number is a user's port. */
const addressed = (
  to: string,
): { readonly destinationPort: number } | { readonly to: readonly string[] } => {
  const somebody = somebodyOf(to);
  return 'name' in somebody ? { to: [somebody.name] } : { destinationPort: somebody.port };
};
