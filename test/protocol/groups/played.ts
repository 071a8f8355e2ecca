// The interactive client with no network between: the test plays the server, in written messages, and the user.

import { Inbox } from '../../../src/protocol/bytes/inbox';
import type { Ending } from '../../../src/protocol/dialect';
import { groups } from '../../../src/protocol/groups/index';
import { bytesOf, type Envelope, MessageReader } from '../../../src/protocol/groups/wire/codec';
import type { Message } from '../../../src/protocol/groups/wire/messages';
import { FakeClientHost, type FakeConnection } from '../../support/fake_client_host';
import { contentOf, written } from './written';

const envelope: Envelope = { ip: 'x', side: 'server', sourcePort: 1, destinationPort: 2 };

/** A session of the interactive client; the test plays its server and its user. */
export class Played {
  readonly host = new FakeClientHost();
  readonly session;
  readonly endings: Ending[] = [];
  readonly #reader = new MessageReader();
  readonly #inbox = new Inbox();

  constructor({ interactive = true, path = '', user = 'alice' } = {}) {
    const target = { user, host: 'h', port: 8892, path };
    this.session = groups.client.connect(this.host, { target, interactive, takeover: false });
  }
  get wire(): FakeConnection {
    const [connection] = this.host.connections;
    if (!connection) throw new Error('nothing was dialled');
    return connection;
  }
  /** In, with bob and ben on the list. */
  enters(): this {
    this.wire.events?.opened?.();
    this.answers('Res.Confirmation User=alice Status=ok | alice 10.0.0.1 5\\nbob 10.0.0.1 6\\n');
    this.says();
    this.host.takeLines();
    return this;
  }
  types(...lines: readonly string[]): void {
    for (const line of lines) this.session.typed(line, (ending) => this.endings.push(ending));
  }
  /** What the client said since the last call. */
  says(): string[] {
    this.#inbox.push(this.wire.take());
    const said: string[] = [];
    for (;;) {
      const taken = this.#reader.take(this.#inbox) as Message | undefined;
      if (taken === undefined) return said;
      this.#last = taken.id;
      said.push(written(taken));
    }
  }
  #last: string | undefined;
  hears(...lines: readonly string[]): void {
    for (const line of lines) this.wire.push(bytesOf(envelope, contentOf(line)));
  }
  /** Answers what the client asked last, under its `Id`. */
  answers(line: string): void {
    this.says();
    this.wire.push(bytesOf(envelope, { ...contentOf(line), id: this.#last }));
  }
  get shown(): string[] {
    return this.host.takeLines();
  }
  get prompt(): string | undefined {
    return this.host.prompts.at(-1);
  }
}
