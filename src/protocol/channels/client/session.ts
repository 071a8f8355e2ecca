// The interactive client: what is typed goes out in frames, what comes in is shown, both at once.

import type { Inbox } from '../../bytes/inbox';
import { byteLength } from '../../bytes/text';
import type {
  ClientConnection,
  ClientHost,
  ClientOptions,
  ClientSession,
  ConnectionEvents,
  Ending,
} from '../../dialect';
import { heardOf } from '../wire/codec';
import { frameBytes, framesOfTyped, takeFrame } from '../wire/frames';
import type { Heard } from '../wire/messages';
import { texts } from '../wire/messages';
import { endings, shownOf } from './render';

/** How long the server may take to finish what it was still sending when we leave, in ms. */
const goodbyeMs = 1000;
/** Channels remembered for completion. */
const channelsMax = 10_000;

export class ChannelsClientSession implements ClientSession, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #options: ClientOptions;
  readonly #channels = new Set<string>();
  #connection: ClientConnection | undefined;
  #state: 'dialling' | 'open' | 'leaving' | 'over' = 'dialling';
  /** A script came to its end before the connection stood. */
  #isLeaving = false;
  /** What was typed before the connection stood. */
  readonly #early: Uint8Array[] = [];
  /** The first refusal, which is a script's exit status. */
  #failure: Ending | undefined;

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.#options = options;
    const { user = 'guest', path } = options.target;
    if (byteLength(user) > frameBytes) {
      this.#note(`A name has at most ${frameBytes} bytes.`);
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

  // ---- the person

  typed(line: string, done: (ending: Ending) => void): void {
    const frames = framesOfTyped(line);
    if (this.#state === 'dialling') this.#early.push(frames);
    else if (this.#state === 'open') this.#connection?.write(frames);
    done('done');
  }

  complete(before: string): readonly string[] {
    if (/^\/\S*$/.test(before)) return ['/create', '/join', '/list'];
    return /^\/join\s+\S*$/.test(before) ? [...this.#channels] : [];
  }

  leave(): void {
    switch (this.#state) {
      case 'dialling':
        this.#isLeaving = true;
        // What a script has said is still sent; a person has changed his mind.
        if (!this.#options.interactive) return;
        this.#exit('done');
        this.#connection?.abort();
        return;
      case 'open':
        // The server answers what it was asked before it sees the end, and then ends too.
        this.#state = 'leaving';
        this.#connection?.end();
        this.#host.after(goodbyeMs, () => this.#left());
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
    if (this.#isLeaving) this.leave();
    else this.#host.prompt(texts.prompt);
  }

  received(inbox: Inbox): void {
    for (let frame = takeFrame(inbox); frame !== undefined; frame = takeFrame(inbox)) {
      const heard = heardOf(frame);
      if (heard !== undefined) this.#heard(heard);
    }
  }

  ended(): void {
    if (this.#state === 'open') this.#disconnected();
    else this.#left();
  }

  lost(): void {
    const { host, port } = this.#options.target;
    if (this.#state === 'dialling') {
      this.#note(texts.cannotConnect(host, port));
      this.#exit('unreachable');
    } else this.ended();
  }

  // ---- inside

  #heard(heard: Heard): void {
    if (this.#state === 'over') return;
    if (heard.is === 'refused') this.#failure ??= endings[heard.why];
    if (heard.is === 'told') this.#learn(heard.text);
    this.#host.show(shownOf(heard));
  }

  /** The lines of a list are names of channels, which have no white space. */
  #learn(text: string): void {
    if (/[^\S\n]/.test(text)) return;
    for (const name of text.split('\n')) {
      if (this.#channels.size < channelsMax) this.#channels.add(name);
    }
  }

  #disconnected(): void {
    const { host, port } = this.#options.target;
    this.#note(texts.disconnected(host, port));
    this.#exit('unreachable');
    this.#connection?.end();
  }

  #left(): void {
    this.#exit(this.#options.interactive ? 'done' : (this.#failure ?? 'done'));
  }

  #note(text: string): void {
    this.#host.show({ lines: [text], json: { type: 'note', text }, kind: 'note' });
  }

  #exit(ending: Ending): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#host.exit(ending);
  }
}
