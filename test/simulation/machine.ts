// The machine that the simulated server runs on: it is started, stopped and killed over one database.

import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Dial } from '../../src/net/dial';
import { FlushScheduler } from '../../src/net/flush_scheduler';
import { HeldBytes } from '../../src/net/held_bytes';
import type { SocketDeps } from '../../src/net/socket';
import { TcpSocket } from '../../src/net/tcp_socket';
import type { Dialect } from '../../src/protocol/dialect';
import { limits } from '../../src/protocol/limits';
import type { Address } from '../../src/protocol/model';
import { Core } from '../../src/server/core';
import { openCoreStore } from '../../src/server/core_store';
import { fileIsNeeded, neededFiles } from '../../src/server/hub/state/attachments';
import type { Store } from '../../src/server/hub/store';
import { ConnectionHost } from '../../src/server/net/connection_host';
import { Dialer } from '../../src/server/net/dialer';
import { Rates } from '../../src/server/quota/rates';
import { soonPasswords } from '../support/passwords';
import type { Chance } from './chance';
import { type Disk, MemoryFiles } from './files';
import { Connection, type Manner, type PeerEvents } from './network';
import { LifeClock, type Time } from './time';

/** A user's listener at an address, asked for each call. */
export type Listener = () => PeerEvents | 'refuse' | 'silent';

export interface MachineDeps {
  readonly time: Time;
  readonly chance: Chance;
  readonly folder: string;
  readonly dialects: readonly Dialect[];
  note(what: string): void;
  violated(what: string): never;
  /** A batch was committed and answered. */
  committed(): void;
  /** A life of the server has ended; its database is as the next one will find it. */
  ended(how: 'stopped' | 'killed'): void;
}

/** For one address: a connection may do 100 at once and 4 a second, which only those who flood reach. */
const rates = { messages: 20 };

const self: Address = { host: '10.0.0.1', port: 0 };

/** One life of the server, from its start to its end. */
export interface Life {
  readonly number: number;
  readonly db: Store;
  readonly core: Core;
  readonly clock: LifeClock;
  readonly sockets: SocketDeps;
  readonly dialer: Dialer;
  readonly connections: Set<Connection>;
  /** Its doors take no new connections. */
  isStopping: boolean;
}

/** A commit that the disk refused. Its commands must have been answered so. */
class DiskFull extends Error {}

export class Machine {
  readonly listeners = new Map<string, Listener>();
  readonly disk: Disk = new Map();
  readonly #deps: MachineDeps;
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
  /** How late the server's next turn may be, in ms. Bytes arrive meanwhile. */
  sluggishMs = 0;

