// The interactive client: what is typed goes out in frames, what comes in is shown, both at once.

import { BoundedSet } from '../../bounded';
import type { Inbox } from '../../bytes/inbox';
import { byteLength } from '../../bytes/text';
import { note } from '../../client_kit/note';
import type { Taken } from '../../connection';
import type {
  ClientConnection,
  ClientHost,
  ClientOptions,
  ClientSession,
  ConnectionEvents,
  Ending,
} from '../../dialect';
import { limits } from '../../limits';
import { messageOf } from '../wire/codec';
import { frameBytes, framesOfTyped, takeFrame } from '../wire/frames';
import { type ServerMessage, texts } from '../wire/messages';
import { completions } from './commands';
import { endings, shownOf } from './render';

export class ChannelsClientSession implements ClientSession, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #options: ClientOptions;
  readonly #channels = new BoundedSet<string>(limits.client.names);
  #connection: ClientConnection | undefined;
  #state: 'dialling' | 'open' | 'leaving' | 'over' = 'dialling';
  /** A script came to its end while we were dialling. */
  #isLeaveWanted = false;
  /** What was typed while we were dialling. */
  readonly #early: Uint8Array[] = [];
  /** The first refusal, which is a script's exit status. */
  #failure: Ending | undefined;

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.#options = options;
    const { user = 'guest', path } = options.target;
    if (byteLength(user) > frameBytes) {
      host.show(note(`A name has at most ${frameBytes} bytes.`));
      this.#exit('bad-data');
      return;
    }
    this.#early.push(framesOfTyped(user));
    if (path !== '') this.#early.push(framesOfTyped(`/join ${path}`));
    host.dial((connection) => {
      this.#connection = connection;
      return this;
    });
  }

  // ---- the user

  typed(line: string, done: (ending: Ending) => void): void {
    const frames = framesOfTyped(line);
    if (this.#state === 'dialling') this.#early.push(frames);
    else if (this.#state === 'open') this.#connection?.write(frames);
    done('done');
  }

  complete(before: string): readonly string[] {
    return completions(before, this.#channels);
  }

  leave(): void {
    switch (this.#state) {
      case 'dialling':
        this.#isLeaveWanted = true;
        // What a script has said is still sent; a user at a terminal has changed their mind.
        if (!this.#options.interactive) return;
        this.#exit('done');
        this.#connection?.abort();
        return;
      case 'open':
        // The server answers what it was asked before it sees the end, and then ends too.
        this.#state = 'leaving';
        this.#connection?.end();
        this.#host.after(limits.client.goodbyeMs, () => this.#left());
        return;
      case 'leaving':
      case 'over':
        return;
    }
  }

  // ---- the server

  opened(): void {
    if (this.#state !== 'dialling') return;
    this.#state = 'open';
    for (const frames of this.#early.splice(0)) this.#connection?.write(frames);
    if (this.#isLeaveWanted) this.leave();
    else this.#host.prompt(texts.prompt);
  }

  takeNext(inbox: Inbox): Taken {
    const frame = takeFrame(inbox);
    if (frame === undefined) return 'more';
    const message = messageOf(frame);
    if (message !== undefined && this.#state !== 'over') this.#show(message);
    return 'taken';
  }

  ended(): void {
    if (this.#state !== 'open') return this.#left();
    const { host, port } = this.#options.target;
    this.#host.show(note(texts.disconnected(host, port)));
    this.#exit('unreachable');
    this.#connection?.end();
  }

  lost(): void {
    if (this.#state !== 'dialling') return this.ended();
    const { host, port } = this.#options.target;
    this.#host.show(note(texts.cannotConnect(host, port)));
    this.#exit('unreachable');
  }

  #show(message: ServerMessage): void {
    if (message.is === 'refused') this.#failure ??= endings[message.why];
    if (message.is === 'told') this.#rememberChannels(message.text);
    this.#host.show(shownOf(message));
  }

  /** The lines of a list are names of channels, which have no white space. */
  #rememberChannels(text: string): void {
    if (/[^\S\n]/.test(text)) return;
    for (const name of text.split('\n')) this.#channels.add(name);
  }

  #left(): void {
    this.#exit(this.#options.interactive ? 'done' : (this.#failure ?? 'done'));
  }

  #exit(ending: Ending): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#host.exit(ending);
  }
}
