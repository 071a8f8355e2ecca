// The interactive client: an emitter and a display side by side, or one of them alone.

import { cutText, encodeText } from '../../bytes/text';
import { note } from '../../client_kit/note';
import type { ClientHost, ClientOptions, ClientSession, Ending, Resumed } from '../../dialect';
import {
  anyDisplay,
  anyEmitter,
  displayOffset,
  everyone,
  isDisplay,
  server,
  textBytesMax,
} from '../wire/messages';
import { commands, help, type Plan, planOf, type Typed, typedOf } from './commands';
import { type Incoming, RelayConnection, type RelayConnectionEvents } from './connection';
import { Echoes } from './echoes';
import { numberRefused, shownIncoming } from './render';

type Done = (ending: Ending) => void;

export class RelayClientSession implements ClientSession {
  readonly #host: ClientHost;
  readonly #options: ClientOptions;
  #state: 'starting' | 'ready' | 'leaving' | 'over' = 'starting';
  #emitter: RelayConnection | undefined;
  #display: RelayConnection | undefined;
  #emitterId: number | undefined;
  #displayId: number | undefined;
  /** A script came to its end before we had our numbers. */
  #isLeaving = false;
  /** What was typed before we had our numbers. */
  readonly #early: (() => void)[] = [];
  readonly #echoes: Echoes;
  /** Displays that the last list named, for completion. */
  #displays: readonly number[] = [];

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.#options = options;
    this.#echoes = new Echoes(host);
    const { resumed, role, target } = options;
    const plan = planOf(resumed?.user ?? target.user, role, host.hint('role'));
    if (typeof plan === 'string') this.#fail(plan, 'usage');
    else if (plan.emitter !== undefined) this.#startEmitter(plan.emitter, plan);
    else this.#startDisplay(plan.display === 'own' ? anyDisplay : (plan.display ?? anyDisplay));
  }

  // ---- the two programs

  #startEmitter(wanted: number, plan: Plan): void {
    const events: RelayConnectionEvents = {
      registered: (id) => {
        this.#emitterId = id;
        if (plan.display === undefined) this.#ready();
        else this.#startDisplay(plan.display === 'own' ? id + displayOffset : plan.display);
      },
      refused: (id) => {
        // A user who chose no number gets another one; a chosen one is asked for again later.
        const { resumed, target } = this.#options;
        const isChosen = target.user !== undefined && target.user !== '';
        if (resumed && !isChosen && id !== anyEmitter) this.#emitter?.register(anyEmitter);
        else this.#fail(numberRefused(id), 'try-later');
      },
      // The protocol has no goodbye for emitters; a server that says one all the same means it.
      incoming: ({ kind }) => void (kind === 'FLW' && this.#leave('unreachable')),
      lost: (isReached) => this.#lost(isReached),
    };
    const { padded = false } = this.#options.target;
    this.#host.dial(
      (connection) =>
        (this.#emitter = new RelayConnection(this.#host, connection, wanted, events, { padded })),
    );
  }

  #startDisplay(wanted: number): void {
    const events: RelayConnectionEvents = {
      registered: (id) => {
        this.#displayId = id;
        this.#ready();
      },
      refused: (id) => {
        // Beside an emitter any display will do.
        if (this.#emitter && id !== anyDisplay) this.#display?.register(anyDisplay);
        else this.#fail(numberRefused(id), 'try-later');
      },
      incoming: (incoming) => this.#show(incoming),
      padded: () => {
        if (this.#emitter) this.#emitter.isPadded = true;
      },
      lost: (isReached) => this.#lost(isReached),
    };
    const marks = this.#options.plain !== true;
    this.#host.dial(
      (connection) =>
        (this.#display = new RelayConnection(this.#host, connection, wanted, events, { marks })),
    );
  }

  /** Whether a person is there, who is told more than the source's lines. */
  get #isPerson(): boolean {
    const { interactive, plain } = this.#options;
    return interactive && plain !== true;
  }

  #ready(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'ready';
    const emitter = this.#emitterId === undefined ? [] : [`emitter ${this.#emitterId}`];
    const display = this.#displayId === undefined ? [] : [`display ${this.#displayId}`];
    const isTold = this.#isPerson && this.#emitter !== undefined;
    const how = isTold ? ' What you type goes to all; /help shows the rest.' : '';
    this.#host.show(note(`You are ${[...emitter, ...display].join(' and ')}.${how}`));
    this.#host.prompt(`${this.#emitterId ?? this.#displayId}> `);
    for (const early of this.#early.splice(0)) early();
    if (this.#isLeaving) this.#leave('done');
  }

  // ---- what comes

  #show(incoming: Incoming): void {
    this.#host.show(shownIncoming(incoming, this.#isPerson));
    switch (incoming.kind) {
      case 'MSG':
        if (incoming.origin === this.#emitterId) this.#echoes.shown(incoming.sequence);
        return;
      case 'OKQEM':
        this.#displays = incoming.ids.filter(isDisplay);
        return this.#echoes.shown(incoming.sequence);
      case 'FLW':
        this.#echoes.shown(incoming.sequence);
        return this.#toldToStop(incoming.origin);
    }
  }

  /** The display ends. Beside an emitter it ends alone, unless the server itself has stopped it. */
  #toldToStop(by: number): void {
    // A display that stands alone ends with its server (source 002, "Terminação bem comportada").
    if (by === server) return this.#leave('unreachable', this.#emitter ? undefined : 'final');
    if (!this.#emitter) return this.#leave('done');
    this.#display?.leave(() => {});
    this.#display = undefined;
    this.#displayId = undefined;
    this.#host.show(note('What you type is still sent.'));
  }

  #lost(isReached: boolean): void {
    const { host, port } = this.#options.target;
    const text = isReached ? 'The server is gone.' : `Unable to connect to ${host}:${port}.`;
    this.#fail(text, 'unreachable');
  }

  // ---- what is typed

  typed(line: string, done: Done): void {
    const typed = typedOf(line);
    switch (typed.is) {
      case 'nothing':
        return done('done');
      case 'quit':
        done('done');
        return this.leave();
      case 'help':
        this.#host.show({ kind: 'result', lines: help, json: { type: 'help', lines: help } });
        return done('done');
      case 'wrong':
        return this.#wrong(typed.why, done);
      case 'say':
      case 'who':
      case 'stop':
        if (this.#state === 'starting') this.#early.push(() => this.#ask(typed, done));
        else this.#ask(typed, done);
    }
  }

  #ask(typed: Extract<Typed, { is: 'say' | 'who' | 'stop' }>, done: Done): void {
    if (!this.#emitter) return this.#wrong('A display only shows. /quit ends it.', done);
    if (typed.is === 'say') return this.#say(typed.to, cutText(typed.text, textBytesMax), done);
    const { is, display = this.#displayId } = typed;
    if (display === undefined) return this.#wrong(`/${is} takes the number of a display.`, done);
    const kind = is === 'who' ? 'QEM' : 'FLW';
    this.#emitter.ask({ kind }, display, (answer, sequence) => {
      const failure = is === 'who' ? unknown(display) : notYours(display);
      this.#answered(is, display, sequence, answer === 'ERRO' ? failure : answer, done);
    });
  }

  /** A text longer than a MSG goes in several, one after the other; what is refused ends it. */
  #say(to: number, [part = '', ...rest]: readonly string[], done: Done): void {
    this.#emitter?.ask({ kind: 'MSG', text: encodeText(part) }, to, (answer, sequence) => {
      if ((answer === 'OK' || answer === 'silent') && rest.length > 0)
        return this.#say(to, rest, done);
      const failure = to === everyone ? notTaken : unknown(to);
      this.#answered('say', to, sequence, answer === 'ERRO' ? failure : answer, done);
    });
  }

  #answered(
    what: string,
    to: number,
    sequence: number,
    answer: 'OK' | 'silent' | 'lost' | Failure,
    done: Done,
  ): void {
    if (answer === 'lost') return done('unreachable');
    const [text, ending]: Partial<Failure> = typeof answer === 'string' ? [] : answer;
    const lines = text === undefined ? [] : [text];
    const json = {
      type: 'result',
      do: what,
      to,
      sequence,
      status: ending ?? 'done',
      ...(text && { text }),
    };
    this.#host.show({ kind: 'result', lines, json });
    if (ending !== undefined) return done(ending);
    const isOurs = this.#displayId !== undefined && (to === everyone || to === this.#displayId);
    if (isOurs) this.#echoes.wait(sequence, () => done('done'));
    else done('done');
  }

  #wrong(why: string, done: Done): void {
    this.#host.show({
      kind: 'result',
      lines: [why],
      json: { type: 'result', status: 'usage', text: why },
    });
    done('usage');
  }

  complete(before: string): readonly string[] {
    if (/^\/\S*$/.test(before)) return commands;
    if (/^\/(who|stop)\s+\S*$/.test(before)) return this.#displays.map(String);
    return /^@\S*$/.test(before) ? this.#displays.map((id) => `@${id}`) : [];
  }

  // ---- the end

  resume(): Resumed {
    const id = this.#emitterId ?? this.#displayId;
    return id === undefined ? (this.#options.resumed ?? {}) : { user: String(id) };
  }

  leave(): void {
    // A script of no lines still asks whether the server is there; a user at a terminal has changed their mind.
    if (this.#state === 'starting' && !this.#options.interactive) this.#isLeaving = true;
    else this.#leave('done');
  }

  /** Both say goodbye, each on its own connection. */
  #leave(ending: Ending, final?: 'final'): void {
    if (this.#state === 'leaving' || this.#state === 'over') return;
    this.#state = 'leaving';
    this.#echoes.stop();
    const open = [this.#emitter, this.#display].filter((one) => one !== undefined);
    let left = 0;
    for (const connection of open) {
      connection.leave(() => {
        if (++left === open.length) this.#exit(ending, final);
      });
    }
    if (open.length === 0) this.#exit(ending, final);
  }

  #fail(text: string, ending: Ending): void {
    if (this.#state === 'over') return;
    if (this.#state !== 'leaving') this.#host.show(note(text));
    this.#leave(ending);
  }

  #exit(ending: Ending, final?: 'final'): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#host.exit(ending, final);
  }
}

type Failure = readonly [text: string, ending: Ending];
const unknown = (display: number): Failure => [`There is no display ${display}.`, 'unknown-user'];
const notYours = (display: number): Failure => [
  `Display ${display} is not there, or not yours to stop.`,
  'not-allowed',
];
const notTaken: Failure = ['The server did not take it.', 'try-later'];
