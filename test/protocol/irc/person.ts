// The test client of the IRC door: lines, and a person who speaks them.

import { irc } from '../../../src/protocol/irc/index';
import { nameOfNick, nickOf } from '../../../src/protocol/irc/wire/names';
import type { Name } from '../../../src/protocol/model';
import {
  cannot,
  foreignName,
  type Moderated,
  type Other,
  type Person,
  type PersonKind,
  type ServerNews,
} from '../../support/person';
import { Received } from '../../support/received';
import { overTcp, type TcpTransport } from '../../support/tcp_transport';

/** A client at a real server, whose lines a test reads one after the other. */
export class IrcPeer implements AsyncDisposable {
  readonly #transport: TcpTransport;
  readonly #lines: Received<string>;
  #text = '';
  #pings = 0;

  constructor(port: number, name = 'the client') {
    this.#lines = new Received<string>(`${name} received`);
    this.#transport = overTcp(port)((bytes) => this.#data(bytes));
  }

  /** Connects and waits until it is in. */
  static async enter(port: number, nick: string, capabilities = ''): Promise<IrcPeer> {
    const peer = new IrcPeer(port, nick);
    if (capabilities !== '') peer.send(`CAP REQ :${capabilities}`);
    peer.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick} the tester`, 'CAP END');
    const line = await peer.take((one) => /^:irc\.chat (?:221|433) /.test(one));
    if (line.includes(' 433 ')) {
      await peer[Symbol.asyncDispose]();
      throw new Error(line);
    }
    await peer.settled();
    peer.clear();
    return peer;
  }

  send(...lines: readonly string[]): void {
    this.#transport.send(Buffer.from(lines.map((line) => `${line}\r\n`).join('')));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#transport.send(bytes);
  }

  /** The next line. */
  read(): Promise<string> {
    return this.take(() => true);
  }

  /** The first line that fits. */
  take(fits: (line: string) => boolean): Promise<string> {
    return this.#lines.take(fits);
  }

  /** Waits until the server has dealt with all that was sent. */
  async settled(): Promise<void> {
    const token = `settled-${++this.#pings}`;
    this.send(`PING ${token}`);
    await this.take((line) => line.endsWith(` PONG irc.chat :${token}`));
  }

  /** What was asked is answered: all lines that came and were not taken. */
  async ask(...lines: readonly string[]): Promise<readonly string[]> {
    this.clear();
    this.send(...lines);
    await this.settled();
    const rest = [...this.rest];
    this.clear();
    return rest;
  }

  get rest(): readonly string[] {
    return this.#lines.rest;
  }

  clear(): void {
    (this.#lines.rest as string[]).length = 0;
  }

  /** Waits until the server has ended the connection. */
  async putOut(): Promise<void> {
    await this.#transport.ended();
    await this[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#transport[Symbol.asyncDispose]();
  }

  #data(bytes: Uint8Array): void {
    this.#text += Buffer.from(bytes).toString();
    const lines = this.#text.split('\r\n');
    this.#text = lines.pop() ?? '';
    this.#lines.add(...lines);
  }
}

const nickOfOther = (from: Other): string =>
  nickOf((from.dialect === 'irc' ? from.name : foreignName(from.name)) as Name);

class IrcPerson implements Person {
  readonly name: string;
  readonly dialect = 'irc';
  readonly attach = cannot('the protocol has no files');
  readonly #peer: IrcPeer;
  #room = '';

  constructor(peer: IrcPeer, name: string) {
    this.name = name;
    this.#peer = peer;
  }

  readonly write = async (to: Other, text: string): Promise<void> => {
    this.#peer.send(`PRIVMSG ${nickOf(to.name as Name)} :${text}`);
    await this.#peer.settled();
  };

  readonly reads = (from: Other, text: string): Promise<void> =>
    this.#takes(from, nickOf(this.name as Name), text);

  readonly join = async (room: string): Promise<void> => {
    this.#room = `#${room}`;
    this.#peer.send(`JOIN ${this.#room}`);
    await this.#peer.take((line) => line.includes(` 366 ${this.name} ${this.#room} `));
  };

  readonly say = async (text: string): Promise<void> =>
    this.#peer.send(`PRIVMSG ${this.#room} :${text}`);

  readonly hears = (from: Other, text: string): Promise<void> =>
    this.#takes(from, this.#room, text);

  readonly list = async (): Promise<string[]> => {
    const lines = await this.#peer.ask('WHO *');
    return lines.flatMap((line) => {
      const nick = / 352 \S+ \S+ \S+ \S+ \S+ (\S+) /.exec(line)?.[1];
      return nick === undefined ? [] : [nameOfNick(nick) ?? nick];
    });
  };

  readonly seesFile = (from: Other, text: string, file: string, size: number): Promise<void> =>
    this.reads(from, `${text} (file ${file}, ${size} bytes)`);

  get moderated(): Moderated {
    const peer = this.#peer;
    return {
      sessionName: this.name,
      told: async (news) => {
        const line = lineOfNews(news, this.name);
        await peer.take((received) => received === line);
      },
      speaksInVain: async (to, text) => {
        peer.send(`PRIVMSG ${nickOf(to.name as Name)} :${text}`);
        await peer.take((line) => line.includes(` 404 ${this.name} `));
      },
      block: cannot('the protocol has no words for it'),
      got: (text) => peer.rest.some((line) => line.includes(text)),
      putOut: () => peer.putOut(),
    };
  }

  async leave(): Promise<void> {
    this.#peer.send('QUIT');
    await this.#peer.putOut();
  }

  async #takes(from: Other, target: string, text: string): Promise<void> {
    for (const line of text.split('\n')) {
      const front = `:${nickOfOther(from)}!`;
      const end = ` PRIVMSG ${target} :${line}`;
      await this.#peer.take((received) => received.startsWith(front) && received.endsWith(end));
    }
  }
}

/** How the server's news stand on this wire. */
function lineOfNews({ sentence, form }: ServerNews, nick: string): string {
  if (form['is'] === 'removed') return `ERROR :${sentence}`;
  if (form['is'] === 'topic')
    return `:irc.chat TOPIC #${String(form['room'])} :${String(form['topic'])}`;
  return `:irc.chat NOTICE ${nick} :${sentence}`;
}

export const ircKind: PersonKind = {
  dialect: irc,
  name: (number) => `ira${number}`,
  rooms: 'any',
  showsLongNames: true,
  addresses: () => true,
  enter: async (port, name) => new IrcPerson(await IrcPeer.enter(port, name), name),
  keptOut: async (port, name) => {
    await using peer = new IrcPeer(port, name);
    peer.send(`NICK ${name}`, `USER ${name} 0 * :${name}`);
    await peer.take((line) => line.includes(` 465 ${name} `));
  },
};
