// Messages delivered among 100 connected users, 64 in flight and 1: three connections each (SEND, message, confirmation).

import { type Figure, goal, number, pairHeads, pairRow } from '../support/figure';
import { pairs } from '../support/pairs';
import { eagerMailbox, ours, plainMailbox } from '../support/servers';
import { wrongStored } from '../support/stored';

const names = Array.from({ length: 100 }, (_, index) => `user${index}`);

export const deliveriesFigure: Figure = {
  name: 'deliveries',
  title: `Messages among ${names.length} connected users (p99 from SEND to its confirmation)`,
  heads: pairHeads,
  async measure({ generator, chat, runs, scaled }) {
    const servers = [await ours(chat), await plainMailbox(), await eagerMailbox()] as const;
    for (const { port } of servers) {
      await generator.must({ do: 'prepare', port, names, here: true });
    }
    const [our, plain, eager] = servers;
    const compare = async (
      load: {
        readonly do: 'deliveries' | 'operations';
        readonly operation: 'CONNECTEDUSERS';
        readonly inFlight: number;
        readonly count: number;
        readonly confirmsUnseen?: true;
      },
      other = plain,
    ) =>
      pairs(
        runs,
        async () => generator.ask({ ...load, port: our.port, pid: our.pid }),
        async () => generator.ask({ ...load, port: other.port, pid: other.pid }),
      );
    const operation = 'CONNECTEDUSERS';
    const many = { do: 'deliveries', operation, inFlight: 64, count: scaled(10_000) } as const;
    const delivered = await compare(many);
    const eagerly = await compare({ ...many, confirmsUnseen: true }, eager);
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
        pairRow('delivered and confirmed, 64 in flight', delivered, 1.25),
        pairRow('the same, plain confirms unseen', eagerly, 2),
        {
          ...pairRow(`1 in flight: p50 ${number(alone.ours.p50Ms)} ms`, alone),
          goal: goal(alone.ours.p50Ms, '<=', 1.5, ' ms'),
        },
        pairRow(`CONNECTEDUSERS at 64, ${names.length} users`, listed),
      ],
      checked: delivered.count + eagerly.count + alone.count + listed.count,
      wrong: [
        ...delivered.wrong,
        ...eagerly.wrong,
        ...alone.wrong,
        ...listed.wrong,
        ...wrongStored(our.folder ?? '', 0),
      ],
    };
  },
};
