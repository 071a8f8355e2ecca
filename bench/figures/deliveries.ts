// Messages delivered among 100 connected users, 64 in flight: three connections each (SEND, message, confirmation).

import { type Figure, pairHeads, pairRow } from '../support/figure';
import { pairs } from '../support/pairs';
import { ours, plainMailbox } from '../support/servers';
import { wrongStored } from '../support/stored';

const names = Array.from({ length: 100 }, (_, index) => `user${index}`);

export const deliveriesFigure: Figure = {
  name: 'deliveries',
  title: `Messages among ${names.length} connected users (p99 from SEND to the whole message at the other end)`,
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
        pairRow(`CONNECTEDUSERS at 64, ${names.length} users`, listed),
      ],
      checked: delivered.count + listed.count,
      wrong: [...delivered.wrong, ...listed.wrong, ...wrongStored(our.folder ?? '', 0)],
    };
  },
};
