// Servers of the mailbox protocol as other people write them: each works, and departs from ours in one way.

import { type FakeCall, type FakeServer, fakeServer } from '../../client/fake_server';
import { connectTcp } from '../tcp';

type Bytes = Uint8Array;

/** How a server writes what it says; what is absent, it writes as the source has it. */
export interface Habits {
  readonly code?: (code: number) => Bytes;
  /** The number of a message behind the code. */
  readonly id?: (id: number) => string;
  /** The users behind the code. */
  readonly list?: (names: readonly string[]) => string;
  /** The call that brings a message. */
  readonly message?: (from: string, id: number, text: string) => string;
  /** It leaves the connections of requests open. */
  readonly staysOpen?: boolean;
  /** It leaves its calls open. */
  readonly callsStayOpen?: boolean;
  /** It brings what waits before it replies to CONNECT. */
  readonly callsEarly?: boolean;
  /** What it says to an operation that it does not know; it ends without a word if absent, and `''` leaves it open. */
  readonly unknown?: string;
  /** It is of the edition of 2025-26. */
  readonly isLater?: boolean;
  /** Each byte has a segment of its own. */
  readonly drips?: boolean;
}

export interface ForeignMailboxServer extends Habits {
  readonly name: string;
  /** What `CONNECTEDUSERS` says behind `s> CONNECTED USERS`, where it departs. */
  readonly listed?: string;
  /** What is shown of a call that is none. */
  readonly called?: string;
  /** A part of a note that is shown. */
  readonly remark?: string;
}

const nul = (...fields: readonly string[]): string => fields.map((field) => `${field}\0`).join('');
const bytesOf = (text: string): Bytes => Buffer.from(text);
const counted = (names: readonly string[], count = names.length): string =>
  nul(`${count}`, ...names);

export const mailboxServers: readonly ForeignMailboxServer[] = [
  { name: 'as the source' },
  { name: 'digits', code: (code) => bytesOf(`${code}`) },
  { name: 'digits with NUL', code: (code) => bytesOf(`${code}\0`) },
  { name: 'digits with a line end', code: (code) => bytesOf(`${code}\n`), id: (id) => `${id}\n\0` },
  { name: 'ints of C in network order', code: (code) => Uint8Array.of(0, 0, 0, code) },
  { name: 'connections stay open', staysOpen: true },
  { name: 'calls stay open', callsStayOpen: true },
  { name: 'byte by byte', drips: true },
  { name: 'users in another order', list: (names) => counted(names.toReversed()) },
  { name: 'a name with spaces', list: (names) => counted([...names, 'Ana Maria']) },
  {
    name: 'counts too many',
    list: (names) => counted(names, names.length + 3),
    remark: 'announced 4 users and named 1',
  },
  {
    name: 'counts too many, and stays open',
    list: (names) => counted(names, names.length + 3),
    staysOpen: true,
    remark: 'announced 4 users and named 1',
  },
  {
    name: 'counts too few',
    list: (names) => counted([...names, 'eve'], names.length),
    listed: '(2 users connected) OK - ana, eve',
    remark: 'announced 1 users and named 2',
  },
  { name: 'counts nothing', list: (names) => nul(...names), remark: 'no number of users' },
  { name: 'lists nobody', list: () => '', listed: '(0 users connected)', remark: 'named 0' },
  {
    name: 'users in lines',
    list: (names) => `${names.length}\n${names.join('\n')}\n`,
    listed: 'OK - 1 ana',
    remark: 'no number of users',
  },
  { name: 'no NUL at the end', list: (names) => counted(names).slice(0, -1), id: (id) => `${id}` },
  { name: 'no number of a message', id: () => '', remark: 'gave the message no number' },
  { name: 'a field too many', id: (id) => nul(`${id}`, 'OK') },
  { name: 'no NUL at the end of a call', message: (...fields) => callOf(...fields).slice(0, -1) },
  {
    name: 'counts too few, byte by byte',
    list: (names) => counted([...names, 'eve'], names.length),
    drips: true,
    listed: '(2 users connected) OK - ana, eve',
    remark: 'announced 1 users and named 2',
  },
  { name: 'never answers what it does not know', unknown: '' },
  { name: 'takes what it does not know', unknown: '\0' },
  { name: 'words for what it does not know', unknown: 'unknown operation' },
  {
    name: 'no number in a call',
    message: (from, _, text) => nul('SEND_MESSAGE', from, text),
    called: 'SEND_MESSAGE ana hello',
    remark: 'no call of this protocol',
  },
  {
    name: 'another name for a call',
    message: (from, id, text) => nul('MESSAGE', from, `${id}`, text),
    called: 'MESSAGE ana 1 hello',
    remark: 'no call of this protocol',
  },
  { name: 'calls before the reply', callsEarly: true },
  {
    name: 'users with addresses',
    list: (names) => counted(names.map((name) => `${name} :: 127.0.0.1 :: 4000`)),
    listed: '(1 users connected) OK - ana :: 127.0.0.1 :: 4000',
  },
  {
    name: 'users with addresses, written closer',
    list: (names) => counted(names.map((name) => `${name}::127.0.0.1::4000`)),
    listed: '(1 users connected) OK - ana::127.0.0.1::4000',
  },
  {
    name: 'users with blanks around them',
    list: (names) => counted(names.map((name) => ` ${name} `)),
    listed: '(1 users connected) OK -  ana ',
  },
];

