// One connection of the IRC door: it says who it is, then its lines are carried out one after the other, until it ends.

import type { Inbox } from '../../bytes/inbox';
import { farewellOf } from '../../bytes/moderation_words';
import type { Taken } from '../../connection';
import type { Host, Session, Settle } from '../../dialect';
import { limits } from '../../limits';
import type { Direct, Notice, Removed, Said } from '../../model';
import { capabilities } from '../wire/capabilities';
import { type Line, takeLine } from '../wire/line_reader';
import { formatLine, type Message, parseMessage } from '../wire/message';
import { Answer, type Out } from './answer';
import type { Client } from './client';
import { mayFollow, perform } from './commands';
import { Deliveries } from './deliveries';
import { type Door, serverName } from './door';
import { comeIn, type Entered, type EntryRefusal } from './entering';
import { bytesOf } from './events';
import { Listener } from './listener';
import { LiveClient } from './live_client';
import { Registration, type RegistrationDeps } from './registration';

/** Where the client stands, and whether its next line may be taken there. */
const takesLines = {
  /** It has not said all that is needed. */
  registering: true,
  /** Whether it comes in is up to the hub. */
  entering: true,
  open: true,
  /** Nothing more is read; what was asked is still answered. */
  leaving: false,
  /** Our side has ended. */
  over: false,
} as const;

const entryTexts: Readonly<Record<Exclude<EntryRefusal, 'name-taken'>, readonly [string, string]>> =
  {
    banned: ['465', 'You are banned from this server'],
    'no-guests': ['464', 'Only people with an account come in here: use SASL'],
    password: ['464', 'Password incorrect'],
    busy: ['263', 'Please wait a while and try again.'],
  };

export class IrcSession implements Session, Out, RegistrationDeps {
  readonly host: Host;
  readonly #door: Door;
  readonly #registration: Registration;
  #state: keyof typeof takesLines = 'registering';
  mask = 0;
  #client: LiveClient | undefined;
  #listener: Listener | undefined;
  #deliveries: Deliveries | undefined;
  /** The line under way must be over before the next one is taken. */
  #isBusy = false;
  #batches = 0;
  /** When the peer was last heard, in seconds. */
  #heardAt: number;
  #isPinged = false;
  /** What is to be told once the client knows that it is in. */
  #deferred: (() => void)[] = [];

  constructor(host: Host, door: Door) {
    this.host = host;
    this.#door = door;
    this.#heardAt = host.now;
    this.#registration = new Registration(this);
    host.wake(limits.irc.registerMs);
  }

  // ---- what happens on the connection

