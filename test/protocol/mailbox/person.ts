// The test client of the mailbox protocol: one operation a connection, and a listener that the server calls.

import { mailbox } from '../../../src/protocol/mailbox/index';
import {
  cannot,
  foreignName,
  type Moderated,
  type Other,
  type Person,
  type PersonKind,
} from '../../support/person';
import { Received } from '../../support/received';
import { dialTcp } from '../../support/tcp_transport';
import type { Transport, TransportEvents } from '../../support/transport';
import { nul } from './support';

/** A request as it stands on the wire: fields, each with its NUL, and the bytes of a file. */
export const requestOf = (fields: readonly string[], file?: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(nul(...fields)), file ?? Buffer.alloc(0)]);

export interface Answer {
  readonly code: number;
  readonly fields: readonly string[];
  /** What stands behind the fields: the bytes of a file. */
  readonly rest: Buffer;
}

/** What a whole answer says; nothing if the server ended without one. */
export function answerIn(whole: Buffer): Answer | undefined {
  const code = whole[0];
  if (code === undefined) return undefined;
  const fields: string[] = [];
  let at = 1;
  for (let end = whole.indexOf(0, at); end >= 0; end = whole.indexOf(0, at)) {
    fields.push(whole.toString('utf8', at, end));
    at = end + 1;
    // A file stands behind its size, whatever it holds.
    if (fields.length === 1 && Number(fields[0]) === whole.length - at) break;
  }
  return { code, fields, rest: whole.subarray(at) };
}

/** How an operation ended: with bytes and the server's end, broken, or without a connection. */
export type End =
  | { readonly is: 'ended'; readonly bytes: Buffer }
  | { readonly is: 'lost'; readonly bytes: Buffer }
  | { readonly is: 'refused' };

/** One operation over a connection of its own, which `connect` makes. `done` is called once. */
export class Operation<T extends Transport = Transport> {
  readonly transport: T;
  readonly #done: (end: End) => void;
  readonly #pieces: Uint8Array[] = [];
  #isOpen = false;
  #isOver = false;

  constructor(
    connect: (events: TransportEvents<T>) => T,
    request: Uint8Array,
    done: (end: End) => void,
  ) {
    this.#done = done;
    this.transport = connect({
      opened: () => {
        this.#isOpen = true;
      },
      data: (bytes) => void this.#pieces.push(bytes),
      ended: () => {
        this.transport.finish();
        this.#end('ended');
      },
      lost: () => this.#end(this.#isOpen ? 'lost' : 'refused'),
    });
    this.transport.send(request);
  }

  /** Breaks the connection: nobody waits for the answer any more. */
  reset(): void {
    this.transport.reset();
    this.#end('lost');
  }

  #end(how: 'ended' | 'lost' | 'refused'): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (how === 'refused') this.#done({ is: how });
    else this.#done({ is: how, bytes: Buffer.concat(this.#pieces) });
  }
}

/** One operation at a real server. */
export function operate(port: number, request: Uint8Array, host = '127.0.0.1'): Promise<End> {
  const { promise, resolve } = Promise.withResolvers<End>();
  const connect = (events: TransportEvents): Transport => dialTcp(port, events, host);
  // oxlint-disable-next-line no-new -- it tells its end
  new Operation(connect, request, resolve);
  return promise;
}

/** The bytes of an operation's answer. Throws if nobody listens. */
export async function answerTo(
  port: number,
  request: string | Uint8Array,
  host?: string,
): Promise<Buffer> {
  const bytes = typeof request === 'string' ? Buffer.from(request) : request;
  const end = await operate(port, bytes, host);
  if (end.is === 'refused') throw new Error(`nobody listens on port ${port}`);
  return end.bytes;
}

/** The answer as text, whose first character is the code. */
export async function ask(
  port: number,
  request: string | Uint8Array,
  host?: string,
): Promise<string> {
  return (await answerTo(port, request, host)).toString();
}

/** The same for a request of these fields. */
export const operation = (port: number, ...fields: readonly string[]): Promise<string> =>
  ask(port, nul(...fields));

/** The fields of an operation's answer, which must be that it succeeded. */
export async function succeeds(
  port: number,
  fields: readonly string[],
  file?: Uint8Array,
): Promise<readonly string[]> {
  const answer = answerIn(await answerTo(port, requestOf(fields, file)));
  if (answer?.code !== 0) throw new Error(`${fields.join(' ')} was answered ${answer?.code}`);
  return answer.fields;
}

export const register = (port: number, alias: string): Promise<string> =>
  ask(port, nul('REGISTER', `${alias} of the tests`, alias, '04/05/1852'));

export const attachment = (
  from: string,
  to: string,
  name: string,
  bytes: Uint8Array,
  text = 'look',
): Uint8Array => requestOf(['SENDATTACH', from, to, text, name, String(bytes.length)], bytes);

/** The bytes of a file that a user fetches with GETFILE, or the code that stands instead. */
export async function getFile(
  port: number,
  alias: string,
  from: string,
  id: number,
): Promise<Uint8Array | number> {
  const answer = answerIn(await answerTo(port, nul('GETFILE', alias, from, String(id))));
  if (answer?.code !== 0) return answer?.code ?? -1;
  const size = Number(answer.fields[0]);
  if (answer.rest.length !== size) throw new Error(`${answer.rest.length} of ${size} bytes came`);
  return answer.rest;
}

