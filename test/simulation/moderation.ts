// Vandals, and an operator who keeps order: what was acknowledged holds, whatever breaks.

import { channels } from '../../src/protocol/channels/index';
import type { Outcome } from '../../src/protocol/commands';
import { nameOf } from '../../src/protocol/model';
import type { ModerationAct } from '../../src/protocol/moderation';
import { ChannelsClient, toldBy } from '../protocol/channels/person';
import type { Stay } from './model';
import type { Connection } from './network';
import { dialDoor, namesOf, type SimulatedUser, type Stage, type UserKind } from './users';

const vandals = 3;
const room = 'den';

/** What the operator knows of a ban or a mute: when it was asked for or undone, and what was acknowledged. */
class Measure {
  /** Undefined: the answer was lost. */
  holds: boolean | undefined = false;
  /** Since when it surely holds. */
  since: number | undefined;
  /** When it was surely over. */
  overAt = 0;

  asked(undo: boolean): void {
    this.holds = undefined;
    if (undo) this.since = undefined;
  }
  done(holds: boolean, now: number): void {
    this.holds = holds;
    this.since = holds ? (this.since ?? now) : undefined;
    if (!holds) this.overAt = now;
  }
}

class Vandal implements SimulatedUser {
  readonly name: string;
  readonly ban = new Measure();
  readonly mute = new Measure();
  readonly #stage: Stage;
  readonly #number: number;
  readonly #heard: (line: string) => void;
  #client: ChannelsClient<Connection> | undefined;
  #stay: Stay | undefined;
  #cameAt = 0;
  #lines = 0;
  /** When each line was sent, until it is known what became of it. */
  readonly sentAt = new Map<string, number>();

  constructor(stage: Stage, number: number, heard: (line: string) => void) {
    this.#stage = stage;
    this.#number = number;
    this.#heard = heard;
    this.name = `vand${number}`;
  }

  stays(): readonly Stay[] {
    return [];
  }
  here(): readonly string[] {
    return namesOf(this.#stay ? [this.#stay] : []);
  }

  act(): void {
    const { chance } = this.#stage;
    if (!this.#client) return this.#enter();
    if (chance.is(0.05)) return this.#leave();
    if (chance.is(0.2)) this.#client.send(`/create ${room}`);
    const line = `x${this.#number}-${++this.#lines}`;
    this.sentAt.set(line, this.#stage.model.now());
    this.#client.send(line);
  }

  #enter(): void {
    const stay: Stay = {
      dialect: 'channels',
      name: this.name,
      enteredAt: undefined,
      leftAt: undefined,
    };
    this.#stay = stay;
    this.#cameAt = this.#stage.model.now();
    const client: ChannelsClient<Connection> = new ChannelsClient(
      dialDoor(
        this.#stage,
        { dialect: 'channels', host: `10.0.12.${this.#number}`, manner: 'any' },
        () => this.#gone(client),
      ),
      (frame) => {
        if (client === this.#client) this.#frame(stay, frame);
      },
    );
    this.#client = client;
    client.send(this.name);
    client.send(`/create ${room}`);
    client.send(`/join ${room}`);
    client.settle();
  }

  #frame(stay: Stay, frame: string): void {
    if (ChannelsClient.isSettled(frame)) stay.enteredAt ??= this.#stage.model.now();
    if (frame === 'You are banned here.') {
      // It may have been banned when it came.
      if (this.ban.holds === false && this.ban.overAt < this.#cameAt) {
        this.#stage.violated(`${this.name} is kept out and not banned`);
      }
      return;
    }
    const told = toldBy(frame);
    // Who comes while their last connection still stands has another name.
    if (told.is === 'said' && !told.from.includes('~')) this.#heard(told.text);
  }

  #leave(): void {
    const client = this.#client;
    client?.transport.reset();
    if (client) this.#gone(client);
  }

  #gone(client: ChannelsClient<Connection>): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    if (this.#stay) this.#stay.leftAt ??= this.#stage.model.now();
  }

  calm(): void {
    this.#leave();
  }
  check(): void {}
}

class Operator implements SimulatedUser {
  readonly name = 'the operator';
  readonly #stage: Stage;
  readonly #vandals: readonly Vandal[];
  /** Acts whose entry is surely in the audit log, and those whose answer was lost. */
  #done = 0;
  #unsure = 0;
  readonly #roles = new Map<string, 'admin' | 'member' | undefined>();

  constructor(stage: Stage, all: readonly Vandal[]) {
    this.#stage = stage;
    this.#vandals = all;
  }

  stays(): readonly Stay[] {
    return [];
  }
  here(): readonly string[] {
    return [];
  }

