// The interactive client: gives its name, lets its user answer the question for the balance, then talks.

import type { Inbox } from '../../bytes/inbox';
import { byteLength, encodeText } from '../../bytes/text';
import type {
  ClientConnection,
  ClientHost,
  ClientOptions,
  ClientSession,
  ConnectionEvents,
  Ending,
} from '../../dialect';
import { answerOf } from '../wire/codec';
import { type Line, LineReader, standingMs } from '../wire/lines';
import { forms, marked, type ServerMessage } from '../wire/messages';
import { heardBytesMax, sentBytesMax } from '../wire/sizes';
import { endings, messageOf, shownOf } from './render';

/** What stands before the line being typed once one is in the market (source 004, point 3). */
const prompt = 'Me: ';
/** How long the server may take to let us go, in ms: for a person, and for a script, whose answers are owed. */
const goodbyeMs = { person: 1000, script: 10_000 } as const;
/** Names remembered for completion. */
const namesMax = 10_000;
const commands = Object.values(forms).map((form) => form.split(' ', 1)[0] ?? form);
const emojis = [':smile', ':angry', ':confused'];

interface Typed {
  readonly line: string;
  readonly done: (ending: Ending) => void;
}

/** Where the session stands. */
type State =
  | 'dialling'
  /** Our name is to be given, or given and not yet accepted: what is typed waits. */
  | 'naming'
  | 'open'
  | 'leaving'
  | 'over';

export class MarketClientSession implements ClientSession, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #options: ClientOptions;
  readonly #reader = new LineReader(heardBytesMax);
  readonly #names = new Set<string>();
  readonly #waiting: Typed[] = [];
  #connection: ClientConnection | undefined;
  #inbox: Inbox | undefined;
  #state: State = 'dialling';
  #hasGivenName = false;
  /** The first refusal, which is a script's exit status. */
  #failure: Ending | undefined;
  #hasHeardFarewell = false;
  /** Our user asked to leave while what was typed still waited. */
  #isLeaveWanted = false;

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.#options = options;
    const { user } = options.target;
    if (user !== undefined && answerOf(user).is !== 'name') {
      this.#note(`${user} cannot be an identifier here: 1 to 32 visible characters, no number.`);
      this.#exit('bad-data');
      return;
    }
    host.dial((connection) => {
      this.#connection = connection;
      return this;
    });
  }

  // ---- the person

  typed(line: string, done: (ending: Ending) => void): void {
    switch (this.#state) {
      case 'dialling':
      case 'naming':
        this.#waiting.push({ line, done });
        return;
      case 'open':
        this.#send({ line, done });
        return;
      case 'leaving':
      case 'over':
        done('done');
        return;
    }
  }

  complete(before: string): readonly string[] {
    const word = /\S*$/.exec(before)?.[0] ?? '';
    if (word.startsWith(':')) return word === before ? [...commands, ...emojis] : emojis;
    if (!/^:[pt]\s+-\s+\S*$/.test(before)) return [];
    const names = Array.from(this.#names);
    return word.startsWith('<') ? names.map(marked) : names;
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
    if (this.#options.target.user === undefined) return this.#open();
    this.#state = 'naming';
    // A person sees that nothing comes; a script's lines would wait for ever.
    if (!this.#options.interactive) this.#host.after(goodbyeMs.script, () => this.#unnamed());
  }

  received(inbox: Inbox): void {
    this.#inbox = inbox;
    for (let line = this.#reader.take(inbox); line; line = this.#reader.take(inbox)) {
      this.#line(line);
    }
    this.#connection?.wake(this.#reader.isWaiting(inbox) ? standingMs : undefined);
  }

  woke(): void {
    const line = this.#inbox && this.#reader.takeStanding(this.#inbox);
    if (line !== undefined) this.#line(line);
  }

  ended(): void {
    this.woke();
    this.#finish();
    this.#connection?.end();
  }

  lost(): void {
    const { host, port } = this.#options.target;
    if (this.#state === 'dialling') {
      this.#note(`Unable to connect to ${host}:${port}`);
      this.#exit('unreachable');
    } else this.#finish();
  }

  // ---- inside

  #line(line: Line): void {
    if (this.#state === 'over') return;
    if (line.is === 'too-long') return this.#note('The server sent a line that is too long.');
    const heard = messageOf(line.text);
    // The question that our name answers is not our user's.
    if (heard.is === 'question' && this.#giveName()) return;
    this.#learn(heard);
    this.#host.show(shownOf(heard, line.text));
    if (heard.is === 'refused') this.#failure ??= endings[heard.why];
    if (heard.is === 'farewell') this.#hasHeardFarewell = true;
    if (heard.is === 'balance-set') this.#host.prompt(prompt);
    if (this.#state === 'naming' && this.#hasGivenName) this.#named(heard);
  }

  #giveName(): boolean {
    const { user } = this.#options.target;
    if (this.#state !== 'naming' || this.#hasGivenName || user === undefined) return false;
    this.#hasGivenName = true;
    this.#write(user);
    return true;
  }

  /** What the server said to our name. */
  #named(heard: ServerMessage): void {
    const isRefused = heard.is === 'refused';
    // A person chooses another name; a script must not go on under a name that is not its own.
    if (isRefused && !this.#options.interactive) this.#quit();
    else if (!isRefused) this.#open();
  }

  #unnamed(): void {
    if (this.#state === 'naming') this.#finish();
  }

  #open(): void {
    this.#state = 'open';
    for (const typed of this.#waiting.splice(0)) {
      if (this.#state === 'open') this.#send(typed);
      else typed.done('done');
    }
    if (this.#isLeaveWanted && this.#state === 'open') this.#quit();
  }

  #send({ line, done }: Typed): void {
    if (byteLength(line) > sentBytesMax) {
      this.#failure ??= 'bad-data';
      this.#note(`A line has at most ${sentBytesMax} bytes.`);
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
    const { interactive } = this.#options;
    const patience = interactive ? goodbyeMs.person : goodbyeMs.script;
    this.#host.after(patience, () => this.#finish());
  }

  #write(line: string): void {
    this.#connection?.write(encodeText(`${line}\n`));
  }

  #learn(heard: ServerMessage): void {
    if (heard.is === 'left') this.#names.delete(heard.name);
    const name =
      heard.is === 'joined' || heard.is === 'user'
        ? heard.name
        : heard.is === 'said' || heard.is === 'paid'
          ? heard.from
          : undefined;
    if (name !== undefined && this.#names.size < namesMax) this.#names.add(name);
  }

  #finish(): void {
    if (this.#state === 'over') return;
    if (this.#state === 'leaving') {
      this.#exit(this.#options.interactive ? 'done' : (this.#failure ?? 'done'));
      return;
    }
    const { host, port } = this.#options.target;
    if (!this.#hasHeardFarewell) this.#note(`Disconnected from ${host}:${port}`);
    this.#exit('unreachable');
  }

  #note(text: string): void {
    this.#host.show({ lines: [text], json: { type: 'note', text }, kind: 'note' });
  }

  #exit(ending: Ending): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    for (const { done } of this.#waiting.splice(0)) done(ending);
    this.#host.exit(ending);
  }
}
