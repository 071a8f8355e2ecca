// How a user comes to be registered and connected: what is asked, what is known already, who is taken over.

import type { ClientHost, ClientOptions, Ending } from '../../dialect';
import type { ConnectedUser } from './connected_user';
import { usage } from './input';
import { note } from './render';
import { type OperationResult, register } from './requests';

const questions = {
  fullName: 'Full name: ',
  alias: 'User name: ',
  born: 'Date of birth (DD/MM/YYYY): ',
} as const;

export class SignIn {
  readonly #host: ClientHost;
  readonly #options: ClientOptions;
  readonly #presence: ConnectedUser;

  constructor(host: ClientHost, options: ClientOptions, presence: ConnectedUser) {
    this.#host = host;
    this.#options = options;
    this.#presence = presence;
  }

  /** Connects; registers first where the server knows nobody of that name. */
  come(alias: string, done: (ending: Ending) => void): void {
    this.connect(alias, (outcome) => {
      if (outcome.result !== 1) return done(outcome.ending);
      this.#introduce(alias, (ending) => {
        if (ending === 'done') this.connect(alias, (again) => done(again.ending));
        else done(ending);
      });
    });
  }

  /** Connects; ends a session of the same user elsewhere first, where the user wants that. */
  connect(alias: string, done: (outcome: OperationResult) => void): void {
    this.#presence.connect(alias, (outcome) => {
      if (outcome.result !== 2 || this.#presence.alias === alias) return done(outcome);
      this.#mayTakeOver(alias, (may) => {
        if (!may) return done(outcome);
        this.#presence.disconnect(alias, (left) => {
          // Gone meanwhile is as good as gone now.
          if (left.result === 0 || left.result === 2) this.#presence.connect(alias, done);
          else done(outcome);
        });
      });
    });
  }

  #mayTakeOver(alias: string, then: (may: boolean) => void): void {
    const { interactive, takeover } = this.#options;
    if (takeover) return then(true);
    if (!interactive) {
      this.#host.show(note(`${alias} is connected elsewhere: --takeover ends that session.`));
      return then(false);
    }
    this.#host.ask(`${alias} is connected elsewhere. End that session? [y/N] `, (answer) =>
      then(/^\s*(y|yes|s|si|sí)\s*$/i.test(answer ?? '')),
    );
  }

  /** Registers somebody by what the command line says of him, else by what he answers. */
  #introduce(alias: string, then: (ending: Ending) => void): void {
    const { fullName, born, interactive } = this.#options;
    if (!interactive && (fullName === undefined || born === undefined)) {
      const how = `add --name "FULL NAME" --born DD/MM/YYYY to register`;
      this.#host.show(note(`${alias} is not registered: ${how}.`));
      return then('unknown-user');
    }
    if (fullName === undefined || born === undefined) {
      this.#host.show(note(`${alias} is not registered yet.`));
    }
    this.#ask({ fullName, alias, born }, 'unknown-user', (ending) => then(ending));
  }

  /** REGISTER: with the three fields given, or asked for in the order of the source's window. */
  register(given: readonly string[], done: (ending: Ending, alias?: string) => void): void {
    const [fullName, alias, born] = given;
    if (given.length === 3) return this.#ask({ fullName, alias, born }, 'usage', done);
    const { target, interactive, ...options } = this.#options;
    if (given.length === 0 && interactive) {
      return this.#ask({ fullName: undefined, alias: undefined, born: undefined }, 'usage', done);
    }
    const known = { fullName: options.fullName, alias: target.user, born: options.born };
    if (given.length === 0 && Object.values(known).every((field) => field !== undefined)) {
      return this.#ask(known, 'usage', done);
    }
    this.#host.show(note(`usage: ${usage('REGISTER')}`));
    done('usage');
  }

  /** Asks for what is not known yet, one field after the other, then registers. */
  #ask(
    fields: Readonly<Record<keyof typeof questions, string | undefined>>,
    unanswered: Ending,
    done: (ending: Ending, alias?: string) => void,
  ): void {
    const { fullName, alias, born } = fields;
    if (fullName !== undefined && alias !== undefined && born !== undefined) {
      register(this.#host, { fullName, alias, born }, ({ ending }) => done(ending, alias));
      return;
    }
    const missing = fullName === undefined ? 'fullName' : alias === undefined ? 'alias' : 'born';
    this.#host.ask(questions[missing], (answer) => {
      if (answer === undefined) done(unanswered);
      else this.#ask({ ...fields, [missing]: answer }, unanswered, done);
    });
  }
}
