// One-shot sending: comes in, says the text, offers the file and waits until its receiver has decided and has it.

import { note } from '../../client_kit/note';
import { RequestQueue } from '../../client_kit/request_queue';
import { cannotBeRead } from '../../client_kit/unreadable';
import type {
  ClientHost,
  OutgoingMessage,
  Sender,
  SendResult,
  SourceFile,
  Target,
} from '../../dialect';
import { limits } from '../../limits';
import { failed, type Failure, failureIn, failureOf } from '../wire/codec';
import type { Message } from '../wire/messages';
import { GroupsConnection, type GroupsConnectionEvents } from './connection';
import type { RecipientHeaders } from './directory';
import type { FileTransfer } from './file_connection';
import { recipientOf } from './input';
import { endingOfFailure, endingOfStatus, statusOf, wordsFor } from './statuses';
import { upload } from './upload';

/** A file whose receiver has not settled it. */
interface Offer {
  readonly id: string;
  readonly file: SourceFile;
  readonly to: string;
  transfer: FileTransfer | undefined;
}

export class GroupsSender implements Sender, GroupsConnectionEvents {
  readonly #host: ClientHost;
  readonly #target: Target;
  readonly #queue: RequestQueue;
  #connection: GroupsConnection | undefined;
  #offer: Offer | undefined;
  #offers = 0;
  /** The message's text is stored, and only its file is not settled: nothing of it may be sent again. */
  #hasSaid = false;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#target = target;
    this.#queue = new RequestQueue(host, (message) => this.#send(message), {
      answerMs: limits.client.answerMs,
      open: (connection) => (this.#connection = new GroupsConnection(connection, target, this)),
      goodbye: () => this.#goodbye(),
      lost: () => {
        const { host, port } = target;
        const line = `No connection to the server ${host}:${port} could be established.`;
        return { ending: 'unreachable', line };
      },
      late: () => this.#lose(),
    });
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    if (message.to === '') {
      done({ ending: 'usage', line: 'Say to whom: groups://NAME@HOST:PORT/TO' });
    } else if (message.text === '' && message.attach === undefined) {
      done({ ending: 'bad-data', line: 'There is nothing to say.' });
    } else {
      this.#queue.add(message, done);
    }
  }

  close(done: () => void): void {
    this.#queue.close(done);
  }

  /** Takes an offer back that is still open: the file's receiver is no longer waited for. */
  #goodbye(): void {
    if (this.#offer !== undefined) {
      const { id } = this.#offer;
      this.#connection?.say({ action: 'file', id, ...failed(failureOf('cancelled')) });
    }
    this.#connection?.ask({ action: 'disconnect' }, (answer) => {
      if (answer !== undefined) this.#lose();
    });
  }

  // ---- the server

  opened(): void {
    this.#queue.opened();
  }

  accepted(): void {
    this.#queue.ready();
  }

  refused(answer: Message): void {
    const status = statusOf(answer);
    const { user = 'Without a name' } = this.#target;
    this.#lose({ ending: endingOfStatus(status), line: `${user}: ${wordsFor(status)}` });
  }

  lost(): void {
    this.#lose();
  }

  /** Only words about the offer are read. A message from another user is not confirmed, which tells that user so. */
  received(message: Message): void {
    const offer = this.#offer;
    if (offer === undefined || message.action !== 'file' || message.id !== offer.id) return;
    const { status, token, user = offer.to } = message;
    const { file } = offer;
    switch (status) {
      case 'accept':
        if (token !== undefined) this.#upload(offer, token, user);
        return;
      case 'done':
        return this.#settle({ ending: 'done', line: `${user} has ${file.name}`, id: offer.id });
      case 'reject':
        return this.#settle({ ending: 'not-allowed', line: `${user} rejects ${file.name}` });
      case 'failed':
        return this.#notSent(offer, user, failureIn(message));
      default:
        return;
    }
  }

  // ---- one message

  #send(message: OutgoingMessage): void {
    this.#hasSaid = false;
    if (message.text === '') this.#attach(message);
    else this.#say(message);
  }

  #say(message: OutgoingMessage): void {
    const { to, text: body } = message;
    let isOver = false;
    // Not every server says that it has a text.
    const cancel = this.#host.after(limits.client.unansweredMs, () => {
      if (this.#queue.connection?.isAcknowledged !== true) return;
      isOver = true;
      if (message.attach === undefined)
        return this.#settle({ ending: 'done', line: `told to ${to}`, isUnanswered: true });
      this.#hasSaid = true;
      this.#attach(message);
    });
    this.#connection?.ask({ action: 'send', body, ...headersFor(to) }, (answer) => {
      cancel();
      if (answer === undefined || isOver) return;
      if (answer.status !== 'stored') {
        const failure = failureIn(answer);
        const line = `not delivered to ${to}: ${failure.text}`;
        this.#settle({ ending: endingOfFailure(failure), line });
      } else if (message.attach === undefined) {
        this.#settle({ ending: 'done', line: `stored for ${to}`, id: answer.id ?? '' });
      } else {
        this.#hasSaid = true;
        this.#attach(message);
      }
    });
  }

  #attach({ to, attach = '' }: OutgoingMessage): void {
    const source = this.#host.source(attach);
    if (!source.ok)
      return this.#settle({ ending: 'bad-data', line: cannotBeRead(attach, source.why) });
    const file = source.value;
    const { name: fileName, size: fileSize } = file;
    const id = `o${++this.#offers}`;
    const offer: Offer = { id, file, to, transfer: undefined };
    this.#offer = offer;
    this.#queue.expectAnswer();
    const content = { action: 'file', status: 'offer', id, fileName, fileSize } as const;
    this.#connection?.ask({ ...content, ...headersFor(to) }, (answer) => {
      if (answer === undefined) return;
      // The receiver may think about it as long as the user waits.
      this.#queue.expectNothing();
      const status = statusOf(answer);
      if (status === 'ok') this.#host.show(note(`${fileName} is offered to ${to}`));
      else if (status === 'unknown-user') this.#notSent(offer, to, failureOf(status));
      else {
        const line = `${fileName}: ${wordsFor(status)}`;
        this.#settle({ ending: endingOfStatus(status), line });
      }
    });
  }

  #upload(offer: Offer, token: string, user: string): void {
    const { id, file } = offer;
    offer.transfer = upload(this.#host, { id, token }, file, (failure) => {
      if (failure !== undefined && this.#offer === offer) this.#notSent(offer, user, failure);
    });
  }

  #notSent({ file }: Offer, user: string, failure: Failure): void {
    const line = `${file.name} was not sent to ${user}: ${failure.text}`;
    this.#settle({ ending: endingOfFailure(failure), line });
  }

  #settle(result: SendResult): void {
    this.#closeOffer();
    const isHalf = this.#hasSaid && result.ending !== 'done';
    this.#queue.settle(isHalf ? { ...result, isUncertain: true } : result);
  }

  #closeOffer(): void {
    this.#offer?.transfer?.cancel();
    this.#offer?.file.close();
    this.#offer = undefined;
  }

  /** It is over, for what waits and for what may still come. */
  #lose(why?: SendResult): void {
    this.#closeOffer();
    this.#connection?.drop();
    this.#queue.lose(why);
  }
}

/** The headers that name a recipient; a number is a user's port. */
function headersFor(to: string): RecipientHeaders {
  const recipient = recipientOf(to);
  return 'name' in recipient ? { to: [recipient.name] } : { destinationPort: recipient.port };
}
