// Messages delivered among 100 connected users, 64 in flight and 1: three connections each (SEND, message, confirmation).

import { type Figure, goal, number, pairHeads, pairRow } from '../support/figure';
import { pairs } from '../support/pairs';
import { ours, plainMailbox } from '../support/servers';
import { wrongStored } from '../support/stored';

const names = Array.from({ length: 100 }, (_, index) => `user${index}`);

export const deliveriesFigure: Figure = {
  name: 'deliveries',
  title: `Messages among ${names.length} connected users (p99 from SEND to its confirmation)`,
  heads: pairHeads,
  async measure({ generator, chat, runs, scaled }) {
    const servers = [await ours(chat), await plainMailbox()] as const;
    for (const { port } of servers) {
      await generator.must({ do: 'prepare', port, names, here: true });
    }
    const [our, plain] = servers;
    const compare = async (load: {
      readonly do: 'deliveries' | 'operations';
      readonly operation: 'CONNECTEDUSERS';
      readonly inFlight: number;
      readonly count: number;
    }) =>
      pairs(
        runs,
        async () => generator.ask({ ...load, port: our.port, pid: our.pid }),
        async () => generator.ask({ ...load, port: plain.port, pid: plain.pid }),
      );
    const operation = 'CONNECTEDUSERS';
    const delivered = await compare({
      do: 'deliveries',
      operation,
      inFlight: 64,
      count: scaled(10_000),
    });
    const alone = await compare({ do: 'deliveries', operation, inFlight: 1, count: scaled(1000) });
    const listed = await compare({
      do: 'operations',
      operation,
      inFlight: 64,
      count: scaled(10_000),
    });
    for (const { stop } of servers) await stop();
    return {
      rows: [
        pairRow('delivered and confirmed, 64 in flight', delivered, 1.6),
        {
          ...pairRow(`1 in flight: p50 ${number(alone.ours.p50Ms)} ms`, alone),
          goal: goal(alone.ours.p50Ms, '<=', 1.5, ' ms'),
        },
        pairRow(`CONNECTEDUSERS at 64, ${names.length} users`, listed),
      ],
      checked: delivered.count + alone.count + listed.count,
      wrong: [
        ...delivered.wrong,
        ...alone.wrong,
        ...listed.wrong,
        ...wrongStored(our.folder ?? '', 0),
      ],
    };
  },
};
