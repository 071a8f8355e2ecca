// The smallest dialect that keeps its connections open: a line asks, and a line answers.

import type { Inbox } from '../../src/protocol/bytes/inbox';
import { decodeText, encodeText } from '../../src/protocol/bytes/text';
import type { Taken } from '../../src/protocol/connection';
import { defineDialect, type Host, type Session } from '../../src/protocol/dialect';
import { ProtocolError } from '../../src/protocol/errors';
import { nameOf } from '../../src/protocol/model';

const lf = 10;

/**
 * `+NAME` registers an account and is answered `ok`. `FROM TO TEXT` stores a message and is answered with its id. A
 * refusal is answered with its reason.
 */
class LinesSession implements Session {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  takeNext(inbox: Inbox): Taken {
    const end = inbox.indexOf(lf);
    if (end < 0) return 'more';
    const bytes = inbox.take(end + 1);
    const line = bytes && decodeText(bytes.subarray(0, end));
    if (line === undefined) throw new ProtocolError('a line that is no text');
    if (line.startsWith('+')) this.#register(line.slice(1));
    else this.#send(line);
    return 'taken';
  }

  #register(alias: string): void {
    const name = nameOf(alias);
    if (!name) throw new ProtocolError('no name');
    const { host } = this.#host.remote;
    this.#host.submit(
      { do: 'register', name, fullName: alias, born: '01/02/2003', host },
      (outcome) => this.#reply(outcome.ok ? 'ok' : outcome.why),
    );
  }

  #send(line: string): void {
    const first = line.indexOf(' ');
    const second = line.indexOf(' ', first + 1);
    const account = nameOf(line.slice(0, first));
    const to = nameOf(line.slice(first + 1, second));
    if (first < 0 || second < 0 || !account || !to) throw new ProtocolError('no message');
    const text = line.slice(second + 1);
    this.#host.submit({ do: 'direct', from: { account }, to, text, origin: 'lines' }, (outcome) =>
      this.#reply(outcome.ok ? String(outcome.value.id) : outcome.why),
    );
  }

  #reply(line: string): void {
    this.#host.write(encodeText(`${line}\n`));
  }

  ended(): void {
    // What was asked is answered before our side ends.
    this.#host.inOrder(() => this.#host.end());
  }

  lost(): void {}
}

export const lines = defineDialect({
  name: 'lines',
  transport: 'tcp',
  server: { open: (host) => new LinesSession(host) },
});
