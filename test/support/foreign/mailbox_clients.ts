// Clients of the mailbox protocol as other people write them: each departs from ours in one way.

import { closedPort } from '../../client/fake_server';
import { nul } from '../../protocol/mailbox/support';
import { connectTcp, listenTcp, type TcpListener, type TcpPeer } from '../tcp';

export interface ForeignMailboxClient {
  readonly name: string;
  /** How a request leaves; whole and at once if absent. */
  readonly ask?: (peer: TcpPeer, fields: readonly string[]) => Promise<void>;
  /** It listens only when CONNECT has been answered. */
  readonly listensLate?: boolean;
  /** It closes its listener with each call, and opens it again once it has dealt with it. */
  readonly listensOnce?: boolean;
  /** What it does with a call that it has read; it ends it if absent. */
  readonly settle?: (call: TcpPeer) => void;
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

async function each(peer: TcpPeer, pieces: readonly string[]): Promise<void> {
  peer.transport.setNoDelay();
  for (const piece of pieces) {
    await peer.send(piece);
    await turn();
  }
}

export const mailboxClients: readonly ForeignMailboxClient[] = [
  { name: 'as the source' },
  {
    name: 'field by field',
    ask: (peer, fields) =>
      each(
        peer,
        fields.map((field) => nul(field)),
      ),
  },
  {
    name: 'NULs apart',
    ask: (peer, fields) =>
      each(
        peer,
        fields.flatMap((field) => [field, '\0']),
      ),
  },
  { name: 'byte by byte', ask: (peer, fields) => peer.sendByteByByte(nul(...fields)) },
  {
    name: 'ends before the reply',
    ask: async (peer, fields) => {
      await peer.send(nul(...fields));
      peer.finish();
    },
  },
  { name: 'a field too many', ask: (peer, fields) => peer.send(nul(...fields, 'END')) },
  {
    name: 'a line end behind the last NUL',
    ask: (peer, fields) => peer.send(`${nul(...fields)}\n`),
  },
  {
    name: 'CONNECTEDUSERS without a name',
    ask: (peer, [operation = '', ...fields]) =>
      peer.send(operation === 'CONNECTEDUSERS' ? nul(operation) : nul(operation, ...fields)),
  },
  { name: 'listens late', listensLate: true },
  { name: 'never ends a call', settle: () => {} },
  {
    name: 'answers calls with a code',
    settle: (call) => {
      void call.send('0\0');
      call.finish();
    },
  },
  { name: 'dates with dashes', ask: (peer, fields) => peer.send(nul(...withDashes(fields))) },
  { name: 'listens for one call at a time', listensOnce: true },
];

/** The calendar of the course's own window writes `01-02-2000`. */
const withDashes = ([operation = '', ...fields]: readonly string[]): string[] =>
  operation === 'REGISTER'
    ? [operation, ...fields.map((field) => field.replaceAll('/', '-'))]
    : [operation, ...fields];

/** One user of such a client. */
export class ForeignUser implements AsyncDisposable {
  readonly #client: ForeignMailboxClient;
  readonly #server: number;
  readonly #calls: TcpPeer[] = [];
  #listener: TcpListener | undefined;

  constructor(client: ForeignMailboxClient, server: number) {
    this.#client = client;
    this.#server = server;
  }

  /** The whole answer, as text whose first character is the code. */
  async ask(...fields: readonly string[]): Promise<string> {
    await using peer = await connectTcp(this.#server);
    const { ask = (to, all) => to.send(nul(...all)) } = this.#client;
    await ask(peer, fields);
    return Buffer.from(await peer.readToEnd()).toString();
  }

  async connect(alias: string): Promise<string> {
    if (this.#client.listensLate !== true) {
      this.#listener = listenTcp();
      return this.ask('CONNECT', alias, String(this.#listener.port));
    }
    const port = closedPort();
    const answer = await this.ask('CONNECT', alias, String(port));
    this.#listener = listenTcp('127.0.0.1', port);
    return answer;
  }

  /** Where it listens. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  /** The fields of the next call. */
  async called(): Promise<string[]> {
    return (await this.calledWith()).toString().split('\0').slice(0, -1);
  }

  /** The bytes of the next call. */
  async calledWith(): Promise<Buffer> {
    const call = await this.#listener?.accept();
    if (call === undefined) throw new Error('the user is not connected');
    this.#calls.push(call);
    const { listensOnce, settle = (one) => one.finish() } = this.#client;
    const port = this.#listener?.port;
    if (listensOnce === true) this.#listener?.stop();
    const bytes = Buffer.from(await call.readToEnd());
    if (listensOnce === true) this.#listener = listenTcp('127.0.0.1', port);
    settle(call);
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const call of this.#calls) call.close();
    this.#listener?.close();
    return Promise.resolve();
  }
}