  takeNext(inbox: Inbox): Taken {
    if (!takesLines[this.#state]) return 'more';
    if (this.#state === 'entering' || this.#isBusy) return 'later';
    const line = takeLine(inbox);
    if (line === undefined) return 'more';
    this.#heardAt = this.host.now;
    this.#isPinged = false;
    this.#take(line);
    return 'taken';
  }

  ended(): void {
    this.fail('Connection closed');
  }

  lost(why: string): void {
    this.#over(why === 'closed' ? 'Connection closed' : 'Connection lost');
  }

  woke(): void {
    if (this.#state === 'registering') return this.fail('Registration timed out');
    if (this.#state !== 'open') return;
    const quietMs = (this.host.now - this.#heardAt) * 1000;
    if (this.#isPinged) return this.fail('Ping timeout');
    if (quietMs < limits.irc.quietMs) return this.host.wake(limits.irc.quietMs - quietMs);
    this.#isPinged = true;
    this.writeLines([formatLine(serverName, 'PING', [], serverName)]);
    this.host.wake(limits.irc.pongMs);
  }

  closing(): void {
    this.fail('The server stops');
  }

  expelled(removed: Removed): void {
    this.#over(farewellOf(removed), 'tell');
  }

  // ---- what the hub tells

  tell(notice: Notice): void {
    if (this.#state === 'entering') this.#deferred.push(() => this.tell(notice));
    else if (this.#isOpen) this.#listener?.tell(notice);
  }

  tellAll(run: readonly Said[]): void {
    if (this.#state === 'entering') this.#deferred.push(() => this.tellAll(run));
    else if (this.#isOpen) this.#listener?.tellAll(run);
  }

  deliver(message: Direct, settle: Settle): void {
    if (this.#state === 'entering') this.#deferred.push(() => this.deliver(message, settle));
    else if (this.#isOpen && this.#deliveries) this.#deliveries.deliver(message, settle);
    else settle('failed');
  }

  get #isOpen(): boolean {
    return this.#state === 'open' || this.#state === 'leaving';
  }

  // ---- one line after the other

  #take(line: Line): void {
    if (line.is === 'endless') return this.fail('A line without an end');
    const answer = this.#answerTo(line.is === 'line' ? parseMessage(line.text) : undefined);
    if (line.is === 'too-long') {
      return this.#inOrder(() => answer.numeric('417', [], 'Input line was too long').done());
    }
    if (line.is === 'not-utf8') {
      const text = 'Message rejected: it is not UTF-8';
      return this.#inOrder(() => answer.fail(line.command, 'INVALID_UTF8', [], text).done());
    }
    const message = parseMessage(line.text);
    if (message === undefined) return;
    if (this.#client) this.#perform(this.#client, message, answer);
    else this.#register(message, answer);
  }

  #answerTo(message: Message | undefined): Answer {
    const knowsLabels = (this.mask & capabilities['labeled-response']) !== 0;
    return new Answer(this, knowsLabels ? message?.tags.get('label') : undefined);
  }

  #inOrder(say: () => void): void {
    this.host.inOrder(say);
  }

  #perform(client: LiveClient, { command, params }: Message, answer: Answer): void {
    switch (command) {
      case 'CAP':
        return this.#inOrder(() => this.#registration.cap(answer, params));
      case 'AUTHENTICATE':
        return this.#inOrder(() => this.#registration.authenticate(answer, params));
      case 'PONG':
        this.#deliveries?.answered(params.at(-1) ?? '');
        return answer.done();
      default:
    }
    if (!mayFollow(command)) {
      this.#isBusy = true;
      answer.over = () => (this.#isBusy = false);
    }
    perform(client, answer, command, params);
  }

  #register({ command, params }: Message, answer: Answer): void {
    const registration = this.#registration;
    switch (command) {
      case 'CAP':
        return registration.cap(answer, params);
      case 'NICK':
        return registration.takeNick(answer, params);
      case 'USER':
        return registration.takeUser(answer, params);
      case 'PASS':
        return registration.takePass(answer, params);
      case 'AUTHENTICATE':
        return registration.authenticate(answer, params);
      case 'PING':
        return answer.line('PONG', [serverName], params[0] ?? '').done();
      case 'PONG':
        return answer.done();
      case 'QUIT':
        return this.fail('Quit');
      default:
        return answer.numeric('451', [], 'You have not registered').done();
    }
  }

  // ---- coming in

  complete(): void {
    const { nick } = this.#registration;
    if (nick === undefined) return;
    this.#state = 'entering';
    comeIn(this.host, this.#registration, nick, (result) => {
      if (this.#state !== 'entering') return;
      if (typeof result === 'string') this.#refuse(result);
      else this.#enter(result);
    });
  }

  #refuse(why: EntryRefusal): void {
    this.#state = 'registering';
    const answer = new Answer(this, undefined);
    if (why === 'name-taken') {
      answer.numeric('433', [this.#registration.nick ?? '*'], 'Nickname is already in use').done();
      this.#registration.nick = undefined;
      return;
    }
    answer.numeric(...numericOf(entryTexts[why])).done();
    this.fail(entryTexts[why][1]);
  }

  #enter(entered: Entered): void {
    this.#state = 'open';
    const client = new LiveClient(this, this.#door, entered, this.#registration);
    this.#client = client;
    this.#listener = new Listener(client, (bytes) => this.#write(bytes));
    this.#deliveries = new Deliveries(client);
    client.welcome(entered);
    this.#deliveries.begin();
    for (const tell of this.#deferred.splice(0)) tell();
    this.host.wake(limits.irc.quietMs);
  }

  // ---- what is written, and the end

  get isIn(): boolean {
    return this.#client !== undefined;
  }

  get shownNick(): string {
    return this.#client?.person.nick ?? this.#registration.nick ?? '*';
  }

  nextBatch(): string {
    return (++this.#batches).toString(36);
  }

  writeLines(lines: readonly string[]): void {
    if (lines.length > 0) this.#write(bytesOf(lines));
  }

  #write(bytes: Uint8Array): void {
    if (this.#state !== 'over') this.host.write(bytes);
  }

  /** Ends our side with ERROR, behind all that was asked. */
  fail(text: string, reason = text): void {
    if (!takesLines[this.#state]) return;
    this.#state = 'leaving';
    this.host.inOrder(() => this.#over(reason, 'tell'));
  }

  #over(reason: string, how?: 'tell'): void {
    if (this.#state === 'over') return;
    if (how === 'tell') this.#write(bytesOf([`ERROR :${reason}`]));
    this.#state = 'over';
    this.#deliveries?.failAll();
    for (const settleOrTell of this.#deferred.splice(0)) settleOrTell();
    const client: Client | undefined = this.#client;
    if (client) this.#door.leave(client.person, reason, this.host.now);
    if (how === 'tell') this.host.end();
  }
}

const numericOf = ([code, text]: readonly [string, string]): [string, string[], string] => [
  code,
  [],
  text,
];
