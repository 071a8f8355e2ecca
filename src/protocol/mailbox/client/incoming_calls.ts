// The calls that the listener received: each is shown once, and held back while the server may yet say it better.

import { BoundedMap, BoundedSet } from '../../bounded';
import { note } from '../../client_kit/note';
import type { ClientHost } from '../../dialect';
import { limits } from '../../limits';
import { fileInNote, isCall, strangeIn } from '../wire/call_codec';
import type { Call } from '../wire/messages';
import type { Directory } from './directory';
import { incoming } from './render';

export class IncomingCalls {
  readonly #host: ClientHost;
  readonly #directory: Directory;
  readonly #areSettled: boolean;
  /** When each of the last messages came, in ms since 1970; the oldest first. */
  readonly #seen = new BoundedMap<string, number>(limits.mailbox.remembered);
  #held: Call[] | undefined;
  /** Files that were announced by a note before the server could know that we ask for more; undefined: it knows. */
  #notes:
    | {
        readonly call: Call<'SEND_MESSAGE'>;
        readonly settle: (isTaken: Promise<boolean>) => void;
      }[]
    | undefined;
  #refusesNotesUntil = 0;
  readonly #refused = new BoundedSet<string>(limits.client.callWindow);
  /** Messages that came and are not with the user yet: a repeat waits for what becomes of the first. */
  readonly #underWay = new Map<string, Promise<boolean>>();

  constructor(host: ClientHost, directory: Directory, areSettled = false) {
    this.#areSettled = areSettled;
    this.#host = host;
    this.#directory = directory;
  }

  /**
   * Some servers call before they reply to CONNECT: until `release`, calls are only collected, unless each is to be
   * settled by what becomes of it.
   */
  hold(): void {
    if (!this.#areSettled) this.#held ??= [];
    this.#notes ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const call of held) void this.#show(call);
  }

  /**
   * The server has answered ATTACHES, or had its time. One that takes it brings each file again, announced as such, when
   * the call with its note is not taken.
   */
  answered(announcesFiles: boolean): void {
    const notes = this.#notes ?? [];
    this.#notes = undefined;
    // A call that the server made before may still be on its way here.
    if (announcesFiles) this.#refusesNotesUntil = this.#host.now() + limits.mailbox.attachesMs;
    for (const { call, settle } of notes) {
      settle(this.#isRefused(call) ? Promise.resolve(false) : this.#show(call));
    }
  }

  /** Whether a file's note is not taken. Each is refused once: a text that a user wrote like that is brought again as it is. */
  #isRefused({ from, id }: Call<'SEND_MESSAGE'>): boolean {
    if (this.#host.now() > this.#refusesNotesUntil) return false;
    const key = JSON.stringify([from, id]);
    if (this.#refused.has(key)) return false;
    this.#refused.add(key);
    return true;
  }

  /** Takes what the background thread received, and says whether the user has it. */
  readonly take = (value: unknown): Promise<boolean> => {
    if (!isCall(value)) {
      this.#showStrange(strangeIn(value));
      return Promise.resolve(true);
    }
    if (value.call === 'SEND_MESSAGE' && fileInNote(value.text) !== undefined) {
      const notes = this.#notes;
      if (notes) return new Promise((settle) => notes.push({ call: value, settle }));
      if (this.#isRefused(value)) return Promise.resolve(false);
    }
    if (this.#held === undefined) return this.#show(value);
    this.#held.push(value);
    if (this.#held.length >= limits.client.callWindow) this.release();
    // Such a server replies when its calls have been ended: the session has them, and that must do.
    return Promise.resolve(true);
  };

  /** Once, however often the server brings it again. */
  #showStrange(text: string | undefined): void {
    if (text === undefined || this.#isRepeat(text)) return;
    this.#host.show(note(`The server called with what is no call of this protocol: ${text}`));
  }

  #show(call: Call): Promise<boolean> {
    if (call.call !== 'SEND_MESSAGE' && call.call !== 'SEND_MESSAGE_ATTACH') {
      return this.#host.hand(incoming(call)) ?? Promise.resolve(true);
    }
    const key = JSON.stringify([call.from, call.id, call.text]);
    if (this.#isRepeat(key)) return this.#underWay.get(key) ?? Promise.resolve(true);
    this.#directory.addUser(call.from);
    const file = call.call === 'SEND_MESSAGE_ATTACH' ? call.file : fileInNote(call.text);
    if (file !== undefined) this.#directory.addFile(call.from, call.id, file);
    const shown = this.#host.hand(incoming(call));
    if (shown === undefined) return Promise.resolve(true);
    const settled = shown.then((isTaken) => {
      this.#underWay.delete(key);
      // What the user could not get is no repeat when it comes again.
      if (!isTaken) this.#seen.delete(key);
      return isTaken;
    });
    this.#underWay.set(key, settled);
    return settled;
  }

  /** A server that could not know that we have a message brings it again. */
  #isRepeat(key: string): boolean {
    const now = this.#host.now();
    for (const [key, at] of this.#seen) {
      if (now - at <= limits.mailbox.repeatMs) break;
      this.#seen.delete(key);
    }
    if (this.#seen.has(key)) return true;
    this.#seen.set(key, now);
    return false;
  }
}
