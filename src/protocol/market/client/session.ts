// The interactive client: gives its name, lets the user answer the question for the balance, then talks.

import type { Inbox } from '../../bytes/inbox';
import { byteLength, encodeText } from '../../bytes/text';
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
import { answerOf, messageOf } from '../wire/codec';
import { type Line, LineReader } from '../wire/lines';
import { forms, type ServerMessage } from '../wire/messages';
import { completions } from './commands';
import { Directory } from './directory';
import { Entering } from './entering';
import { awaitGreeting } from './greeting';
import { Guide, slashedOf } from './guide';
import { endings, shownOf } from './render';

/** What stands before the line being typed once the user is in the market (source 004, 3). */
const prompt = 'Me: ';

interface Typed {
  readonly line: string;
  readonly done: (ending: Ending) => void;
}

/** Where the session stands. */
type State =
  | 'dialling'
  /** Our name is to be given, or was given and not yet accepted: what is typed waits. */
  | 'naming'
  | 'open'
  | 'leaving'
  | 'over';

export class MarketClientSession implements ClientSession, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #options: ClientOptions;
  readonly #reader = new LineReader(limits.market.serverLineBytes);
  readonly #directory = new Directory();
  readonly #waiting: Typed[] = [];
  #connection: ClientConnection | undefined;
  #state: State = 'dialling';
  readonly #entering: Entering;
  /** For a person at a terminal, who is told what they may do. */
  readonly #guide: Guide | undefined;
  /** The first refusal, which is a script's exit status. */
  #failure: Ending | undefined;
  #hasFarewell = false;
  #greeted = (): void => {};
  /** Our user asked to leave while what was typed still waited. */
  #isLeaveWanted = false;

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.#options = options;
    const { user } = options.target;
    const isPlain = options.plain === true;
    this.#guide = options.interactive && !isPlain ? new Guide(host, user) : undefined;
    const isBack = options.resumed !== undefined;
    const marks = user !== undefined && !isPlain;
    this.#entering = new Entering({
      name: user,
      marks,
      keepsBalance: isBack && user !== undefined,
    });
    if (user !== undefined && answerOf(user).is !== 'name') {
      const form = `1 to ${limits.market.nameCharacters} visible characters, no number`;
      this.#note(`${user} cannot be an identifier here: ${form}.`);
      this.#exit('bad-data');
      return;
    }
    host.dial((connection) => {
      this.#connection = connection;
      return this;
    });
  }

  // ---- the user

  typed(line: string, done: (ending: Ending) => void): void {
    switch (this.#state) {
      case 'dialling':
      case 'naming':
        this.#waiting.push({ line, done });
        return;
      case 'open':
        this.#typedOpen({ line, done });
        return;
      case 'leaving':
      case 'over':
        done('done');
        return;
    }
  }

  complete(before: string): readonly string[] {
    return completions(before, this.#directory.names);
  }

  leave(): void {
    switch (this.#state) {
      case 'dialling':
        if (!this.#options.interactive) this.#isLeaveWanted = true;
        else {
          this.#exit('done');
          this.#connection?.abort();
        }
        return;
      case 'naming':
        // A script's lines are still to be sent, or it ends with why they cannot be.
        if (this.#options.interactive) this.#quit();
        else this.#isLeaveWanted = true;
        return;
      case 'open':
        this.#quit();
        return;
      case 'leaving':
      case 'over':
        return;
    }
  }

  // ---- the server

  opened(): void {
    if (this.#state !== 'dialling') return;
    this.#greeted = awaitGreeting(this.#host, this.#options.target);
    if (this.#options.target.user === undefined) return this.#open();
    this.#state = 'naming';
    // A user at a terminal sees that nothing comes; a script's lines would wait for ever.
    if (!this.#options.interactive) {
      this.#host.after(limits.client.answerMs, () => this.#notAsked());
    }
  }

  takeNext(inbox: Inbox): Taken {
    if (inbox.length > 0) this.#greeted();
    const line = this.#reader.take(inbox);
    if (line !== undefined) this.#take(line);
    this.#connection?.wake(this.#reader.isWaiting ? limits.market.standingMs : undefined);
    return line === undefined ? 'more' : 'taken';
  }

  woke(): void {
    const line = this.#reader.takeStanding();
    if (line !== undefined) this.#take(line);
  }

  ended(): void {
    this.woke();
    this.#finish();
    this.#connection?.end();
  }

  lost(): void {
    this.#greeted();
    const { host, port } = this.#options.target;
    if (this.#state === 'dialling') {
      this.#note(`Unable to connect to ${host}:${port}`);
      this.#exit('unreachable');
    } else this.#finish();
  }

  // ---- what the server says

  #take(line: Line): void {
    if (this.#state === 'over') return;
    if (line.is === 'too-long') return this.#note('The server sent a line that is too long.');
    const message = messageOf(line.text);
    // What the client answers by itself, the user does not see.
    if (this.#entering.isQuestion(message, line.text) && this.#answerQuestion()) return;
    if (this.#entering.takes(message)) return;
    this.#directory.learn(message);
    this.#host.show(shownOf(message, line.text, this.#guide !== undefined));
    this.#guide?.explain(message);
    if (message.is === 'refused') this.#failure ??= endings[message.why];
    if (message.is === 'farewell') this.#hasFarewell = true;
    if (message.is === 'balance-set') this.#host.prompt(prompt);
    if (this.#state === 'naming' && this.#entering.hasBegun) this.#named(message);
  }

  #answerQuestion(): boolean {
    const answer = this.#state === 'naming' ? this.#entering.answer() : undefined;
    if (answer === undefined) return false;
    this.#write(answer);
    return true;
  }

  /** What the server said to our name. */
  #named(message: ServerMessage): void {
    const isRefused = message.is === 'refused';
    if (isRefused) this.#entering.stop();
    // The server may still hold our own lost connection.
    if (isRefused && this.#options.resumed !== undefined) return this.#exit('not-allowed');
    // A user at a terminal chooses another name; a script must not go on under a name that is not its own.
    if (isRefused && !this.#options.interactive) this.#quit();
    else if (!isRefused) this.#open();
  }

  #notAsked(): void {
    if (this.#state === 'naming') this.#finish();
  }

  #open(): void {
    this.#state = 'open';
    for (const typed of this.#waiting.splice(0)) {
      if (this.#state === 'open') this.#typedOpen(typed);
      else typed.done('done');
    }
    if (this.#isLeaveWanted && this.#state === 'open') this.#quit();
  }

  /** A person's slash is for the client. */
  #typedOpen(typed: Typed): void {
    const slashed = this.#guide === undefined ? undefined : slashedOf(typed.line);
    if (slashed === undefined) return this.#send(typed);
    if (slashed.is === 'line') return this.#send({ ...typed, line: slashed.line });
    if (slashed.is === 'help') this.#guide?.help();
    else this.#note(slashed.why);
    typed.done(slashed.is === 'help' ? 'done' : 'usage');
  }

  #send({ line, done }: Typed): void {
    if (byteLength(line) > limits.market.lineBytes) {
      this.#failure ??= 'bad-data';
      this.#note(`A line has at most ${limits.market.lineBytes} bytes.`);
      done('bad-data');
      return;
    }
    if (line.trimEnd() === forms.quit) this.#quit();
    else this.#write(line);
    done('done');
  }

  /** The server answers what it was asked before, says goodbye, and ends. */
  #quit(): void {
    this.#write(forms.quit);
    this.#state = 'leaving';
    for (const { done } of this.#waiting.splice(0)) done('done');
    // A script is owed the answers to all that it asked.
    const ms = this.#options.interactive ? limits.client.goodbyeMs : limits.client.answerMs;
    this.#host.after(ms, () => this.#finish());
  }

  #write(line: string): void {
    this.#connection?.write(encodeText(`${line}\n`));
  }

  #finish(): void {
    if (this.#state === 'over') return;
    if (this.#state === 'leaving') {
      this.#exit(this.#options.interactive ? 'done' : (this.#failure ?? 'done'));
      return;
    }
    const { host, port } = this.#options.target;
    if (!this.#hasFarewell) this.#note(`Disconnected from ${host}:${port}`);
    this.#exit('unreachable');
  }

  #note(text: string): void {
    this.#host.show(note(text));
  }

  #exit(ending: Ending): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    for (const { done } of this.#waiting.splice(0)) done(ending);
    this.#host.exit(ending);
  }
}
