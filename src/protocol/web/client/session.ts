// The client's side: stays logged in over many connections, and repeats what must be answered once.

import type { Inbox } from '../../bytes/inbox';
import type { ConnectionEvents, Taken } from '../../connection';
import { ProtocolError } from '../../errors';
import { limits } from '../../limits';
import type { Result } from '../../model';
import { decodeServerMessage, takeLine } from '../wire/codec';
import type {
  PrivateMessage,
  Reply,
  ReplyOf,
  RequestBody,
  ServerMessage,
  ServerNotice,
  Verb,
} from '../wire/messages';
import { PendingRequests } from './requests';

/** What the page gives the session: connections, a clock, chance, and a place for messages. */
export interface WebClientHost {
  /** Opens a connection; the host calls `opened` or `lost`. */
  dial(): void;
  write(line: Uint8Array): void;
  /** Closes the connection, or gives up the dial; the host calls `lost`, even where the network says nothing. */
  abort(): void;
  /** Calls `then` after `ms`, unless the function that it returns is called before. */
  after(ms: number, then: () => void): () => void;
  /** A number from 0 to 1, so that a thousand pages do not come back at the same moment. */
  random(): number;
  /** Stores a message for good. `done`: it is stored, so the server may forget it. */
  keep(message: PrivateMessage, done: () => void): void;
  notified(notice: ServerNotice): void;
  changed(state: WebClientState): void;
}

/**
 * `idle`: has no account to be logged in as. `dialling`, `logging-in`: on the way. `online`: logged in. `waiting`: the
 * connection is lost, and the next attempt comes after `ms`. `rejected`: the server knows no such account, or not
 * with this token, or keeps it out.
 */
export type WebClientState =
  | { readonly is: 'idle' | 'dialling' | 'logging-in' | 'online' }
  | { readonly is: 'waiting'; readonly ms: number }
  | { readonly is: 'rejected'; readonly why: string };

/** A key that the account gets when it is entered with something else. */
interface NewKey {
  readonly key: string;
  readonly label: string;
}

interface Identity {
  readonly name: string;
  readonly token: string;
  readonly newKey?: NewKey | undefined;
}

export class WebClientSession implements ConnectionEvents {
  readonly #host: WebClientHost;
  readonly #requests: PendingRequests;
  #state: WebClientState = { is: 'idle' };
  #identity: Identity | undefined;
  #isOpen = false;
  #attempts = 0;
  #cancelWait: (() => void) | undefined;
  #cancelPing: (() => void) | undefined;

  constructor(host: WebClientHost) {
    this.#host = host;
    this.#requests = new PendingRequests((line) => host.write(line));
  }

  get state(): WebClientState {
    return this.#state;
  }

