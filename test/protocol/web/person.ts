// The test client of the page's protocol: JSON lines over any transport, and a person with the page's own client.

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { takeEach } from '../../../src/protocol/connection';
import { limits } from '../../../src/protocol/limits';
import { WebClientSession, type WebClientState } from '../../../src/protocol/web/client/session';
import { web } from '../../../src/protocol/web/index';
import type {
  PrivateMessage,
  ReplyOf,
  RequestBody,
  ServerNotice,
  Verb,
} from '../../../src/protocol/web/wire/messages';
import { Changes } from '../../support/changes';
import {
  foreignName,
  type Moderated,
  type Other,
  type Person,
  type PersonKind,
} from '../../support/person';
import { tlsAt, webAt } from '../../support/tls';
import type { Dial, Transport } from '../../support/transport';
import { born, tokenFor } from './credentials';

export { born, tokenFor } from './credentials';

export type Fields = Readonly<Record<string, unknown>>;

/** The wire as a stranger writes it, over any transport: one JSON object a line. `received` gets each. */
export class WebLines<T extends Transport = Transport> {
  readonly transport: T;
  readonly #received: (message: Fields) => void;
  #bytes = Buffer.alloc(0);

  constructor(dial: Dial<T>, received: (message: Fields) => void) {
    this.#received = received;
    this.transport = dial((bytes) => this.#data(bytes));
  }

  send(request: Fields): void {
    this.transport.send(Buffer.from(`${JSON.stringify(request)}\n`));
  }

  #data(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (let end = this.#bytes.indexOf('\n'); end >= 0; end = this.#bytes.indexOf('\n')) {
      const line = this.#bytes.toString('utf8', 0, end);
      this.#bytes = this.#bytes.subarray(end + 1);
      this.#received(JSON.parse(line) as Fields);
    }
  }
}

/** The page's client over a real WebSocket, without the page: what it keeps, it keeps in memory. */
export class WebPerson implements AsyncDisposable {
  readonly client: WebClientSession;
  readonly messages: PrivateMessage[] = [];
  readonly news: ServerNotice[] = [];
  state: WebClientState = { is: 'idle' };
  dials = 0;
  #socket: WebSocket | undefined;
  readonly #changes = new Changes();

  /** `port` may change under way. The client's pauses are as short as the event loop allows. */
  constructor(port: () => number) {
    this.client = new WebClientSession({
      dial: () => this.#dial(port()),
      write: (line) => this.#socket?.send(Buffer.from(line).toString()),
      abort: () => this.cut(),
      after: (ms, then) => {
        // Deadlines, unlike pauses, never come.
        if (ms === limits.client.connectMs || ms > 20_000) return () => {};
        const timer = setTimeout(then, 0);
        return () => clearTimeout(timer);
      },
      random: () => 0,
      keep: (message, done) => {
        if (!this.messages.some(({ serial }) => serial === message.serial)) {
          this.messages.push(message);
        }
        this.#changes.changed();
        done();
      },
      notified: (news) => {
        this.news.push(news);
        this.#changes.changed();
      },
      changed: (state) => {
        this.state = state;
        this.#changes.changed();
      },
    });
  }

  #dial(port: number): void {
    this.dials++;
    const socket = new WebSocket(`${webAt('ws', port)}/socket`, tlsAt(port) as never);
    const inbox = new Inbox();
    this.#socket = socket;
    socket.addEventListener('open', () => this.#socket === socket && this.client.opened());
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket !== socket) return;
      inbox.push(Buffer.from(String(data)));
      takeEach(this.client, inbox, { isClosed: false });
    });
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.cut();
    });
  }

  /** Breaks the connection as a network does. */
  cut(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    socket.close();
    queueMicrotask(() => this.client.lost());
  }

  until(met: (client: this) => boolean): Promise<void> {
    return this.#changes.until(
      () => met(this),
      () => {
        const { messages, news, state } = this;
        return `still ${JSON.stringify({ messages, news, state })}`;
      },
    );
  }

  /** One request, answered. Throws the refusal. */
  ask<K extends Verb>(wish: RequestBody<K>): Promise<ReplyOf<K>> {
    const { promise, resolve, reject } = Promise.withResolvers<ReplyOf<K>>();
    this.client.request(wish, (answer) =>
      answer.ok ? resolve(answer.value) : reject(new Error(answer.why)),
    );
    return promise;
  }

  insist<K extends 'send' | 'say' | 'transfer'>(wish: RequestBody<K>): Promise<ReplyOf<K>> {
    const { promise, resolve, reject } = Promise.withResolvers<ReplyOf<K>>();
    this.client.requestReliably(wish, (answer) =>
      answer.ok ? resolve(answer.value) : reject(new Error(answer.why)),
    );
    return promise;
  }

  register(name: string): Promise<unknown> {
    return this.ask({ do: 'register', name, fullName: name, born, token: tokenFor(name) });
  }

  async enter(name: string): Promise<void> {
    this.client.enter(name, tokenFor(name));
    await this.until(({ state }) => state.is === 'online');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.leave();
    this.#socket?.close();
  }
}

