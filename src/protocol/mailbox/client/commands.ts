// What each command that a user types does.

import { baseNameFor } from '../../bytes/validation';
import { note } from '../../client_kit/note';
import { cannotBeRead } from '../../client_kit/unreadable';
import type { ClientHost, ClientOptions, Ending } from '../../dialect';
import { codes } from '../wire/messages';
import type { ConnectedUser } from './connected_user';
import type { Asked } from './connection';
import { type Directory, userIn } from './directory';
import { helpLines, meantBy } from './help';
import { type CommandName, parseLine, usage } from './input';
import { attachment, type OperationResult, perform, refuse } from './requests';
import type { SignIn } from './sign_in';
import { Transfers } from './transfers';
import { nameFault, textFault } from './validation';

type Done = (ending: Ending) => void;

export interface CommandsDeps {
  readonly host: ClientHost;
  readonly options: ClientOptions;
  readonly directory: Directory;
  readonly connected: ConnectedUser;
  readonly signIn: SignIn;
  /** QUIT was typed. */
  readonly quit: () => void;
}

export class Commands {
  readonly #deps: CommandsDeps;
  /** Whom commands without a name are for: the user who was registered or connected last. */
  #user: string | undefined;
  readonly #transfers: Transfers;
  /** The user was told that files are still under way, and wants to end nevertheless if they say so again. */
  #isWarned = false;

  constructor(deps: CommandsDeps) {
    this.#deps = deps;
    this.#transfers = new Transfers(deps.options.interactive);
    this.#user = deps.options.target.user;
  }

  /** Does what a line asks for; `done` once it is over. */
  run(line: string, done: Done): void {
    const parsed = parseLine(line);
    switch (parsed.is) {
      case 'nothing':
        return done('done');
      case 'unknown':
        this.#note(`There is no operation ${parsed.word}; ${meantBy(parsed.word)}.`);
        return done('usage');
      case 'wrong':
        this.#note(`usage: ${usage(parsed.name)}`);
        return done('usage');
      case 'command':
        return this.#run(parsed.name, parsed.words, done);
    }
  }

  /** Connects the user whom the command line names, and registers that user if need be. */
  signIn(alias: string, done: Done): void {
    this.#as(alias, done, () => this.#deps.signIn.signIn(alias, done));
  }

