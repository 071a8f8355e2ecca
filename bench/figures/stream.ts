// Durable commands on one connection that stays open: the journal commits them in groups and is not awaited one by one.

import { type Figure, goal, number, rate } from '../support/figure';
import { allRuns, pairs } from '../support/pairs';
import { ourLines, plainLines } from '../support/servers';
import { wrongStored } from '../support/stored';

const names = ['sender', ...Array.from({ length: 20 }, (_, index) => `recipient${index}`)];

export const streamFigure: Figure = {
  name: 'stream',
  title: 'Durable messages on one open connection (the line dialect of bench/lines)',
  heads: ['ops/s', 'CPU us/op', 'plain ops/s', 'CPU us/op', 'CPU ratio'],
  async measure({ generator, runs, scaled }) {
    const our = await ourLines();
    const plain = await plainLines();
    const load = { do: 'stream', names, inFlight: 0, count: scaled(60_000) } as const;
    const pair = await pairs(
      runs,
      async () => generator.ask({ ...load, port: our.port, pid: our.pid }),
      async () => generator.ask({ ...load, port: plain.port, pid: plain.pid }),
    );
    await our.stop();
    await plain.stop();
    return {
      rows: [
        {
          what: 'stored and answered',
          cells: [
            ...[pair.ours, pair.reference].flatMap(({ perSecond, cpuUsPerOperation }) => [
              rate(perSecond),
              number(cpuUsPerOperation, 1),
            ]),
            number(pair.cpuRatio),
          ],
          goal: goal(pair.ours.perSecond, '>=', 50_000, '/s'),
        },
      ],
      checked: pair.count,
      wrong: [...pair.wrong, ...wrongStored(our.folder ?? '', load.count * allRuns(runs))],
    };
  },
};
