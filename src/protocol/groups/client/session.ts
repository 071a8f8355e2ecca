// The interactive client: it comes in, takes lines and messages, and leaves; a person may come in again.
// long because every state of the table has its line typed, its answer and its end here.

import { note } from '../../client_kit/note';
import type { ClientHost, ClientOptions, ClientSession, Ending } from '../../dialect';
import { limits } from '../../limits';
import type { ListedUser } from '../wire/codec';
import type { Message } from '../wire/messages';
import { Commands, type Done } from './commands';
import { complete } from './completion';
import { GroupsConnection, type GroupsConnectionEvents } from './connection';
import { Conversation } from './conversation';
import { Directory } from './directory';
import { Files } from './files';
import { type Input, inputOf, recipientOf } from './input';
import { Redial } from './redial';
import { result, shownOf } from './render';
import { SentMessages } from './sent_messages';
import { endingOfStatus, statusOf, wordsFor } from './statuses';
import { Talk } from './talk';

export class GroupsClientSession implements ClientSession, GroupsConnectionEvents {
  readonly #host: ClientHost;
  readonly #options: ClientOptions;
  /** The user's own name. */
  readonly #self: string;
  readonly #conversation: Conversation;
  readonly #directory = new Directory();
  readonly #files: Files;
  readonly #sent: SentMessages;
  readonly #commands: Commands;
  readonly #talk: Talk;
  /** Lines that were typed before we were in. */
  readonly #pendingLines: { readonly line: string; readonly done: Done }[] = [];
  #connection: GroupsConnection | undefined;
  #isLeaveWanted = false;
  /** The server once let us in: a person who loses it then stays, and may try again. */
  #hasBeenIn = false;
  /** The first failure, which is a script's exit status. */
  #failure: Ending | undefined;
  #cancelGoodbye: (() => void) | undefined;
  readonly #redial: Redial;
  #hasExited = false;

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.#options = options;
    this.#self = options.target.user ?? '';
    this.#conversation = new Conversation(host);
    this.#redial = new Redial(host, () => this.#dial());
    this.#sent = new SentMessages(host, options.interactive);
    this.#files = new Files(host, {
      failed: (ending) => this.#noteEnding(ending),
      settled: () => this.#filesSettled(),
    });
    this.#commands = new Commands({
      host,
      directory: this.#directory,
      files: this.#files,
      connection: () => this.#connection,
      ended: (ending) => this.#noteEnding(ending),
    });
    this.#talk = new Talk({
      host,
      isPerson: options.interactive && options.plain !== true,
      conversation: this.#conversation,
      directory: this.#directory,
      files: this.#files,
      sent: this.#sent,
      commands: this.#commands,
      do: (input, done) => this.#do(input, '', done),
      ended: (ending) => this.#noteEnding(ending),
    });
    this.#dial();
  }

  #dial(): void {
    this.#redial.cancel();
    this.#conversation.happen('connect');
    this.#host.dial(
      (connection) =>
        (this.#connection = new GroupsConnection(connection, this.#options.target, this)),
    );
  }

  // ---- the person

  typed(line: string, done: Done): void {
    switch (this.#conversation.state) {
      case 'out':
        return this.#typedOutside(line, done);
      case 'leaving':
        return done('done');
      case 'connecting':
        if (this.#hasBeenIn && line.trim() === 'quit') return this.#typedOutside(line, done);
        this.#pendingLines.push({ line, done });
        return;
      case 'in':
        return line.trim() === '' ? done('done') : this.#do(inputOf(line), line, done);
      case 'chat':
      case 'chat2':
      case 'alone':
        return this.#talk.typed(line, done);
    }
  }

  /** Without a connection the next line tries to get one, and is dealt with when the connection stands. */
  #typedOutside(line: string, done: Done): void {
    if (this.#hasExited || line.trim() === '') return done('done');
    if (line.trim() === 'quit') {
      done('done');
      return this.#quitOutside('unreachable');
    }
    this.#pendingLines.push({ line, done });
    this.#dial();
  }

  /** `line`: the whole of it, which may be an answer to somebody where it is no command. */
  #do(input: Input, line: string, done: Done): void {
    switch (input.is) {
      case 'chat':
        return this.#talk.begin(input.with, done);
      case 'unknown':
        return this.#talk.notACommand(line, input.word, done);
      case 'chat2':
        this.#conversation.begin('chat2');
        return done('done');
      case 'quit':
        done('done');
        this.#isLeaveWanted = true;
        return this.#sayGoodbye();
      default:
        this.#commands.run(input, done);
    }
  }

  complete(before: string): readonly string[] {
    const paths = (typed: string): readonly string[] => this.#host.paths(typed);
    return complete(before, this.#conversation.state, this.#directory, this.#files.ids, paths);
  }

  leave(): void {
    const { interactive } = this.#options;
    this.#isLeaveWanted = true;
    switch (this.#conversation.state) {
      case 'leaving':
        return;
      case 'out':
        return this.#quitOutside('unreachable');
      case 'connecting':
        // What a script has said is still sent; a person has changed their mind.
        if (interactive) this.#quitOutside('done');
        return;
      case 'in':
      case 'chat':
      case 'chat2':
      case 'alone':
        if (interactive || !this.#files.isBusy) this.#sayGoodbye();
    }
  }

  // ---- the server

  accepted(users: readonly ListedUser[]): void {
    this.#conversation.happen('accepted');
    const user = this.#self;
    const text = `You are in as ${user}; commands shows what you can do.`;
    this.#host.show(result(text, { type: 'connected', user }));
    this.#commands.showUsers(users);
    this.#conversation.prompt();
    const { path } = this.#options.target;
    const isResumed = this.#conversation.resume();
    if (!isResumed && path !== '' && !this.#hasBeenIn) {
      this.#talk.begin(recipientOf(path), () => {}, 'listed');
    }
    this.#hasBeenIn = true;
    this.#redial.succeeded();
    for (const { line, done } of this.#pendingLines.splice(0)) this.typed(line, done);
    if (this.#isLeaveWanted) this.leave();
  }

  refused(answer: Message): void {
    this.#conversation.happen('refused');
    const status = statusOf(answer);
    const user = this.#self === '' ? 'Without a name' : this.#self;
    this.#sayOut(`${user}: ${wordsFor(status)}`);
    this.#connection?.drop();
    this.#stayOutOrExit(endingOfStatus(status));
  }

  /** A server that is lost is told alike to a user who writes and to one who waits (source 001, "Interacciones"). */
  lost(): void {
    const wasLeaving = this.#conversation.state === 'leaving';
    this.#conversation.happen('lost');
    if (wasLeaving) return this.#exit(this.#failure ?? 'done');
    const { host, port } = this.#options.target;
    this.#sayOut(`No connection to the server ${host}:${port} could be established.`);
    this.#stayOutOrExit('unreachable');
  }

  /** Says why the user is out, once, and again where they have typed a line. */
  #sayOut(why: string): void {
    if (!this.#redial.isRepeated || this.#pendingLines.length > 0) this.#host.show(note(why));
  }

  received(message: Message): void {
    const { action, user = '', group = '', id } = message;
    if (action === 'sent') return this.#sent.received(message);
    if (action === 'file' && this.#connection) this.#files.received(this.#connection, message);
    if (action === 'invite') this.#directory.invited(group);
    if (action === 'joined' && user === this.#self) this.#directory.joined(group);
    const shown = shownOf(message, this.#self);
    const handed = shown === undefined ? undefined : this.#host.hand(shown);
    if (action === 'send' && id !== undefined) this.#confirm(id, handed);
    if (user === '') return;
    if (action === 'disconnect') {
      this.#directory.gone(user);
      return this.#talk.left(user);
    }
    this.#directory.seen(user);
    if (action === 'send') this.#talk.heard(user, group);
  }

  /** What the user could not get stays unconfirmed: the server ends the connection, and brings it again. */
  #confirm(id: string, handed: Promise<boolean> | undefined): void {
    const connection = this.#connection;
    const say = (isTaken: boolean): void => {
      if (isTaken) connection?.say({ action: 'sent', id, status: 'ok' });
    };
    if (handed === undefined) say(true);
    else void handed.then(say);
  }

  // ---- the end

  #noteEnding(ending: Ending): void {
    if (ending !== 'done') this.#failure ??= ending;
  }

  /** No file is on its way: a script that has ended may go. */
  #filesSettled(): void {
    if (this.#isLeaveWanted) this.leave();
  }

  /** A person keeps the line being typed, and comes back by itself or by the next line; a script has failed. */
  #stayOutOrExit(ending: Ending): void {
    const { interactive, once } = this.#options;
    if (!interactive || once === true || !this.#hasBeenIn || this.#isLeaveWanted) {
      return this.#exit(ending);
    }
    this.#redial.later();
    this.#files.end();
    this.#directory.forgetGroups();
    this.#conversation.prompt();
    for (const { done } of this.#pendingLines.splice(0)) done(ending);
  }

  /** The user leaves, and no server has to be told. */
  #quitOutside(ending: Ending): void {
    this.#isLeaveWanted = true;
    this.#conversation.happen('quit');
    this.#exit(ending);
  }

  #sayGoodbye(): void {
    if (this.#conversation.state !== 'in') this.#conversation.end();
    this.#conversation.happen('quit');
    const over = (event: 'farewell' | 'silent'): void => {
      if (this.#conversation.state !== 'leaving') return;
      this.#conversation.happen(event);
      this.#exit(this.#failure ?? 'done');
    };
    this.#cancelGoodbye = this.#host.after(limits.client.goodbyeMs, () => over('silent'));
    this.#connection?.ask({ action: 'disconnect' }, (answer) => {
      if (answer !== undefined) over('farewell');
    });
  }

  #exit(ending: Ending): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    this.#cancelGoodbye?.();
    this.#redial.cancel();
    this.#files.end();
    this.#connection?.drop();
    for (const { done } of this.#pendingLines.splice(0)) done(ending);
    this.#host.exit(ending, this.#isLeaveWanted ? 'final' : undefined);
  }
}
