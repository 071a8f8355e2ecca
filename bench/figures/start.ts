// Cold starts: `serve` until it says that it serves, `send` from its start to its end.

import { resolve } from 'node:path';

import { exchanged } from '../load/exchange';
import { areEqual, encodeAnswer, encodeFields, shown } from '../load/wire';
import { cores, on } from '../support/cores';
import { type Figure, goal, number, type Row } from '../support/figure';
import { median } from '../support/pairs';
import { endWithUs, freshFolder } from '../support/scratch';
import { ours, plainMailbox } from '../support/servers';
import { wrongStored } from '../support/stored';

interface Timed {
  readonly ms: number;
  readonly cpuMs: number;
  readonly wrong?: string;
}

const root = resolve(import.meta.dir, '../..');

/** From the start of a server to the line with its port, which must answer then. */
async function untilReady(command: readonly string[], ready: RegExp): Promise<Timed> {
  const startedMs = performance.now();
  const child = Bun.spawn([...on(cores.server), ...command], {
    stdio: ['ignore', 'pipe', 'ignore'],
    cwd: root,
  });
  endWithUs(child);
  let ms = Number.NaN;
  let said = '';
  let wrong: string | undefined = `${command.join(' ')} did not start`;
  for await (const bytes of child.stdout) {
    said += Buffer.from(bytes).toString();
    const port = ready.exec(said)?.[1];
    if (port === undefined || !Number.isNaN(ms)) continue;
    ms = performance.now() - startedMs;
    const request = encodeFields('REGISTER', 'Bench User', 'first', '01/02/2003');
    const { reply } = await exchanged(Number(port), request);
    wrong = reply && areEqual(reply, encodeAnswer(0)) ? undefined : `answered ${shown(reply)}`;
    child.kill('SIGTERM');
  }
  await child.exited;
  const cpuMs = Number(child.resourceUsage()?.cpuTime.total ?? Number.NaN) / 1000;
  return { ms, cpuMs, ...(wrong !== undefined && { wrong }) };
}

/** From the start of a client to its end. */
async function untilOver(command: readonly string[], env: Record<string, string>): Promise<Timed> {
  const startedMs = performance.now();
  const child = Bun.spawn([...on(cores.load), ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: root,
    env,
  });
  const status = await child.exited;
  const ms = performance.now() - startedMs;
  const cpuMs = Number(child.resourceUsage()?.cpuTime.total ?? Number.NaN) / 1000;
  if (status === 0) return { ms, cpuMs };
  return {
    ms,
    cpuMs,
    wrong: `${command.join(' ')} ended with ${status}: ${await new Response(child.stderr).text()}`,
  };
}

const row = (
  what: string,
  our: readonly Timed[],
  plain: readonly Timed[],
  goalOf: (best: number, middle: number) => Row['goal'],
): Row => {
  const of = (runs: readonly Timed[]): [number, number, number] => {
    const times = runs.map(({ ms }) => ms);
    return [Math.min(...times), median(times), median(runs.map(({ cpuMs }) => cpuMs))];
  };
  const [best, middle] = of(our);
  const wanted = goalOf(best, middle);
  return {
    what,
    cells: [...of(our), ...of(plain)].map((value) => number(value, 1)),
    ...(wanted && { goal: wanted }),
  };
};

export const startFigure: Figure = {
  name: 'start',
  title: 'Cold starts (the plain ones are scripts that Bun runs, not compiled)',
  heads: ['best ms', 'median ms', 'CPU ms', 'plain best ms', 'median ms', 'CPU ms'],
  async measure({ generator, chat, scaled }) {
    const times = Math.max(2, scaled(20));
    const bun = process.execPath;
    const server = { fresh: [] as Timed[], again: [] as Timed[], plain: [] as Timed[] };
    const serve = (folder: string): string[] => [
      chat,
      'serve',
      '-p',
      '0',
      '--host',
      '127.0.0.1',
      '--data',
      folder,
    ];
    const line = /init server \S+:(\d+)/;
    for (let time = 0; time < times; time++) {
      const folder = freshFolder();
      server.fresh.push(await untilReady(serve(folder), line));
      server.plain.push(await untilReady([bun, 'bench/reference/mailbox.ts'], /port (\d+)/));
    }

    const client = { our: [] as Timed[], plain: [] as Timed[] };
    const [our, plain] = [await ours(chat), await plainMailbox()];
    for (const { port } of [our, plain]) {
      await generator.must({ do: 'prepare', port, names: ['alice', 'bob'], here: false });
    }
    const env = { HOME: freshFolder(), PATH: process.env['PATH'] ?? '' };
    const text = 'a message that is sent once';
    const send = [
      chat,
      'send',
      '-s',
      '127.0.0.1',
      '-p',
      String(our.port),
      '--as',
      'alice',
      'bob',
      text,
    ];
    const plainSend = [bun, 'bench/reference/send.ts', String(plain.port), 'alice', 'bob', text];
    for (let time = 0; time < times; time++) {
      client.our.push(await untilOver(send, env));
      client.plain.push(await untilOver(plainSend, env));
    }
    await our.stop();
    await plain.stop();

    const all = [...server.fresh, ...server.plain, ...client.our, ...client.plain];
    return {
      rows: [
        row('serve until ready, a new folder', server.fresh, server.plain, (_, middle) =>
          goal(middle, '<=', 100, ' ms'),
        ),
        row('send, whole', client.our, client.plain, (best) => goal(best, '<=', 30, ' ms best')),
      ],
      checked: all.length,
      wrong: [...all.flatMap(({ wrong }) => wrong ?? []), ...wrongStored(our.folder ?? '', times)],
    };
  },
};
