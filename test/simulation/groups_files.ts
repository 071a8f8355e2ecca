// Files that users of the groups protocol offer each other, accept or reject, send and fetch.

import type { Content } from '../../src/protocol/groups/wire/codec';
import type { Message } from '../../src/protocol/groups/wire/messages';
import { GroupsClient } from '../protocol/groups/person';
import type { Connection } from './network';
import { dialDoor, type Stage } from './users';

/** A file that this user offers. */
interface Own {
  readonly id: string;
  readonly bytes: Buffer;
  /** Users who have not settled it yet. */
  readonly open: Set<string>;
  /** It was brought whole. */
  isBrought: boolean;
}

/** A file that is offered to this user. */
interface Offered {
  readonly id: string;
  readonly from: string;
  readonly name: string;
  readonly size: number;
  state: 'asked' | 'accepted' | 'fetching';
}

/** What the users of the protocol know of each other. */
export interface OtherUsers {
  readonly names: readonly string[];
  /** What was ever offered, by the name of the file. */
  readonly files: Map<string, Buffer>;
}

/** Sends a request; `answered` gets nothing when the connection is lost before. */
type Ask = (request: Content, answered: (answer: Message | undefined) => void) => void;

const pieceBytes = 64 * 1024;

export class Files {
  readonly #stage: Stage;
  readonly #who: { readonly name: string; readonly host: string };
  readonly #ask: Ask;
  readonly #everybody: OtherUsers;
  readonly #own = new Map<string, Own>();
  readonly #offered = new Map<string, Offered>();
  /** Connections that carry a file, with what is to be done when they are over. */
  readonly #carrying = new Map<Connection, () => void>();

  constructor(
    stage: Stage,
    who: { readonly name: string; readonly host: string },
    everybody: OtherUsers,
    ask: Ask,
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
    const to = chance.is(0.7) ? chance.of(names) : this.#stage.someRecipient(this.#who.name).name;
    note(`${this.#who.name} offers ${name}, ${size} bytes, to ${to}`);
    const own: Own = { id: name, bytes, open: new Set(), isBrought: false };
    const offer = {
      action: 'file',
      status: 'offer',
      to: [to],
      id: name,
      fileName: name,
      fileSize: size,
    } as const;
    this.#ask(offer, (answer) => {
      if (answer?.status !== 'ok') return;
      for (const user of Buffer.from(answer.body).toString().split('\n'))
        if (user !== '') own.open.add(user);
      this.#own.set(name, own);
    });
  }

  #takeBack({ id }: Own): void {
    this.#stage.note(`${this.#who.name} takes ${id} back`);
    this.#own.delete(id);
    this.#ask({ action: 'file', status: 'failed', id }, () => {});
  }

  // ---- deciding

  #accept(one: Offered): void {
    one.state = 'accepted';
    this.#ask({ action: 'file', status: 'accept', id: one.id }, (answer) => {
      if (answer && answer.status !== 'ok') this.#offered.delete(one.id);
    });
  }

  #reject({ id }: Offered): void {
    this.#offered.delete(id);
    this.#ask({ action: 'file', status: 'reject', id }, () => {});
  }

  // ---- what it is told

  heard(message: Message): void {
    const { id = '', status, token = '' } = message;
    const own = this.#own.get(id);
    if (status === 'offer') return this.#isOffered(message);
    if (id.startsWith('file-')) {
      if (own) this.#ownGoesOn(own, message);
    } else if (status === 'accept') this.#fetch(this.#offered.get(id), token);
    else this.#offered.delete(id);
  }

  #isOffered({ id = '', user: from = '', fileName: name = '', fileSize: size = 0 }: Message): void {
    this.#offered.set(id, { id, from, name, size, state: 'asked' });
  }

  #ownGoesOn(own: Own, { token, user = '', status }: Message): void {
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
    const client = this.#carry(
      ({ status }) => {
        if (status === 'done') own.isBrought = true;
      },
      () => {
        if (!own.isBrought && this.#own.has(id)) this.#takeBack(own);
      },
    );
    const piece = { action: 'file', status: 'data', id } as const;
    client.send({ ...piece, token, body: bytes.subarray(0, 10) });
    for (let at = 10; at < bytes.length; at += pieceBytes) {
      client.send({ ...piece, body: bytes.subarray(at, at + pieceBytes) });
    }
  }

  #fetch(offered: Offered | undefined, token: string): void {
    const { note, violated } = this.#stage;
    if (!offered) return;
    offered.state = 'fetching';
    const { id, name, size } = offered;
    const pieces: Uint8Array[] = [];
    const client = this.#carry(
      ({ status, body }) => {
        if (status === 'data') pieces.push(body);
        if (status !== 'done') return;
        const bytes = Buffer.concat(pieces);
        const wanted = this.#everybody.files.get(name) ?? Buffer.alloc(size);
        if (id.startsWith('f') && !bytes.equals(wanted)) {
          violated(`${this.#who.name} got another file as ${name}: ${bytes.length} bytes`);
        }
        if (bytes.length !== size) violated(`${name} has ${size} bytes, ${bytes.length} came`);
        note(`${this.#who.name} has ${name}`);
        this.#offered.delete(id);
        client.send({ action: 'file', status: 'done', id });
        client.transport.finish();
      },
      () => {
        // The server may never have seen this connection: it must not wait for it.
        if (this.#offered.has(id)) this.#reject(offered);
      },
    );
    client.send({ action: 'file', status: 'data', id, token });
  }

  /** A connection of its own; `ended` is called when nothing more comes on it. */
  #carry(heard: (message: Message) => void, ended: () => void): GroupsClient<Connection> {
    const { chance } = this.#stage;
    const door = { dialect: 'groups', host: this.#who.host, manner: 'any' } as const;
    const dial = dialDoor(this.#stage, door, (connection) => this.#over(connection));
    const client = new GroupsClient(dial, heard);
    this.#carrying.set(client.transport, ended);
    if (chance.is(0.2)) client.transport.stall(chance.below(3000));
    return client;
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

  /** Rejects what is undecided, and takes back what was not sent whole. */
  calm(): void {
    for (const one of this.#offered.values()) if (one.state === 'asked') this.#reject(one);
    // The transfer may have broken off before the server knew of it.
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
