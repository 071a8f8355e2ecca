// The machine that the simulated server runs on: it is started, stopped and killed over one database.

import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Dialect } from '../../src/protocol/dialect';
import { limits } from '../../src/protocol/limits';
import type { Address } from '../../src/protocol/model';
import { type Core, openCore, openCoreStore } from '../../src/server/core';
import { fileIsNeeded, neededFiles } from '../../src/server/hub/files';
import type { Store } from '../../src/server/hub/store';
import { Conversation } from '../../src/server/net/conversation';
import { Dialer } from '../../src/server/net/dial';
import { Link, Outbox } from '../../src/server/net/link';
import type { Chance } from './chance';
import { type Disk, MemoryFiles } from './files';
import { Connection, type Manner, type PeerEvents } from './network';
import { LifeClock, type Time } from './time';

/** Somebody who can be called at an address. */
export type Listener = () => PeerEvents | 'refuse' | 'silent';

export interface MachineWorld {
  readonly time: Time;
  readonly chance: Chance;
  readonly folder: string;
  readonly dialects: readonly Dialect[];
  note(what: string): void;
  violated(what: string): never;
  /** A group is answered. */
  grouped(): void;
  /** A life of the server has ended; its database is as the next one will find it. */
  ended(how: 'stopped' | 'killed'): void;
}

const self: Address = { host: '10.0.0.1', port: 0 };

/** One life of the server, from its start to its end. */
export interface Life {
  readonly number: number;
  readonly db: Store;
  readonly core: Core;
  readonly clock: LifeClock;
  readonly outbox: Outbox;
  readonly dialer: Dialer;
  readonly connections: Set<Connection>;
  /** Its doors take nobody any more. */
  isStopping: boolean;
}

/** A commit that the disk refused, and that everybody must have been told of. */
class DiskFull extends Error {}

export class Machine {
  readonly listeners = new Map<string, Listener>();
  readonly disk: Disk = new Map();
  readonly #world: MachineWorld;
  #life: Life | undefined;
  #lives = 0;
  #ports = 10_000;
  /** Writes until the server dies, if it is to. */
  #writesLeft = Infinity;
  /** Messages taken until then. */
  #takingsLeft = Infinity;
  /** How often a commit fails. */
  commitFailures = 0;
  /** When one last did. */
  failedAt = -Infinity;
  /** How late the server may be with its next turn, in ms: others' bytes come meanwhile. */
  sluggishMs = 0;

  constructor(world: MachineWorld) {
    this.#world = world;
  }

  /** How many there have been. */
  get lives(): number {
    return this.#lives;
  }

  get life(): Life | undefined {
    return this.#life;
  }

