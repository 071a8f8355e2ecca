// How a user is registered and connected: what is asked, what is known already, whose session is taken over.

import { note } from '../../client_kit/note';
import type { ClientHost, ClientOptions, Ending } from '../../dialect';
import { codes } from '../wire/messages';
import type { ConnectedUser } from './connected_user';
import { usage } from './input';
import { register } from './registering';
import type { OperationResult } from './requests';
import { aliasFault, bornFault, fullNameFault } from './validation';

const questions = {
  fullName: 'Full name: ',
  alias: 'User name: ',
  born: 'Date of birth (DD/MM/YYYY): ',
} as const;

/** Why an answer cannot be right: the question is asked again. */
const faults = {
  fullName: fullNameFault,
  alias: aliasFault,
  born: bornFault,
} as const;

type Fields = Readonly<Record<keyof typeof questions, string | undefined>>;

export class SignIn {
  readonly #host: ClientHost;
  readonly #options: ClientOptions;
  readonly #connected: ConnectedUser;

  constructor(host: ClientHost, options: ClientOptions, connected: ConnectedUser) {
    this.#host = host;
    this.#options = options;
    this.#connected = connected;
  }

  /** Connects a user, and registers the user first if the server does not know that name. */
  signIn(alias: string, done: (ending: Ending) => void): void {
    this.connect(alias, (result) => {
      if (result.code !== codes.CONNECT.unknownUser) return done(result.ending);
      this.#introduce(alias, (ending) => {
        if (ending === 'done') this.connect(alias, (again) => done(again.ending));
        else done(ending);
      });
    });
  }

  /** Connects a user. Ends a session of the same user elsewhere first, if the user wants that. */
  connect(alias: string, done: (result: OperationResult) => void): void {
    this.#connected.connect(alias, (result) => {
      const isElsewhere =
        result.code === codes.CONNECT.alreadyConnected && this.#connected.alias !== alias;
      if (!isElsewhere) return done(result);
      this.#mayTakeOver(alias, (may) => {
        if (!may) return done(result);
        this.#connected.disconnect(alias, ({ code }) => {
          // A session that has ended meanwhile is as good as one that ended now.
          const hasEnded = code === 0 || code === codes.DISCONNECT.notConnected;
          if (hasEnded) this.#connected.connect(alias, done);
          else done(result);
        });
      });
    });
  }

  #mayTakeOver(alias: string, done: (may: boolean) => void): void {
    const { interactive, takeover } = this.#options;
    if (takeover) return done(true);
    if (!interactive) {
      this.#host.show(note(`${alias} is connected elsewhere: ${this.#host.hint('takeover')}.`));
      return done(false);
    }
    this.#host.ask(`${alias} is connected elsewhere. End that session? [y/N] `, (answer) =>
      done(/^\s*(y|yes|s|si|sí)\s*$/i.test(answer ?? '')),
    );
  }

  /** Registers a user by what the command line says, else by what the user answers. */
  #introduce(alias: string, done: (ending: Ending) => void): void {
    const { fullName, born, interactive } = this.#options;
    const isComplete = fullName !== undefined && born !== undefined;
    if (!interactive && !isComplete) {
      const hint = this.#host.hint('registration');
      this.#host.show(note(`${alias} is not registered: ${hint}.`));
      return done('unknown-user');
    }
    if (!isComplete) this.#host.show(note(`${alias} is not registered yet.`));
    this.#ask({ fullName, alias, born }, 'unknown-user', (ending) => done(ending));
  }

  /** REGISTER: with the three words given, or with answers in the order of the source's window. */
  register(words: readonly string[], done: (ending: Ending, alias?: string) => void): void {
    const [fullName, alias, born] = words;
    if (words.length === 3) return this.#ask({ fullName, alias, born }, 'usage', done);
    const { target, interactive, ...options } = this.#options;
    if (words.length === 0 && interactive) {
      return this.#ask({ fullName: undefined, alias: undefined, born: undefined }, 'usage', done);
    }
    const known: Fields = { fullName: options.fullName, alias: target.user, born: options.born };
    if (words.length === 0 && Object.values(known).every((field) => field !== undefined)) {
      return this.#ask(known, 'usage', done);
    }
    this.#host.show(note(`usage: ${usage('REGISTER')}`));
    done('usage');
  }

  /** Asks for the fields that are not known yet, one after the other, then registers. */
  #ask(fields: Fields, unanswered: Ending, done: (ending: Ending, alias?: string) => void): void {
    const { fullName, alias, born } = fields;
    if (fullName !== undefined && alias !== undefined && born !== undefined) {
      register(this.#host, { fullName, alias, born }, ({ ending }) => done(ending, alias));
      return;
    }
    const missing = fullName === undefined ? 'fullName' : alias === undefined ? 'alias' : 'born';
    this.#host.ask(questions[missing], (answer) => {
      if (answer === undefined) return done(unanswered);
      const fault = faults[missing](answer, this.#host.now());
      if (fault !== undefined) this.#host.show(note(fault));
      const given = fault === undefined ? answer : undefined;
      this.#ask({ ...fields, [missing]: given }, unanswered, done);
    });
  }
}
