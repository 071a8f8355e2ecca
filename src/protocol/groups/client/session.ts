// The interactive client: commands, conversations with one, with a group or by name, and files meanwhile.
// long because every state of a session stands here with all that takes it to the next one

import { byteLength } from '../../bytes/text';
import type {
  ClientConnection,
  ClientHost,
  ClientOptions,
  ClientSession,
  Ending,
} from '../../dialect';
import { bodyBytesMax, type Message } from '../wire/messages';
import { userAfter, type UserHappening, type UserState } from '../wire/states';
import { Commands, type Done } from './commands';
import {
  GroupsConnection,
  type GroupsConnectionEvents,
  type ListedUser,
  usersIn,
  whoIs,
} from './connection';
import { Directory, nameFor } from './directory';
import { addressedOf, commandOf, decisionOf, type Somebody, somebodyOf, type Typed } from './input';
import { commandList, endings, note, result, shownOf, statusOf, wordsFor } from './render';
import { SentMessages } from './sent';
import { Transfers } from './transfers';

/** What stands before the line being typed outside a conversation. */
const prompt = 'chat> ';
/** And while there is no connection. */
const outPrompt = 'out> ';
/** How long the server may take to let us go, in ms. */
const goodbyeMs = 1000;
export class GroupsClientSession implements ClientSession, GroupsConnectionEvents {
  readonly #host: ClientHost;
  readonly #options: ClientOptions;
  readonly #self: string;
  readonly #transfers: Transfers;
  readonly #sent: SentMessages;
  readonly #known = new Directory();
  readonly #orders: Commands;
  /** What was typed before we were in. */
  readonly #waiting: { readonly line: string; readonly done: Done }[] = [];
  #attendance: GroupsConnection | undefined;
  #connection: ClientConnection | undefined;
  #state: UserState = 'out';
  /** Whom a conversation is with. */
  #partner: Somebody = { name: '' };
  #isLeaveWanted = false;
  /** Whether the server ever let us in: a person it was lost to then stays, and may try again. */
  #hasBeenIn = false;
  /** The conversation in which the connection was lost. */
  #interrupted: 'chat' | 'chat2' | undefined;
  /** The first refusal, which is a script's exit status. */
  #failure: Ending | undefined;
  #hasExited = false;

