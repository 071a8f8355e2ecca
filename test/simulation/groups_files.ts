// Files that people of the groups protocol offer each other, decide about, bring and fetch.

import { encode, type Head, type Message, Reader } from './groups_wire';
import type { Connection } from './network';
import type { Stage } from './people';

/** What somebody offers. */
interface Own {
  readonly id: string;
  readonly bytes: Buffer;
  /** Users who have not settled it yet. */
  readonly open: Set<string>;
  /** It was brought whole. */
  isBrought: boolean;
}

/** What somebody is offered. */
interface Offered {
  readonly id: string;
  readonly from: string;
  readonly name: string;
  readonly size: number;
  state: 'asked' | 'accepted' | 'fetching';
}

/** What people of the protocol know of each other. */
export interface Everybody {
  readonly names: readonly string[];
  /** What was ever offered, by the name of the file. */
  readonly files: Map<string, Buffer>;
}

const pieceBytes = 64 * 1024;

export class Files {
  readonly #stage: Stage;
  readonly #who: { readonly name: string; readonly host: string };
  readonly #ask: (head: Head, answered: (answer: Message | undefined) => void) => void;
  readonly #everybody: Everybody;
  readonly #own = new Map<string, Own>();
  readonly #offered = new Map<string, Offered>();
  /** Connections that carry a file, with what is to be done when they are over. */
  readonly #carrying = new Map<Connection, () => void>();

  constructor(
    stage: Stage,
    who: { readonly name: string; readonly host: string },
    everybody: Everybody,
    ask: (head: Head, answered: (answer: Message | undefined) => void) => void,
  ) {
    this.#stage = stage;
    this.#who = who;
    this.#everybody = everybody;
    this.#ask = ask;
  }

