// Users of the groups protocol: guests, and accounts with a token. They confirm what they get, or refuse it.

import { randomBytes } from 'node:crypto';

import { groups } from '../../src/protocol/groups/index';
import type { Content } from '../../src/protocol/groups/wire/codec';
import type { Message } from '../../src/protocol/groups/wire/messages';
import { GroupsClient } from '../protocol/groups/person';
import { WebLines } from '../protocol/web/person';
import { Files, type OtherUsers } from './groups_files';
import { Memberships } from './memberships';
import type { PrivateMessage, Stay } from './model';
import type { Connection } from './network';
import {
  groupNames,
  groupsOf,
  isRest,
  namesIn,
  type Stage,
  textAround,
  type UserKind,
} from './users';
import { Visitor } from './visitor';

const textOf = ({ body }: Message): string => Buffer.from(body).toString();

/** The server could not do it now. */
const isBusy = (message: Message): boolean =>
  message.status === 'try-later' || textOf(message) === 'the server cannot take it now';

const isAccount = (number: number): boolean => number % 2 === 1;
const nameOf = (number: number): string => (isAccount(number) ? `gil${number}` : `gus${number}`);

/** Gets nothing when the connection is lost before the answer. */
type Answered = (answer: Message | undefined) => void;

class User extends Visitor {
  /** Proves that the user is the account. A guest has none. */
  readonly #token: string | undefined;
  #isRegistered = false;
  /** The account, from the moment it is known to exist. */
  #account: Stay | undefined;
  #client: GroupsClient<Connection> | undefined;
  #ids = 0;
  /** What was asked and not yet answered, by `Id`, in the order of the answers. */
  #pending: { readonly id: string; readonly answered: Answered }[] = [];
  /** Stored, by `Id`: what became of it comes later. */
  readonly #stored = new Map<string, PrivateMessage>();
  readonly #confirmed: PrivateMessage[] = [];
  readonly #groups: Memberships;
  readonly #files: Files;
  #invitations: string[] = [];
  /** The newest message on this connection: only of this one it may be unknown that it was taken. */
  #newest: PrivateMessage | undefined;
  /** The names of the last list of users. */
  #listed: string | undefined;

