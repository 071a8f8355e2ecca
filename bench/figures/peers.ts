// What one says to many, beside the servers that Debian has for that.

import { type Figure, number, rate, type Row } from '../support/figure';
import { median } from '../support/pairs';
import { type Peer, peers, startPeer } from '../support/peers';
import { ourChannels, type Server } from '../support/servers';
import { type Wire, WireFanOut, type WireRun } from '../support/wire_fan_out';

const receivers = [10, 100] as const;
const warmMs = 500;
const measureMs = 1000;
/** Also in a quick run something is to come. */
const leastMs = 100;
const pairsMax = 3;

const frames = (...texts: readonly string[]): Buffer =>
  Buffer.concat(texts.map((text) => Buffer.from(text.padEnd(200))));

/** Every run has a channel of its own. */
const inChannel = (name: string): Wire => ({
  opening: (index) =>
    frames(`u${index}`, index === 'sender' ? `/create ${name}` : `/join ${name}`, '/?'),
  welcome: '/? is not',
  message: frames('x'.repeat(190)),
});

let channels = 0;

const cellsOf = (runs: readonly WireRun[]): string[] => [
  rate(median(runs.map(({ deliveriesPerSecond }) => deliveriesPerSecond))),
  number(median(runs.map(({ serverUs }) => serverUs)), 3),
];

export const peersFigure: Figure = {
  name: 'peers',
  title: 'One sender to many receivers, 64 in flight, beside servers of other wires',
  heads: ['deliveries/s', 'CPU us', 'peer: deliveries/s', 'CPU us', 'ours of it', 'CPU of it'],
  async measure({ chat: path, runs, scaled }) {
    const chat = await ourChannels(path);
    const rows: Row[] = [];
    const wrong: string[] = [];
    let checked = 0;
    const once = async (
      name: string,
      server: Pick<Server, 'pid' | 'port'>,
      wire: Wire,
      count: number,
    ): Promise<WireRun> => {
      const fan = new WireFanOut(wire);
      await fan.connect(server.port, count);
      const run = await fan.run(server.pid, scaled(warmMs), Math.max(leastMs, scaled(measureMs)));
      fan.close();
      wrong.push(...fan.wrong.map((what) => `${name}: ${what}`));
      checked += Math.round(run.deliveries);
      // The server is done with those who left before the next ones come.
      await Bun.sleep(200);
      return run;
    };
    const compare = async (peer: Peer): Promise<void> => {
      const other = await startPeer(peer);
      // One pair is a quick look.
      for (const most of runs.pairs === 1 ? receivers.slice(0, 1) : receivers) {
        const count = scaled(most);
        const [our, their]: [WireRun[], WireRun[]] = [[], []];
        for (let pair = 0; pair < Math.min(runs.pairs, pairsMax); pair++) {
          their.push(await once(peer.name, other, peer.wire, count));
          our.push(await once('chat', chat, inChannel(`p${channels++}`), count));
        }
        const ratio = (of: (run: WireRun) => number): string =>
          number(median(our.map((run, at) => of(run) / of(their[at] ?? run))));
        rows.push({
          what: `${peer.name}, ${most} receivers`,
          cells: [
            ...cellsOf(our),
            ...cellsOf(their),
            ratio(({ deliveriesPerSecond }) => deliveriesPerSecond),
            ratio(({ serverUs }) => serverUs),
          ],
        });
      }
      await other.stop();
    };
    for (const peer of peers) {
      if (Bun.which(peer.program) !== null) await compare(peer);
      else {
        const what = `${peer.name}: not installed (Debian's package ${peer.package})`;
        rows.push({ what, cells: ['', '', '', '', '', ''] });
      }
    }
    await chat.stop();
    return { rows, checked, wrong };
  },
};