  constructor(deps: MachineDeps) {
    this.#deps = deps;
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
    return join(this.#deps.folder, `chat-${life}.db`);
  }

  start(): void {
    const { time, chance, dialects } = this.#deps;
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
    const flushes = new FlushScheduler(soon);
    const sockets: SocketDeps = {
      clock,
      flushes,
      waiting: new HeldBytes(limits.net.sendQueueBytesInAll),
    };
    const connections = new Set<Connection>();
    const dialer = new Dialer(sockets, (address, socket, attempt) => {
      this.#call(life, address, socket, attempt);
    });
    const core = new Core(db, dialects, {
      clock,
      files,
      passwords: soonPasswords(clock),
      rates: new Rates(() => clock.monotonicNow(), { perSecond: rates }),
      console: {
        print: () => {},
        warn: (line) => this.#deps.note(`warning: ${line}`),
        raw: (_, taken) => taken(),
      },
      soon,
      flush: () => {
        flushes.flush();
        if (this.#life === life) this.#deps.committed();
      },
      dial: (address, open) => dialer.dial(address, open),
      isDiskLow: () => false,
      isOwnDoor: ({ host }) => host === self.host,
      report: (what, error) => {
        if (this.#life !== life) return;
        const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#deps.violated(`reported: ${what}: ${why}`);
      },
    });
    const life: Life = {
      number,
      db,
      core,
      clock,
      sockets,
      dialer,
      connections,
      isStopping: false,
    };
    this.#life = life;
    this.#deps.note(`life ${number} begins`);
    core.start();
    core.maintain(limits.files.attachmentMs, {
      ms: limits.history.keptMs,
      bytes: limits.history.bytes,
    });
  }

  /** Now and then the disk is full when a batch is committed. */
  #spoilCommits(db: Store): void {
    const prepare = db.prepare.bind(db);
    db.prepare = ((sql: string) => {
      const statement = prepare(sql);
      if (sql !== 'COMMIT') return statement;
      return {
        run: () => {
          if (this.#deps.chance.is(this.commitFailures)) {
            this.#deps.note('a commit fails');
            this.failedAt = this.#deps.time.now;
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
    const { time, chance } = this.#deps;
    const remote: Address = { host, port: ++this.#ports };
    const connection = new Connection(this.#networkDeps(), manner, self, remote, events);
    time.after(chance.below(5), () => {
      const life = this.#life;
      const door = this.#deps.dialects.find(({ name }) => name === dialect)?.server;
      if (connection.isLost) return;
      if (!life || life.isStopping || !door) {
        connection.refuse();
        return;
      }
      const socket = new TcpSocket(life.sockets);
      life.connections.add(connection);
      socket.attach(connection.attach(socket), host);
      const conversation = new ConnectionHost(socket, life.core.hostDeps(dialect, self));
      socket.events = conversation;
      conversation.start(door.open(conversation, {}));
      events.opened?.(connection);
    });
    return connection;
  }

  #call(life: Life, { host, port }: Address, socket: TcpSocket, attempt: Dial): void {
    life.clock.after(this.#deps.chance.below(10), () => {
      const answers = this.listeners.get(`${host}:${port}`)?.() ?? 'refuse';
      if (answers === 'refuse') return attempt.failed();
      if (answers === 'silent') return;
      const connection = new Connection(
        this.#networkDeps(),
        'quick',
        self,
        { host, port },
        answers,
      );
      life.connections.add(connection);
      attempt.opened(connection.attach(socket));
      answers.opened?.(connection);
    });
  }

  #networkDeps(): ConstructorParameters<typeof Connection>[0] {
    return {
      time: this.#deps.time,
      chance: this.#deps.chance,
      closed: (connection) => void this.#life?.connections.delete(connection),
      wrote: () => {
        if (--this.#writesLeft < 0) this.kill();
      },
      violated: (what) => this.#deps.violated(what),
    };
  }

  // ---- the end of a life

  /** It dies at one of its next writes, or soon after one of its next messages was taken. */
  killSoon(): void {
    const { chance } = this.#deps;
    if (chance.is(0.5)) this.#writesLeft = chance.below(20);
    else this.#takingsLeft = chance.below(8);
  }

  /** It does not die of what was planned. */
  spare(): void {
    this.#writesLeft = Infinity;
    this.#takingsLeft = Infinity;
  }

  /** A user who was called has taken a message. */
  taken(): void {
    if (--this.#takingsLeft >= 0) return;
    this.#takingsLeft = Infinity;
    const life = this.#life;
    this.#deps.time.after(this.#deps.chance.below(40), () => {
      if (this.#life === life) this.kill();
    });
  }

  /** Everything in memory is gone, at whatever point it is. */
  kill(): void {
    const life = this.#life;
    if (!life) return;
    this.#deps.note(`life ${life.number} is killed`);
    this.#end(life, 'killed');
  }

  /** As the server's own `stop` has it. */
  stop(): void {
    const life = this.#life;
    if (!life || life.isStopping) return;
    const { time, chance } = this.#deps;
    this.#deps.note(`life ${life.number} is stopped`);
    life.isStopping = true;
    life.dialer.close();
    life.core.closing();
    const deadline = time.now + limits.server.stopMs;
    const wait = (): void => {
      if (this.#life !== life) return;
      life.core.flush();
      if (life.core.connections.size > 0 && time.now < deadline) {
        life.clock.after(10, wait);
        return;
      }
      for (const { socket } of Array.from(life.connections)) if (chance.is(0.5)) socket?.abort();
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
    if (how === 'killed') this.#deps.time.after(0, () => life.db.close());
    this.#deps.time.after(1, () => {
      for (const kind of ['', '-wal', '-shm']) rmSync(from + kind, { force: true });
    });
    this.#deps.ended(how);
  }
}