  /** Where the database of a life lies. */
  path(life: number): string {
    return join(this.#world.folder, `chat-${life}.db`);
  }

  start(): void {
    const { time, chance, dialects } = this.#world;
    const number = ++this.#lives;
    const db = openCoreStore(this.path(number));
    // The simulated machine never loses its power.
    db.run('PRAGMA synchronous = OFF');
    this.#spoilCommits(db);
    const clock = new LifeClock(time, chance);
    const needed = neededFiles(db);
    for (const hash of this.disk.keys()) if (!needed.has(hash)) this.disk.delete(hash);
    const files = new MemoryFiles({
      disk: this.disk,
      needed: fileIsNeeded(db),
      isOver: () => this.#life !== life,
      later: (step) => void clock.after(chance.below(3), step),
    });
    const soon = (step: () => void): void => {
      clock.after(chance.is(0.5) ? 0 : chance.below(this.sluggishMs + 1), step);
    };
    const outbox = new Outbox(soon);
    const connections = new Set<Connection>();
    const dialer = new Dialer(outbox, clock, (address, link, told) => {
      this.#call(life, address, link, told);
    });
    const core = openCore(db, dialects, {
      clock,
      files,
      console: {
        print: () => {},
        warn: (line) => this.#world.note(`warning: ${line}`),
        raw: (_, taken) => taken(),
      },
      soon,
      flush: () => {
        outbox.flush();
        if (this.#life === life) this.#world.grouped();
      },
      dial: (address, open) => dialer.dial(address, open),
      isOwnDoor: ({ host }) => host === self.host,
      report: (what, error) => {
        if (error instanceof DiskFull || this.#life !== life) return;
        const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#world.violated(`reported: ${what}: ${why}`);
      },
    });
    const life: Life = {
      number,
      db,
      core,
      clock,
      outbox,
      dialer,
      connections,
      isStopping: false,
    };
    this.#life = life;
    this.#world.note(`life ${number} begins`);
    core.start();
  }

  /** Now and then the disk is full when a group is to last. */
  #spoilCommits(db: Store): void {
    const prepare = db.prepare.bind(db);
    db.prepare = ((sql: string) => {
      const statement = prepare(sql);
      if (sql !== 'COMMIT') return statement;
      return {
        run: () => {
          if (this.#world.chance.is(this.commitFailures)) {
            this.#world.note('a commit fails');
            this.failedAt = this.#world.time.now;
            throw new DiskFull('the disk is full');
          }
          statement.run();
        },
      };
    }) as typeof db.prepare;
  }

  // ---- coming in and being called

  /** A connection to a door; refused while there is no server. */
  connect(dialect: string, host: string, manner: Manner, events: PeerEvents): Connection {
    const { time, chance } = this.#world;
    const remote: Address = { host, port: ++this.#ports };
    const connection = new Connection(this.#around(), manner, self, remote, events);
    time.after(chance.below(5), () => {
      const life = this.#life;
      const door = this.#world.dialects.find(({ name }) => name === dialect)?.door;
      if (connection.isLost) return;
      if (!life || life.isStopping || !door) {
        connection.refuse();
        return;
      }
      const link = new Link(life.outbox, life.clock);
      life.connections.add(connection);
      link.attach(connection.attach(link), host);
      const conversation = new Conversation(link, life.core.around(dialect, self));
      link.events = conversation;
      conversation.start(door.open(conversation, {}));
      events.opened?.(connection);
    });
    return connection;
  }

  #call(
    life: Life,
    { host, port }: Address,
    link: Link,
    told: Parameters<ConstructorParameters<typeof Dialer>[2] & {}>[2],
  ): void {
    life.clock.after(this.#world.chance.below(10), () => {
      const answers = this.listeners.get(`${host}:${port}`)?.() ?? 'refuse';
      if (answers === 'refuse') return told.failed();
      if (answers === 'silent') return;
      const connection = new Connection(this.#around(), 'quick', self, { host, port }, answers);
      life.connections.add(connection);
      told.opened(connection.attach(link));
      answers.opened?.(connection);
    });
  }

  #around(): ConstructorParameters<typeof Connection>[0] {
    return {
      time: this.#world.time,
      chance: this.#world.chance,
      closed: (connection) => void this.#life?.connections.delete(connection),
      wrote: () => {
        if (--this.#writesLeft < 0) this.kill();
      },
      violated: (what) => this.#world.violated(what),
    };
  }

  // ---- the end of a life

  /** It dies at one of its next writes, or soon after one of its next messages was taken. */
  killSoon(): void {
    const { chance } = this.#world;
    if (chance.is(0.5)) this.#writesLeft = chance.below(20);
    else this.#takingsLeft = chance.below(8);
  }

  /** It does not die of what was planned. */
  spare(): void {
    this.#writesLeft = Infinity;
    this.#takingsLeft = Infinity;
  }

  /** Somebody who was called has taken a message. */
  taken(): void {
    if (--this.#takingsLeft >= 0) return;
    this.#takingsLeft = Infinity;
    const life = this.#life;
    this.#world.time.after(this.#world.chance.below(40), () => {
      if (this.#life === life) this.kill();
    });
  }

  /** Everything in memory is gone, at whatever point it is. */
  kill(): void {
    const life = this.#life;
    if (!life) return;
    this.#world.note(`life ${life.number} is killed`);
    this.#end(life, 'killed');
  }

  /** As the server's own `stop` has it. */
  stop(): void {
    const life = this.#life;
    if (!life || life.isStopping) return;
    const { time, chance } = this.#world;
    this.#world.note(`life ${life.number} is stopped`);
    life.isStopping = true;
    life.dialer.close();
    life.core.closing();
    const deadline = time.now + limits.stopMs;
    const wait = (): void => {
      if (this.#life !== life) return;
      life.core.flush();
      if (life.core.conversations.size > 0 && time.now < deadline) {
        life.clock.after(10, wait);
        return;
      }
      for (const { link } of Array.from(life.connections)) if (chance.is(0.5)) link?.abort();
      life.core.close();
      this.#end(life, 'stopped');
    };
    life.clock.after(10, wait);
  }

  #end(life: Life, how: 'stopped' | 'killed'): void {
    this.#life = undefined;
    this.spare();
    life.clock.stop();
    for (const connection of Array.from(life.connections)) connection.die();
    life.connections.clear();
    // What is on the disk at this very moment, in the middle of a transaction or not.
    const [from, to] = [this.path(life.number), this.path(life.number + 1)];
    if (how === 'stopped') life.db.close();
    for (const kind of ['', '-wal']) {
      if (existsSync(from + kind)) copyFileSync(from + kind, to + kind);
    }
    // The code of a dead server may still be running, up to the end of this step.
    if (how === 'killed') this.#world.time.after(0, () => life.db.close());
    this.#world.time.after(1, () => {
      for (const kind of ['', '-wal', '-shm']) rmSync(from + kind, { force: true });
    });
    this.#world.ended(how);
  }
}
