// The interactive session: commands run one after the other, the prompt says who is connected, the end is tidy.

import type { ClientHost, ClientOptions, ClientSession, Ending } from '../../dialect';
import { limits } from '../../limits';
import { Commands } from './commands';
import { ConnectedUser } from './connected_user';
import { Directory } from './directory';
import { IncomingCalls } from './incoming_calls';
import { complete } from './input';
import { SignIn } from './sign_in';

type Done = (ending: Ending) => void;

export class MailboxClientSession implements ClientSession {
  readonly #host: ClientHost;
  readonly #interactive: boolean;
  readonly #directory = new Directory();
  readonly #connected: ConnectedUser;
  readonly #commands: Commands;
  /** Commands that wait for the one that runs. */
  readonly #pending: (() => void)[] = [];
  #isBusy = false;
  /** Set while we leave: what is to be done once no command runs. */
  #leaving: (() => void) | undefined;

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.#interactive = options.interactive;
    const directory = this.#directory;
    const connected = new ConnectedUser({
      host,
      calls: new IncomingCalls(host, directory, options.settles),
      lost: options.once === true ? () => host.exit('unreachable') : undefined,
      ended: (ending) => this.#ended(ending),
    });
    const signIn = new SignIn(host, options, connected);
    const quit = (): void => this.leave();
    this.#connected = connected;
    this.#commands = new Commands({ host, options, directory, connected, signIn, quit });
    this.#prompt();
    const { user } = options.target;
    if (user !== undefined) this.#signIn(user, options.interactive);
  }

  typed(line: string, done: Done): void {
    this.#enqueue((over) => {
      this.#commands.run(line, (ending) => {
        over();
        done(ending);
      });
    });
  }

  complete(before: string): readonly string[] {
    return complete(before, this.#directory, (typed) => this.#host.paths(typed));
  }

  leave(): void {
    if (this.#leaving !== undefined) return;
    this.#pending.length = 0;
    this.#commands.cancelTransfers();
    const exit = (): void => this.#host.exit('done');
    this.#leaving = () => {
      this.#leaving = () => {};
      const { alias } = this.#connected;
      if (alias === undefined) return exit();
      this.#host.after(limits.mailbox.leaveMs, exit);
      this.#connected.disconnect(alias, exit);
    };
    if (this.#isBusy) this.#host.after(limits.mailbox.leaveMs, () => this.#leaving?.());
    else this.#leaving();
  }

  /** The user is connected no more. Somebody at a terminal can connect again; a program would wait for ever. */
  #ended(ending: Ending): void {
    if (this.#leaving !== undefined) return;
    if (this.#interactive) this.#prompt();
    else this.#host.exit(ending);
  }

  #signIn(user: string, interactive: boolean): void {
    this.#enqueue((over) => {
      this.#commands.signIn(user, (ending) => {
        // At a terminal the session goes on whatever happened; a script has nothing to go on with.
        if (ending !== 'done' && !interactive) this.#host.exit(ending);
        over();
      });
    });
  }

  #enqueue(command: (over: () => void) => void): void {
    this.#pending.push(() => {
      command(() => {
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
    const command = this.#pending.shift();
    if (command === undefined) return;
    this.#isBusy = true;
    command();
  }

  #prompt(): void {
    const { alias } = this.#connected;
    this.#host.prompt(alias === undefined ? '> ' : `${alias}> `);
  }
}