/** Registers a user and logs them in. */
export async function join(port: number, name: string): Promise<WebPerson> {
  const client = new WebPerson(() => port);
  await client.register(name);
  await client.enter(name);
  return client;
}

let keys = 0;
const newKey = (): string => `house-key-${++keys}`;

class WebHousePerson implements Person {
  readonly name: string;
  readonly dialect = 'web';
  readonly #port: number;
  readonly #client: WebPerson;
  #room = '';
  readonly #taken = new Set<unknown>();

  constructor(port: number, name: string, client: WebPerson) {
    this.name = name;
    this.#port = port;
    this.#client = client;
  }

  readonly write = async (to: Other, text: string): Promise<void> => {
    await this.#client.insist({ do: 'send', to: to.name, text, key: newKey() });
  };

  readonly reads = (from: Other, text: string): Promise<void> =>
    this.#takes(
      () => this.#client.messages,
      (message) => message.from === foreignName(from.name) && message.text === text,
    );

  readonly join = async (room: string): Promise<void> => {
    const { rooms } = await this.#client.ask({ do: 'rooms' });
    if (!rooms.includes(room) && room === 'lobby') {
      await this.#client.ask({ do: 'create', room }).catch(() => {});
    }
    await this.#client.ask({ do: 'join', room });
    this.#room = room;
  };

  readonly say = async (text: string): Promise<void> => {
    await this.#client.insist({ do: 'say', room: this.#room, text, key: newKey() });
  };

  readonly hears = (from: Other, text: string): Promise<void> =>
    this.#takes(
      () => this.#client.news,
      (news) => news.is === 'said' && news.from === foreignName(from.name) && news.text === text,
    );

  readonly list = async (): Promise<string[]> =>
    (await this.#client.ask({ do: 'users' })).users.map((user) => user.name);

  readonly attach = async (
    to: Other,
    text: string,
    file: string,
    bytes: Uint8Array,
  ): Promise<void> => {
    const query = new URLSearchParams({ to: to.name, text, key: newKey(), name: file });
    const credentials = Buffer.from(`${this.name}:${tokenFor(this.name)}`).toString('base64');
    const response = await fetch(`${webAt('http', this.#port)}/api/files?${query.toString()}`, {
      ...tlsAt(this.#port),
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
      body: Buffer.from(bytes),
    });
    if (!response.ok) throw new Error(await response.text());
  };

  readonly seesFile = (from: Other, text: string, file: string, size: number): Promise<void> =>
    this.#takes(
      () => this.#client.messages,
      (message) =>
        message.from === foreignName(from.name) &&
        message.text === text &&
        message.file?.name === file &&
        message.file.size === size,
    );

  get moderated(): Moderated {
    const client = this.#client;
    return {
      sessionName: this.name,
      told: ({ form }) =>
        this.#takes(
          () => client.news,
          (news) => Object.entries(form).every(([key, value]) => news[key as never] === value),
        ),
      speaksInVain: async (to, text) => {
        const why = await client
          .insist({ do: 'send', to: to.name, text, key: newKey() })
          .catch((error: Error) => error.message);
        if (why !== 'muted') throw new Error(`not refused: ${JSON.stringify(why)}`);
      },
      block: async (name, isBlocked) => {
        await client.ask({ do: isBlocked ? 'block' : 'unblock', name });
      },
      got: (text) => JSON.stringify([client.messages, client.news]).includes(text),
      putOut: async () => {
        await client.until(({ news }) => news.some(({ is }) => is === 'removed'));
        await client[Symbol.asyncDispose]();
      },
    };
  }

  async leave(): Promise<void> {
    await this.#client.ask({ do: 'unregister' });
    await this.#client[Symbol.asyncDispose]();
  }

  /** Waits for something that fits and was not taken yet. */
  async #takes<T>(all: () => readonly T[], fits: (one: T) => boolean): Promise<void> {
    const found = (): T | undefined => all().find((one) => !this.#taken.has(one) && fits(one));
    await this.#client.until(() => found() !== undefined);
    this.#taken.add(found());
  }
}

export const webKind: PersonKind = {
  dialect: web,
  name: (number) => `wil${number}`,
  rooms: 'any',
  showsLongNames: true,
  addresses: () => true,
  enter: async (port, name) => new WebHousePerson(port, name, await join(port, name)),
  keptOut: async (port, name) => {
    await using client = new WebPerson(() => port);
    const why = await client.register(name).catch((error: Error) => error.message);
    if (why !== 'banned') throw new Error(`not refused: ${JSON.stringify(why)}`);
  },
};
