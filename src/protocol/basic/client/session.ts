// The interactive client: sends each typed line as it comes.

import { encodeText } from '../../bytes/text';
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
  Shown,
  Target,
} from '../../dialect';
import { limits } from '../../limits';
import { texts } from '../wire/messages';

const help = [
  'TEXT    sent as it is, with a line end; the server prints it and answers nothing',
  '/help   this page; a text with that word alone is sent by chat send, or with --plain',
  '/quit   end; so do Ctrl-C and Ctrl-D',
] as const;

const helpPage: Shown = { kind: 'result', lines: help, json: { type: 'help', lines: help } };

export class BasicClientSession implements ClientSession, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #target: Target;
  /** Whether somebody is there who may ask for help; a script's lines are sent as they are. */
  readonly #isPerson: boolean;
  #connection: ClientConnection | undefined;
  #state: 'dialling' | 'open' | 'over' = 'dialling';
  #isLeaving = false;
  /** What was typed while we were dialling. */
  readonly #early: string[] = [];

  constructor(host: ClientHost, { target, interactive, plain }: ClientOptions) {
    this.#host = host;
    this.#target = target;
    this.#isPerson = interactive && plain !== true;
    host.dial((connection) => {
      this.#connection = connection;
      return this;
    });
  }

  typed(line: string, done: (ending: Ending) => void): void {
    const local = this.#isPerson ? localWord(line) : undefined;
    if (local === 'help') this.#host.show(helpPage);
    else if (local === undefined && this.#state === 'dialling') this.#early.push(line);
    else if (local === undefined) this.#write(line);
    done('done');
    if (local === 'quit') this.leave();
  }

  leave(): void {
    this.#isLeaving = true;
    // What was typed while we were dialling is sent first.
    if (this.#state === 'open') this.#end();
  }

  complete(before: string): readonly string[] {
    return this.#isPerson && /^\/\S*$/.test(before) ? ['/help', '/quit'] : [];
  }

  opened(): void {
    this.#state = 'open';
    if (this.#isPerson)
      this.#host.show(note('What you type is printed there; /help shows the rest.'));
    for (const line of this.#early.splice(0)) this.#write(line);
    if (this.#isLeaving) this.#end();
  }

  #end(): void {
    this.#connection?.end('patient');
    this.#connection?.wake(limits.client.unansweredMs);
  }

  /** Not every server ends its side: what its system has counts as sent. */
  woke(): void {
    if (this.#connection?.isAcknowledged === true) this.#exit('done');
    else this.#connection?.wake(limits.client.unansweredMs);
  }

  /** The server of this protocol says nothing. */
  takeNext(): Taken {
    return 'more';
  }

  ended(): void {
    if (this.#isLeaving) this.#exit('done');
    else this.#fail(texts.disconnected);
  }

  lost(): void {
    this.#fail(this.#state === 'dialling' ? texts.cannotConnect : texts.disconnected);
  }

  #write(line: string): void {
    this.#connection?.write(encodeText(`${line}\n`));
  }

  #fail(text: (host: string, port: number) => string): void {
    if (this.#state === 'over') return;
    this.#host.show(note(text(this.#target.host, this.#target.port)));
    this.#exit('unreachable');
  }

  #exit(ending: Ending): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#host.exit(ending);
  }
}