  act(): void {
    const { chance } = this.#stage;
    const undecided = [...this.#offered.values()].filter(({ state }) => state === 'asked');
    if (undecided.length > 0) {
      const one = chance.of(undecided);
      return chance.is(0.8) ? this.#accept(one) : this.#reject(one);
    }
    const [own] = this.#own.values();
    if (own && chance.is(0.05)) return this.#takeBack(own);
    const [carrying] = this.#carrying.keys();
    if (carrying && chance.is(0.1)) {
      carrying.reset();
      return this.#over(carrying);
    }
    this.#offer();
  }

  // ---- offering

  #offer(): void {
    const { chance, note } = this.#stage;
    const { files, names } = this.#everybody;
    const name = `file-${files.size}`;
    const size = chance.of([0, 1, 300, 5000, 100_000]);
    const bytes = Buffer.alloc(size, `${name}-${chance.number()}-`);
    files.set(name, bytes);
    const to = chance.is(0.7) ? chance.of(names) : this.#stage.somebody(this.#who.name).name;
    note(`${this.#who.name} offers ${name}, ${size} bytes, to ${to}`);
    const own: Own = { id: name, bytes, open: new Set(), isBrought: false };
    const head = {
      Action: 'File_transfer',
      Status: 'offer',
      To: to,
      Id: name,
      'File-Name': name,
      'File-Size': String(size),
    };
    this.#ask(head, (answer) => {
      if (answer?.head['Status'] !== 'ok') return;
      for (const user of answer.body.toString().split('\n')) if (user !== '') own.open.add(user);
      this.#own.set(name, own);
    });
  }

  #takeBack({ id }: Own): void {
    this.#stage.note(`${this.#who.name} takes ${id} back`);
    this.#own.delete(id);
    this.#ask({ Action: 'File_transfer', Status: 'failed', Id: id }, () => {});
  }

  // ---- deciding

  #accept(one: Offered): void {
    one.state = 'accepted';
    this.#ask({ Action: 'File_transfer', Status: 'accept', Id: one.id }, (answer) => {
      if (answer && answer.head['Status'] !== 'ok') this.#offered.delete(one.id);
    });
  }

  #reject({ id }: Offered): void {
    this.#offered.delete(id);
    this.#ask({ Action: 'File_transfer', Status: 'reject', Id: id }, () => {});
  }

  // ---- what it is told

  heard({ head }: Message): void {
    const id = head['Id'] ?? '';
    const own = this.#own.get(id);
    if (head['Status'] === 'offer') return this.#isOffered(head);
    if (id.startsWith('file-')) {
      if (own) this.#ownGoesOn(own, head);
    } else if (head['Status'] === 'accept') {
      this.#fetch(this.#offered.get(id), head['Token'] ?? '');
    } else this.#offered.delete(id);
  }

  #isOffered(head: Head): void {
    const [id = '', from = '', name = ''] = [head['Id'], head['User'], head['File-Name']];
    this.#offered.set(id, { id, from, name, size: Number(head['File-Size']), state: 'asked' });
  }

  #ownGoesOn(own: Own, head: Head): void {
    const { Token: token, User: user = '', Status: status } = head;
    if (status === 'accept') {
      if (token !== undefined) this.#bring(own, token);
      return;
    }
    own.open.delete(user);
    if (own.open.size === 0 || user === '') this.#own.delete(own.id);
  }

  // ---- carrying

  #bring(own: Own, token: string): void {
    const { id, bytes } = own;
    const connection = this.#carry(
      ({ head }) => {
        if (head['Status'] === 'done') own.isBrought = true;
      },
      () => {
        if (!own.isBrought && this.#own.has(id)) this.#takeBack(own);
      },
    );
    const head = { Action: 'File_transfer', Status: 'data', Id: id };
    connection.send(encode({ ...head, Token: token }, bytes.subarray(0, 10)));
    for (let at = 10; at < bytes.length; at += pieceBytes) {
      connection.send(encode(head, bytes.subarray(at, at + pieceBytes)));
    }
  }

  #fetch(offered: Offered | undefined, token: string): void {
    const { note, violated } = this.#stage;
    if (!offered) return;
    offered.state = 'fetching';
    const { id, name, size } = offered;
    const pieces: Buffer[] = [];
    const connection = this.#carry(
      ({ head, body }) => {
        if (head['Status'] === 'data') pieces.push(body);
        if (head['Status'] !== 'done') return;
        const bytes = Buffer.concat(pieces);
        const wanted = this.#everybody.files.get(name) ?? Buffer.alloc(size);
        if (id.startsWith('f') && !bytes.equals(wanted)) {
          violated(`${this.#who.name} got another file as ${name}: ${bytes.length} bytes`);
        }
        if (bytes.length !== size) violated(`${name} has ${size} bytes, ${bytes.length} came`);
        note(`${this.#who.name} has ${name}`);
        this.#offered.delete(id);
        connection.send(encode({ Action: 'File_transfer', Status: 'done', Id: id }));
        connection.finish();
      },
      () => {
        // The server may never have seen this connection: it must not wait for it.
        if (this.#offered.has(id)) this.#reject(offered);
      },
    );
    connection.send(encode({ Action: 'File_transfer', Status: 'data', Id: id, Token: token }));
  }

  /** A connection of its own; `over`: nothing more is heard on it. */
  #carry(heard: (message: Message) => void, ended: () => void): Connection {
    const { chance, machine } = this.#stage;
    const reader = new Reader();
    const over = (): void => this.#over(connection);
    const connection = machine.connect('groups', this.#who.host, 'any', {
      data: (bytes) => {
        for (const message of reader.take(bytes)) heard(message);
      },
      ended: () => {
        connection.finish();
        over();
      },
      lost: over,
    });
    this.#carrying.set(connection, ended);
    if (chance.is(0.2)) connection.stall(chance.below(3000));
    return connection;
  }

  #over(connection: Connection): void {
    this.#carrying.get(connection)?.();
    this.#carrying.delete(connection);
  }

  // ---- the end

  /** The connection that all this was about is gone. */
  gone(): void {
    this.#own.clear();
    this.#offered.clear();
    for (const connection of this.#carrying.keys()) {
      if (this.#stage.chance.is(0.5)) connection.reset();
    }
    this.#carrying.clear();
  }

  /** Whoever has not decided yet decides. */
  calm(): void {
    for (const one of this.#offered.values()) if (one.state === 'asked') this.#reject(one);
    // What it was to bring may have broken off before anybody heard of it.
    for (const own of this.#own.values()) if (!own.isBrought) this.#takeBack(own);
  }

  check(): void {
    const { violated } = this.#stage;
    const [own] = this.#own.values();
    if (own) violated(`${own.id} of ${this.#who.name} is open for ${[...own.open].join()}`);
    const [offered] = this.#offered.values();
    if (offered) violated(`${offered.name} is ${offered.state} by ${this.#who.name}`);
  }
}
