// Golden conversations of the channels protocol: frames, written without their padding.

import * as support from '../../support/conversation';
import { connectTcp, type TcpPeer } from '../../support/tcp';
import { padded } from './support';

const barrier = '/?';
const barrierAnswer =
  '/? is not a valid control message. Valid messages are /create, /list, and /join.';

/** `Panda connects` also sends the name. A frame that is read must be the text and spaces, byte for byte. */
export class Conversation extends support.Conversation<TcpPeer> {
  /** At the end of a script nobody may have received anything that it does not read. */
  override async play(script: string): Promise<void> {
    await super.play(script);
    for (const who of this.peers.keys()) await this.hearsNothing(who);
  }

  async connect(who: string, name = who): Promise<TcpPeer> {
    const peer = await connectTcp(this.port);
    this.peers.set(who, peer);
    await peer.send(padded(name));
    await this.hearsNothing(who);
    return peer;
  }

  async send(who: string, text: string): Promise<void> {
    await this.peer(who).send(padded(text));
  }

  async reads(who: string, text: string): Promise<void> {
    const frame = Buffer.from(await this.peer(who).read(200));
    if (!frame.equals(padded(text))) {
      throw new Error(
        `${who} received ${JSON.stringify(frame.toString())}, not ${JSON.stringify(text)}`,
      );
    }
  }

  async hearsNothing(who: string): Promise<void> {
    await this.send(who, barrier);
    await this.reads(who, barrierAnswer);
  }

  protected async readsEnd(who: string): Promise<void> {
    await this.peer(who).readsNothingToEnd();
  }

  protected close(peer: TcpPeer): void {
    peer.close();
  }
}
