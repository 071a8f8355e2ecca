// What history costs: the same durable messages, beside the same server that keeps none.

import { type Figure, goal, number, pairHeads, pairRow, rate } from '../support/figure';
import { allRuns, pairs } from '../support/pairs';
import { freshFolder } from '../support/scratch';
import { ourLines, ours } from '../support/servers';
import { wrongStored } from '../support/stored';

const away = Array.from({ length: 64 }, (_, index) => `away${index}`);
const names = ['sender', ...Array.from({ length: 20 }, (_, index) => `recipient${index}`)];

export const historyFigure: Figure = {
  name: 'history',
  title: 'Durable messages with history, beside the same server without',
  heads: pairHeads.map((head) => head.replace('plain', 'without:')),
  async measure({ generator, chat, runs, scaled }) {
    const rows = [];
    const wrong: string[] = [];
    let checked = 0;
    let sent = 0;
    const kept = await ours(chat);
    const off = await ours(chat, freshFolder(), ['--history', 'off']);
    for (const { port } of [kept, off]) {
      await generator.must({ do: 'prepare', port, names: away, here: false });
    }
    for (const { inFlight, most } of [
      { inFlight: 1, most: 1500 },
      { inFlight: 64, most: 20_000 },
    ]) {
      const load = { do: 'operations', operation: 'SEND', inFlight, count: scaled(most) } as const;
      const pair = await pairs(
        runs,
        async () => generator.ask({ ...load, port: kept.port, pid: kept.pid }),
        async () => generator.ask({ ...load, port: off.port, pid: off.pid }),
      );
      rows.push(pairRow(`SEND at ${inFlight}, a connection each`, pair, 1.25));
      wrong.push(...pair.wrong);
      checked += pair.count;
      sent += load.count * allRuns(runs);
    }
    await kept.stop();
    await off.stop();
    for (const { folder } of [kept, off]) wrong.push(...wrongStored(folder ?? '', sent));
    const our = await ourLines();
    const without = await ourLines('off');
    const load = { do: 'stream', names, inFlight: 0, count: scaled(60_000) } as const;
    const pair = await pairs(
      runs,
      async () => generator.ask({ ...load, port: our.port, pid: our.pid }),
      async () => generator.ask({ ...load, port: without.port, pid: without.pid }),
    );
    await our.stop();
    await without.stop();
    rows.push({
      what: 'on one open connection',
      cells: [
        ...[pair.ours, pair.reference].flatMap(({ perSecond, p99Ms, cpuUsPerOperation }) => [
          rate(perSecond),
          number(p99Ms),
          number(cpuUsPerOperation, 1),
        ]),
        number(pair.cpuRatio),
      ],
      goal: goal(pair.ours.perSecond, '>=', 50_000, '/s'),
    });
    checked += pair.count;
    wrong.push(...pair.wrong);
    return { rows, checked, wrong };
  },
};
