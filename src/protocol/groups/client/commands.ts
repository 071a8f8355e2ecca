// What a user may type outside a conversation, and what each command does.

import { note } from '../../client_kit/note';
import type { ClientHost, Ending, Shown } from '../../dialect';
import { type Content, type ListedUser, usersIn } from '../wire/codec';
import type { Message } from '../wire/messages';
import type { GroupsConnection } from './connection';
import type { Directory } from './directory';
import type { Files } from './files';
import { type Command, type CommandWord, type Input, nameFor, type Recipient } from './input';
import { contentOf, type ModerationCommand, moderationCommands } from './moderation';
import { result, shownUsers } from './render';
import { endingOfStatus, statusOf, wordsFor } from './statuses';

/** Every command with how it is written and what it does, as `commands` prints them. */
export const commands: Readonly<Record<CommandWord, readonly [form: string, about: string]>> = {
  commands: ['commands', 'this list'],
  users: ['users', 'who is connected, with the port of each'],
  chat: ['chat NAME', 'a conversation: each line goes to NAME (a user, a port or a group)'],
  chat2: ['chat2', 'write to anybody: NAME>MESSAGE'],
  quit: ['quit', 'leave the conversation; outside one, leave the program'],
  group: ['group NAME USER...', 'create a group and invite users'],
  invite: ['invite GROUP USER', 'invite one more (who created the group)'],
  join: ['join GROUP', 'accept an invitation'],
  decline: ['decline GROUP', 'decline it'],
  leave: ['leave GROUP', 'leave a group'],
  file: ['file PATH NAME...', 'offer a file to users, ports or groups'],
  accept: ['accept ID [PATH]', 'take a file that was offered'],
  reject: ['reject ID', 'do not take it'],
  cancel: ['cancel ID', 'stop a transfer, in either direction'],
  ...moderationCommands,
};

const forms = Object.values(commands);
const formWidth = Math.max(...forms.map(([form]) => form.length));

/** What `commands` shows. */
const commandList: Shown = {
  kind: 'result',
  lines: forms.map(([form, about]) => `${form.padEnd(formWidth)}  ${about}`),
  json: { type: 'commands', commands: forms.map(([form]) => form) },
};

const membershipTexts = {
  join: 'You are in',
  decline: 'You stay out of',
  leave: 'You have left',
} as const;

export type Done = (ending: Ending) => void;

/** What goes into a conversation or leaves one is the session's to do. */
type RequestCommand = Exclude<Input, { is: 'chat' | 'chat2' | 'quit' | 'unknown' }>;

export interface CommandsDeps {
  readonly host: ClientHost;
  readonly directory: Directory;
  readonly files: Files;
  /** The connection to the server, while there is one. */
  connection(): GroupsConnection | undefined;
  /** A command has ended, well or not. */
  ended(ending: Ending): void;
}

export class Commands {
  readonly #deps: CommandsDeps;

  constructor(deps: CommandsDeps) {
    this.#deps = deps;
  }

  /** Does what a command says; `done` when the server has answered. */
  run(input: RequestCommand, done: Done): void {
    switch (input.is) {
      case 'commands':
        this.#deps.host.show(commandList);
        return done('done');
      case 'users':
        return this.ask({ action: 'list' }, done, (answer) => {
          this.showUsers(usersIn(answer.body));
          done('done');
        });
      case 'group':
        return this.#create(input.group, input.users, done);
      case 'invite':
        return this.#invite(input.group, input.user, done);
      case 'join':
      case 'decline':
      case 'leave':
        return this.#changeMembership(input.is, input.group, done);
      case 'file':
        return this.#offer(input.path, input.to, done);
      case 'accept':
      case 'reject':
      case 'cancel':
        return this.#decide(input, done);
      case 'kick':
      case 'ban':
      case 'unban':
      case 'mute':
      case 'unmute':
      case 'topic':
      case 'give':
      case 'block':
      case 'unblock':
        return this.#moderate(input, done);
      case 'wrong':
        return this.fail(note(`Write it like this: ${commands[input.command][0]}`), 'usage', done);
    }
  }

  showUsers(users: readonly ListedUser[]): void {
    this.#deps.directory.listed(users);
    this.#deps.host.show(shownUsers(users));
  }

