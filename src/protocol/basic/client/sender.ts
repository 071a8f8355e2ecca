// One-shot sending: sends what it is given and disconnects.

import { encodeText } from '../../bytes/text';
import { noFiles } from '../../client_kit/no_files';
import type { Taken } from '../../connection';
import type {
  ClientConnection,
  ClientHost,
  ConnectionEvents,
  OutgoingMessage,
  Sender,
  SendResult,
  Target,
} from '../../dialect';
import { limits } from '../../limits';
import { texts } from '../wire/messages';

const lineFeed = 10;

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** Each message has a connection of its own, whose end is the end of the message. */
export class BasicSender implements Sender {
  readonly #host: ClientHost;
  readonly #target: Target;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#target = target;
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    if (message.attach !== undefined) {
      done(noFiles('; `-` sends what stdin has'));
      return;
    }
    // Standard input came without its final line end; where one more stands before that, both are meant.
    const said = message.bytes ?? encodeText(message.text);
    const bytes = said.at(-1) === lineFeed ? joined(said, Uint8Array.of(lineFeed)) : said;
    this.#host.dial((connection) => new MessageConnection(connection, this.#target, bytes, done));
  }

  close(done: () => void): void {
    done();
  }
}

class MessageConnection implements ConnectionEvents {
  readonly #connection: ClientConnection;
  readonly #target: Target;
  readonly #bytes: Uint8Array;
  readonly #done: (result: SendResult) => void;
  #state: 'dialling' | 'open' | 'over' = 'dialling';

  constructor(
    connection: ClientConnection,
    target: Target,
    bytes: Uint8Array,
    done: (result: SendResult) => void,
  ) {
    this.#connection = connection;
    this.#target = target;
    this.#bytes = bytes;
    this.#done = done;
  }

  opened(): void {
    this.#state = 'open';
    this.#connection.write(this.#bytes);
    // Other clients may be served first; the server's own end tells that it has taken all of it.
    this.#connection.end('patient');
    this.#connection.wake(limits.client.unansweredMs);
  }

  /**
   * The server serves somebody else first, or never ends its side: its system has all of the text and keeps it. As long
   * as that takes nothing, there is no room for the text yet.
   */
  woke(): void {
    if (this.#connection.isAcknowledged) {
      this.#finish({ ending: 'done', line: '', isUnanswered: true });
    } else this.#connection.wake(limits.client.unansweredMs);
  }

  /** The server of this protocol says nothing. */
  takeNext(): Taken {
    return 'more';
  }

  ended(): void {
    this.#finish({ ending: 'done', line: '' });
  }

  lost(): void {
    const { host, port } = this.#target;
    const isUncertain = this.#state === 'open';
    const text = isUncertain ? texts.disconnected : texts.cannotConnect;
    const uncertain = isUncertain ? { isUncertain } : {};
    this.#finish({ ending: 'unreachable', line: text(host, port), ...uncertain });
  }

  #finish(result: SendResult): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#done(result);
  }
}
