// Reading a very large history: pages, searches, the list of an account at its login, and the start of the server.

import { join } from 'node:path';

import type { Command } from '../../src/protocol/commands';
import type { Name, SessionId } from '../../src/protocol/model';
import { CommandContext } from '../../src/server/hub/context';
import { openHub } from '../../src/server/hub/hub';
import { openStore } from '../../src/server/hub/store';
import { chance, commonWord, fillArchive, rareWord, reader } from '../support/archive';
import { type Figure, goal, number } from '../support/figure';
import { median } from '../support/pairs';
import { freshFolder } from '../support/scratch';
import { ours } from '../support/servers';

const session = 's' as SessionId;
const asker = { session };

export const archiveFigure: Figure = {
  name: 'archive',
  title: 'A history of ten million messages (ms; the longest and the median of 30)',
  heads: ['longest', 'median', 'found'],
  async measure({ chat, scaled }) {
    const count = scaled(10_000_000);
    const folder = freshFolder();
    fillArchive(folder, count);
    const wrong: string[] = [];
    const rows = [];
    const started = performance.now();
    const server = await ours(chat, folder);
    const startMs = performance.now() - started;
    await server.stop();
    rows.push({
      what: 'start of the server',
      cells: [number(startMs, 1), '', ''],
      goal: goal(startMs, '<=', 100, ' ms'),
    });
    const db = openStore(join(folder, 'chat.db'));
    const hub = openHub(db, { reservedRooms: [] });
    const ask = (command: Command): unknown => {
      const outcome = hub.apply(command, new CommandContext(Date.now(), count + 1));
      if (!outcome.ok) wrong.push(`${command.do}: ${outcome.why}`);
      return outcome.ok ? outcome.value : undefined;
    };
    enter(ask, db);
    const random = chance(9);
    const jobs: readonly (readonly [string, number, () => Command, string])[] = [
      ['a page of 100, anywhere', 5, () => page(random, count), 'entries'],
      ['a rare word', 50, () => search(rareWord), 'found'],
      ['a common word, the first 100', 100, () => search(commonWord), 'found'],
      ['a common word and a rare one', 100, () => search(`${commonWord} w4f`), 'found'],
      ['the first screen of a login: 100 of 400 conversations', 50, list, 'conversations'],
    ];
    for (const [what, most, make, field] of jobs) {
      const times: number[] = [];
      let found = 0;
      for (let turn = 0; turn < 30; turn++) {
        const command = make();
        const before = performance.now();
        const value = ask(command) as Record<string, readonly unknown[]> | undefined;
        times.push(performance.now() - before);
        found = value?.[field]?.length ?? 0;
      }
      if (found === 0 && count > 1_000_000) wrong.push(`${what}: nothing was found`);
      const longest = Math.max(...times);
      rows.push({
        what,
        cells: [number(longest, 1), number(median(times), 1), String(found)],
        goal: goal(longest, '<=', most, ' ms'),
      });
    }
    db.close();
    return { rows, checked: rows.length, wrong };
  },
};

/** The reader's session. */
function enter(ask: (command: Command) => unknown, db: ReturnType<typeof openStore>): void {
  db.run(
    `INSERT INTO live.session (number, id, key, name, account, dialect, machine, host, port, deaf, at)
     VALUES (1, 's', 'reader', 'reader', 1, 'bench', 'm1', '', 0, 0, 0)`,
  );
  ask({ do: 'name-free', name: reader.name as Name });
}

const page = (random: () => number, count: number): Command => ({
  do: 'history',
  asker,
  of: { conversation: 1 + Math.floor(random() * 200) },
  before: Math.floor(count * random()) + 100,
  most: 100,
});
const search = (words: string): Command => ({ do: 'search', asker, words, most: 100 });
const list = (): Command => ({ do: 'conversations', asker, most: 100 });
