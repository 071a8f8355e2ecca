// A client of one market session, without a network, at a hub that agrees to everything unless a test says otherwise.

import { MarketSession } from '../../../src/protocol/market/server/session';
import { texts } from '../../../src/protocol/market/wire/messages';
import type { Name, RoomName } from '../../../src/protocol/model';
import { type Answers, FakeHost, Feed, yes } from '../../support/fake_host';

export const name = (text: string): Name => text as Name;
export const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;
export const opening = `${texts.welcome}\n${texts.question}\n`;

/** A client of a hub that agrees to everything, unless the test says otherwise. */
export class SessionClient {
  readonly host: FakeHost;
  readonly session: MarketSession;
  readonly feed: Feed;

  constructor(answers: Answers = {}) {
    this.host = new FakeHost({
      'name-free': () => yes<'name-free'>({ free: true }),
      enter: (command) =>
        yes<'enter'>({ name: 'name' in command.wanted ? command.wanted.name : name('?') }),
      'balance-set': ({ amount }) => yes<'balance-set'>({ before: 0, after: amount }),
      'room-join': () => yes<'room-join'>(undefined),
      leave: () => yes<'leave'>(undefined),
      say: () => yes<'say'>({ room: 'market' as RoomName }),
      direct: () => yes<'direct'>({ id: 1, serial: 1, waiting: false }),
      users: () => yes<'users'>({ users: [] }),
      funds: () => yes<'funds'>({ balance: 3000 }),
      'funds-kept': () => yes<'funds-kept'>({ balance: 700 }),
      transfer: ({ amount }) => yes<'transfer'>({ before: 3000, after: 3000 - amount }),
      ...answers,
    });
    this.session = new MarketSession(this.host);
    this.feed = new Feed(this.session, this.host);
  }

  /** One that has entered as alice, with 3000 dollars; what that said and did is forgotten. */
  static entered(answers: Answers = {}): SessionClient {
    const client = new SessionClient();
    client.says('alice\n3000\n');
    client.host.takeText();
    client.host.commands.length = 0;
    client.host.printed.length = 0;
    Object.assign(client.host.answers, answers);
    return client;
  }

  /** What the server answers to some bytes. */
  says(bytes: Uint8Array | string): string {
    this.feed.push(bytes);
    return this.host.takeText();
  }

  get did(): string[] {
    return this.host.commands.splice(0).map((command) => command.do);
  }
}
