// People of the groups protocol: guests, and accounts that come with a token; who confirm what they get, or refuse it.

import { randomBytes } from 'node:crypto';

import { groups } from '../../src/protocol/groups/index';
import { Belonging } from './belonging';
import { type Everybody, Files } from './groups_files';
import { encode, type Head, type Message, Reader } from './groups_wire';
import type { Letter, Stay } from './model';
import { groupNames, groupsOf, isRest, type Kind, namesIn, type Stage, textAround } from './people';
import { Visitor } from './visitor';

/** The server could not do it now. */
const isBusy = (message: Message): boolean =>
  message.head['Status'] === 'try-later' ||
  message.body.toString() === 'the server cannot take it now';

const isAccount = (number: number): boolean => number % 2 === 1;
const nameOf = (number: number): string => (isAccount(number) ? `gil${number}` : `gus${number}`);

/** Gets nothing when the connection is lost before the answer. */
type Answered = (answer: Message | undefined) => void;

class Client extends Visitor {
  /** What shows that it is the account; a guest has none. */
  readonly #token: string | undefined;
  #isRegistered = false;
  /** The account, from when it knows of it. */
  #account: Stay | undefined;
  #reader = new Reader();
  #ids = 0;
  /** What was asked and not yet answered, by `Id`, in the order of the answers. */
  #pending: { readonly id: string; readonly answered: Answered }[] = [];
  /** Stored, by `Id`: what became of it comes later. */
  readonly #stored = new Map<string, Letter>();
  readonly #confirmed: Letter[] = [];
  readonly #groups: Belonging;
  readonly #files: Files;
  #invitations: string[] = [];
  /** The newest message on this connection: only of this one it may be unknown that it was taken. */
  #newest: Letter | undefined;
  /** Who is here, by the last list. */
  #listed: string | undefined;

