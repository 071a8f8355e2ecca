// How fast a channel is told what one member says, beside a plain relay of the same frames: `bun bench/channels.ts`.

import { resolve } from 'node:path';

import { cores, machine } from './support/cores';
import { type Audience, FanOut, type Measured } from './support/fan_out';
import { endpoint, number, rate, type Row } from './support/figure';
import { ourChannels, plainRelay, type Server } from './support/servers';
import { table } from './support/table';

const rounds = 3;
const warmMs = 700;
const measureMs = 1500;
const pacedMs = 5000;

// The generator is this process, all of its threads.
if (Bun.which('taskset') !== null) {
  Bun.spawnSync(['taskset', '-a', '-cp', String(cores.load), String(process.pid)]);
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function executable(): string {
  const root = resolve(import.meta.dir, '..');
  const built = Bun.spawnSync(['bash', 'scripts/build.sh'], { cwd: root, stderr: 'inherit' });
  if (built.exitCode !== 0) throw new Error('scripts/build.sh failed');
  return resolve(root, 'dist/chat');
}

const relayed: Audience = { opening: () => [], barrier: undefined };
/** Every run has a channel of its own. */
const inChannel = (name: string): Audience => ({
  opening: (index) =>
    index === 'sender' ? ['sender', `/create ${name}`] : [`r${index}`, `/join ${name}`],
  barrier: { ask: '/?', answer: '/? is not' },
});

let runs = 0;
async function saturated(
  server: Server,
  audience: Audience,
  receivers: number,
  window: number,
): Promise<Measured> {
  const fan = new FanOut(window);
  await fan.connect(server.port, receivers, audience);
  const measured = await fan.saturate(server.pid, warmMs, measureMs);
  fan.close();
  // The server is done with the leavers before the next ones come.
  await Bun.sleep(300);
  return measured;
}

/** The middle one of the rounds: what else the machine does changes from second to second. */
function median(all: readonly Measured[]): Measured {
  const sorted = [...all].sort((a, b) => a.deliveriesPerSecond - b.deliveriesPerSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

async function throughput(chat: Server, relay: Server): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const window of [64, 1]) {
    for (const receivers of [10, 100, 1000]) {
      const ofRelay: Measured[] = [];
      const ofChat: Measured[] = [];
      for (let round = 0; round < rounds; round++) {
        ofRelay.push(await saturated(relay, relayed, receivers, window));
        ofChat.push(await saturated(chat, inChannel(`c${runs++}`), receivers, window));
      }
      const theirs = median(ofRelay);
      const ours = median(ofChat);
      const ratio = ours.deliveriesPerSecond / theirs.deliveriesPerSecond;
      rows.push({
        what: `${window} in flight, ${receivers} receivers`,
        cells: [
          ...[ours, theirs].flatMap((side) => [
            rate(side.deliveriesPerSecond),
            number(side.p99Ms),
            number(side.serverUs),
          ]),
          number(ratio),
        ],
        endpoint: wanted(window, receivers, ratio, ours),
      });
    }
  }
  return rows;
}

function wanted(
  window: number,
  receivers: number,
  ratio: number,
  ours: Measured,
): NonNullable<Row['endpoint']> {
  if (window === 1) return endpoint(ratio, '>=', 0.8);
  const half = endpoint(ratio, '>=', 0.5);
  if (receivers < 100) return half;
  const { deliveriesPerSecond } = ours;
  return {
    wanted: `${half.wanted}, > 500,000`,
    isMet: half.isMet && deliveriesPerSecond > 500_000,
  };
}

async function latency(chat: Server): Promise<readonly Row[]> {
  const fan = new FanOut(10_000);
  await fan.connect(chat.port, 100, inChannel(`paced${runs++}`));
  const row = (what: string, { p50Ms, p99Ms, worstMs }: Measured): Row => ({
    what,
    cells: [p50Ms, p99Ms, worstMs].map((ms) => number(ms)),
    endpoint: endpoint(p99Ms, '<=', 10, ' ms'),
  });
  const alone = await fan.pace(chat.pid, 200, 1000, pacedMs);
  const mailbox = /^mailbox +(\d+) /m.exec(chat.said)?.[1] ?? '';
  const writer = new Worker(new URL('./support/mailbox_writer.ts', import.meta.url).href, {
    argv: [mailbox],
  });
  const written = Promise.withResolvers<number>();
  writer.addEventListener('message', ({ data }: MessageEvent<number>) => written.resolve(data));
  const beside = await fan.pace(chat.pid, 200, 1000, pacedMs);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
  writer.postMessage('stop');
  const perSecond = await written.promise;
  writer.terminate();
  fan.close();
  return [
    row('200 messages a second, 100 receivers', alone),
    row(`the same beside ${rate(perSecond)} stored messages a second`, beside),
  ];
}

print(machine());
const chat = await ourChannels(executable());
const relay = await plainRelay();
const heads = ['deliveries/s', 'p99 ms', 'CPU us', 'plain/s', 'p99 ms', 'CPU us', 'ratio'];
print(table(heads, await throughput(chat, relay)));
await relay.stop();
print('');
print(table(['p50 ms', 'p99 ms', 'worst ms'], await latency(chat)));
await chat.stop();
process.exit(0);
