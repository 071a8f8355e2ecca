// The healthy pair: two users who write to each other at one door, and notice when the server drops one of them.

import type { Message } from '../../../src/protocol/groups/wire/messages';
import { ChannelsClient, toldBy } from '../../protocol/channels/person';
import { GroupsClient } from '../../protocol/groups/person';
import { answerIn, type End, Operation, requestOf } from '../../protocol/mailbox/person';
import { MarketClient, saidIn } from '../../protocol/market/person';
import { msg, oi, ok } from '../../protocol/relay/frames';
import { RelayClient } from '../../protocol/relay/person';
import { born, type Fields, tokenFor, WebLines } from '../../protocol/web/person';
import { Changes } from '../../support/changes';
import { dialTcp, listenWith, TcpTransport } from '../../support/tcp_transport';
import type { Dial, Transport, TransportEvents } from '../../support/transport';
import { room, victim, victimNumber } from './attacks';
import { WebSocketTransport } from './frames';

/** How long one message may take before the pair gives up. */
const deadlineMs = 20_000;

/** One of the two. */
export abstract class Healthy {
  readonly name: string;
  protected readonly port: number;
  /** Their own address: nobody else's requests count as theirs. */
  protected readonly from: string;
  readonly #changes = new Changes();
  readonly #texts = new Set<string>();
  #others = 0;
  /** How often the server ended a connection of theirs, or refused one. */
  drops = 0;
  /** What the server would not do for them, in its own words. */
  readonly refusals: string[] = [];
  #isLeaving = false;
  readonly #transports: Transport[] = [];

  constructor(port: number, name: string, from: string) {
    this.port = port;
    this.name = name;
    this.from = from;
  }

  abstract enter(): Promise<void>;
  abstract write(to: Healthy, text: string): void;

  leave(): void {
    this.#isLeaving = true;
    for (const transport of this.#transports) transport.reset();
  }

  /** Resolves with a text, at once if it came before. */
  async reads(text: string): Promise<void> {
    await this.#changes.until(
      () => this.#texts.delete(text) || this.drops > 0,
      () => `${this.name} did not get ${text}; ${this.#others} other texts came`,
      deadlineMs,
    );
    if (this.drops > 0) throw new Error(`${this.name} was dropped`);
  }

  protected got(text: string): void {
    // What strangers say is longer or other, and not kept.
    if (!text.startsWith('healthy-')) {
      this.#others++;
      return;
    }
    this.#texts.add(text);
    this.#changes.changed();
  }

  protected refused(what: string): void {
    if (this.refusals.length < 3) this.refusals.push(`${this.name} was refused: ${what}`);
  }

  protected dropped(): void {
    if (this.#isLeaving) return;
    this.drops++;
    this.#changes.changed();
  }

  /** Dials from the user's own address. */
  protected readonly dial: Dial<TcpTransport> = (data) => {
    const events = { data, ended: () => this.dropped(), lost: () => this.dropped() };
    const transport = dialTcp(this.port, events, '127.0.0.1', this.from);
    this.#transports.push(transport);
    return transport;
  };
}

// ---- each door

class MailboxUser extends Healthy {
  async enter(): Promise<void> {
    const accept = (): { transport: TcpTransport; opened(): void } => {
      const pieces: Uint8Array[] = [];
      const transport: TcpTransport = new TcpTransport({
        data: (bytes) => void pieces.push(bytes),
        ended: () => {
          this.#called(Buffer.concat(pieces).toString().split('\0'));
          transport.finish();
        },
        lost: () => {},
      });
      return { transport, opened: () => {} };
    };
    const { port } = listenWith(accept, this.from);
    for (const request of [
      ['REGISTER', 'Healthy', this.name, '01/01/2000'],
      ['CONNECT', this.name, String(port)],
    ]) {
      const end = await new Promise<End>((done) => this.#ask(request, done));
      this.#check(end);
    }
  }

  write(to: Healthy, text: string): void {
    this.#ask(['SEND', this.name, to.name, text], (end) => this.#check(end));
  }

  #ask(request: readonly string[], done: (end: End) => void): void {
    const connect = (events: TransportEvents<TcpTransport>): TcpTransport =>
      dialTcp(this.port, events, '127.0.0.1', this.from);
    // oxlint-disable-next-line no-new -- it tells its end
    new Operation(connect, requestOf(request), done);
  }

  #check(end: End): void {
    const code = end.is === 'ended' ? answerIn(end.bytes)?.code : undefined;
    if (code === undefined) this.dropped();
    else if (code !== 0) this.refused(String(code));
  }

  #called([operation, , , text = '']: readonly string[]): void {
    if (operation === 'SEND_MESSAGE') this.got(text);
  }
}

class ChannelsUser extends Healthy {
  #client: ChannelsClient<TcpTransport> | undefined;
  #settled = (): void => {};

