// Golden conversations: several clients at one real server, written as a script of messages.

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { bytesOf, type Content, MessageReader } from '../../../src/protocol/groups/wire/codec';
import type { Message } from '../../../src/protocol/groups/wire/messages';
import { connectTcp, type TcpPeer } from '../../support/tcp';
import { contentOf, written } from './written';

/** One raw client. */
export class Peer {
  readonly tcp: TcpPeer;
  readonly #reader = new MessageReader(1 << 20);
  readonly #inbox = new Inbox();
  readonly #serverPort: number;

  constructor(tcp: TcpPeer, serverPort: number) {
    this.tcp = tcp;
    this.#serverPort = serverPort;
  }

  bytes(content: Content): Uint8Array {
    const envelope = {
      ip: '127.0.0.1',
      side: 'client',
      sourcePort: this.tcp.localPort,
      destinationPort: this.#serverPort,
    } as const;
    return bytesOf(envelope, content);
  }

  send(content: Content | string): Promise<void> {
    return this.tcp.send(this.bytes(typeof content === 'string' ? contentOf(content) : content));
  }

  /** The next message, however it comes. */
  async read(): Promise<Message> {
    for (;;) {
      const taken = this.#reader.take(this.#inbox);
      if (typeof taken === 'string' || taken?.action === 'unknown') {
        throw new Error(`the server sent what is ${JSON.stringify(taken)}`);
      }
      if (taken !== undefined) return taken;
      this.#inbox.push(await this.tcp.read(1));
      if (this.tcp.unread.length > 0) {
        this.#inbox.push(await this.tcp.read(this.tcp.unread.length));
      }
    }
  }
}

export class Conversation implements AsyncDisposable {
  readonly peers = new Map<string, Peer>();
  /** The last token that somebody was told. */
  readonly tokens = new Map<string, string>();
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Plays a script, a step a line: `ann connects` opens a connection, `ann enters` also connects as ann, reading the
   * list; `ann > message` sends, `ann < message` reads one, which must be that; `ann .` waits until the server has
   * dealt with all that ann sent, and ann has heard nothing more; `ann | ` reads the server's end; `ann leaves`
   * closes cleanly, `ann breaks` resets. `:ann` in a list stands for ann's port, `*` for a token, and `Token=*ann`
   * sends the last token that ann was told.
   */
  async play(script: string): Promise<void> {
    for (const line of script.split('\n')) {
      if (line.trim() === '' || line.trim().startsWith('--')) continue;
      const [, who = '', what = '', text = ''] =
        /^\s*(\S+) (connects|enters|leaves|breaks|>|<|\||\.) ?(.*)$/.exec(line) ?? [];
      if (who === '') throw new Error(`no step: ${line}`);
      await this.#step(who, what, text);
    }
  }

  peer(who: string): Peer {
    const peer = this.peers.get(who);
    if (!peer) throw new Error(`${who} is not connected`);
    return peer;
  }

  async connect(who: string): Promise<Peer> {
    const peer = new Peer(await connectTcp(this.#port), this.#port);
    this.peers.set(who, peer);
    return peer;
  }

  async enter(who: string): Promise<Peer> {
    const peer = await this.connect(who);
    await peer.send({ action: 'connect', user: who });
    const answer = await peer.read();
    if (answer.status !== 'ok') throw new Error(`${who} heard ${written(answer)}`);
    return peer;
  }

  async #step(who: string, what: string, text: string): Promise<void> {
    switch (what) {
      case 'connects':
        await this.connect(who);
        return;
      case 'enters':
        await this.enter(who);
        return;
      case '>':
        return this.peer(who).send(
          text
            .replace(/Token=\*(\S+)/, (_, of: string) => `Token=${this.tokens.get(of)}`)
            .replace(
              /Port=(\S*[^\d\s]\S*)/,
              (_, of: string) => `Port=${this.peer(of).tcp.localPort}`,
            ),
        );
      case '<':
        return this.#reads(who, text);
      case '.': {
        await this.peer(who).send({ action: 'list', id: 'barrier' });
        const { action } = await this.peer(who).read();
        if (action !== 'listed') throw new Error(`${who} heard ${action}`);
        return;
      }
      case '|': {
        const rest = await this.peer(who).tcp.readToEnd();
        if (rest.length > 0) throw new Error(`${who} heard ${Buffer.from(rest).toString()}`);
        break;
      }
      case 'breaks':
        this.peer(who).tcp.reset();
        this.peers.delete(who);
        return;
    }
    this.peer(who).tcp.close();
    this.peers.delete(who);
  }

  async #reads(who: string, expected: string): Promise<void> {
    const message = await this.peer(who).read();
    let { token } = message;
    if (token !== undefined) {
      this.tokens.set(who, token);
      token = '*';
    }
    let heard = written({ ...message, ...(token !== undefined && { token }) });
    for (const [name, peer] of this.peers) {
      heard = heard.replaceAll(` ${peer.tcp.localPort}\\n`, ` :${name}\\n`);
    }
    if (heard !== expected) throw new Error(`${who} heard\n  ${heard}\nand not\n  ${expected}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { tcp } of this.peers.values()) await tcp[Symbol.asyncDispose]();
  }
}