  /**
   * Logs in, and stays logged in whatever the network does, until `leave`. `newKey`: is shown from the second time on,
   * also where the first answer was lost.
   */
  enter(name: string, token: string, newKey?: NewKey): void {
    this.#identity = { name, token, newKey };
    this.#attempts = 0;
    if (this.#isOpen) this.#login();
    else this.#dial();
  }

  /** Logs in no more. Reliable requests without a reply are dropped: their owner makes them again. */
  leave(): void {
    this.#identity = undefined;
    this.#stopTimers();
    this.#set({ is: 'idle' });
    this.#requests.drop(() => true);
    if (this.#isOpen) this.#host.abort();
  }

  /** Does not wait for the next attempt: the network is said to be back, or the user is impatient. */
  retryNow(): void {
    if (this.#state.is === 'waiting') this.#dial();
  }

  /** Requests once; refused as unreachable where there is no connection, or it is lost before the reply. */
  request<K extends Verb>(
    body: RequestBody<K>,
    done: (outcome: Result<ReplyOf<K>, string>) => void = () => {},
  ): void {
    const request = this.#requests.add(body, false, done);
    if (this.#state.is === 'online' || (body.do === 'register' && this.#isOpen)) {
      this.#requests.write(request);
    } else if (body.do === 'register') this.#dial();
    else this.#requests.drop((one) => one === request);
  }

  /** Repeats a request until there is a reply, however often the connection breaks. Its key has it done once. */
  requestReliably<K extends 'send' | 'say' | 'transfer'>(
    body: RequestBody<K>,
    done: (outcome: Result<ReplyOf<K>, string>) => void,
  ): void {
    this.#requests.add(body, true, done);
    this.#writeReliable();
  }

  // ------------------------------------------------------------------------------ what the connection tells

  opened(): void {
    this.#isOpen = true;
    this.#requests.writeAll('register');
    this.#login();
  }

  takeNext(inbox: Inbox): Taken {
    try {
      // A server's messages may be longer than requests: they hold lists.
      const line = takeLine(inbox, limits.net.sendQueueBytes);
      if (!line) return 'more';
      this.#take(decodeServerMessage(line));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      inbox.takeAll();
      this.#host.abort();
    }
    return 'taken';
  }

  /** A WebSocket ends on both sides at once: `lost` follows. */
  ended(): void {}

  lost(): void {
    this.#isOpen = false;
    this.#stopTimers();
    this.#requests.disconnected();
    if (!this.#identity) {
      if (this.#state.is !== 'rejected') this.#set({ is: 'idle' });
      return;
    }
    const pauses = limits.client.reconnectMs;
    const pause = pauses[Math.min(this.#attempts++, pauses.length - 1)] ?? 0;
    const ms = Math.round(pause * (0.5 + this.#host.random()));
    this.#set({ is: 'waiting', ms });
    this.#cancelWait = this.#host.after(ms, () => this.#dial());
  }

  // ----------------------------------------------------------------------------------------- logging in

  #set(state: WebClientState): void {
    this.#state = state;
    this.#host.changed(state);
  }

  #dial(): void {
    if (this.#state.is === 'dialling' || this.#isOpen) return;
    this.#stopTimers();
    this.#set({ is: 'dialling' });
    this.#startDeadline();
    this.#host.dial();
  }

  /** Gives up a connection that is not made in time, or that brings no reply to the login. */
  #startDeadline(ms: number = limits.client.connectMs): void {
    this.#cancelWait?.();
    this.#cancelWait = this.#host.after(ms, () => this.#host.abort());
  }

  #login(): void {
    this.#stopTimers();
    if (!this.#identity) return;
    const { name, token, newKey } = this.#identity;
    this.#set({ is: 'logging-in' });
    // Who has shown what was wrong waits for the next answer.
    this.#startDeadline(limits.client.connectMs + limits.credentials.failureWaitMs);
    const body = { do: 'login', name, token, ...newKey } as const;
    const request = this.#requests.add(body, false, (outcome) => {
      this.#stopTimers();
      const isRefused = !outcome.ok && outcome.why === 'not-allowed';
      if (newKey && (outcome.ok || isRefused)) this.#identity = { name, token: newKey.key };
      // A code is good once; if its answer was lost, the key is good by now.
      if (newKey && isRefused) return this.#login();
      if (outcome.ok) {
        this.#attempts = 0;
        this.#set({ is: 'online' });
        this.#writeReliable();
        this.#pingLater();
      } else if (['unknown-user', 'not-allowed', 'banned'].includes(outcome.why)) {
        this.#identity = undefined;
        this.#set({ is: 'rejected', why: outcome.why });
        this.#requests.drop(() => true);
        this.#host.abort();
      } else if (outcome.why !== 'unreachable') this.#host.abort();
    });
    this.#requests.write(request);
  }

  /** Probes the connection from time to time: a dead network would take long to say that it is dead. */
  #pingLater(): void {
    this.#cancelPing = this.#host.after(limits.web.pingMs, () => {
      this.#cancelPing = this.#host.after(limits.web.pongMs, () => this.#host.abort());
      this.request({ do: 'ping' }, (outcome) => {
        if (!outcome.ok) return;
        this.#cancelPing?.();
        this.#pingLater();
      });
    });
  }

  #stopTimers(): void {
    this.#cancelWait?.();
    this.#cancelPing?.();
    this.#cancelWait = this.#cancelPing = undefined;
  }

  // ----------------------------------------------------------------------------- what the server says

  #writeReliable(): void {
    if (this.#state.is === 'online') this.#requests.writeReliable();
  }

  #take(message: ServerMessage): void {
    switch (message.is) {
      case 'done':
      case 'refused':
        return this.#answered(message);
      case 'message':
        return this.#host.keep(message, () => {
          if (this.#isOpen) this.#requests.confirm(message.serial);
        });
      case 'bye':
        return;
      default:
        return this.#host.notified(message);
    }
  }

  #answered(reply: Reply): void {
    const result = this.#requests.answered(reply);
    if (result === 'unknown') return;
    // The next connection repeats the request; the server may be well by then.
    if (result === 'retry') return this.#host.abort();
    // The account was deleted, or logged in elsewhere: logging in again tells which.
    const isOut = reply.is === 'refused' && reply.why === 'not-entered';
    if (isOut && this.#state.is === 'online') this.#host.abort();
    this.#writeReliable();
  }
}
