// The client's side of the page's protocol over a real WebSocket, without the page: what it keeps, it keeps in memory.

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { takeEach } from '../../../src/protocol/connection';
import { limits } from '../../../src/protocol/limits';
import { WebClientSession, type WebClientState } from '../../../src/protocol/web/client/session';
import type {
  PrivateMessage,
  ReplyOf,
  RequestBody,
  ServerNotice,
  Verb,
} from '../../../src/protocol/web/wire/messages';

/** 43 characters that no other test has. */
export const tokenFor = (name: string): string =>
  Buffer.from(name).toString('base64url').padEnd(43, '-').slice(0, 43);
export const born = '04/05/1852';

export class WebPerson implements AsyncDisposable {
  readonly client: WebClientSession;
  readonly messages: PrivateMessage[] = [];
  readonly news: ServerNotice[] = [];
  state: WebClientState = { is: 'idle' };
  dials = 0;
  #socket: WebSocket | undefined;
  readonly #waiters = new Set<() => void>();

  /** `port` may change under way. Pauses of the caller's are as short as the event loop allows. */
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
        this.#woken();
        done();
      },
      notified: (news) => {
        this.news.push(news);
        this.#woken();
      },
      changed: (state) => {
        this.state = state;
        this.#woken();
      },
    });
  }

  #dial(port: number): void {
    this.dials++;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
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

  #woken(): void {
    for (const waiter of this.#waiters) waiter();
  }

  until(met: (client: this) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      const { messages, news, state } = this;
      reject(new Error(`not within 10 s: ${JSON.stringify({ messages, news, state })}`));
    }, 10_000);
    const check = (): void => {
      if (!met(this)) return;
      clearTimeout(timer);
      this.#waiters.delete(check);
      resolve();
    };
    this.#waiters.add(check);
    check();
    return promise;
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

/** Registers somebody and logs him in. */
export async function join(port: number, name: string): Promise<WebPerson> {
  const client = new WebPerson(() => port);
  await client.register(name);
  await client.enter(name);
  return client;
}