/** Users who are connected, and what waits for them. */
interface User {
  port: number | undefined;
  readonly waiting: string[];
  sent: number;
}

const fieldCounts: Readonly<Record<string, number>> = {
  REGISTER: 3,
  UNREGISTER: 1,
  CONNECT: 2,
  DISCONNECT: 1,
  SEND: 3,
  CONNECTEDUSERS: 1,
};
/** In the edition of 2025-26 a file stays with its sender. */
const laterFieldCounts: typeof fieldCounts = { ...fieldCounts, SENDATTACH: 4, USERS: 1 };

const callOf = (from: string, id: number, text: string): string =>
  nul('SEND_MESSAGE', from, `${id}`, text);

class Mailbox {
  readonly #habits: Habits;
  readonly #users = new Map<string, User>();

  constructor(habits: Habits) {
    this.#habits = habits;
  }

  async serve(call: FakeCall): Promise<void> {
    const [operation = ''] = await call.fields(1);
    const count = (this.#habits.isLater === true ? laterFieldCounts : fieldCounts)[operation];
    if (count === undefined) return this.#unknown(call);
    const [, ...fields] = await call.fields(1 + count);
    const said = await this.#do(operation, fields);
    for (const piece of this.#habits.drips === true ? said : [said]) {
      call.send(typeof piece === 'number' ? Uint8Array.of(piece) : piece);
      await new Promise(setImmediate);
    }
    if (this.#habits.staysOpen !== true) call.end();
    if (operation === 'CONNECT') await this.#bring(fields[0] ?? '');
    if (operation === 'SEND' || operation === 'SENDATTACH') await this.#bring(fields[1] ?? '');
  }

  #unknown(call: FakeCall): void {
    const { unknown } = this.#habits;
    if (unknown === '') return;
    if (unknown !== undefined) call.send(unknown);
    call.close();
  }

  async #do(
    operation: string,
    [first = '', second = '', third = '', fourth = '']: string[],
  ): Promise<Bytes> {
    const { id: idOf = (id) => nul(`${id}`), list = counted, message = callOf } = this.#habits;
    const alias = operation === 'REGISTER' ? second : first;
    const user = this.#users.get(alias);
    if (operation === 'REGISTER') {
      if (user !== undefined) return this.#code(1);
      this.#users.set(alias, { port: undefined, waiting: [], sent: 0 });
      return this.#code(0);
    }
    if (user === undefined) return this.#code(operation === 'CONNECTEDUSERS' ? 2 : 1);
    switch (operation) {
      case 'UNREGISTER':
        this.#users.delete(alias);
        return this.#code(0);
      case 'CONNECT':
        if (user.port !== undefined) return this.#code(2);
        user.port = Number(second);
        if (this.#habits.callsEarly === true) await this.#bring(alias);
        return this.#code(0);
      case 'DISCONNECT':
        if (user.port === undefined) return this.#code(2);
        user.port = undefined;
        return this.#code(0);
      case 'SEND':
      case 'SENDATTACH': {
        const to = this.#users.get(second);
        if (to === undefined) return this.#code(1);
        const id = ++user.sent;
        const isFile = operation === 'SENDATTACH';
        const attached = nul('SEND_MESSAGE_ATTACH', alias, `${id}`, third, fourth);
        to.waiting.push(isFile ? attached : message(alias, id, third));
        return this.#code(0, idOf(user.sent));
      }
      default: {
        const connected = [...this.#users].filter(([, { port }]) => port !== undefined);
        return this.#code(0, list(connected.map(([name]) => name)));
      }
    }
  }

  #code(code: number, fields = ''): Bytes {
    const { code: write = (number) => Uint8Array.of(number) } = this.#habits;
    return Buffer.concat([write(code), bytesOf(fields)]);
  }

  /** Calls a user with all that waits for them. */
  async #bring(alias: string): Promise<void> {
    const user = this.#users.get(alias);
    if (user?.port === undefined) return;
    for (let call = user.waiting.shift(); call !== undefined; call = user.waiting.shift()) {
      const connection = await connectTcp(user.port);
      await connection.send(call);
      if (this.#habits.callsStayOpen !== true) connection.finish();
      await connection.readToEnd();
    }
  }
}

export function startMailboxServer(habits: Habits): FakeServer {
  const mailbox = new Mailbox(habits);
  return fakeServer((call) => mailbox.serve(call));
}