  async enter(): Promise<void> {
    this.#client = new ChannelsClient(this.dial, (frame) => {
      if (ChannelsClient.isSettled(frame)) return this.#settled();
      const told = toldBy(frame);
      if (told.is === 'said') this.got(told.text);
      else if (told.text.startsWith('The server could not')) this.refused(told.text);
    });
    const settled = new Promise<void>((done) => (this.#settled = done));
    for (const text of [this.name, `/create ${room}`, `/join ${room}`]) this.#client.send(text);
    this.#client.settle();
    await settled;
  }

  write(_: Healthy, text: string): void {
    this.#client?.send(text);
  }
}

class MarketUser extends Healthy {
  #client: MarketClient<TcpTransport> | undefined;

  async enter(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#client = new MarketClient(this.dial, (line) => {
      if (line.includes('has been set to your account')) resolve();
      if (/could not|Too many/.test(line)) this.refused(line);
      this.got(saidIn(line)?.text ?? '');
    });
    this.#client.send(this.name);
    this.#client.send('1000');
    await promise;
  }

  write(to: Healthy, text: string): void {
    this.#client?.write(to.name, text);
  }
}

class RelayUser extends Healthy {
  #emitter: RelayClient<TcpTransport> | undefined;
  #sequence = 0;

  get #number(): number {
    return this.name === victim ? victimNumber : 1;
  }

  async enter(): Promise<void> {
    const program = async (id: number): Promise<RelayClient<TcpTransport>> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const client: RelayClient<TcpTransport> = new RelayClient(this.dial, (frame) => {
        if (frame.kind === 'OK') resolve();
        if (frame.kind === 'ERRO') this.refused(`ERRO to ${frame.sequence}`);
        if (frame.kind !== 'MSG') return;
        client.transport.send(ok(id, frame.origin, frame.sequence));
        this.got(Buffer.from(frame.text).toString());
      });
      client.transport.send(oi(id));
      await promise;
      return client;
    };
    await program(1000 + this.#number);
    this.#emitter = await program(this.#number);
  }

  write(to: Healthy, text: string): void {
    const number = to.name === victim ? victimNumber : 1;
    this.#emitter?.transport.send(msg(this.#number, 1000 + number, text, ++this.#sequence));
  }
}

class GroupsUser extends Healthy {
  #client: GroupsClient<TcpTransport> | undefined;
  #ids = 0;

  async enter(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#client = new GroupsClient(this.dial, (message) => {
      if (message.action === 'confirmation') resolve();
      if (message.action === 'send') this.#confirm(message);
      if (message.status === 'failed' || message.status === 'try-later') {
        this.refused(Buffer.from(message.body).toString());
      }
    });
    this.#client.send({ action: 'connect', user: this.name });
    await promise;
  }

  write(to: Healthy, text: string): void {
    this.#client?.send({ action: 'send', to: [to.name], id: `h${++this.#ids}`, body: text });
  }

  #confirm({ id, body }: Message): void {
    this.#client?.send({ action: 'sent', ...(id !== undefined && { id }), status: 'ok' });
    this.got(Buffer.from(body).toString());
  }
}

class WebUser extends Healthy {
  #client: WebLines | undefined;
  #refs = 0;
  #answered = new Map<unknown, () => void>();

  async enter(): Promise<void> {
    const dial = (received: (bytes: Uint8Array) => void): Transport =>
      new WebSocketTransport(this.dial, this.port, received);
    this.#client = new WebLines(dial, (told) => this.#told(told));
    const { name } = this;
    const token = tokenFor(name);
    await this.#ask({ do: 'register', name, fullName: name, born, token });
    await this.#ask({ do: 'login', name, token });
    if (name !== victim) await this.#ask({ do: 'create', room });
    await this.#ask({ do: 'join', room });
  }

  write(to: Healthy, text: string): void {
    void this.#ask({ do: 'send', to: to.name, text, key: `key-${this.name}-${this.#refs}` });
  }

  #ask(request: Fields): Promise<void> {
    const ref = ++this.#refs;
    return new Promise((done) => {
      this.#answered.set(ref, done);
      this.#client?.send({ ...request, ref });
    });
  }

  #told(told: Fields): void {
    this.#answered.get(told['ref'])?.();
    this.#answered.delete(told['ref']);
    if (told['is'] === 'refused') this.refused(String(told['why']));
    if (told['is'] !== 'message') return;
    this.#client?.send({ do: 'got', ref: 0, serial: told['serial'] });
    this.got(String(told['text']));
  }
}

const kinds: Readonly<Record<string, new (...of: [number, string, string]) => Healthy>> = {
  mailbox: MailboxUser,
  channels: ChannelsUser,
  relay: RelayUser,
  market: MarketUser,
  groups: GroupsUser,
  web: WebUser,
};

/** Brings two users in, each from an address of their own. */
export async function enterPair(door: string, port: number): Promise<[Healthy, Healthy]> {
  const Kind = kinds[door];
  if (!Kind) throw new Error(`no healthy user for ${door}`);
  const pair: [Healthy, Healthy] = [
    new Kind(port, 'alice', '127.0.0.11'),
    new Kind(port, victim, '127.0.0.12'),
  ];
  for (const one of pair) await one.enter();
  return pair;
}
