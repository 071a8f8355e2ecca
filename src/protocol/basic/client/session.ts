// The basic client: sends what it is given and disconnects; connected, it sends line by line.

import { encodeText } from '../../bytes/text';
import type {
  ClientConnection,
  ClientHost,
  ClientOptions,
  ClientSession,
  ConnectionEvents,
  Ending,
  OutgoingMessage,
  Sender,
  SendResult,
  Target,
} from '../../dialect';

const cannotConnect = ({ host, port }: Target): string => `Unable to connect to ${host}:${port}`;
const disconnected = ({ host, port }: Target): string =>
  `Server at ${host}:${port} has disconnected`;

/** A connection of its own for each letter: the end of what is sent is the end of the message. */
class Sending implements ConnectionEvents {
  readonly #target: Target;
  readonly #bytes: Uint8Array;
  readonly #done: (result: SendResult) => void;
  #connection: ClientConnection | undefined;
  #state: 'dialling' | 'open' | 'over' = 'dialling';

  constructor(host: ClientHost, target: Target, text: string, done: (result: SendResult) => void) {
    this.#target = target;
    this.#bytes = encodeText(text);
    this.#done = done;
    host.dial((connection) => {
      this.#connection = connection;
      return this;
    });
  }

  opened(): void {
    this.#state = 'open';
    this.#connection?.write(this.#bytes);
    // Others may be served first; the server's own end tells that it has taken all of it.
    this.#connection?.end('patient');
  }

  received(): void {}

  ended(): void {
    this.#finish({ ending: 'done', line: '' });
  }

  lost(): void {
    const tell = this.#state === 'dialling' ? cannotConnect : disconnected;
    this.#finish({ ending: 'unreachable', line: tell(this.#target) });
  }

  #finish(result: SendResult): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#done(result);
  }
}

export class BasicSender implements Sender {
  readonly #host: ClientHost;
  readonly #target: Target;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#target = target;
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    if (message.attach !== undefined) {
      done({
        ending: 'usage',
        line: 'Files cannot be sent in this protocol; `-` sends what stdin has.',
      });
    } else {
      // Standard input came without its final line end; where one more stands before that, both are meant.
      const text = message.text.endsWith('\n') ? `${message.text}\n` : message.text;
      void new Sending(this.#host, this.#target, text, done);
    }
  }

  close(done: () => void): void {
    done();
  }
}

/** Sends each typed line as it comes. */
export class BasicClientSession implements ClientSession, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #target: Target;
  #connection: ClientConnection | undefined;
  #state: 'dialling' | 'open' | 'over' = 'dialling';
  #isLeaving = false;
  /** What was typed before the connection stood. */
  readonly #early: string[] = [];

  constructor(host: ClientHost, { target }: ClientOptions) {
    this.#host = host;
    this.#target = target;
    host.dial((connection) => {
      this.#connection = connection;
      return this;
    });
  }

  typed(line: string, done: (ending: Ending) => void): void {
    if (this.#state === 'dialling') this.#early.push(line);
    else this.#connection?.write(encodeText(`${line}\n`));
    done('done');
  }

  leave(): void {
    this.#isLeaving = true;
    // What was typed before the connection stood is sent first.
    if (this.#state === 'open') this.#connection?.end('patient');
  }

  opened(): void {
    this.#state = 'open';
    for (const line of this.#early.splice(0)) this.#connection?.write(encodeText(`${line}\n`));
    if (this.#isLeaving) this.#connection?.end('patient');
  }

  received(): void {}

  ended(): void {
    if (this.#isLeaving) this.#exit('done');
    else this.#fail(disconnected(this.#target));
  }

  lost(): void {
    this.#fail((this.#state === 'dialling' ? cannotConnect : disconnected)(this.#target));
  }

  #fail(text: string): void {
    if (this.#state === 'over') return;
    this.#host.show({ lines: [text], json: { type: 'note', text }, kind: 'note' });
    this.#exit('unreachable');
  }

  #exit(ending: Ending): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#host.exit(ending);
  }
}