  #run(name: CommandName, words: readonly string[], done: Done): void {
    const [first = '', second = '', third = ''] = words;
    const self = this.#deps.connected.alias ?? this.#user;
    switch (name) {
      case 'REGISTER':
        return this.#register(words, done);
      case 'UNREGISTER':
        return this.#as(words[0] ?? self, done, (alias) => this.#unregister(alias, done));
      case 'CONNECT':
        return this.#as(words[0] ?? this.#user, done, (alias) => this.#connect(alias, done));
      case 'DISCONNECT':
        return this.#as(words[0] ?? self, done, (alias) =>
          this.#deps.connected.disconnect(alias, ({ ending }) => done(ending)),
        );
      case 'CONNECTEDUSERS':
        return this.#listUsers(self ?? '', done);
      case 'SEND':
        return this.#as(self, done, (from) => this.#send(from, first, second, done));
      case 'SENDATTACH':
        return this.#as(self, done, (from) => this.#sendFile(from, first, second, third, done));
      case 'GETFILE':
        return this.#as(self, done, (alias) => this.#getFile(alias, first, second, third, done));
      case 'HELP':
        this.#note(...helpLines());
        return done('done');
      case 'CANCEL':
        return this.#cancel(words[0], done);
      case 'QUIT':
        if (this.#mayQuit()) this.#deps.quit();
        return done('done');
    }
  }

  /** Goes on as a user, if it is known as whom. */
  #as(alias: string | undefined, done: Done, act: (alias: string) => void): void {
    if (alias === undefined) {
      this.#note('As whom? REGISTER first, or CONNECT USER.');
      return done('usage');
    }
    const fault = nameFault(alias);
    if (fault === undefined) return act(alias);
    this.#note(fault);
    done('bad-data');
  }

  #note(...lines: readonly string[]): void {
    this.#deps.host.show(note(...lines));
  }

  // ---- users

  #register(words: readonly string[], done: Done): void {
    this.#deps.signIn.register(words, (ending, alias) => {
      if (ending === 'done') this.#user = alias;
      done(ending);
    });
  }

  #unregister(alias: string, done: Done): void {
    perform(this.#deps.host, { operation: 'UNREGISTER', alias }, ({ code, ending }) => {
      if (code === 0) {
        const key = this.#deps.host.keys.of(alias);
        if (key !== undefined) this.#deps.host.keys.drop(alias, key);
        this.#deps.connected.forget(alias);
        if (this.#user === alias) this.#user = undefined;
      }
      done(ending);
    });
  }

  #connect(alias: string, done: Done): void {
    this.#deps.signIn.connect(alias, ({ code, ending }) => {
      if (code === 0) this.#user = alias;
      done(ending);
    });
  }

  #listUsers(alias: string, done: Done): void {
    const { host, directory } = this.#deps;
    perform(host, { operation: 'CONNECTEDUSERS', alias }, ({ ending, fields }) => {
      if (ending === 'done') for (const entry of fields) directory.addUser(userIn(entry));
      done(ending);
    });
  }

  // ---- messages

  #send(from: string, to: string, text: string, done: Done): void {
    const { host } = this.#deps;
    const request = { operation: 'SEND', from, to, text } as const;
    const sent = (result: OperationResult): void => this.#sent(to, result, done);
    const fault = textFault(text);
    if (fault === undefined) perform(host, request, sent);
    else refuse(host, request, 'bad-data', fault, sent);
  }

  #sendFile(from: string, to: string, path: string, text: string, done: Done): void {
    const { host } = this.#deps;
    const { request, transfer } = attachment({ from, to, text }, path);
    const fault = textFault(text);
    if (fault !== undefined) {
      return refuse(host, request, 'bad-data', fault, ({ ending }) => done(ending));
    }
    const ask = (over: Done): Asked => {
      const sent = (result: OperationResult): void => {
        const { unreadable, isCancelled } = result;
        if (unreadable !== undefined) this.#note(cannotBeRead(path, unreadable));
        if (isCancelled === true) this.#note(`${path} was cancelled.`);
        const name = baseNameFor(path.split('/').at(-1) ?? '');
        if (result.code === 0) this.#deps.connected.serve({ to, name, path });
        this.#sent(to, result, over);
      };
      return perform(host, request, sent, transfer);
    };
    this.#transfers.start(path, ask, done);
  }

  /** The user leaves: what is under way is told as cancelled. */
  cancelTransfers(): void {
    if (this.#deps.options.interactive) this.#transfers.cancel();
  }

  #cancel(name: string | undefined, done: Done): void {
    if (this.#transfers.cancel(name) > 0) return done('done');
    this.#note(`No file ${name === undefined ? '' : `${name} `}is under way.`);
    done('usage');
  }

  /** A user who types QUIT while a file is under way may have forgotten it. */
  #mayQuit(): boolean {
    const { names } = this.#transfers;
    if (names.length === 0 || this.#isWarned) return true;
    this.#isWarned = true;
    this.#note(`Still under way: ${names.join(', ')}. QUIT again drops that, CANCEL as well.`);
    return false;
  }

  #sent(to: string, { ending }: OperationResult, done: Done): void {
    if (ending === 'done') this.#deps.directory.addUser(to);
    done(ending);
  }

  /** `path`: where the user wants the file; if empty, the file gets the name that its sender gave it. */
  #getFile(alias: string, from: string, id: string, path: string, done: Done): void {
    const { host, directory } = this.#deps;
    const name = directory.fileName(from, id) ?? `${from}-${id}`;
    const unquoted = path.trim().replace(/^"(.*)"$/s, '$1');
    const save = unquoted === '' ? { name } : { name, path: unquoted };
    const ask = (over: Done): Asked =>
      perform(
        host,
        { operation: 'GETFILE', alias, from, id },
        (result) => this.#fetched(name, from, id, result, over),
        { save },
      );
    this.#transfers.start(name, ask, done);
  }

  #fetched(
    name: string,
    from: string,
    id: string,
    { code, ending, isCancelled, remark }: OperationResult,
    done: Done,
  ): void {
    if (isCancelled === true) this.#note(`${name} was cancelled; the server keeps it.`);
    else if (ending === 'unwritable') {
      this.#note('The file cannot be written there; the server keeps it.');
    } else if (code === codes.GETFILE.failed && remark === undefined) {
      this.#note(
        `Nothing of ${from}'s waits for you under ${id}: it was fetched, or is too old, or never was.`,
        'A file is given to the address that its user is connected from.',
      );
    }
    done(ending);
  }
}
