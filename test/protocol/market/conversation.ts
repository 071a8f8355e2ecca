// Golden conversations of the market protocol: lines, written without their ends.

import * as support from '../../support/conversation';
import { connectTcp, type TcpPeer } from '../../support/tcp';

const barrier = ':?barrier';
const welcome =
  'Welcome to the best chat in the universe!\n[SERVER] Client: What is your balance?\n';

/** `\r` and `\n` in a text stand for what they are called. */
const unescaped = (text: string): string =>
  text.replace(/\\([rn])/g, (_, letter) => (letter === 'r' ? '\r' : '\n'));

/**
 * `ann connects` also reads the welcome and the question; `ann enters with 50` connects and gives a name and a
 * balance; `ann ~ text` sends a text without a line end.
 */
export class Conversation extends support.Conversation<TcpPeer> {
  protected override get moreSteps() {
    return {
      'enters with': (who: string, balance: string) => this.enter(who, balance),
      '~': (who: string, text: string) => this.peer(who).send(unescaped(text)),
    };
  }

  async connect(who: string): Promise<TcpPeer> {
    const peer = await connectTcp(this.port);
    this.peers.set(who, peer);
    await this.readsLines(who, welcome);
    return peer;
  }

  async enter(who: string, balance: number | string): Promise<TcpPeer> {
    const peer = await this.connect(who);
    await peer.send(`${who}\n${balance}\n`);
    await this.readsLines(
      who,
      `[SERVER] Client: What is your balance?\n[SERVER] Client: The balance of ${balance} has been set to your account.\n`,
    );
    return peer;
  }

  async send(who: string, text: string): Promise<void> {
    await this.peer(who).send(`${unescaped(text)}\n`);
  }

  reads(who: string, text: string): Promise<void> {
    return this.readsLines(who, `${unescaped(text)}\n`);
  }

  /** Reads so many lines, which must be these. */
  async readsLines(who: string, expected: string): Promise<void> {
    for (const line of expected.match(/[^\n]*\n/g) ?? []) {
      const received = await this.peer(who).readTo('\n');
      if (received !== line) {
        throw new Error(`${who} received ${JSON.stringify(received)}, not ${JSON.stringify(line)}`);
      }
    }
  }

  async hearsNothing(who: string): Promise<void> {
    await this.peer(who).send(`:p ${barrier}\n`);
    await this.readsLines(who, '[SERVER] Client: Write it like this: :p - <ID> - text\n');
  }

  protected async readsEnd(who: string): Promise<void> {
    await this.peer(who).readsNothingToEnd();
  }

  protected close(peer: TcpPeer): void {
    peer.close();
  }
}
