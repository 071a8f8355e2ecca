// How fast a channel is told what one member says, against a plain relay of the same frames: `bun bench/channels.ts`.
//
// Server and generator run on cores of their own. Each pair is measured in turns within one run, and the median of
// the rounds is printed, since what else the machine does changes from second to second.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Audience, FanOut, type Measured } from './support/fan_out';

const serverCore = '0';
const generatorCore = '1';
const rounds = 3;
const warmMs = 700;
const measureMs = 1500;

/** Where the generator itself is not pinned yet, it starts itself again on its core. */
if (process.env['CHAT_BENCH_PINNED'] === undefined) {
  const again = Bun.spawnSync(
    ['taskset', '-c', generatorCore, process.execPath, import.meta.path, ...process.argv.slice(2)],
    { stdio: ['inherit', 'inherit', 'inherit'], env: { ...process.env, CHAT_BENCH_PINNED: '1' } },
  );
  process.exit(again.exitCode);
}

interface Running {
  readonly port: number;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const root = join(import.meta.dir, '..');

async function start(
  command: readonly string[],
  ready: RegExp,
): Promise<Running & { text: string }> {
  const server = Bun.spawn(['taskset', '-c', serverCore, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  for await (const piece of server.stderr.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const found = ready.exec(text);
    if (found === null) continue;
    const stop = async (): Promise<void> => {
      server.kill();
      await server.exited;
    };
    return { port: Number(found[1]), pid: server.pid, stop, text };
  }
  throw new Error(`${command.join(' ')} did not start:\n${text}`);
}

const startRelay = (): Promise<Running> =>
  start([process.execPath, join(root, 'bench/support/relay.ts')], /relay on port (\d+)\n/);

const folders: string[] = [];
async function startChat(): Promise<Running & { mailbox: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'chat-bench-'));
  folders.push(folder);
  const doors = ['-p', '0', '--channels', '0', '--host', '127.0.0.1'];
  const command = [join(root, 'dist/chat'), 'serve', ...doors, '--data', folder, '--quiet'];
  const running = await start(command, /^channels +(\d+) .*\n/m);
  return { ...running, mailbox: Number(/^mailbox +(\d+)/m.exec(running.text)?.[1]) };
}

const relayed: Audience = { opening: () => [], barrier: undefined };
/** Every run has a channel of its own. */
const channel = (name: string): Audience => ({
  opening: (index) =>
    index === 'sender' ? ['sender', `/create ${name}`] : [`r${index}`, `/join ${name}`],
  barrier: { ask: '/?', answer: '/? is not' },
});

let runs = 0;
async function saturated(server: Running, isRelay: boolean, receivers: number, window: number) {
  const fan = new FanOut(window);
  await fan.connect(server.port, receivers, isRelay ? relayed : channel(`c${runs++}`));
  const measured = await fan.saturate(server.pid, warmMs, measureMs);
  fan.close();
  // The server is done with the leavers before the next ones come.
  await Bun.sleep(300);
  return measured;
}

const median = (all: readonly Measured[]): Measured => {
  const sorted = [...all].sort((a, b) => a.deliveriesPerSecond - b.deliveriesPerSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
};
const thousands = (value: number): string => `${(value / 1000).toFixed(0)}k`.padStart(7);
const ms = (value: number): string => value.toFixed(2).padStart(8);

async function throughput(chat: Running, relay: Running): Promise<void> {
  console.log('in flight  receivers    relay/s   chat/s   ratio   chat p50 ms   p99 ms');
  for (const window of [64, 1]) {
    for (const receivers of [10, 100, 1000]) {
      const ofRelay: Measured[] = [];
      const ofChat: Measured[] = [];
      for (let round = 0; round < rounds; round++) {
        ofRelay.push(await saturated(relay, true, receivers, window));
        ofChat.push(await saturated(chat, false, receivers, window));
      }
      const theirs = median(ofRelay);
      const ours = median(ofChat);
      const ratio = ours.deliveriesPerSecond / theirs.deliveriesPerSecond;
      console.log(
        `${String(window).padStart(9)}  ${String(receivers).padStart(9)}    ${thousands(theirs.deliveriesPerSecond)}  ${thousands(ours.deliveriesPerSecond)}    ${ratio.toFixed(2)}      ${ms(ours.p50Ms)} ${ms(ours.p99Ms)}`,
      );
    }
  }
}

async function latency(chat: Running & { mailbox: number }): Promise<void> {
  const fan = new FanOut(10_000);
  await fan.connect(chat.port, 100, channel(`paced${runs++}`));
  const quiet = await fan.pace(chat.pid, 200, 1000, 5000);
  console.log(
    `\n200 messages a second to 100 receivers    p50 ${ms(quiet.p50Ms)}  p99 ${ms(quiet.p99Ms)} ms`,
  );
  const writer = new Worker(new URL('./support/mailbox_writer.ts', import.meta.url).href, {
    argv: [String(chat.mailbox)],
  });
  const written = Promise.withResolvers<number>();
  writer.onmessage = ({ data }: MessageEvent<number>) => written.resolve(data);
  const busy = await fan.pace(chat.pid, 200, 1000, 5000);
  writer.postMessage('stop');
  const perSecond = await written.promise;
  writer.terminate();
  console.log(
    `the same beside ${perSecond.toFixed(0)} durable messages/s    p50 ${ms(busy.p50Ms)}  p99 ${ms(busy.p99Ms)} ms`,
  );
  fan.close();
}

const only = process.argv[2];
try {
  const chat = await startChat();
  if (only !== 'latency') {
    const relay = await startRelay();
    await throughput(chat, relay);
    await relay.stop();
  }
  if (only !== 'throughput') await latency(chat);
  await chat.stop();
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