  /** Asks the server; where it is lost before it answers, the command ends as unreachable. */
  ask(content: Content, done: Done, onAnswer: (answer: Message) => void): void {
    this.#deps.connection()?.ask(content, (answer) => {
      if (answer === undefined) done('unreachable');
      else onAnswer(answer);
    });
  }

  /** Ends a command that has failed. */
  fail(shown: Shown, ending: Ending, done: Done): void {
    this.#deps.host.show(shown);
    this.#deps.ended(ending);
    done(ending);
  }

  #refuse(what: string, answer: Message, done: Done): void {
    const status = statusOf(answer);
    const shown = result(`${what}: ${wordsFor(status)}`, { type: 'refusal', what, why: status });
    this.fail(shown, endingOfStatus(status), done);
  }

  // ---- groups

  #create(group: string, users: readonly Recipient[], done: Done): void {
    this.ask({ action: 'create', group }, done, (answer) => {
      if (answer.status !== 'ok') return this.#refuse(group, answer, done);
      this.#deps.directory.joined(group);
      this.#show(`The group ${group} is there; only you invite others to it.`, {
        type: 'created',
        group,
      });
      const all = afterAll(users.length, done);
      for (const user of users) this.#invite(group, user, all);
      if (users.length === 0) done('done');
    });
  }

  #invite(group: string, recipient: Recipient, done: Done): void {
    const user = nameFor(recipient);
    const headers = this.#deps.directory.headers(recipient);
    // A user may be called like one of our groups.
    const to = headers.group === undefined ? headers : { to: [user] };
    this.ask({ action: 'invite', ...to, group }, done, (answer) => {
      if (answer.status !== 'ok') return this.#refuse(`${user} into ${group}`, answer, done);
      this.#show(`${user} is asked into ${group}`, { type: 'invitation', group, user });
      done('done');
    });
  }

  #changeMembership(is: 'join' | 'decline' | 'leave', group: string, done: Done): void {
    this.ask({ action: is === 'join' ? 'accept' : is, group }, done, (answer) => {
      if (answer.status !== 'ok') return this.#refuse(group, answer, done);
      const { directory } = this.#deps;
      if (is === 'join') directory.joined(group);
      else if (is === 'leave') directory.left(group);
      else directory.declined(group);
      this.#show(`${membershipTexts[is]} the group ${group}.`, { type: is, group });
      done('done');
    });
  }

  #moderate(command: ModerationCommand, done: Done): void {
    const { is, group = '', user = '' } = command;
    const what = [user, group].filter((part) => part !== '').join(' in ');
    this.ask(contentOf(command), done, (answer) => {
      if (answer.status !== 'ok') return this.#refuse(`${is} ${what}`, answer, done);
      this.#show(`${is} ${what}: done`, {
        type: is,
        ...(group && { group }),
        ...(user && { user }),
      });
      done('done');
    });
  }

  // ---- files

  /** Where several are named, a port may be somebody's who is named too: the list of users tells. */
  #offer(path: string, to: readonly Recipient[], done: Done): void {
    const { directory } = this.#deps;
    const isUnclear = to.length > 1 && to.some((one) => 'port' in one && !directory.knows(one));
    if (!isUnclear) return this.#offerToAll(path, to, done);
    this.ask({ action: 'list' }, done, (answer) => {
      directory.listed(usersIn(answer.body));
      this.#offerToAll(path, to, done);
    });
  }

  #offerToAll(path: string, to: readonly Recipient[], done: Done): void {
    const { directory, files } = this.#deps;
    const connection = this.#deps.connection();
    if (connection === undefined) return done('unreachable');
    files.outgoing.offerAll(connection, path, directory.offers(to), (ending) => {
      this.#deps.ended(ending);
      done(ending);
    });
  }

  #decide(command: Extract<Command, { is: 'accept' | 'reject' | 'cancel' }>, done: Done): void {
    const { files } = this.#deps;
    const connection = this.#deps.connection();
    if (connection === undefined) return done('unreachable');
    const { id } = command;
    if (command.is === 'accept') files.incoming.accept(connection, id, command.path, done);
    else if (command.is === 'reject') files.incoming.reject(connection, id, done);
    else files.cancel(connection, id, done);
  }

  #show(text: string, json: Readonly<Record<string, unknown>>): void {
    this.#deps.host.show(result(text, json));
  }
}

/** Calls `done` after so many ends, with the first failure among them. */
function afterAll(count: number, done: Done): Done {
  let open = count;
  let first: Ending = 'done';
  return (ending) => {
    if (first === 'done') first = ending;
    if (--open === 0) done(first);
  };
}