  act(): void {
    const { chance } = this.#stage;
    const vandal = chance.of(this.#vandals);
    const name = nameOf(vandal.name) ?? this.#stage.violated('no name');
    chance.weighted<() => void>([
      [3, () => this.#measure(vandal.ban, true, { do: 'ban', whom: { name }, reason: '' })],
      [4, () => this.#measure(vandal.ban, false, { do: 'unban', whom: { name } })],
      [3, () => this.#measure(vandal.mute, true, { do: 'mute', name, reason: '' })],
      [3, () => this.#measure(vandal.mute, false, { do: 'unmute', name })],
      [3, () => this.#ask({ do: 'kick', who: { name }, reason: '' }, () => {})],
      [2, () => this.#giveRole()],
    ])();
  }

  #measure(measure: Measure, holds: boolean, act: ModerationAct): void {
    const before = measure.holds;
    measure.asked(!holds);
    this.#ask(act, (outcome) => {
      if (outcome.ok) return measure.done(holds, this.#stage.model.now());
      const isGone = outcome.why === 'not-banned' || outcome.why === 'not-muted';
      if (isGone) measure.done(false, measure.overAt);
      else measure.holds = before;
      if (isGone && before === true) this.#stage.violated(`${JSON.stringify(act)} was forgotten`);
    });
  }

  #giveRole(): void {
    const { name } = this.#stage.someRecipient('');
    const account = nameOf(name);
    if (account === undefined || !name.startsWith('wil')) return;
    const role = this.#stage.chance.of(['admin', 'member'] as const);
    const before = this.#roles.get(name);
    this.#roles.set(name, undefined);
    this.#ask({ do: 'role', account, role }, (outcome) => {
      this.#roles.set(name, outcome.ok ? role : before);
    });
  }

  #ask(act: ModerationAct, answered: (outcome: Outcome<'moderate'>) => void): void {
    const { life } = this.#stage.machine;
    if (!life) return answered({ ok: false, why: 'storage' });
    this.#unsure++;
    this.#stage.note(`the operator: ${JSON.stringify(act)}`);
    life.core.submit({ do: 'moderate', by: { operator: true }, act }, (outcome) => {
      if (this.#stage.machine.life !== life) return;
      this.#unsure--;
      if (outcome.ok) this.#done++;
      answered(outcome);
    });
  }

  /** A line that somebody heard: its speaker was not surely muted from before it was said. */
  heard(line: string): void {
    const number = /^x(\d)-/.exec(line)?.[1];
    const vandal = this.#vandals[Number(number)];
    const sentAt = vandal?.sentAt.get(line);
    const { since } = vandal?.mute ?? {};
    if (sentAt !== undefined && since !== undefined && since < sentAt) {
      this.#stage.violated(`${line} was heard, though ${vandal?.name} is muted`);
    }
  }

  calm(): void {}

  check(): void {
    const db = this.#stage.machine.life?.db;
    if (!db) return;
    const kept = db
      .query<{ kind: string; shown: string }, []>('SELECT kind, shown FROM sanction')
      .all()
      .map(({ kind, shown }) => `${kind} ${shown}`);
    for (const { name, ban, mute } of this.#vandals) {
      for (const [kind, { holds }] of [
        ['ban', ban],
        ['mute', mute],
      ] as const) {
        if (holds !== undefined && holds !== kept.includes(`${kind} ${name}`)) {
          this.#stage.violated(`the ${kind} of ${name} is ${!holds}`);
        }
      }
    }
    for (const [name, role] of this.#roles) {
      const row = db
        .query<{ role: string }, [string]>('SELECT role FROM account WHERE name = ?')
        .get(name);
      // Who has registered again begins anew.
      if (row && role === 'member' && row.role !== 'member') {
        this.#stage.violated(`${name} is ${row.role}`);
      }
    }
    const log = db
      .query<{ entries: number; last: number }, []>(
        'SELECT count(*) AS entries, coalesce(max(id), 0) AS last FROM audit',
      )
      .get() ?? { entries: 0, last: 0 };
    if (log.entries !== log.last) this.#stage.violated('entries of the audit log are missing');
    if (log.entries < this.#done || log.entries > this.#done + this.#unsure) {
      const { entries } = log;
      this.#stage.violated(`${entries} entries of ${this.#done} acts, ${this.#unsure} unsure`);
    }
  }
}

export const moderationKind: UserKind = {
  dialect: channels,
  users(stage) {
    const all: Vandal[] = [];
    const operator = new Operator(stage, all);
    for (let number = 0; number < vandals; number++) {
      all.push(new Vandal(stage, number, (line) => operator.heard(line)));
    }
    return [...all, operator];
  },
};
