// The server is killed with SIGKILL under load, again and again: nothing acknowledged is lost, nothing forged.

import { afterEach, expect, test } from 'bun:test';

import { Changes } from '../../support/changes';
import { hasCompiler, onDisk } from '../../support/disk/disk';
import { startChat } from '../../support/executable';
import { runSeed, seeded } from '../../support/random';
import { scratchFolder } from '../../support/scratch';
import { answerBeforeKill, User } from './users';

const seed = runSeed();
const random = seeded(seed);
const pick = (most: number): number => Math.floor(random() * most);

const changes = new Changes();
let users: User[] = [];
afterEach(() => users.forEach((user) => user.close()));

/** Waits for users to be called until `met`; fails with what is missing. */
const until = (met: () => boolean, what: () => string): Promise<void> =>
  changes.until(met, () => `seed ${seed}: ${what()}`, 20_000);

interface Sent {
  readonly from: User;
  readonly to: User;
  readonly text: string;
  /** The id, if the server acknowledged it. */
  id: string | undefined;
}

async function serve(data: string, syncMs: number) {
  const env = syncMs > 0 ? await onDisk({ folder: data, syncMs }) : {};
  const chat = await startChat(['serve', '-p', '0', '--host', '127.0.0.1', '--data', data], {
    env,
  });
  const [, port = ''] = await chat.until(/init server \S+:(\d+)/);
  return { chat, port: Number(port) };
}

async function killed(rounds: number, syncMs: number): Promise<void> {
  users = Array.from(
    { length: 6 },
    (_, index) => new User(`user${index}`, () => changes.changed()),
  );
  const data = await scratchFolder();
  const sent: Sent[] = [];
  let count = 0;

  for (let round = 0; round < rounds; round++) {
    const { chat, port } = await serve(data, syncMs);
    if (round === 0) {
      for (const user of users) {
        expect(
          await answerBeforeKill(port, 'REGISTER', user.name, user.name, '01/01/2000'),
        ).toEqual(Buffer.from([0]));
        expect(await answerBeforeKill(port, 'CONNECT', user.name, String(user.port))).toEqual(
          Buffer.from([0]),
        );
      }
    }
    // Eight senders at once, until the kill; it comes after a number of answers that chance says.
    let answers = 0;
    let killed = false;
    const killAfter = 1 + pick(120);
    const sender = async (): Promise<void> => {
      while (!killed) {
        const from = users[pick(users.length)];
        const to = users[pick(users.length)];
        if (!from || !to) throw new Error('no user');
        const message: Sent = { from, to, text: `message ${++count}`, id: undefined };
        sent.push(message);
        const answer = await answerBeforeKill(port, 'SEND', from.name, to.name, message.text);
        if (answer === undefined) return;
        if (answer[0] !== 0) throw new Error(`seed ${seed}: SEND was answered ${answer[0]}`);
        message.id = answer.subarray(1, -1).toString();
        if (++answers === killAfter) {
          killed = true;
          await chat.kill('SIGKILL');
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, sender));
    await chat.ended;
    for (const user of users) user.kills++;
  }

  // The last start delivers all that waits.
  const { chat, port } = await serve(data, syncMs);
  const missing = (): Sent[] =>
    sent.filter(
      ({ from, to, text, id }) =>
        id !== undefined && !to.seen.some((seen) => seen.from === from.name && seen.text === text),
    );
  await until(
    () => missing().length === 0,
    () => `${missing().length} acknowledged messages are lost, such as ${missing()[0]?.text}`,
  );
  // What is sent now comes last: then nothing older is under way.
  for (const user of users) {
    expect((await answerBeforeKill(port, 'SEND', user.name, user.name, 'the end'))?.[0]).toBe(0);
  }
  await until(
    () => users.every(({ seen }) => seen.at(-1)?.text === 'the end'),
    () => 'the last message did not come last',
  );
  expect((await chat.kill('SIGTERM')).status).toBe(0);

  for (const user of users) {
    const first = new Map<string, (typeof user.seen)[number]>();
    for (const seen of user.seen) {
      const before = first.get(seen.text);
      if (!before) {
        first.set(seen.text, seen);
        continue;
      }
      const why = `seed ${seed}: ${seen.text} came again to ${user.name}`;
      expect({ why, id: seen.id, from: seen.from }).toEqual({
        why,
        id: before.id,
        from: before.from,
      });
      // Only after a kill, and only the last that this user had been told before it.
      expect({ why, later: seen.kills > before.kills }).toEqual({ why, later: true });
      const last = user.seen.filter(({ kills }) => kills === before.kills).at(-1);
      expect({ why, is: before.text }).toEqual({ why, is: last?.text ?? '' });
      const sender = users.find(({ name }) => name === seen.from);
      const confirmedAt = sender?.confirmed.get(seen.id);
      expect({
        why,
        confirmedBefore: confirmedAt !== undefined && confirmedAt < seen.kills,
      }).toEqual({
        why,
        confirmedBefore: false,
      });
    }
  }

  // An id belongs to one message of its sender, whether that was acknowledged or only seen.
  const texts = new Map<string, string>();
  const claim = (from: string, id: string, text: string): void => {
    const key = `${from} ${id}`;
    expect(`seed ${seed}: ${key} ${texts.get(key) ?? text}`).toBe(`seed ${seed}: ${key} ${text}`);
    texts.set(key, text);
  };
  for (const { from, id, text } of sent) if (id !== undefined) claim(from.name, id, text);
  for (const user of users) {
    for (const { from, id, text } of user.seen) if (text !== 'the end') claim(from, id, text);
  }
  // It was a load: most were acknowledged, and nothing was heard that nobody sent.
  expect(sent.filter(({ id }) => id !== undefined).length).toBeGreaterThan(rounds);
  const known = new Set([...sent.map(({ text }) => text), 'the end']);
  for (const user of users) for (const { text } of user.seen) expect(known.has(text)).toBe(true);
}

test('killed twenty times under load, it loses no acknowledged message and repeats only what was under way', async () => {
  await killed(20, 0);
}, 120_000);

test.skipIf(!hasCompiler)(
  'the same on a disk that takes 10 ms to sync',
  async () => {
    await killed(8, 10);
  },
  120_000,
);
