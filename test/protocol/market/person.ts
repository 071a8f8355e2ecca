// The test client of the market protocol: lines of text, a name and a balance to enter, money.

import { market } from '../../../src/protocol/market/index';
import {
  cannot,
  foreignName,
  type Moderated,
  type Other,
  type Person,
  type PersonKind,
} from '../../support/person';
import { Received } from '../../support/received';
import { overTcp, type TcpTransport } from '../../support/tcp_transport';
import type { Dial, Transport } from '../../support/transport';

/** What stands before everything that the server says itself. */
export const serverPrefix = '[SERVER] Client: ';

/** The wire as a client speaks it, over any transport. `received` gets each line without its end. */
export class MarketClient<T extends Transport = Transport> {
  readonly transport: T;
  readonly #received: (line: string) => void;
  #bytes = Buffer.alloc(0);

  constructor(dial: Dial<T>, received: (line: string) => void) {
    this.#received = received;
    this.transport = dial((bytes) => this.#data(bytes));
  }

  /** Sends one line: a name, a balance, a text or a command. */
  send(line: string): void {
    this.transport.send(Buffer.from(`${line}\n`));
  }

  write(to: string, text: string): void {
    this.send(`:p - ${to} - ${text}`);
  }

  pay(to: string, amount: number): void {
    this.send(`:t - <${to}> - ${amount}`);
  }

  users(): void {
    this.send(':u');
  }

  /** The answer also says that everything sent before has been dealt with: see `fundsIn`. */
  funds(): void {
    this.send(':funds');
  }

  quit(): void {
    this.send(':q');
  }

  #data(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (let end = this.#bytes.indexOf('\n'); end >= 0; end = this.#bytes.indexOf('\n')) {
      const line = this.#bytes.toString('utf8', 0, end);
      this.#bytes = this.#bytes.subarray(end + 1);
      this.#received(line);
    }
  }
}

/** The speaker and the text of a line that a user said; nothing for the server's own lines. */
export function saidIn(line: string): { readonly from: string; readonly text: string } | undefined {
  const [, from, text = ''] = /^<([^<>]*)>: (.*)$/.exec(line) ?? [];
  return from === undefined ? undefined : { from, text };
}

/** The balance that a line tells, if it is the answer to `funds`. */
export function fundsIn(line: string): number | undefined {
  const funds = /^\[SERVER\] Client: You have (\d+) dollars\.$/.exec(line)?.[1];
  return funds === undefined ? undefined : Number(funds);
}

/** A client at a real server, whose lines a test reads one after the other. */
export class MarketPeer implements AsyncDisposable {
  readonly client: MarketClient<TcpTransport>;
  readonly #lines: Received<string>;

  constructor(port: number, name = 'the client') {
    this.#lines = new Received<string>(`${name} received`);
    this.client = new MarketClient(overTcp(port), (line) => this.#lines.add(line));
  }

  /** Enters with a name and a balance. */
  async enter(name: string, balance: number): Promise<void> {
    this.client.send(name);
    this.client.send(String(balance));
    await this.settled();
  }

  /** The first line that fits. */
  take(fits: (line: string) => boolean): Promise<string> {
    return this.#lines.take(fits);
  }

  /** Lines that came and were not taken. */
  get rest(): readonly string[] {
    return this.#lines.rest;
  }

  /** Waits until the server has dealt with all that was sent. */
  async settled(): Promise<void> {
    this.client.funds();
    await this.take((line) => fundsIn(line) !== undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client.transport[Symbol.asyncDispose]();
  }
}

class MarketPerson implements Person {
  readonly name: string;
  readonly dialect = 'market';
  readonly attach = cannot('the protocol has no files');
  readonly #peer: MarketPeer;

  constructor(port: number, name: string) {
    this.name = name;
    this.#peer = new MarketPeer(port, name);
  }

  enter(): Promise<void> {
    return this.#peer.enter(this.name, 100);
  }

  readonly write = async (to: Other, text: string): Promise<void> => {
    this.#peer.client.write(to.name, text);
    await this.#peer.settled();
  };

  readonly reads = async (from: Other, text: string): Promise<void> => {
    for (const part of text.split('\n')) {
      const line = `<${foreignName(from.name)}>: ${part}`;
      await this.#peer.take((received) => received === line);
    }
  };

  /** A user who has entered is in the market already. */
  readonly join = async (): Promise<void> => {};

  readonly say = async (text: string): Promise<void> => this.#peer.client.send(text);

  readonly hears = (from: Other, text: string): Promise<void> => this.reads(from, text);

  readonly list = async (): Promise<string[]> => {
    this.#peer.client.users();
    await this.#peer.take((line) => line === `${serverPrefix}Connected users:`);
    await this.#peer.settled();
    return this.#peer.rest.flatMap((line) => /^<(.*)>$/.exec(line)?.[1] ?? []);
  };

  readonly seesFile = (from: Other, text: string, file: string, size: number): Promise<void> =>
    this.reads(from, `${text} (file ${file}, ${size} bytes)`);

  get moderated(): Moderated {
    const peer = this.#peer;
    return {
      sessionName: this.name,
      told: async ({ sentence }) => {
        await peer.take((line) => line === `${serverPrefix}${sentence}.`);
      },
      speaksInVain: async (_to, text) => {
        peer.client.send(text);
        await peer.take((line) => line === `${serverPrefix}You may not speak now.`);
      },
      block: async (name, isBlocked) => {
        peer.client.send(`:${isBlocked ? 'block' : 'unblock'} - <${name}>`);
        const wanted = isBlocked ? `Nothing of <${name}> reaches you` : `You hear <${name}> again`;
        await peer.take((line) => line.startsWith(`${serverPrefix}${wanted}`));
      },
      got: (text) => peer.rest.some((line) => line.includes(text)),
      putOut: async () => {
        await peer.client.transport.ended();
        await peer[Symbol.asyncDispose]();
      },
    };
  }

  async leave(): Promise<void> {
    this.#peer.client.quit();
    await this.#peer.client.transport.ended();
    await this.#peer[Symbol.asyncDispose]();
  }
}

export const marketKind: PersonKind = {
  dialect: market,
  name: (number) => `max${number}`,
  rooms: ['market'],
  cleansItself: true,
  showsLongNames: true,
  addresses: () => true,
  enter: async (port, name) => {
    const person = new MarketPerson(port, name);
    await person.enter();
    return person;
  },
  keptOut: async (port, name) => {
    await using peer = new MarketPeer(port, name);
    peer.client.send(name);
    peer.client.send('1');
    await peer.take((line) => line === `${serverPrefix}You are banned here.`);
  },
};