  constructor(stage: Stage, number: number, everybody: OtherUsers) {
    super(stage, { name: nameOf(number), host: `10.0.6.${number}`, dialect: 'groups' });
    if (isAccount(number)) this.#token = randomBytes(32).toString('base64url');
    this.#groups = new Memberships(() => stage.model.now());
    this.#files = new Files(
      stage,
      { name: this.name, host: this.host },
      everybody,
      (content, answered) => this.#ask(content, answered),
    );
  }

  /** As whom others address this user: an account stays, a guest goes with their connection. */
  get #self(): Stay | undefined {
    return this.#token === undefined ? this.me : this.#account;
  }

  stays(): readonly Stay[] {
    return this.#self ? [this.#self] : [];
  }

  // ---- what it does

  protected command(): void {
    const { chance } = this.stage;
    chance.weighted<() => void>([
      [30, () => this.#write()],
      [25, () => this.#say()],
      [16, () => this.#changeGroups()],
      [25, () => this.#files.act()],
      [5, () => this.#list()],
      [1, () => this.#nonsense()],
      [2, () => this.connection?.stall(chance.below(8000))],
      [1, () => this.#goodbye()],
      [1, () => this.leave('finish')],
      [1, () => this.leave('reset')],
    ])();
  }

  protected comes(): boolean {
    if (this.#token === undefined || this.#isRegistered) return true;
    this.#register(this.#token);
    return false;
  }

  protected asks(): void {
    const client: GroupsClient<Connection> = new GroupsClient(
      (data) => this.connect('groups', data),
      (message) => {
        if (this.connection === client.transport) this.#told(message);
      },
    );
    this.#client = client;
    this.#ask({ action: 'connect', user: this.name, token: this.#token }, (answer) => {
      if (answer?.status === 'ok') return this.#enters();
      if (!answer) return;
      // Its connection before this one may still be there.
      const isTaken = this.#token === undefined && answer.status === 'name-taken';
      if (!isTaken && !isBusy(answer)) this.#wrong('was not let in', answer);
      this.leave('finish');
    });
  }

  /** Accounts are made at the page's door, and asked for under the same token until they are. */
  #register(token: string): void {
    const { model } = this.stage;
    const { name } = this;
    const client: WebLines<Connection> = new WebLines(
      (data) => this.connect('web', data),
      (reply) => {
        client.transport.finish();
        if (reply['is'] !== 'done') return;
        this.#isRegistered = true;
        this.#account = { dialect: 'groups', name, enteredAt: model.now(), leftAt: undefined };
      },
    );
    const request = { do: 'register', ref: 1, name, fullName: name, born: '01/02/2000', token };
    client.send(request);
  }

  #enters(): void {
    const hearing = this.entered();
    // It is told of all its groups from here on.
    this.#groups.listed([]);
    if (hearing) this.#groups.hearsWith(hearing);
    this.#changed();
  }

  #ask(content: Content, answered: Answered): string {
    const id = content.id ?? `q${++this.#ids}`;
    this.#pending.push({ id, answered });
    this.#client?.send({ ...content, id });
    return id;
  }

  #write(): void {
    const { chance, model, note } = this.stage;
    const [from, line] = [this.#self, this.hearing];
    const { name: to, stay } = this.stage.someRecipient(this.name);
    if (!from || !line) return;
    const message = model.write({ from, to, stay, line, text: textAround(chance, 400) });
    note(`${this.name} writes ${message.word} to ${to}`);
    const id = this.#ask({ action: 'send', to: [to], body: message.text }, (answer) => {
      if (!answer) return model.answered(message, 'unknown');
      const isStored = answer.status === 'stored';
      model.answered(message, isStored ? 'accepted' : 'refused');
      if (isStored) this.#stored.set(id, message);
    });
  }

  #say(): void {
    const { chance, model } = this.stage;
    const [by, line] = [this.me, this.hearing];
    const { maybe } = this.#groups;
    if (!by || !line || maybe.length === 0) return;
    const room = chance.of(maybe);
    const isSure = this.#groups.isSure(room);
    const text = textAround(chance, 300);
    const roomMessage = model.say({ by, line, rooms: new Set([room]), text });
    this.#ask({ action: 'send', group: room, body: roomMessage.text }, (answer) => {
      if (answer?.status === 'stored') return model.said(roomMessage, room);
      if (!answer) return;
      if (isSure && !isBusy(answer)) this.#wrong(`could not speak in ${room}`, answer);
      roomMessage.refused = true;
    });
  }

  #changeGroups(): void {
    const { chance } = this.stage;
    const group = chance.of(groupNames);
    const invitation = this.#invitations.pop();
    if (invitation !== undefined && chance.is(0.8)) return this.#change('accept', invitation);
    if (invitation !== undefined) return this.#askOf('decline', invitation);
    if (chance.is(0.5))
      return this.#askOf('invite', group, this.stage.someRecipient(this.name).name);
    this.#change(chance.is(0.6) ? 'create' : 'leave', group);
  }

  #askOf(action: 'decline' | 'invite', group: string, to?: string): void {
    this.#ask({ action, group, ...(to !== undefined && { to: [to] }) }, () => {});
  }

  #change(action: 'create' | 'accept' | 'leave', group: string): void {
    const leaves = action === 'leave';
    const wasSure = this.#groups.isSure(group);
    const change = this.#groups.ask(group, leaves);
    this.#changed();
    this.#ask({ action, group }, (answer) => {
      if (!answer) return;
      if (answer.status === 'ok') this.#groups.done(change);
      else {
        if (leaves && wasSure && !isBusy(answer)) this.#wrong(`could not leave ${group}`, answer);
        this.#groups.refused(change);
      }
      this.#changed();
    });
  }

  #changed(): void {
    if (this.hearing) this.hearing.maybe = new Set(this.#groups.maybe);
  }

  #list(): void {
    this.#ask({ action: 'list' }, (answer) => {
      if (!answer) return;
      const names = textOf(answer)
        .split('\n')
        .flatMap((line) => line.split(' ')[0] || []);
      this.#listed = names.sort().join();
    });
  }

  /** What no server knows is said to be so; what it cannot read ends the connection. */
  #nonsense(): void {
    const { chance } = this.stage;
    if (chance.is(0.8)) {
      const id = `q${++this.#ids}`;
      this.#pending.push({ id, answered: () => {} });
      this.connection?.send(Buffer.from(`Action: Req.Fly\nId: ${id}\nContent-Length: 0\n\n`));
      return;
    }
    this.state = 'going';
    this.connection?.send(Buffer.from('no header at all\n\n'));
  }

  // ---- leaving

  /** A user who says goodbye still gets their answers. */
  #goodbye(): void {
    this.stage.note(`${this.name} says goodbye`);
    this.state = 'going';
    this.#ask({ action: 'disconnect' }, () => {});
  }

  protected left(): void {
    for (const { answered } of this.#pending.splice(0)) answered(undefined);
    this.#files.gone();
    this.#stored.clear();
    // The server may not have received the confirmation. What waits for a guest is gone with them.
    if (this.#newest && this.#token !== undefined) this.#newest.mayRepeat = true;
    this.#newest = undefined;
    this.#listed = undefined;
    if (this.#token === undefined) this.#groups.gone();
    else this.#groups.lost();
  }

  // ---- what it is told

  #told(message: Message): void {
    switch (message.action) {
      case 'confirmation':
      case 'listed':
        return this.#answered(message);
      case 'sent':
        if (this.#stored.has(message.id ?? '')) return this.#settled(message);
        return this.#answered(message);
      case 'send':
        return this.#message(message);
      case 'invite':
        this.#invitations.push(message.group ?? '');
        return;
      case 'joined':
        // Its own name: a group that it belongs to since before.
        if (message.user === this.name) this.#belongs(message.group ?? '');
        return;
      case 'file':
        return this.#files.heard(message);
      case 'left':
      case 'notice':
      case 'disconnect':
        return;
      case 'kick':
      case 'ban':
      case 'unban':
      case 'mute':
      case 'unmute':
      case 'topic':
      case 'give':
      case 'block':
      case 'unblock':
      case 'connect':
      case 'list':
      case 'create':
      case 'accept':
      case 'decline':
      case 'leave':
        this.#wrong('was told', message);
    }
  }

  #belongs(group: string): void {
    this.#groups.done(this.#groups.ask(group, false));
    this.#changed();
  }

  #answered(message: Message): void {
    const id = message.id ?? '';
    // What could not be read has no number: the connection ends.
    if (id === '' && this.state === 'going') return;
    const first = this.#pending.shift();
    if (id !== first?.id) this.#wrong(`expected the answer to ${first?.id ?? ''}, got`, message);
    else first.answered(message);
  }

  /** What became of a message that was stored. */
  #settled({ id = '', status }: Message): void {
    const message = this.#stored.get(id);
    this.#stored.delete(id);
    if (message && status === 'delivered') this.#confirmed.push(message);
  }

  #message(received: Message): void {
    const { chance, model, note, time } = this.stage;
    const { id, user: from = '', group } = received;
    const body = textOf(received);
    if (group !== undefined) {
      if (this.hearing && !isRest(body)) model.heard(this.hearing, from, body);
    } else if (!isRest(body)) {
      const message = model.took([this.name], from, body);
      this.#newest = message;
      note(`${this.name} got ${message.word}`);
    }
    const connection = this.connection;
    const status = chance.is(0.97) ? 'ok' : 'failed';
    const confirm = (): void => {
      if (this.connection !== connection) return;
      this.#client?.send({ action: 'sent', id, status });
    };
    if (chance.is(0.9)) confirm();
    else time.after(chance.below(3000), confirm);
  }

  #wrong(what: string, message: Message): never {
    const told = JSON.stringify({ ...message, body: textOf(message) });
    return this.stage.violated(`${this.name} ${what} ${told}`);
  }

  // ---- the end

  protected rests(): void {
    this.#files.calm();
    this.#list();
  }

  check(): void {
    const { machine, violated } = this.stage;
    const { name } = this;
    const db = machine.life?.db;
    if (this.state !== 'in' || !db) return violated(`${name} is ${this.state}`);
    if (this.#pending.length > 0) violated(`${name} was not answered`);
    this.#files.check();
    for (const { word, to, stay, takenAt } of this.#confirmed.splice(0)) {
      if (takenAt !== undefined || stay === undefined || stay.leftAt !== undefined) continue;
      violated(`${word} to ${to} was confirmed to ${name} and never arrived`);
    }
    const here = namesIn(db).join();
    if (this.#listed !== here)
      violated(`${name} was listed ${this.#listed ?? ''}; here are ${here}`);
    const [known, belongs] = [this.#groups.sure.toSorted().join(), groupsOf(db, name).join()];
    if (known !== belongs) violated(`${name} belongs to ${belongs}, and knows of ${known}`);
  }
}

export const groupsKind: UserKind = {
  dialect: groups,
  users: (stage) => {
    const numbers = Array.from({ length: 7 }, (_, number) => number);
    const everybody = { names: numbers.map(nameOf), files: new Map<string, Buffer>() };
    return numbers.map((number) => new User(stage, number, everybody));
  },
};