export interface CallListener {
  readonly port: number;
  /** What was said in each call so far. */
  readonly calls: readonly string[];
  stop(): void;
}

/**
 * A user's listener that takes every call and ends it cleanly. `begun` is asked when a call begins; `ended` gets
 * what was said in it, and what `begun` gave.
 */
export function takeCalls<T>(
  begun: () => T = () => undefined as T,
  ended: (said: string, begun: T) => void = () => {},
): CallListener {
  const calls: string[] = [];
  const listener = Bun.listen<{ readonly begun: T; readonly pieces: Uint8Array[] }>({
    hostname: '127.0.0.1',
    port: 0,
    allowHalfOpen: true,
    socket: {
      open: (socket) => {
        socket.data = { begun: begun(), pieces: [] };
      },
      data: ({ data }, bytes) => void data.pieces.push(new Uint8Array(bytes)),
      end: (socket) => {
        const said = Buffer.concat(socket.data.pieces).toString();
        calls.push(said);
        ended(said, socket.data.begun);
        socket.end();
      },
      error: () => {},
    },
  });
  return { port: listener.port, calls, stop: () => listener.stop(true) };
}

/** Asks what must be refused with a code. */
/** Half of the people have a key, and show it with everything that they ask. */
const keyOf = (name: string): readonly string[] =>
  Number(/\d*$/.exec(name)?.[0]) % 4 < 2 ? ['KEY', name.padEnd(43, '-').slice(0, 43)] : [];

async function failsWith(code: number, port: number, fields: readonly string[]): Promise<void> {
  const answer = answerIn(await answerTo(port, requestOf(fields)));
  if (answer?.code !== code) throw new Error(`${fields.join(' ')} was answered ${answer?.code}`);
}

class MailboxPerson implements Person {
  readonly name: string;
  readonly dialect = 'mailbox';
  readonly join = cannot('the protocol has no rooms');
  readonly say = cannot('the protocol has no rooms');
  readonly hears = cannot('the protocol has no rooms');
  readonly #port: number;
  readonly #received: Received<readonly string[]>;
  readonly #listener: CallListener;

  constructor(port: number, name: string) {
    this.name = name;
    this.#port = port;
    this.#received = new Received<readonly string[]>(`${name} was called with`);
    this.#listener = takeCalls(
      () => {},
      (said) => this.#received.add(said.split('\0').slice(0, -1)),
    );
  }

  async enter(): Promise<void> {
    await this.#succeeds(['REGISTER', this.name, this.name, '01/01/2000']);
    await this.#succeeds(['CONNECT', this.name, String(this.#listener.port)]);
  }

  readonly write = async (to: Other, text: string): Promise<void> => {
    const [id = ''] = await this.#succeeds(['SEND', this.name, to.name, text]);
    await this.#received.take(([call, confirmed]) => call === 'SEND_MESS_ACK' && confirmed === id);
  };

  readonly reads = async (from: Other, text: string): Promise<void> => {
    await this.#received.take(
      ([call, sender, , said]) =>
        call === 'SEND_MESSAGE' && sender === foreignName(from.name) && said === text,
    );
  };

  readonly list = async (): Promise<string[]> =>
    (await this.#succeeds(['CONNECTEDUSERS', this.name])).slice(1);

  readonly attach = async (
    to: Other,
    text: string,
    file: string,
    bytes: Uint8Array,
  ): Promise<void> => {
    const fields = ['SENDATTACH', this.name, to.name, text, file, String(bytes.length)];
    await this.#succeeds(fields, bytes);
  };

  readonly seesFile = async (
    from: Other,
    text: string,
    file: string,
    size: number,
  ): Promise<void> => {
    await this.#received.take(([call, sender, id, said]) => {
      const note = `${text} (file ${file}, ${size} bytes: GETFILE ${from.name} ${id ?? ''})`;
      return call === 'SEND_MESSAGE' && sender === from.name && said === note;
    });
  };

  get moderated(): Moderated {
    return {
      sessionName: this.name,
      told: cannot('the protocol has no words of the server’s own'),
      speaksInVain: async (to, text) => {
        const asked = ['SEND', this.name, to.name, text];
        await failsWith(2, this.#port, [...keyOf(this.name), ...asked]);
      },
      block: cannot('the protocol has no words for it'),
      got: (text) => this.#received.rest.some((fields) => fields.join(' ').includes(text)),
      putOut: async () => {
        // It is called no more.
        await failsWith(2, this.#port, [...keyOf(this.name), 'DISCONNECT', this.name]);
        this.#listener.stop();
      },
    };
  }

  async leave(): Promise<void> {
    await this.#succeeds(['UNREGISTER', this.name]);
    this.#listener.stop();
  }

  #succeeds(fields: readonly string[], file?: Uint8Array): Promise<readonly string[]> {
    return succeeds(this.#port, [...keyOf(this.name), ...fields], file);
  }
}

export const mailboxKind: PersonKind = {
  dialect: mailbox,
  name: (number) => `mia${number}`,
  rooms: [],
  showsLongNames: true,
  addresses: () => true,
  enter: async (port, name) => {
    const person = new MailboxPerson(port, name);
    await person.enter();
    return person;
  },
  keptOut: (port, name) => failsWith(2, port, ['REGISTER', name, name, '01/01/2000']),
};
