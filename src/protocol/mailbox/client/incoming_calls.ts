// What the listener heard: shown once each, held back while CONNECT is being answered, remembered for later.

import type { ClientHost } from '../../dialect';
import { limits } from '../../limits';
import { type Call, callFields, isCallName } from '../wire/messages';
import { incoming } from './render';

/** How long a message that comes again counts as a repeat, in ms. */
const repeatMs = 60_000;
/** Messages remembered as possible repeats; files and names remembered. */
const rememberedMax = 10_000;

/** What the background thread sent over: a call of ours, or nothing of ours. */
export function isCall(value: unknown): value is Call {
  if (typeof value !== 'object' || value === null || !('call' in value)) return false;
  const { call } = value;
  if (typeof call !== 'string' || !isCallName(call)) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return callFields[call].every((name) => typeof fields[name] === 'string');
}

export class IncomingCalls {
  readonly #host: ClientHost;
  /** When each of the last messages came, oldest first. */
  readonly #seen = new Map<string, number>();
  /** The names of files, by sender and id. */
  readonly #files = new Map<string, string>();
  readonly #names = new Set<string>();
  #held: Call[] | undefined;

  constructor(host: ClientHost) {
    this.#host = host;
  }

  /** Users met so far, for completion. */
  get names(): Iterable<string> {
    return this.#names;
  }

  meet(name: string): void {
    if (this.#names.size < rememberedMax) this.#names.add(name);
  }

  /** What a user called the file he sent under an id. */
  fileName(from: string, id: string): string | undefined {
    return this.#files.get(`${from}\0${id}`);
  }

  /** The ids under which a user sent files. */
  fileIds(from: string): string[] {
    return [...this.#files.keys()]
      .filter((key) => key.startsWith(`${from}\0`))
      .map((key) => key.slice(from.length + 1));
  }

  /** Some servers call before they answer CONNECT: until `release` what comes is only collected. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const call of held) this.#show(call);
  }

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
      this.meet(call.from);
      const file = call.call === 'SEND_MESSAGE_ATTACH' ? call.file : fileInNote(call.text);
      if (file !== undefined) remember(this.#files, `${call.from}\0${call.id}`, file);
    }
    this.#host.show(incoming(call));
  }

  /** A server that could not know that we took a message brings it again. */
  #isRepeat(call: Call<'SEND_MESSAGE' | 'SEND_MESSAGE_ATTACH'>): boolean {
    const now = this.#host.now();
    for (const [key, at] of this.#seen) {
      if (now - at <= repeatMs) break;
      this.#seen.delete(key);
    }
    const key = JSON.stringify([call.from, call.id, call.text]);
    if (this.#seen.has(key)) return true;
    remember(this.#seen, key, now);
    return false;
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= rememberedMax) return;
  for (const [oldest] of map) {
    map.delete(oldest);
    return;
  }
}

/** The file's name in the note by which a session hears of it that was not asking for attachments. */
const fileInNote = (text: string): string | undefined =>
  /\(file (.+), \d+ bytes: GETFILE .+ \d+\)$/s.exec(text)?.[1];
