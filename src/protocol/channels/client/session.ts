// The interactive client: what is typed goes out in frames, what comes in is shown, both at once.

import { BoundedSet } from '../../bounded';
import type { Inbox } from '../../bytes/inbox';
import { byteLength } from '../../bytes/text';
import { localWord } from '../../client_kit/local_words';
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
import { type Refusal, type ServerMessage, texts } from '../wire/messages';
import { completions } from './commands';
import { greeting, helpPage, promptOf } from './guide';
import { endings, shownOf } from './render';

/** Refusals after which the user is where they were (source 003, 0.2.2). */
const keepsChannel: ReadonlySet<Refusal> = new Set<Refusal>([
  'unknown-channel',
  'channel-exists',
  'too-many',
]);

export class ChannelsClientSession implements ClientSession, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #options: ClientOptions;
  readonly #channels = new BoundedSet<string>(limits.client.names);
  /** Users who were heard, for completion. */
  readonly #names = new BoundedSet<string>(limits.client.names);
  /** A person is told more than the source's lines, and where their texts go. */
  readonly #isPerson: boolean;
  #connection: ClientConnection | undefined;
  #state: 'dialling' | 'open' | 'leaving' | 'over' = 'dialling';
  /** A script came to its end while we were dialling. */
  #isLeaveWanted = false;
  /** What was typed while we were dialling. */
  readonly #early: Uint8Array[] = [];
  /** The channel that the user is in, as far as we can know: the last one joined or made, and not refused since. */
  #channel: string;
  #channelBefore: string;
  /** What a session that comes back still tries where it was not let into its channel: others may come back, too. */
  #returns: ('create' | 'join')[] = [];
  #returnsTo: string | undefined;
  /** The first refusal, which is a script's exit status. */
  #failure: Ending | undefined;

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.#options = options;
    const { user = 'guest' } = options.target;
    const path = options.resumed?.path ?? options.target.path;
    this.#isPerson = options.interactive && options.plain !== true;
    this.#channel = path;
    this.#channelBefore = options.resumed === undefined ? '' : path;
    if (options.resumed !== undefined) {
      this.#returns = ['create', 'join'];
      this.#returnsTo = path;
    }
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
    const local = this.#isPerson ? localWord(line) : undefined;
    if (local === 'help') this.#host.show(helpPage);
    if (local !== undefined) done('done');
    if (local === 'quit') this.leave();
    if (local === undefined) this.#sendTyped(line, done);
  }

  #sendTyped(line: string, done: (ending: Ending) => void): void {
    const frames = framesOfTyped(line);
    this.#noteChannel(line);
    if (this.#state === 'dialling') this.#early.push(frames);
    else if (this.#state === 'open') this.#connection?.write(frames);
    done('done');
  }

  /** A typed `/join` or `/create` changes the channel, unless the server refuses it. */
  #noteChannel(line: string): void {
    const [, channel] = /^\/(?:join|create)\s+(\S+)\s*$/.exec(line) ?? [];
    if (channel === undefined) return;
    this.#returns = [];
    this.#channelBefore = this.#channel;
    this.#moveTo(channel);
  }

  #moveTo(channel: string): void {
    this.#channel = channel;
    if (this.#state === 'open') this.#prompt();
  }

  #prompt(): void {
    this.#host.prompt(this.#isPerson ? promptOf(this.#channel) : texts.prompt);
  }

  resume(): { readonly path: string } {
    return { path: this.#channel };
  }

  complete(before: string): readonly string[] {
    return completions(before, this.#channels, this.#names, this.#isPerson);
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
    if (this.#isLeaveWanted) return this.leave();
    const { resumed, target } = this.#options;
    if (this.#isPerson && resumed === undefined)
      this.#host.show(greeting(target.user, this.#channel));
    this.#prompt();
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
    if (message.is === 'refused') {
      if (this.#isAboutReturn(message)) return this.#returnOtherwise();
      this.#failure ??= endings[message.why];
      if (keepsChannel.has(message.why)) this.#moveTo(this.#channelBefore);
      // The server knows better, whatever words it has for what went before.
      if (message.why === 'outside') this.#moveTo('');
    }
    if (message.is === 'told') this.#rememberChannels(message.text);
    if (message.is === 'said') this.#names.add(message.from);
    if (message.is === 'joined') this.#names.add(message.name);
    if (message.is === 'left') this.#names.delete(message.name);
    this.#host.show(shownOf(message));
  }

  /** Whether a refusal is of the channel that a session which comes back was in. */
  #isAboutReturn({ text }: Extract<ServerMessage, { is: 'refused' }>): boolean {
    const to = this.#returnsTo;
    if (to === undefined) return false;
    return text === texts.unknownChannel(to) || text === texts.channelExists(to);
  }

  /** After a restart of the server the channel may be gone: tries the next way in, unless the user has gone elsewhere. */
  #returnOtherwise(): void {
    const next = this.#returns.shift();
    if (next === undefined) this.#returnsTo = undefined;
    else if (this.#state === 'open')
      this.#connection?.write(framesOfTyped(`/${next} ${this.#channel}`));
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
