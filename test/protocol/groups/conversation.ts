// Golden conversations of the groups protocol: messages as written.ts has them.

import * as support from '../../support/conversation';
import { GroupsPeer } from './person';
import { written } from './written';

/**
 * `ann enters` connects as ann; `ann breaks` resets the connection. `:ann` in a list stands for ann's port, `*` for
 * a token, and `Token=*ann` sends the last token that ann received.
 */
export class Conversation extends support.Conversation<GroupsPeer> {
  /** The last token that each of them received. */
  readonly tokens = new Map<string, string>();

  protected override get moreSteps() {
    return {
      enters: (who: string) => this.enter(who),
      breaks: async (who: string) => {
        this.peer(who).tcp.reset();
        this.peers.delete(who);
      },
    };
  }

  async connect(who: string): Promise<GroupsPeer> {
    const peer = await GroupsPeer.connect(this.port);
    this.peers.set(who, peer);
    return peer;
  }

  async enter(who: string): Promise<GroupsPeer> {
    const peer = await this.connect(who);
    await peer.send({ action: 'connect', user: who });
    const answer = await peer.read();
    if (answer.status !== 'ok') throw new Error(`${who} received ${written(answer)}`);
    return peer;
  }

  async send(who: string, text: string): Promise<void> {
    const message = text
      .replace(/Token=\*(\S+)/, (_, of: string) => `Token=${this.tokens.get(of)}`)
      .replace(/Port=(\S*[^\d\s]\S*)/, (_, of: string) => `Port=${this.peer(of).tcp.localPort}`);
    await this.peer(who).send(message);
  }

  async reads(who: string, expected: string): Promise<void> {
    const message = await this.peer(who).read();
    let { token } = message;
    if (token !== undefined) {
      this.tokens.set(who, token);
      token = '*';
    }
    let received = written({ ...message, ...(token !== undefined && { token }) });
    for (const [name, peer] of this.peers) {
      received = received.replaceAll(` ${peer.tcp.localPort}\\n`, ` :${name}\\n`);
    }
    if (received !== expected) {
      throw new Error(`${who} received\n  ${received}\nand not\n  ${expected}`);
    }
  }

  async hearsNothing(who: string): Promise<void> {
    await this.peer(who).send({ action: 'list', id: 'barrier' });
    const { action } = await this.peer(who).read();
    if (action !== 'listed') throw new Error(`${who} received ${action}`);
  }

  protected async readsEnd(who: string): Promise<void> {
    const rest = await this.peer(who).readToEnd();
    if (rest.length > 0) throw new Error(`${who} received ${rest.map(written).join('; ')}`);
  }

  protected close(peer: GroupsPeer): void {
    peer.tcp.close();
  }
}