  constructor(host: ClientHost, options: ClientOptions) {
    this.#host = host;
    this.#options = options;
    this.#self = options.target.user ?? '';
    this.#sent = new SentMessages(host, options.interactive);
    this.#transfers = new Transfers(host, {
      failed: (ending) => void (this.#failure ??= ending),
      settled: () => this.#settled(),
    });
    this.#orders = new Commands(
      host,
      this.#known,
      this.#transfers,
      () => this.#attendance,
      (ending) => this.#ended(ending),
    );
    this.#dial();
  }

  #dial(): void {
    this.#happen('connect');
    this.#host.dial((connection) => {
      this.#connection = connection;
      return (this.#attendance = new GroupsConnection(
        connection,
        whoIs(this.#options.target),
        this,
      ));
    });
  }

  // ---- the person

  typed(line: string, done: Done): void {
    switch (this.#state) {
      case 'out':
        return this.#typedOut(line, done);
      case 'leaving':
        return done('done');
      case 'connecting':
        this.#waiting.push({ line, done });
        return;
      case 'in':
        return line.trim() === '' ? done('done') : this.#do(commandOf(line), done);
      case 'chat':
      case 'chat2':
        return this.#inConversation(line, done);
    }
  }

  /** Without a connection the next line tries to get one, and is dealt with when it stands. */
  #typedOut(line: string, done: Done): void {
    if (this.#hasExited || line.trim() === '') return done('done');
    if (line.trim() === 'quit') {
      done('done');
      return this.#exit('unreachable');
    }
    this.#waiting.push({ line, done });
    this.#dial();
  }

  complete(before: string): readonly string[] {
    const state = this.#state === 'chat' || this.#state === 'chat2' ? this.#state : 'command';
    return this.#known.complete(before, state, this.#transfers.ids);
  }

  leave(): void {
    const { interactive } = this.#options;
    if (this.#state === 'leaving') return;
    this.#isLeaveWanted = true;
    if (this.#state === 'out') return this.#exit('unreachable');
    if (this.#state === 'connecting') {
      // What a script has said is still sent; a person has changed his mind.
      if (interactive) this.#exit('done');
    } else if (interactive || !this.#transfers.isBusy) this.#quit();
  }

  // ---- the server

  accepted(users: readonly ListedUser[]): void {
    this.#happen('accepted');
    const user = this.#self;
    this.#show(`You are in as ${user}; commands shows what you can do.`, {
      type: 'connected',
      user,
    });
    this.#showUsers(users);
    this.#host.prompt(prompt);
    this.#begin();
    for (const { line, done } of this.#waiting.splice(0)) this.typed(line, done);
    if (this.#isLeaveWanted) this.leave();
  }

  /** The conversation that was asked for, or the one that was interrupted. */
  #begin(): void {
    const { path } = this.#options.target;
    if (this.#interrupted !== undefined) this.#converse(this.#interrupted, this.#partner);
    else if (path !== '' && !this.#hasBeenIn) this.#converse('chat', somebodyOf(path));
    this.#interrupted = undefined;
    this.#hasBeenIn = true;
  }

  refused(answer: Message): void {
    this.#happen('refused');
    const status = statusOf(answer);
    this.#host.show(
      note(`${this.#self === '' ? 'Without a name' : this.#self}: ${wordsFor(status)}`),
    );
    if (this.#staysOut) {
      this.#attendance?.drop();
      this.#stayOut(endings[status]);
    } else this.#exit(endings[status]);
  }

  /** The source's words for a server that is lost, whether one was writing or waiting. */
  lost(): void {
    if (this.#state === 'leaving') return this.#exit(this.#failure ?? 'done');
    if (this.#hasExited) return;
    const { host, port } = this.#options.target;
    if (this.#state === 'chat' || this.#state === 'chat2') this.#interrupted = this.#state;
    this.#happen('lost');
    this.#host.show(note(`No connection to the server ${host}:${port} could be established.`));
    if (this.#staysOut) this.#stayOut('unreachable');
    else this.#exit('unreachable');
  }

  /** A person keeps the line being typed, and may try again; a script has failed. */
  get #staysOut(): boolean {
    return this.#options.interactive && this.#hasBeenIn && !this.#isLeaveWanted;
  }

  #stayOut(ending: Ending): void {
    this.#transfers.end();
    this.#known.forgetGroups();
    this.#host.prompt(outPrompt);
    for (const { done } of this.#waiting.splice(0)) done(ending);
  }

  heard(message: Message): void {
    const { action, user = '', group = '', id } = message;
    if (action === 'sent') return this.#sent.heard(message);
    if (action === 'file' && this.#attendance) this.#transfers.heard(this.#attendance, message);
    if (action === 'invite') this.#known.invited(group);
    if (action === 'joined' && user === this.#self) this.#known.joined(group);
    const shown = shownOf(message, this.#self);
    if (shown !== undefined) this.#host.show(shown);
    if (action === 'send' && id !== undefined) {
      this.#attendance?.say({ action: 'sent', id, status: 'ok' });
    }
    if (action === 'disconnect') this.#disconnected(user);
    else if (user !== '') this.#known.seen(user);
  }

  #disconnected(user: string): void {
    if (user === '') {
      this.#host.show(note('The server is closing.'));
      return;
    }
    this.#known.gone(user);
    if (this.#state === 'chat' && nameFor(this.#partner) === user) this.#converse('gone');
  }

  #showUsers(users: readonly ListedUser[]): void {
    this.#known.listed(users);
    this.#host.show({
      kind: 'result',
      lines: users.map(({ name, ip, port }) => `${name} ${ip} ${port}`),
      json: { type: 'users', users },
    });
  }

  // ---- conversations

  #happen(what: UserHappening): void {
    this.#state = userAfter(this.#state, what) ?? this.#state;
  }

  /** Goes into a conversation or out of it; the prompt says where one is. */
  #converse(what: 'chat' | 'chat2' | 'quit' | 'gone', partner: Somebody = { name: '' }): void {
    this.#happen(what);
    this.#partner = partner;
    if (this.#state === 'chat') this.#host.prompt(`to ${nameFor(partner)}> `);
    else this.#host.prompt(this.#state === 'chat2' ? 'chat2> ' : prompt);
  }

  #inConversation(line: string, done: Done): void {
    const decision = decisionOf(line, (id) => this.#transfers.isOpen(id));
    if (decision?.is === 'quit') {
      this.#converse('quit');
      return done('done');
    }
    if (decision !== undefined) return this.#do(decision, done);
    if (line.trim() === '') return done('done');
    this.#happen('line');
    if (this.#state === 'chat') return this.#say(this.#partner, line, done);
    const addressed = addressedOf(line);
    if (addressed !== undefined) return this.#say(addressed.to, addressed.text.trimStart(), done);
    this.#orders.fail(note('Write it like this: NAME>MESSAGE, or quit.'), 'usage', done);
  }

  #say(to: Somebody, body: string, done: Done): void {
    if (byteLength(body) > bodyBytesMax) {
      return this.#orders.fail(
        note(`A message has at most ${bodyBytesMax} bytes.`),
        'bad-data',
        done,
      );
    }
    const id = this.#sent.nextId();
    const whom = nameFor(to);
    this.#orders.ask({ action: 'send', id, body, ...this.#known.headers(to) }, done, (answer) => {
      const ending = this.#sent.answered(id, whom, answer);
      this.#ended(ending);
      done(ending);
    });
  }

  // ---- commands

  #do(typed: Typed, done: Done): void {
    switch (typed.is) {
      case 'commands':
        this.#host.show(commandList);
        return done('done');
      case 'users':
        return this.#orders.ask({ action: 'list' }, done, (answer) => {
          this.#showUsers(usersIn(answer.body));
          done('done');
        });
      case 'chat':
        this.#converse('chat', typed.with);
        return done('done');
      case 'chat2':
        this.#converse('chat2');
        return done('done');
      case 'quit':
        done('done');
        this.#isLeaveWanted = true;
        return this.#quit();
      case 'group':
        return this.#orders.create(typed.group, typed.users, done);
      case 'invite':
        return this.#orders.invite(typed.group, typed.user, done);
      case 'join':
      case 'decline':
      case 'leave':
        return this.#orders.member(typed.is, typed.group, done);
      case 'file':
        return this.#orders.offer(typed.path, typed.to, done);
      case 'accept':
      case 'reject':
      case 'cancel':
        return this.#orders.decide(typed, done);
      case 'wrong':
        return this.#orders.fail(note(`Write it like this: ${typed.form}`), 'usage', done);
      case 'unknown': {
        const why = `${typed.word} is no command; commands shows them all.`;
        return this.#orders.fail(note(why), 'usage', done);
      }
    }
  }

  #ended(ending: Ending): void {
    if (ending !== 'done') this.#failure ??= ending;
  }

  #show(text: string, json: Readonly<Record<string, unknown>>): void {
    this.#host.show(result(text, json));
  }

  // ---- the end

  /** No transfer is under way: a script that has ended may go. */
  #settled(): void {
    if (this.#isLeaveWanted && this.#state !== 'leaving') this.leave();
  }

  #quit(): void {
    if (this.#state === 'leaving') return;
    if (this.#state !== 'in') this.#converse('quit');
    this.#happen('quit');
    const over = (): void => this.#exit(this.#failure ?? 'done');
    this.#attendance?.ask({ action: 'disconnect' }, (answer) => {
      if (answer !== undefined) this.#happen('farewell');
      over();
    });
    this.#host.after(goodbyeMs, over);
  }

  #exit(ending: Ending): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    this.#transfers.end();
    const wasConnecting = this.#state === 'connecting';
    this.#state = 'out';
    if (wasConnecting) this.#connection?.abort();
    else this.#attendance?.drop();
    for (const { done } of this.#waiting.splice(0)) done(ending);
    this.#host.exit(ending);
  }
}
