// The test client of the channels protocol: frames of 200 bytes, one channel at a time.

import { channels } from '../../../src/protocol/channels/index';
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
import { padded } from './support';

const frameBytes = 200;

/** What a frame says: something said, or the server's own words. */
export type Told =
  | { readonly is: 'said'; readonly from: string; readonly text: string; readonly private: boolean }
  | { readonly is: 'server'; readonly text: string };

export function toldBy(frame: string): Told {
  const [, from, mark = '', text = ''] = /^\[([^\]]*)\] (\(private\) )?(.*)$/s.exec(frame) ?? [];
  if (from === undefined) return { is: 'server', text: frame };
  return { is: 'said', from, text, private: mark !== '' };
}

/** The wire as a client speaks it, over any transport. `received` gets each frame without its padding. */
export class ChannelsClient<T extends Transport = Transport> {
  readonly transport: T;
  readonly #received: (frame: string) => void;
  #bytes = Buffer.alloc(0);

  constructor(dial: Dial<T>, received: (frame: string) => void) {
    this.#received = received;
    this.transport = dial((bytes) => this.#data(bytes));
  }

  /** Sends one frame: a name, a text or a command. */
  send(text: string): void {
    this.transport.send(padded(text));
  }

  /** Asks what changes nothing and is answered in order: see `isSettled`. */
  settle(): void {
    this.send('/join');
  }

  /** Whether this frame is the answer to `settle`: everything sent before it has been dealt with. */
  static isSettled(frame: string): boolean {
    return frame.startsWith('/join command must be followed');
  }

  #data(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    while (this.#bytes.length >= frameBytes) {
      const frame = this.#bytes.toString('utf8', 0, frameBytes).trimEnd();
      this.#bytes = this.#bytes.subarray(frameBytes);
      this.#received(frame);
    }
  }
}

/** A client at a real server, whose frames a test reads one after the other. */
export class ChannelsPeer implements AsyncDisposable {
  readonly #client: ChannelsClient<TcpTransport>;
  readonly #frames: Received<string>;

  constructor(port: number, name = 'the client') {
    this.#frames = new Received<string>(`${name} received`);
    this.#client = new ChannelsClient(overTcp(port), (frame) => this.#frames.add(frame));
  }

  /** Sends frames: a name first, then texts and commands. */
  send(...texts: readonly string[]): void {
    for (const text of texts) this.#client.send(text);
  }

  /** The next frame, without its padding. */
  read(): Promise<string> {
    return this.take(() => true);
  }

  /** The first frame that fits. */
  take(fits: (frame: string) => boolean): Promise<string> {
    return this.#frames.take(fits);
  }

  /** Waits until the server has dealt with all that was sent. */
  async settled(): Promise<void> {
    this.#client.settle();
    await this.take((frame) => ChannelsClient.isSettled(frame));
  }

  /** Frames that came and were not taken. */
  get rest(): readonly string[] {
    return this.#frames.rest;
  }

  /** Waits until the server has ended the connection. */
  async putOut(): Promise<void> {
    await this.#client.transport.ended();
    await this[Symbol.asyncDispose]();
  }

  /** Ends the connection in both directions. */
  close(): void {
    this.#client.transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client.transport[Symbol.asyncDispose]();
  }
}

class ChannelsPerson implements Person {
  readonly name: string;
  readonly dialect = 'channels';
  readonly write = cannot('the protocol has no private messages');
  readonly list = cannot('the protocol has no list of users');
  readonly attach = cannot('the protocol has no files');
  readonly #peer: ChannelsPeer;

  constructor(port: number, name: string) {
    this.name = name;
    this.#peer = new ChannelsPeer(port, name);
  }

  async enter(): Promise<void> {
    this.#peer.send(this.name);
    await this.#peer.settled();
  }

  readonly join = async (room: string): Promise<void> => {
    this.#peer.send(`/create ${room}`, `/join ${room}`);
    await this.#peer.settled();
  };

  readonly say = async (text: string): Promise<void> => this.#peer.send(text);

  readonly hears = (from: Other, text: string): Promise<void> => this.#takes(from, text, '');

  readonly reads = (from: Other, text: string): Promise<void> =>
    this.#takes(from, text, '(private) ');

  readonly seesFile = (from: Other, text: string, file: string, size: number): Promise<void> =>
    this.reads(from, `${text} (file ${file}, ${size} bytes)`);

  get moderated(): Moderated {
    const peer = this.#peer;
    return {
      sessionName: this.name,
      told: async ({ sentence }) => void (await peer.take((frame) => frame === sentence)),
      speaksInVain: async (_to, text) => {
        await this.join('lobby');
        peer.send(text);
        await peer.take((frame) => frame === 'You may not speak here now.');
      },
      block: cannot('the protocol has no words for it'),
      got: (text) => peer.rest.some((frame) => frame.includes(text)),
      putOut: () => peer.putOut(),
    };
  }

  async leave(): Promise<void> {
    this.#peer.close();
    await this.#peer[Symbol.asyncDispose]();
  }

  async #takes(from: Other, text: string, mark: string): Promise<void> {
    for (const line of text.split('\n')) {
      const frame = `[${foreignName(from.name)}] ${mark}${line}`.trimEnd();
      await this.#peer.take((received) => received === frame);
    }
  }
}

export const channelsKind: PersonKind = {
  dialect: channels,
  name: (number) => `cho${number}`,
  rooms: 'any',
  showsLongNames: false,
  addresses: () => false,
  enter: async (port, name) => {
    const person = new ChannelsPerson(port, name);
    await person.enter();
    return person;
  },
  keptOut: async (port, name) => {
    await using peer = new ChannelsPeer(port, name);
    peer.send(name);
    await peer.take((frame) => frame === 'You are banned here.');
  },
};
