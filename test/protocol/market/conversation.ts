// Golden conversations: several clients at one real server, written as a script of lines.

import { connectTcp, type TcpPeer } from '../../support/tcp';

const barrier = ':?barrier';
const welcome =
  'Welcome to the best chat in the universe!\n[SERVER] Client: What is your balance?\n';

export class Conversation implements AsyncDisposable {
  readonly peers = new Map<string, TcpPeer>();
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Plays a script, a step a line: `ann connects` (and reads the welcome and the question), `ann enters with 50`
   * (connects, gives its name and its balance), `ann > text` sends a line, `ann ~ text` sends text without a
   * line end, `ann < text` reads a line, which must be that text, `ann | ` that the server ended, `ann leaves`
   * closes. `ann .` waits until the server has dealt with all that ann sent, and ann has heard nothing more.
   * `\r` and `\n` in a text stand for themselves.
   */
  async play(script: string): Promise<void> {
    for (const step of script.split('\n')) {
      const [, who = '', what = '', text = ''] =
        /^\s*(\S+) (connects|enters with|leaves|>|~|<|\||\.) ?(.*)$/.exec(step) ?? [];
      if (who === '' && step.trim() !== '') throw new Error(`no step: ${step}`);
      if (who !== '') await this.#step(who, what, text);
    }
  }

  peer(who: string): TcpPeer {
    const peer = this.peers.get(who);
    if (!peer) throw new Error(`${who} is not connected`);
    return peer;
  }

  async connect(who: string): Promise<TcpPeer> {
    const peer = await connectTcp(this.#port);
    this.peers.set(who, peer);
    await this.reads(who, welcome);
    return peer;
  }

  async enter(who: string, balance: number | string): Promise<TcpPeer> {
    const peer = await this.connect(who);
    await peer.send(`${who}\n${balance}\n`);
    await this.reads(
      who,
      `[SERVER] Client: What is your balance?\n[SERVER] Client: The balance of ${balance} has been set to your account.\n`,
    );
    return peer;
  }

  async reads(who: string, expected: string): Promise<void> {
    for (const line of expected.match(/[^\n]*\n/g) ?? []) {
      const heard = await this.peer(who).readTo('\n');
      if (heard !== line) {
        throw new Error(`${who} heard ${JSON.stringify(heard)}, not ${JSON.stringify(line)}`);
      }
    }
  }

  /** The server has dealt with all that `who` sent, and `who` was told nothing more. */
  async hearsNothing(who: string): Promise<void> {
    await this.peer(who).send(`:p ${barrier}\n`);
    await this.reads(who, '[SERVER] Client: Write it like this: :p - <ID> - text\n');
  }

  async #step(who: string, what: string, written: string): Promise<void> {
    const text = written.replace(/\\([rn])/g, (_, message) => (message === 'r' ? '\r' : '\n'));
    if (what === 'connects') await this.connect(who);
    else if (what === 'enters with') await this.enter(who, text);
    else if (what === '>') await this.peer(who).send(`${text}\n`);
    else if (what === '~') await this.peer(who).send(text);
    else if (what === '<') await this.reads(who, `${text}\n`);
    else if (what === '.') await this.hearsNothing(who);
    else {
      if (what === '|') await this.#ended(who);
      this.peer(who).close();
      this.peers.delete(who);
    }
  }

  async #ended(who: string): Promise<void> {
    const rest = Buffer.from(await this.peer(who).readToEnd()).toString();
    if (rest !== '') throw new Error(`${who} heard ${JSON.stringify(rest)} before the end`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.peers.values()) await peer[Symbol.asyncDispose]();
  }
}
