// Operations one connection each: CONNECTEDUSERS, REGISTER and SEND, at 1, 16 and 64 connections at once.

import type { Operation } from '../load/jobs';
import { type Figure, pairHeads, pairRow, type Row } from '../support/figure';
import { allRuns, pairs } from '../support/pairs';
import { ours, plainMailbox } from '../support/servers';
import { wrongStored } from '../support/stored';

/** CPU of ours over CPU of the plain server, at 64. */
const wanted: Record<Operation, number> = { CONNECTEDUSERS: 1.15, REGISTER: 1.6, SEND: 1.5 };

/** How many operations a run has: half a second, or one where a goal depends on it. */
const loads: readonly { readonly inFlight: number; readonly count: number }[] = [
  { inFlight: 1, count: 1500 },
  { inFlight: 16, count: 5000 },
  { inFlight: 64, count: 20_000 },
];

const here = Array.from({ length: 4 }, (_, index) => `here${index}`);
const away = Array.from({ length: 64 }, (_, index) => `away${index}`);

export const operationsFigure: Figure = {
  name: 'operations',
  title: `Operations, a connection each (${here.length} users connected; SEND is stored for users who are away)`,
  heads: pairHeads,
  async measure({ generator, chat, runs, scaled }) {
    const servers = [await ours(chat), await plainMailbox()] as const;
    for (const { port } of servers) {
      await generator.must({ do: 'prepare', port, names: here, here: true });
      await generator.must({ do: 'prepare', port, names: away, here: false });
    }
    const [our, plain] = servers;
    const rows: Row[] = [];
    const wrong: string[] = [];
    let checked = 0;
    let sent = 0;
    for (const operation of ['CONNECTEDUSERS', 'REGISTER', 'SEND'] as const) {
      for (const { inFlight, count: most } of loads) {
        const load = { do: 'operations', operation, inFlight, count: scaled(most) } as const;
        const pair = await pairs(
          runs,
          async () => generator.ask({ ...load, port: our.port, pid: our.pid }),
          async () => generator.ask({ ...load, port: plain.port, pid: plain.pid }),
        );
        const bound = inFlight === 64 ? wanted[operation] : undefined;
        rows.push(pairRow(`${operation} at ${inFlight}`, pair, bound));
        wrong.push(...pair.wrong);
        checked += pair.count;
        if (operation === 'SEND') sent += scaled(most) * allRuns(runs);
      }
    }
    for (const { stop } of servers) await stop();
    wrong.push(...wrongStored(our.folder ?? '', sent));
    return { rows, checked, wrong };
  },
};
