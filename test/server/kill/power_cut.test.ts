// The power goes under load: of what was written, the disk keeps what was synced and by chance some of the rest.
//
// CHAT_CUTS=200 bun test test/server/kill/power_cut.test.ts --timeout 1200000 tries as many.

import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';

import { removeAtEnd } from '../../support/cleanup';
import { hasCompiler, onDisk } from '../../support/disk/disk';
import { cutPower } from '../../support/disk/power_cut';
import { runSeed, seeded } from '../../support/random';
import { scratchFolder } from '../../support/scratch';
import { answerBeforeKill } from './users';

const seed = runSeed();
const random = seeded(seed);
const pick = (most: number): number => Math.floor(random() * most);

/** Cuts in all, and how many are tried of what one server wrote. */
const cuts = Number(process.env['CHAT_CUTS'] ?? 20);
const cutsOfEach = 5;
const senders = 24;
const users = Array.from({ length: 6 }, (_, index) => `user${index}`);
/** So few that the log starts again several times in each round. */
const logPages = 60;

interface Answered {
  /** How much of the record there was when the answer had come. */
  readonly size: number;
  readonly text: string;
  readonly from: string;
  readonly id: number;
}

async function serve(folder: string, record: string, syncMs: number) {
  const script = resolve(import.meta.dir, '../../support/disk/serve.ts');
  const child = Bun.spawn([process.execPath, script, folder, String(logPages)], {
    env: { ...process.env, ...(await onDisk({ folder, syncMs, record })) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  removeAtEnd(() => child.kill('SIGKILL'));
  let said = '';
  for await (const bytes of child.stdout) {
    said += Buffer.from(bytes).toString();
    const port = /port (\d+)/.exec(said)?.[1];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error(`no port: ${said}`);
}

let count = 0;

/** Sends until so many are answered, then kills the server. */
async function load(
  { child, port }: Awaited<ReturnType<typeof serve>>,
  record: string,
  answersMost: number,
): Promise<Answered[]> {
  const answered: Answered[] = [];
  const sender = async (): Promise<void> => {
    while (answered.length < answersMost) {
      const from = users[pick(users.length)] ?? '';
      const text = `message ${++count} ${'x'.repeat(pick(200))}`;
      const answer = await answerBeforeKill(
        port,
        'SEND',
        from,
        users[pick(users.length)] ?? '',
        text,
      );
      if (answer === undefined) return;
      if (answer[0] !== 0) throw new Error(`seed ${seed}: SEND was answered ${answer[0]}`);
      const id = Number(answer.subarray(1, -1).toString());
      answered.push({ size: statSync(record).size, text, from, id });
    }
    child.kill('SIGKILL');
  };
  await Promise.all(Array.from({ length: senders }, sender));
  await child.exited;
  return answered;
}

/** What is wrong with what a cut has left. */
function wrongIn(folder: string, answered: readonly Answered[]): string[] {
  const db = new Database(`${folder}/chat.db`);
  try {
    const check = db.query<{ integrity_check: string }, []>('PRAGMA integrity_check').all();
    const wrong = check.map((row) => row.integrity_check).filter((line) => line !== 'ok');
    const found = new Map<string, number>();
    const rows = db.query<{ key: string }, []>(
      "SELECT from_name || ' ' || id || ' ' || text AS key FROM message",
    );
    for (const { key } of rows.iterate()) found.set(key, (found.get(key) ?? 0) + 1);
    for (const { text, from, id } of answered) {
      const times = found.get(`${from} ${id} ${text}`) ?? 0;
      if (times !== 1) wrong.push(`${from} ${id} (${text.slice(0, 20)}) is there ${times} times`);
    }
    return wrong;
  } finally {
    db.close();
  }
}

test.skipIf(!hasCompiler).each([
  ['that is fast: COMMIT syncs', 0],
  ['that is slow: the log is synced beside the event loop', 3],
])(
  'whenever the power goes, all that was answered is there, on a disk %s',
  async (_, syncMs) => {
    let folder = await scratchFolder();
    let answered: Answered[] = [];
    for (let round = 0; round < cuts / cutsOfEach / 2; round++) {
      const record = `${await scratchFolder()}/record`;
      // The server's own folder is changed by it: the cuts need it as it was.
      const running = await scratchFolder();
      Bun.spawnSync(['cp', '-r', `${folder}/.`, running]);
      const server = await serve(running, record, syncMs);
      if (round === 0) {
        for (const name of users) {
          const answer = await answerBeforeKill(server.port, 'REGISTER', name, name, '01/01/2000');
          expect(answer).toEqual(Buffer.from([0]));
        }
      }
      const start = statSync(record).size;
      const before = answered.map((one) => ({ ...one, size: 0 }));
      answered = [...before, ...(await load(server, record, 300 + pick(300)))];
      const end = statSync(record).size;
      let after = folder;
      for (let cut = 1; cut <= cutsOfEach; cut++) {
        const size = cut === cutsOfEach ? end : start + pick(end - start);
        after = await scratchFolder();
        cutPower({ before: folder, record, size, after, random });
        const due = answered.filter((one) => one.size <= size);
        expect({ seed, round, cut, wrong: wrongIn(after, due) }).toEqual({
          seed,
          round,
          cut,
          wrong: [],
        });
      }
      // The next server starts from what the last cut has left.
      folder = after;
    }
    expect(answered.length).toBeGreaterThan(300);
  },
  1_200_000,
);