  constructor(stage: Stage, number: number, everybody: Everybody) {
    super(stage, { name: nameOf(number), host: `10.0.6.${number}`, dialect: 'groups' });
    if (isAccount(number)) this.#token = randomBytes(32).toString('base64url');
    this.#groups = new Belonging(() => stage.model.now());
    this.#files = new Files(
      stage,
      { name: this.name, host: this.host },
      everybody,
      (head, answered) => this.#ask(head, '', answered),
    );
  }

  /** As whom others address it: an account stays, a guest goes with his connection. */
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
    this.#reader = new Reader();
    if (this.#token === undefined || this.#isRegistered) return true;
    this.#register(this.#token);
    return false;
  }

  protected asks(): void {
    const { name } = this;
    this.#ask({ Action: 'Req.Connect', User: name, Token: this.#token }, '', (answer) => {
      if (answer?.head['Status'] === 'ok') return this.#enters();
      if (!answer) return;
      // Its connection before this one may still be there.
      const isTaken = this.#token === undefined && answer.head['Status'] === 'name-taken';
      if (!isTaken && !isBusy(answer)) this.#wrong('was not let in', answer);
      this.leave('finish');
    });
  }

  /** Accounts are made at the page's door, and asked for under the same token until they are. */
  #register(token: string): void {
    const { model } = this.stage;
    const { name } = this;
    let got = '';
    const connection = this.connect('web', (bytes) => {
      got += Buffer.from(bytes).toString('latin1');
      if (!got.endsWith('\n')) return;
      connection.finish();
      if (!got.includes('"done"')) return;
      this.#isRegistered = true;
      this.#account = { dialect: 'groups', name, enteredAt: model.now(), leftAt: undefined };
    });
    const request = { do: 'register', ref: 1, name, fullName: name, born: '01/02/2000', token };
    connection.send(Buffer.from(`${JSON.stringify(request)}\n`));
  }

  #enters(): void {
    const ears = this.entered();
    // It is told of all its groups from here on.
    this.#groups.listed([]);
    if (ears) this.#groups.hearsWith(ears);
    this.#changed();
  }

  #ask(head: Head, body: string, answered: Answered): string {
    const id = head['Id'] ?? `q${++this.#ids}`;
    this.#pending.push({ id, answered });
    this.connection?.send(encode({ ...head, Id: id }, body));
    return id;
  }

  #write(): void {
    const { chance, model, note } = this.stage;
    const [from, line] = [this.#self, this.ears];
    const { name: to, stay } = this.stage.somebody(this.name);
    if (!from || !line) return;
    const message = model.letter({ from, to, stay, line, text: textAround(chance, 400) });
    note(`${this.name} writes ${message.word} to ${to}`);
    const id = this.#ask({ Action: 'Req.Send', To: to }, message.text, (answer) => {
      if (!answer) return model.answered(message, 'unknown');
      const isStored = answer.head['Status'] === 'stored';
      model.answered(message, isStored ? 'accepted' : 'refused');
      if (isStored) this.#stored.set(id, message);
    });
  }

  #say(): void {
    const { chance, model } = this.stage;
    const [by, line] = [this.me, this.ears];
    const { maybe } = this.#groups;
    if (!by || !line || maybe.length === 0) return;
    const room = chance.of(maybe);
    const isSure = this.#groups.isSure(room);
    const text = textAround(chance, 300);
    const saying = model.saying({ by, line, rooms: new Set([room]), text });
    this.#ask({ Action: 'Req.Send', Group: room }, saying.text, (answer) => {
      if (answer?.head['Status'] === 'stored') return model.said(saying, room);
      if (!answer) return;
      if (isSure && !isBusy(answer)) this.#wrong(`could not speak in ${room}`, answer);
      saying.refused = true;
    });
  }

  #changeGroups(): void {
    const { chance } = this.stage;
    const group = chance.of(groupNames);
    const invitation = this.#invitations.pop();
    if (invitation !== undefined && chance.is(0.8)) return this.#change('Accept', invitation);
    if (invitation !== undefined) return this.#askOf('Decline', invitation);
    if (chance.is(0.5)) return this.#askOf('Invite', group, this.stage.somebody(this.name).name);
    this.#change(chance.is(0.6) ? 'Create' : 'Leave', group);
  }

  #askOf(what: 'Decline' | 'Invite', group: string, to?: string): void {
    const head = { Action: `Req.Group.${what}`, Group: group, To: to };
    this.#ask(head, '', () => {});
  }

  #change(what: 'Create' | 'Accept' | 'Leave', group: string): void {
    const leaves = what === 'Leave';
    const wasSure = this.#groups.isSure(group);
    const change = this.#groups.ask(group, leaves);
    this.#changed();
    this.#ask({ Action: `Req.Group.${what}`, Group: group }, '', (answer) => {
      if (!answer) return;
      if (answer.head['Status'] === 'ok') this.#groups.done(change);
      else {
        if (leaves && wasSure && !isBusy(answer)) this.#wrong(`could not leave ${group}`, answer);
        this.#groups.refused(change);
      }
      this.#changed();
    });
  }

  #changed(): void {
    if (this.ears) this.ears.maybe = new Set(this.#groups.maybe);
  }

  #list(): void {
    this.#ask({ Action: 'Req.List' }, '', (answer) => {
      if (!answer) return;
      const names = answer.body
        .toString()
        .split('\n')
        .flatMap((line) => line.split(' ')[0] || []);
      this.#listed = names.sort().join();
    });
  }

  /** What no server knows is said to be so; what it cannot read ends the connection. */
  #nonsense(): void {
    const { chance } = this.stage;
    if (chance.is(0.8)) return void this.#ask({ Action: 'Req.Fly' }, '', () => {});
    this.state = 'going';
    this.connection?.send(Buffer.from('no header at all\n\n'));
  }

  // ---- leaving

  /** Who says goodbye still gets his answers. */
  #goodbye(): void {
    this.stage.note(`${this.name} says goodbye`);
    this.state = 'going';
    this.#ask({ Action: 'Req.Disconnect' }, '', () => {});
  }

  protected left(): void {
    for (const { answered } of this.#pending.splice(0)) answered(undefined);
    this.#files.gone();
    this.#stored.clear();
    // Nobody knows whether the server heard that it was taken; a guest's is gone with him.
    if (this.#newest && this.#token !== undefined) this.#newest.mayRepeat = true;
    this.#newest = undefined;
    this.#listed = undefined;
    if (this.#token === undefined) this.#groups.gone();
    else this.#groups.lost();
  }

  // ---- what it is told

  protected received(bytes: Uint8Array): void {
    const { connection } = this;
    for (const message of this.#reader.take(bytes)) {
      if (this.connection === connection) this.#told(message);
    }
  }

  #told(message: Message): void {
    const { head } = message;
    switch (head['Action']) {
      case 'Res.Confirmation':
      case 'Res.List':
        return this.#answered(message);
      case 'Res.Send confirmation':
        if (this.#stored.has(head['Id'] ?? '')) return this.#settled(message);
        return this.#answered(message);
      case 'Req.Send':
        return this.#message(message);
      case 'Req.Group.Invite':
        this.#invitations.push(head['Group'] ?? '');
        return;
      case 'Group.Joined':
        // Its own name: a group that it belongs to since before.
        if (head['User'] === this.name) this.#belongs(head['Group'] ?? '');
        return;
      case 'File_transfer':
        return this.#files.heard(message);
      case 'Group.Left':
      case 'Req.Disconnect':
        return;
      default:
        this.#wrong('was told', message);
    }
  }

  #belongs(group: string): void {
    this.#groups.done(this.#groups.ask(group, false));
    this.#changed();
  }

  #answered(message: Message): void {
    const id = message.head['Id'] ?? '';
    // What could not be read has no number: the connection ends.
    if (id === '' && this.state === 'going') return;
    const first = this.#pending.shift();
    if (id !== first?.id) this.#wrong(`expected the answer to ${first?.id ?? ''}, got`, message);
    else first.answered(message);
  }

  /** What became of a message that was stored. */
  #settled({ head }: Message): void {
    const id = head['Id'] ?? '';
    const message = this.#stored.get(id);
    this.#stored.delete(id);
    if (message && head['Status'] === 'delivered') this.#confirmed.push(message);
  }

  #message({ head, body: bytes }: Message): void {
    const { chance, model, note, time } = this.stage;
    const { Id: id, User: from = '' } = head;
    const body = bytes.toString();
    if (head['Group'] !== undefined) {
      if (this.ears && !isRest(body)) model.heard(this.ears, from, body);
    } else if (!isRest(body)) {
      const message = model.took([this.name], from, body);
      this.#newest = message;
      note(`${this.name} got ${message.word}`);
    }
    const connection = this.connection;
    const status = chance.is(0.97) ? 'ok' : 'failed';
    const confirm = (): void => {
      if (this.connection !== connection) return;
      connection?.send(encode({ Action: 'Res.Send confirmation', Id: id, Status: status }));
    };
    if (chance.is(0.9)) confirm();
    else time.after(chance.below(3000), confirm);
  }

  #wrong(what: string, message: Message): never {
    const { head, body } = message;
    return this.stage.violated(`${this.name} ${what} ${JSON.stringify(head)} ${body.toString()}`);
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

export const groupsKind: Kind = {
  dialect: groups,
  people: (stage) => {
    const numbers = Array.from({ length: 7 }, (_, number) => number);
    const everybody = { names: numbers.map(nameOf), files: new Map<string, Buffer>() };
    return numbers.map((number) => new Client(stage, number, everybody));
  },
};
