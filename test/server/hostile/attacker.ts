// The strangers: a process of its own that opens what a job says, floods, and says at the end what it came to.

import { createInterface } from 'node:readline';

import { type Attack, attacks, type Stream } from './attacks';

/** The job, as it stands in the command line; see stage.ts. */
export interface Job {
  readonly door: string;
  readonly port: number;
  readonly halfOpen: number;
  readonly slow: number;
  readonly flooders: number;
}

/** What it came to. */
export interface Spent {
  /** Connections made, and those of them that the server ended. */
  readonly made: number;
  readonly ended: number;
  readonly refused: number;
  /** Bytes that the server took from the flooders, and that they read. */
  readonly sent: number;
  readonly read: number;
}

/** After a connection was ended or refused, the next one is made this much later, in ms. */
const againMs = 20;
/** Connections that are opened at once, so that no listener's backlog overflows. */
const atOnce = 200;
/** One flooder at a door of single operations has so many under way. */
const singlesAtOnce = 4;

const nothing: Uint8Array = new Uint8Array(0);
const spent = { made: 0, ended: 0, refused: 0, sent: 0, read: 0 };
let isOver = false;

/** One stranger's connection, made again whenever it is gone. */
class Stranger {
  readonly #port: number;
  readonly #from: string;
  readonly #stream: () => Stream;
  readonly #reads: boolean;
  #round = 0;
  #rest: Uint8Array = nothing;
  #hasHeard = false;
  #current: Stream | undefined;
  mayFlood = false;
  #socket: Bun.Socket | undefined;

  constructor(port: number, from: string, stream: () => Stream, reads: boolean) {
    this.#port = port;
    this.#from = from;
    this.#stream = stream;
    this.#reads = reads;
  }

  async open(): Promise<void> {
    const current = this.#stream();
    this.#current = current;
    this.#hasHeard = false;
    if (current.single !== true) this.#round = 0;
    this.#rest = current.enter;
    const options = {
      hostname: '127.0.0.1',
      port: this.#port,
      localAddress: this.#from,
      socket: {
        open: (socket: Bun.Socket) => {
          spent.made++;
          this.#socket = socket;
          this.#pump();
        },
        data: (_: Bun.Socket, bytes: Uint8Array) => {
          spent.read += bytes.length;
          if (!this.#hasHeard) {
            this.#hasHeard = true;
            this.#pump();
          }
        },
        drain: () => this.#pump(),
        close: () => this.#closed(),
        error: () => {},
      },
    };
    await Bun.connect(options).catch(() => {
      spent.refused++;
      this.#later();
    });
  }

  flood(): void {
    this.mayFlood = true;
    this.#pump();
  }

  #closed(): void {
    this.#socket = undefined;
    if (isOver) return;
    spent.ended++;
    // An operation of its own was answered: the next one at once.
    if (this.#current?.single === true && this.#reads) void this.open();
    else this.#later();
  }

  #later(): void {
    if (!isOver) setTimeout(() => void this.open(), againMs);
  }

  /** Sends until the system takes no more, or until it is others' turn in this process. */
  #pump(): void {
    const [socket, current] = [this.#socket, this.#current];
    if (!socket || !current) return;
    for (let turns = 0; turns < 8; turns++) {
      if (this.#rest.length === 0) {
        const isDue = this.mayFlood && (current.waits !== true || this.#hasHeard);
        if (!isDue) break;
        this.#rest = current.flood(this.#round++);
        // One operation, and this connection says no more.
        if (current.single === true) this.#current = { ...current, flood: () => nothing };
        if (this.#rest.length === 0) break;
      }
      const taken = socket.write(this.#rest);
      if (taken < 0) return;
      spent.sent += taken;
      const isWhole = taken === this.#rest.length;
      this.#rest = this.#rest.subarray(taken);
      if (!isWhole) break;
      if (turns === 7) setImmediate(() => this.#pump());
    }
    // Who does not read leaves what comes to the system, once they are in.
    if (!this.#reads && this.mayFlood && (current.waits !== true || this.#hasHeard)) socket.pause();
  }
}

function cast(attack: Attack, job: Job): { idle: Stranger[]; active: Stranger[] } {
  const { port } = job;
  const address = (net: number, number: number): string => `127.0.${net}.${1 + (number % 200)}`;
  const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
  const idle = range(job.halfOpen).map((number) => {
    const stream = {
      enter: attack.halves(number, port),
      flood: () => nothing,
    };
    return new Stranger(port, address(2, number), () => stream, true);
  });
  const slow = range(job.slow).map((number) => {
    const stream = attack.slow(number, port);
    return new Stranger(port, address(3, number), () => stream, false);
  });
  const kinds = attack.flooders(port);
  const flooders = range(job.flooders).flatMap((number) => {
    const kind = kinds[number % kinds.length];
    if (!kind) throw new Error('no flood');
    const isSingle = kind(number).single === true;
    return range(isSingle ? singlesAtOnce : 1).map((copy) => {
      const stream = kind(number * singlesAtOnce + copy);
      return new Stranger(port, address(4, number), () => stream, true);
    });
  });
  return { idle, active: [...slow, ...flooders] };
}

async function openAll(strangers: readonly Stranger[]): Promise<void> {
  for (let from = 0; from < strangers.length; from += atOnce) {
    await Promise.all(strangers.slice(from, from + atOnce).map((stranger) => stranger.open()));
  }
}

const job = JSON.parse(process.argv[2] ?? '') as Job;
const attack = attacks[job.door];
if (!attack) throw new Error(`no attack at ${job.door}`);
const { idle, active } = cast(attack, job);
await openAll(idle);
await openAll(active);
process.stdout.write('ready\n');
for await (const word of createInterface({ input: process.stdin })) {
  if (word !== 'go') continue;
  for (const stranger of active) stranger.flood();
}
isOver = true;
process.stdout.write(`${JSON.stringify(spent)}\n`, () => process.exit(0));
