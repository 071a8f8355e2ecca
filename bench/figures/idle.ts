// Memory of a connection that is open and silent, or has entered, at 10,000 of them.

import type { Measured } from '../load/jobs';
import type { Bench, Figure } from '../support/figure';
import { goal, number } from '../support/figure';
import { ownMemory } from '../support/memory';
import { median } from '../support/pairs';
import { ourChannels, ours, plainMailbox, type Server } from '../support/servers';

interface Held {
  readonly kibPerConnection: number;
  readonly runs: readonly Measured[];
}

/** The server collects its garbage in this time, in ms, after the last connection was opened. */
const settleMs = 2_000;

async function held(bench: Bench, server: Server): Promise<Held> {
  const { generator, scaled } = bench;
  const { pid, port } = server;
  const count = scaled(10_000);
  const settled = async (): Promise<void> => Bun.sleep(scaled(settleMs));
  const load = { port, pid, inFlight: 64 } as const;
  const hold = async (count: number): Promise<Measured[]> => [
    await generator.ask({ ...load, do: 'hold', count }),
  ];
  // What the first connections cost, they cost once.
  const warm = await hold(200);
  warm.push(await generator.ask({ ...load, do: 'release', count: 200 }));
  await settled();
  const before = ownMemory(pid);
  const runs = await hold(count);
  await settled();
  const after = ownMemory(pid);
  runs.push(await generator.ask({ ...load, do: 'release', count }));
  await server.stop();
  return { kibPerConnection: (after - before) / 1024 / count, runs: [...warm, ...runs] };
}

/** Opens connections that name themselves in a frame, each answered before it counts. */
async function enter(port: number, names: readonly string[]): Promise<Bun.Socket[]> {
  const opened: Bun.Socket[] = [];
  for (let from = 0; from < names.length; from += 64) {
    const some = names.slice(from, from + 64).map(async (name) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const socket = await Bun.connect({
        hostname: '127.0.0.1',
        port,
        socket: { data: () => resolve(), error() {} },
      });
      socket.write(name.padEnd(200) + '/?'.padEnd(200));
      await promise;
      return socket;
    });
    opened.push(...(await Promise.all(some)));
  }
  return opened;
}

/** The same of connections that have entered, at the channels door: KiB each. */
async function enteredKib({ chat, scaled }: Bench): Promise<number> {
  const server = await ourChannels(chat);
  const names = (count: number, of: string): string[] =>
    Array.from({ length: count }, (_, index) => of + index);
  const warm = await enter(server.port, names(512, 'warm'));
  for (const socket of warm) socket.terminate();
  await Bun.sleep(scaled(2 * settleMs));
  const before = ownMemory(server.pid);
  const count = scaled(10_000);
  const sockets = await enter(server.port, names(count, 'user'));
  await Bun.sleep(scaled(4 * settleMs));
  const after = ownMemory(server.pid);
  for (const socket of sockets) socket.terminate();
  await server.stop();
  return (after - before) / 1024 / count;
}

export const idleFigure: Figure = {
  name: 'idle',
  title: 'Memory of 10,000 connections that are open and silent, or have entered',
  heads: ['KiB each', 'plain KiB each', 'ratio'],
  async measure(bench) {
    const our: Held[] = [];
    const plain: Held[] = [];
    for (let pair = 0; pair < bench.runs.pairs; pair++) {
      our.push(await held(bench, await ours(bench.chat)));
      plain.push(await held(bench, await plainMailbox()));
    }
    const each = median(our.map(({ kibPerConnection }) => kibPerConnection));
    const plainEach = median(plain.map(({ kibPerConnection }) => kibPerConnection));
    const runs = [...our, ...plain].flatMap(({ runs }) => runs);
    const entered = await enteredKib(bench);
    return {
      rows: [
        {
          what: 'mailbox door',
          cells: [number(each), number(plainEach), number(each / plainEach)],
          goal: goal(each, '<=', 3, ' KiB'),
        },
        {
          what: 'channels door, entered',
          cells: [number(entered), '-', '-'],
          goal: goal(entered, '<=', 3, ' KiB'),
        },
      ],
      checked: runs.reduce((sum, { count }) => sum + count, 0),
      wrong: runs.flatMap(({ wrong }) => wrong),
    };
  },
};
