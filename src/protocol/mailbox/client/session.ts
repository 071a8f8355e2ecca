// The interactive session: lines become operations, one after the other, and the user's name is kept in mind.

import type { ClientHost, ClientOptions, ClientSession, Ending } from '../../dialect';
import { nameOf } from '../../model';
import { ConnectedUser } from './connected_user';
import { IncomingCalls } from './incoming_calls';
import { type CommandName, commandNames, parseLine, quoted, usage } from './input';
import { MailCommands } from './mail_commands';
import { note } from './render';
import { nameFault, type OperationResult, perform } from './requests';
import { SignIn } from './sign_in';

/** How long what is under way may still take when we leave, and DISCONNECT after it, in ms each. */
const leaveMs = 1000;

type Over = (ending: Ending) => void;

export class MailboxClientSession implements ClientSession {
  readonly #host: ClientHost;
  readonly #heard: IncomingCalls;
  readonly #presence: ConnectedUser;
  readonly #arrival: SignIn;
  readonly #mail: MailCommands;
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;
  /** Set while we leave: what is to be done once nothing is under way. */
  #leaving: (() => void) | undefined;
  /** Who operations without a name are for: the one registered or connected last. */
  #user: string | undefined;

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.#heard = new IncomingCalls(host);
    this.#presence = new ConnectedUser(host, this.#heard);
    this.#arrival = new SignIn(host, options, this.#presence);
    this.#mail = new MailCommands(host, this.#heard);
    this.#user = options.target.user;
    this.#prompt();
    const { user } = options.target;
    if (user === undefined) return;
    this.#queue((over) => {
      this.#as(
        user,
        (ending) => {
          // At a terminal the session goes on whatever happened; a script has nothing to go on with.
          if (ending !== 'done' && !options.interactive) host.exit(ending);
          over(ending);
        },
        (alias, over) => this.#arrival.come(alias, over),
      );
    });
  }

  typed(line: string, done: Over): void {
    this.#queue((over) => {
      this.#do(line, (ending) => {
        over(ending);
        done(ending);
      });
    });
  }

  complete(before: string): readonly string[] {
    const [, operation, user] = /^\s*(\S+)\s+(?:("[^"]*"|\S+)\s+)?\S*$/.exec(before) ?? [];
    if (operation === undefined) return /\S\s/.test(before) ? [] : commandNames;
    const word = operation.toUpperCase();
    if (user !== undefined) {
      return word === 'GETFILE' ? this.#heard.fileIds(user.replaceAll('"', '')) : [];
    }
    return takesUser.has(word) ? Array.from(this.#heard.names, quoted) : [];
  }

  leave(): void {
    if (this.#leaving !== undefined) return;
    this.#waiting.length = 0;
    const exit = (): void => this.#host.exit('done');
    this.#leaving = () => {
      this.#leaving = () => {};
      const { alias } = this.#presence;
      if (alias === undefined) return exit();
      this.#host.after(leaveMs, exit);
      this.#presence.disconnect(alias, exit);
    };
    if (this.#isBusy) this.#host.after(leaveMs, () => this.#leaving?.());
    else this.#leaving();
  }

  // ---- one operation after the other

  #queue(task: (over: Over) => void): void {
    this.#waiting.push(() => {
      task(() => {
        this.#isBusy = false;
        this.#prompt();
        this.#next();
      });
    });
    this.#next();
  }

  #next(): void {
    if (this.#isBusy) return;
    if (this.#leaving !== undefined) {
      this.#leaving();
      return;
    }
    const task = this.#waiting.shift();
    if (task === undefined) return;
    this.#isBusy = true;
    task();
  }

  #prompt(): void {
    const { alias } = this.#presence;
    this.#host.prompt(alias === undefined ? '> ' : `${alias}> `);
  }

  #note(text: string): void {
    this.#host.show(note(text));
  }

  // ---- the operations

  #do(line: string, over: Over): void {
    const typed = parseLine(line);
    switch (typed.is) {
      case 'nothing':
        return over('done');
      case 'unknown':
        this.#note(`There is no operation ${typed.word}; HELP lists them.`);
        return over('usage');
      case 'wrong':
        this.#note(`usage: ${usage(typed.word)}`);
        return over('usage');
      case 'operation':
        return this.#operate(typed.word, typed.words, over);
    }
  }

  #operate(word: CommandName, given: readonly string[], over: Over): void {
    const [first = '', second = '', third = ''] = given;
    const self = this.#presence.alias ?? this.#user;
    const done = ({ ending }: OperationResult): void => over(ending);
    switch (word) {
      case 'REGISTER':
        return this.#arrival.register(given, (ending, alias) => {
          if (ending === 'done') this.#user = alias;
          over(ending);
        });
      case 'UNREGISTER':
        return this.#as(given[0] ?? self, over, (alias) => this.#unregister(alias, done));
      case 'CONNECT':
        return this.#as(given[0] ?? this.#user, over, (alias) => this.#connect(alias, done));
      case 'DISCONNECT':
        return this.#as(given[0] ?? self, over, (alias) => this.#presence.disconnect(alias, done));
      case 'CONNECTEDUSERS':
        return this.#listUsers(self ?? '', done);
      case 'SEND':
        return this.#as(self, over, (from) => this.#mail.send(from, first, second, done));
      case 'SENDATTACH':
        return this.#as(self, over, (from) =>
          this.#mail.sendFile(from, first, second, third, done),
        );
      case 'GETFILE':
        return this.#as(self, over, (alias) =>
          this.#mail.getFile(alias, first, second, third, done),
        );
      case 'HELP':
        for (const each of commandNames) this.#note(usage(each));
        return over('done');
      case 'QUIT':
        this.leave();
        return over('done');
    }
  }

  /** Goes on as somebody, if it is known as whom. */
  #as(alias: string | undefined, over: Over, then: (alias: string, over: Over) => void): void {
    if (alias === undefined) {
      this.#note('As whom? REGISTER first, or CONNECT USER.');
      over('usage');
    } else if (nameOf(alias) === undefined) {
      this.#note(nameFault(alias));
      over('bad-data');
    } else then(alias, over);
  }

  #connect(alias: string, done: (outcome: OperationResult) => void): void {
    this.#arrival.connect(alias, (outcome) => {
      if (outcome.result === 0) this.#user = alias;
      done(outcome);
    });
  }

  #unregister(alias: string, done: (outcome: OperationResult) => void): void {
    perform(this.#host, { operation: 'UNREGISTER', alias }, (outcome) => {
      if (outcome.result === 0) {
        if (this.#presence.alias === alias) this.#presence.stop();
        if (this.#user === alias) this.#user = undefined;
      }
      done(outcome);
    });
  }

  #listUsers(alias: string, done: (outcome: OperationResult) => void): void {
    perform(this.#host, { operation: 'CONNECTEDUSERS', alias }, (outcome) => {
      if (outcome.ending === 'done') for (const name of outcome.fields) this.#heard.meet(name);
      done(outcome);
    });
  }
}

/** Operations whose first word is a user. */
const takesUser: ReadonlySet<string> = new Set<CommandName>([
  'UNREGISTER',
  'CONNECT',
  'DISCONNECT',
  'SEND',
  'SENDATTACH',
  'GETFILE',
]);
