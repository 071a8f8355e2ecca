// The calls that the listener received: each is shown once, and held back while CONNECT waits for its reply.

import { BoundedMap } from '../../bounded';
import type { ClientHost } from '../../dialect';
import { limits } from '../../limits';
import { fileInNote, isCall } from '../wire/call_codec';
import type { Call } from '../wire/messages';
import type { Directory } from './directory';
import { incoming } from './render';

export class IncomingCalls {
  readonly #host: ClientHost;
  readonly #directory: Directory;
  /** When each of the last messages came, in ms since 1970; the oldest first. */
  readonly #seen = new BoundedMap<string, number>(limits.mailbox.remembered);
  #held: Call[] | undefined;

  constructor(host: ClientHost, directory: Directory) {
    this.#host = host;
    this.#directory = directory;
  }

  /** Some servers call before they reply to CONNECT: until `release`, calls are only collected. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const call of held) this.#show(call);
  }

  /** Takes what the background thread received. */
  readonly take = (value: unknown): void => {
    if (!isCall(value)) return;
    if (this.#held === undefined) {
      this.#show(value);
      return;
    }
    this.#held.push(value);
    if (this.#held.length >= limits.client.callWindow) this.release();
  };

  #show(call: Call): void {
    if (call.call === 'SEND_MESSAGE' || call.call === 'SEND_MESSAGE_ATTACH') {
      if (this.#isRepeat(call)) return;
      this.#directory.addUser(call.from);
      const file = call.call === 'SEND_MESSAGE_ATTACH' ? call.file : fileInNote(call.text);
      if (file !== undefined) this.#directory.addFile(call.from, call.id, file);
    }
    this.#host.show(incoming(call));
  }

  /** A server that could not know that we have a message brings it again. */
  #isRepeat(call: Call<'SEND_MESSAGE' | 'SEND_MESSAGE_ATTACH'>): boolean {
    const now = this.#host.now();
    for (const [key, at] of this.#seen) {
      if (now - at <= limits.mailbox.repeatMs) break;
      this.#seen.delete(key);
    }
    const key = JSON.stringify([call.from, call.id, call.text]);
    if (this.#seen.has(key)) return true;
    this.#seen.set(key, now);
    return false;
  }
}
