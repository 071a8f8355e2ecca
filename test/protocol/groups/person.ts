// The test client of the groups protocol: messages of header blocks, and a confirmation for each that comes.

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { groups } from '../../../src/protocol/groups/index';
import { bytesOf, type Content, MessageReader } from '../../../src/protocol/groups/wire/codec';
import type { Message } from '../../../src/protocol/groups/wire/messages';
import {
  cannot,
  foreignName,
  type Moderated,
  type Other,
  type Person,
  type PersonKind,
} from '../../support/person';
import { Received } from '../../support/received';
import { overTcp, type TcpTransport } from '../../support/tcp_transport';
import type { Dial, Transport } from '../../support/transport';
import { contentOf } from './written';

/** A list of users or a piece of a file: the longest body that a server sends, in bytes. */
const bodyMax = 1 << 20;

/** The wire as a client speaks it, over any transport. `received` gets each message. */
export class GroupsClient<T extends Transport = Transport> {
  readonly transport: T;
  readonly #inbox = new Inbox();
  readonly #reader = new MessageReader(bodyMax);
  readonly #received: (message: Message) => void;

  constructor(dial: Dial<T>, received: (message: Message) => void) {
    this.#received = received;
    this.transport = dial((bytes) => this.#data(bytes));
  }

  /** Sends a message; `ports` are what its header says of the connection's two ends. */
  send(content: Content, ports = { from: 0, to: 0 }): void {
    const envelope = {
      ip: '127.0.0.1',
      side: 'client',
      sourcePort: ports.from,
      destinationPort: ports.to,
    } as const;
    this.transport.send(bytesOf(envelope, content));
  }

  #data(bytes: Uint8Array): void {
    this.#inbox.push(bytes);
    for (;;) {
      const taken = this.#reader.take(this.#inbox);
      if (taken === undefined) return;
      if (typeof taken === 'string' || taken.action === 'unknown') {
        throw new Error(`the server sent what is ${JSON.stringify(taken)}`);
      }
      this.#received(taken);
    }
  }
}

/** A client at a real server, whose messages a test reads one after the other. */
export class GroupsPeer implements AsyncDisposable {
  readonly #client: GroupsClient<TcpTransport>;
  readonly #port: number;
  readonly #messages = new Received<Message>('the client received');

  constructor(port: number, received?: (message: Message) => void) {
    this.#port = port;
    this.#client = new GroupsClient(overTcp(port), received ?? ((it) => this.#messages.add(it)));
  }

  static async connect(port: number): Promise<GroupsPeer> {
    const peer = new GroupsPeer(port);
    await peer.tcp.opened();
    return peer;
  }

  get tcp(): TcpTransport {
    return this.#client.transport;
  }

  /** Sends a message: its content, or that as golden conversations write it. */
  async send(content: Content | string): Promise<void> {
    const ports = { from: this.tcp.localPort, to: this.#port };
    this.#client.send(typeof content === 'string' ? contentOf(content) : content, ports);
    await this.tcp.flushed();
  }

  /** The next message. */
  read(): Promise<Message> {
    return this.#messages.take(() => true);
  }

  /** Waits for the server's end; the messages that came before it and were not read. */
  async readToEnd(): Promise<readonly Message[]> {
    await this.tcp.ended();
    return this.#messages.rest;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.tcp[Symbol.asyncDispose]();
  }
}

const textOf = ({ body }: Message): string => Buffer.from(body).toString();

class GroupsPerson implements Person {
  readonly name: string;
  readonly dialect = 'groups';
  readonly join = cannot('the protocol has groups by invitation only');
  readonly say = cannot('the protocol has groups by invitation only');
  readonly hears = cannot('the protocol has groups by invitation only');
  readonly attach = cannot(
    'the protocol has files with the receiver’s consent, who must be of it too',
  );
  readonly #peer: GroupsPeer;
  readonly #messages: Received<Message>;
  #ids = 0;

  constructor(port: number, name: string) {
    this.name = name;
    this.#messages = new Received<Message>(`${name} received`);
    this.#peer = new GroupsPeer(port, (message) => this.#received(message));
  }

  async enter(): Promise<void> {
    await this.#peer.tcp.opened();
    await this.#peer.send({ action: 'connect', user: this.name });
    await this.#messages.take(({ action, status }) => action === 'confirmation' && status === 'ok');
  }

  readonly write = async (to: Other, text: string): Promise<void> => {
    const id = `w${++this.#ids}`;
    await this.#peer.send({ action: 'send', to: [to.name], id, body: text });
    for (const wanted of ['stored', 'delivered']) {
      await this.#messages.take(
        ({ action, id: of, status }) => action === 'sent' && of === id && status === wanted,
      );
    }
  };

  readonly reads = async (from: Other, text: string): Promise<void> => {
    await this.#messages.take(
      (message) =>
        message.action === 'send' &&
        message.user === foreignName(from.name) &&
        textOf(message) === text,
    );
  };

  readonly list = async (): Promise<string[]> => {
    await this.#peer.send({ action: 'list' });
    const message = await this.#messages.take(({ action }) => action === 'listed');
    // `name server-ip port`: a name may hold spaces.
    return textOf(message)
      .split('\n')
      .map((line) => line.replace(/ \S+ \d+$/, ''));
  };

  readonly seesFile = async (
    from: Other,
    text: string,
    file: string,
    size: number,
  ): Promise<void> => {
    await this.reads(from, text);
    await this.#messages.take(
      ({ action, status, user, fileName, fileSize }) =>
        action === 'file' &&
        status === 'offer' &&
        user === foreignName(from.name) &&
        fileName === file &&
        fileSize === size,
    );
  };

  get moderated(): Moderated {
    const messages = this.#messages;
    return {
      sessionName: this.name,
      told: async ({ sentence }) => {
        await messages.take((one) => one.action === 'notice' && textOf(one) === sentence);
      },
      speaksInVain: async (to, text) => {
        const id = `w${++this.#ids}`;
        await this.#peer.send({ action: 'send', to: [to.name], id, body: text });
        await messages.take(
          (one) => one.action === 'sent' && one.id === id && one.reason === 'muted',
        );
      },
      block: async (name, isBlocked) => {
        const id = `b${++this.#ids}`;
        await this.#peer.send({ action: isBlocked ? 'block' : 'unblock', to: [name], id });
        await messages.take(
          (one) => one.action === 'confirmation' && one.id === id && one.status === 'ok',
        );
      },
      got: (text) => messages.rest.some((one) => textOf(one).includes(text)),
      putOut: async () => {
        await this.#peer.tcp.ended();
        await this.#peer[Symbol.asyncDispose]();
      },
    };
  }

  async leave(): Promise<void> {
    await this.#peer.send({ action: 'disconnect' });
    await this.#peer.tcp.ended();
    await this.#peer[Symbol.asyncDispose]();
  }

  #received(message: Message): void {
    this.#messages.add(message);
    if (message.action === 'send' && message.id !== undefined) {
      void this.#peer.send({ action: 'sent', id: message.id, status: 'ok' });
    }
  }
}

export const groupsKind: PersonKind = {
  dialect: groups,
  name: (number) => `gus${number}`,
  rooms: [],
  showsLongNames: true,
  addresses: () => true,
  enter: async (port, name) => {
    const person = new GroupsPerson(port, name);
    await person.enter();
    return person;
  },
  keptOut: async (port, name) => {
    const messages = new Received<Message>(`${name} received`);
    await using peer = new GroupsPeer(port, (message) => messages.add(message));
    await peer.tcp.opened();
    await peer.send({ action: 'connect', user: name });
    await messages.take(({ status }) => status === 'banned');
  },
};
