// Golden conversations: several clients at one real server, written as a script of frames.

import { connectTcp, type TcpPeer } from '../../support/tcp';
import { padded } from './support';

const barrier = '/?';
const barrierAnswer =
  '/? is not a valid control message. Valid messages are /create, /list, and /join.';

export class Conversation implements AsyncDisposable {
  readonly peers = new Map<string, TcpPeer>();
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Plays a script, a step a line: `Panda connects` (and sends its name), `Panda > text` sends a frame,
   * `Panda < text` reads one, which must be that text and spaces, byte for byte; `Panda leaves` closes.
   * `Panda .` waits until the server has dealt with all that Panda sent, and Panda has heard nothing more; so
   * does the end of the script for everybody.
   */
  async play(script: string): Promise<void> {
    for (const line of script.split('\n')) {
      const [, who = '', what = '', text = ''] =
        /^\s*(\S+) (connects|leaves|>|<|\.) ?(.*)$/.exec(line) ?? [];
      if (who === '') continue;
      if (what === 'connects') await this.connect(who);
      else if (what === 'leaves') this.peer(who).close();
      else if (what === '.') await this.hearsNothing(who);
      else if (what === '>') await this.send(who, text);
      else await this.hears(who, text);
      if (what === 'leaves') this.peers.delete(who);
    }
    for (const who of this.peers.keys()) await this.hearsNothing(who);
  }

  peer(who: string): TcpPeer {
    const peer = this.peers.get(who);
    if (!peer) throw new Error(`${who} is not connected`);
    return peer;
  }

  async connect(who: string, name = who): Promise<TcpPeer> {
    const peer = await connectTcp(this.#port);
    this.peers.set(who, peer);
    await peer.send(padded(name));
    await this.hearsNothing(who);
    return peer;
  }

  async send(who: string, text: string): Promise<void> {
    await this.peer(who).send(padded(text));
  }

  async hears(who: string, text: string): Promise<void> {
    const expected = padded(text);
    const frame = Buffer.from(await this.peer(who).read(200));
    if (!frame.equals(expected)) {
      throw new Error(
        `${who} heard ${JSON.stringify(frame.toString())}, not ${JSON.stringify(text)}`,
      );
    }
  }

  /** The server has dealt with all that `who` sent, and `who` was told nothing more. */
  async hearsNothing(who: string): Promise<void> {
    await this.send(who, barrier);
    await this.hears(who, barrierAnswer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.peers.values()) await peer[Symbol.asyncDispose]();
  }
}
