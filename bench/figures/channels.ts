// What one member of a channel says, to many receivers: as fast as it goes, and at a steady pace.

import { type Audience, FanOut, type FanOutRun } from '../support/fan_out';
import { type Bench, type Figure, goal, number, rate, type Row } from '../support/figure';
import { median } from '../support/pairs';
import { ourChannels, plainRelay, type Server } from '../support/servers';

const warmMs = 700;
const measureMs = 1500;
const pacedMs = 5000;
/** A run takes seconds, most of them to connect: more pairs would not tell more. */
const pairsMax = 3;

/** The plain relay has no channels: nothing is sent before the texts. */
const relayed: Audience = { opening: () => [], barrier: undefined };

/** Every run has a channel of its own. */
const inChannel = (name: string): Audience => ({
  opening: (index) =>
    index === 'sender' ? ['sender', `/create ${name}`] : [`r${index}`, `/join ${name}`],
  barrier: { ask: '/?', answer: '/? is not' },
});

let runs = 0;

interface Load {
  readonly receivers: number;
  /** Messages that may be in flight. */
  readonly window: number;
}

async function saturated(
  { scaled }: Bench,
  server: Server,
  audience: Audience,
  { receivers, window }: Load,
): Promise<FanOutRun> {
  const fan = new FanOut(window);
  await fan.connect(server.port, receivers, audience);
  const run = await fan.saturate(server.pid, scaled(warmMs), scaled(measureMs));
  fan.close();
  // The server is done with those who left before the next ones come.
  await Bun.sleep(300);
  return run;
}

const medianOf = (all: readonly FanOutRun[], of: (run: FanOutRun) => number): number =>
  median(all.map(of));

const cellsOf = (all: readonly FanOutRun[]): string[] => [
  rate(medianOf(all, ({ deliveriesPerSecond }) => deliveriesPerSecond)),
  number(medianOf(all, ({ p99Ms }) => p99Ms)),
  number(medianOf(all, ({ serverUs }) => serverUs)),
];

function rowOf({ receivers, window }: Load, our: FanOutRun[], plain: FanOutRun[]): Row {
  const perSecond = (run: FanOutRun): number => run.deliveriesPerSecond;
  const ratio = median(our.map((run, at) => perSecond(run) / perSecond(plain[at] ?? run)));
  const ofPlain = goal(ratio, '>=', window === 1 ? 0.8 : receivers <= 10 ? 0.75 : 0.5);
  const isFast = medianOf(our, perSecond) > 500_000;
  return {
    what: `${window} in flight, ${receivers} receivers`,
    cells: [...cellsOf(our), ...cellsOf(plain), number(ratio)],
    goal:
      window === 1 || receivers < 100
        ? ofPlain
        : { wanted: `${ofPlain.wanted}, > 500,000`, isMet: ofPlain.isMet && isFast },
  };
}

const loads: readonly Load[] = [64, 1].flatMap((window) =>
  [10, 100, 1000].map((receivers) => ({ window, receivers })),
);

export const channelsFigure: Figure = {
  name: 'channels',
  title: 'One sender to the receivers of a channel, as fast as they get it, beside a plain relay',
  heads: ['deliveries/s', 'p99 ms', 'CPU us', 'plain/s', 'p99 ms', 'CPU us', 'ratio'],
  async measure(bench) {
    const chat = await ourChannels(bench.chat);
    const relay = await plainRelay();
    const rows: Row[] = [];
    let checked = 0;
    for (const { window, receivers } of loads) {
      const load = { window, receivers: bench.scaled(receivers) };
      const our: FanOutRun[] = [];
      const plain: FanOutRun[] = [];
      for (let pair = 0; pair < Math.min(bench.runs.pairs, pairsMax); pair++) {
        plain.push(await saturated(bench, relay, relayed, load));
        our.push(await saturated(bench, chat, inChannel(`c${runs++}`), load));
      }
      rows.push(rowOf(load, our, plain));
      checked += [...our, ...plain].reduce((sum, { deliveries }) => sum + deliveries, 0);
    }
    await relay.stop();
    await chat.stop();
    return { rows, checked, wrong: [] };
  },
};

/** Stores mailbox messages as fast as it can. The result ends that and says how many a second they were. */
function storeBeside(chat: Server): () => Promise<number> {
  const mailbox = /^mailbox +(\d+) /m.exec(chat.said)?.[1] ?? '';
  const writer = new Worker(new URL('../support/mailbox_writer.ts', import.meta.url).href, {
    argv: [mailbox],
  });
  const written = Promise.withResolvers<number>();
  writer.addEventListener('message', ({ data }: MessageEvent<number>) => written.resolve(data));
  writer.addEventListener('error', ({ message }) => written.reject(new Error(message)));
  return async () => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
    writer.postMessage('stop');
    const perSecond = await written.promise;
    writer.terminate();
    return perSecond;
  };
}

export const latencyFigure: Figure = {
  name: 'latency',
  title: 'How late 200 messages a second come to 100 receivers of a channel',
  heads: ['p50 ms', 'p99 ms', 'worst ms'],
  async measure({ chat: path, scaled }) {
    const chat = await ourChannels(path);
    const fan = new FanOut(10_000);
    await fan.connect(chat.port, 100, inChannel(`paced${runs++}`));
    const row = (what: string, { p50Ms, p99Ms, worstMs }: FanOutRun): Row => ({
      what,
      cells: [p50Ms, p99Ms, worstMs].map((ms) => number(ms)),
      goal: goal(p99Ms, '<=', 10, ' ms'),
    });
    const alone = await fan.pace(chat.pid, 200, scaled(1000), scaled(pacedMs));
    const stop = storeBeside(chat);
    const beside = await fan.pace(chat.pid, 200, scaled(1000), scaled(pacedMs));
    const perSecond = await stop();
    fan.close();
    await chat.stop();
    return {
      rows: [
        row('alone', alone),
        row(`beside ${rate(perSecond)} stored mailbox messages a second`, beside),
      ],
      checked: alone.deliveries + beside.deliveries,
      wrong: [],
    };
  },
};
