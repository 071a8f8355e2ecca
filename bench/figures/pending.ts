// SEND while a million messages wait for others: it may cost no more than with none.

import { type Figure, pairHeads, pairRow } from '../support/figure';
import { allRuns, pairs } from '../support/pairs';
import { fillPending } from '../support/pending';
import { scansOfSend } from '../support/plans';
import { freshFolder } from '../support/scratch';
import { ours } from '../support/servers';
import { wrongStored } from '../support/stored';

const away = Array.from({ length: 64 }, (_, index) => `away${index}`);

export const pendingFigure: Figure = {
  name: 'pending',
  title: 'SEND with a million messages waiting for others, beside the same server with none',
  heads: pairHeads.map((head) => head.replace('plain', 'none waiting:')),
  async measure({ generator, chat, runs, scaled }) {
    const many = scaled(1_000_000);
    const folder = freshFolder();
    fillPending(folder, many);
    const full = await ours(chat, folder);
    const empty = await ours(chat);
    for (const { port } of [full, empty]) {
      await generator.must({ do: 'prepare', port, names: away, here: false });
    }
    const rows = [];
    const wrong: string[] = [];
    let checked = 0;
    let sent = 0;
    for (const { inFlight, most } of [
      { inFlight: 1, most: 1500 },
      { inFlight: 64, most: 8000 },
    ]) {
      const load = { do: 'operations', operation: 'SEND', inFlight, count: scaled(most) } as const;
      const pair = await pairs(
        runs,
        async () => generator.ask({ ...load, port: full.port, pid: full.pid }),
        async () => generator.ask({ ...load, port: empty.port, pid: empty.pid }),
      );
      rows.push(pairRow(`SEND at ${inFlight}, ${many.toLocaleString('en')} wait`, pair, 1.15));
      wrong.push(...pair.wrong);
      checked += pair.count;
      sent += load.count * allRuns(runs);
    }
    await full.stop();
    await empty.stop();
    const scans = scansOfSend();
    rows.push({
      what: `query plans of SEND and of its settling: ${scans.length} scans`,
      cells: pairHeads.map(() => ''),
      goal: { wanted: 'none', isMet: scans.length === 0 },
    });
    wrong.push(
      ...wrongStored(folder, sent, many),
      ...wrongStored(empty.folder ?? '', sent),
      ...scans,
    );
    return { rows, checked, wrong };
  },
};
