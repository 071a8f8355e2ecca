// What TLS costs: handshakes, what is said to many, and the memory of those who are silent.

import { spentSince, threadTimes } from '../support/cpu';
import { type Audience, FanOut, type FanOutRun } from '../support/fan_out';
import { type Bench, type Figure, goal, number, rate, type Row } from '../support/figure';
import { ownMemory } from '../support/memory';
import { median } from '../support/pairs';
import { shakeAll } from '../support/secure_connections';
import { madeCertificate, ourSecure, plainSecure, type Server } from '../support/servers';

const warmMs = 700;
const measureMs = 1500;
const settleMs = 2_000;
const pairsMax = 3;
const atOnce = 16;

let channels = 0;

const inChannel = (name: string): Audience => ({
  opening: (index) =>
    index === 'sender' ? ['sender', `/create ${name}`] : [`r${index}`, `/join ${name}`],
  barrier: { ask: '/?', answer: '/? is not' },
});

interface Handshakes {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly kib: number;
}

/** Shakes hands many times; the connections stay, and take memory. */
async function handshakes({ scaled }: Bench, { port, pid }: Server): Promise<Handshakes> {
  const count = scaled(4_000);
  // What the first ones cost, they cost once.
  for (const socket of await shakeAll(port, scaled(500), atOnce)) socket.terminate();
  await Bun.sleep(scaled(settleMs));
  const memory = ownMemory(pid);
  const before = threadTimes(pid);
  const start = performance.now();
  const sockets = await shakeAll(port, count, atOnce);
  const seconds = (performance.now() - start) / 1000;
  await Bun.sleep(30);
  const cpuUs = spentSince(before, pid) / count;
  await Bun.sleep(scaled(settleMs));
  const kib = (ownMemory(pid) - memory) / 1024 / count;
  for (const socket of sockets) socket.terminate();
  await Bun.sleep(300);
  return { perSecond: count / seconds, cpuUs, kib };
}

async function deliveries({ scaled }: Bench, server: Server, port: number, isSecure: boolean) {
  const fan = new FanOut(64, isSecure);
  await fan.connect(port, scaled(100), inChannel(`c${channels++}`));
  const run = await fan.saturate(server.pid, scaled(warmMs), scaled(measureMs));
  fan.close();
  await Bun.sleep(300);
  return run;
}

export const tlsFigure: Figure = {
  name: 'tls',
  title:
    'What TLS costs: handshakes and memory beside a plain server with TLS, deliveries beside those without',
  heads: ['ours', 'CPU us', 'beside it', 'CPU us', 'ratio', 'CPU ratio'],
  async measure(bench) {
    const files = madeCertificate(bench.chat);
    const pairs = Math.min(bench.runs.pairs, pairsMax);
    const our: Handshakes[] = [];
    const plain: Handshakes[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const reference = await plainSecure(files);
      plain.push(await handshakes(bench, reference));
      await reference.stop();
      const chat = await ourSecure(bench.chat, files);
      our.push(await handshakes(bench, chat));
      await chat.stop();
    }
    const chat = await ourSecure(bench.chat, files);
    const clear = Number(/^channels +(\d+) /m.exec(chat.said)?.[1]);
    const runs: { readonly without: FanOutRun; readonly secure: FanOutRun }[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const without = await deliveries(bench, chat, clear, false);
      runs.push({ without, secure: await deliveries(bench, chat, chat.port, true) });
    }
    await chat.stop();
    const of = (all: readonly Handshakes[], key: keyof Handshakes): number =>
      median(all.map((one) => one[key]));
    const cost = of(our, 'cpuUs') / of(plain, 'cpuUs');
    const memory = of(our, 'kib') / of(plain, 'kib');
    const ratio = median(
      runs.map(({ secure, without }) => secure.deliveriesPerSecond / without.deliveriesPerSecond),
    );
    const each = (key: 'deliveriesPerSecond' | 'serverUs', which: 'secure' | 'without'): number =>
      median(runs.map((run) => run[which][key]));
    const rows: Row[] = [
      {
        what: `handshakes a second, ${atOnce} at once`,
        cells: [
          rate(of(our, 'perSecond')),
          number(of(our, 'cpuUs'), 0),
          rate(of(plain, 'perSecond')),
          number(of(plain, 'cpuUs'), 0),
          number(of(our, 'perSecond') / of(plain, 'perSecond')),
          number(cost),
        ],
      },
      {
        what: 'KiB of a silent connection',
        cells: [number(of(our, 'kib')), '-', number(of(plain, 'kib')), '-', number(memory), '-'],
        goal: goal(memory, '<=', 1.3),
      },
      {
        what: 'deliveries a second, 64 in flight, 100 receivers',
        cells: [
          rate(each('deliveriesPerSecond', 'secure')),
          number(each('serverUs', 'secure')),
          rate(each('deliveriesPerSecond', 'without')),
          number(each('serverUs', 'without')),
          number(ratio),
          number(each('serverUs', 'secure') / each('serverUs', 'without')),
        ],
        goal: goal(ratio, '>=', 0.6),
      },
    ];
    const shaken = 2 * pairs * bench.scaled(4_000);
    const delivered = runs.flatMap(({ secure, without }) => [secure, without]);
    return {
      rows,
      checked: shaken + delivered.reduce((sum, run) => sum + run.deliveries, 0),
      wrong: [],
    };
  },
};
