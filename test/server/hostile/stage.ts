// One door under attack: a built server, a healthy pair, strangers in a process of their own, and what came of it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { cores, on } from '../../../bench/support/cores';
import { ownMemory } from '../../../bench/support/memory';
import { removeAtEnd } from '../../support/cleanup';
import { type Chat, startChat } from '../../support/executable';
import { scratchFolder } from '../../support/scratch';
import type { Job, Spent } from './attacker';
import { enterPair, type Healthy } from './healthy';

export interface Plan {
  readonly halfOpen: number;
  readonly slow: number;
  readonly flooders: number;
  /** Round trips of the pair before the attack, and at least so many under it. */
  readonly quiet: number;
  readonly exchanges: number;
  /** The attack lasts at least so long, in ms. */
  readonly lastsMs: number;
  /** How long after all strangers have left the memory is looked at once more, in ms. */
  readonly afterMs?: number;
}

export interface Figures {
  readonly door: string;
  readonly quiet: Times;
  readonly hostile: Times;
  /** How much more memory the server had under attack, at most, in bytes. */
  readonly memory: number;
  /** How much more it has when they are gone, in bytes. */
  readonly left: number;
  /** Connections of the pair that the server ended or refused. */
  readonly drops: number;
  /** What failed, in words. */
  readonly wrong: readonly string[];
  readonly spent: Spent;
}

interface Times {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

/** Between two exchanges, in ms: two people who type fast. */
const restMs = 20;
const lookMs = 50;

export async function attacked(door: string, plan: Plan): Promise<Figures> {
  const server = await startServer(door);
  const wrong: string[] = [];
  const pair = await enterPair(door, server.port);
  // The first exchanges compile what all others run.
  await exchanges(pair, { least: 20, untilMs: 0, wrong });
  const quiet = await exchanges(pair, { least: plan.quiet, untilMs: 0, wrong });
  const before = ownMemory(server.chat.pid);
  let most = before;
  const looks = setInterval(() => (most = Math.max(most, ownMemory(server.chat.pid))), lookMs);
  const strangers = await startAttacker({ ...plan, door, port: server.port });
  strangers.go();
  const hostile = await exchanges(pair, {
    least: plan.exchanges,
    untilMs: performance.now() + plan.lastsMs,
    wrong,
  });
  clearInterval(looks);
  const spent = await strangers.stop();
  if (plan.afterMs !== undefined) await Bun.sleep(plan.afterMs);
  const left = ownMemory(server.chat.pid) - before;
  for (const one of pair) one.leave();
  const { status, err } = await server.chat.kill();
  if (status !== 0) wrong.push(`the server ended with ${status}`);
  for (const said of err.split('\n')) if (said.startsWith('chat: ')) wrong.push(said);
  wrong.push(...pair.flatMap(({ refusals }) => refusals));
  const drops = pair.reduce((sum, { drops: own }) => sum + own, 0);
  return {
    door,
    quiet,
    hostile,
    memory: most - before,
    left,
    drops,
    wrong: wrong.slice(0, 5),
    spent,
  };
}

async function startServer(door: string): Promise<{ chat: Chat; port: number }> {
  const option = door === 'mailbox' ? '-p' : `--${door}`;
  const data = join(await scratchFolder(), 'data');
  const args = ['serve', option, '0', '--host', '127.0.0.1', '--data', data, '--quiet'];
  const chat = await startChat(args, { within: on(cores.server) });
  const [, port] = await chat.until(new RegExp(`^${door} +(\\d+) `, 'm'), { on: 'err' });
  return { chat, port: Number(port) };
}

/** Round trips one after the other. A message that does not come is told and ends them. */
async function exchanges(
  [one, other]: readonly [Healthy, Healthy],
  limit: { readonly least: number; readonly untilMs: number; readonly wrong: string[] },
): Promise<Times> {
  const times: number[] = [];
  while (times.length < limit.least || performance.now() < limit.untilMs) {
    const text = `healthy-${performance.now()}`;
    const startMs = performance.now();
    try {
      one.write(other, text);
      await other.reads(text);
      other.write(one, text);
      await one.reads(text);
    } catch (error) {
      limit.wrong.push((error as Error).message);
      break;
    }
    times.push(performance.now() - startMs);
    await Bun.sleep(restMs);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { count: times.length, p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) };
}

interface Strangers {
  go(): void;
  stop(): Promise<Spent>;
}

/** Resolves once all their connections stand. */
async function startAttacker(job: Job): Promise<Strangers> {
  const main = join(import.meta.dir, 'attacker.ts');
  // Strangers have machines of their own: here they leave the pair what it needs of the core.
  const command = ['nice', ...on(cores.load), process.execPath, main, JSON.stringify(job)];
  const child = Bun.spawn(command, {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  removeAtEnd(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  let changed = (): void => {};
  void (async () => {
    let text = '';
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += piece;
      lines.push(...text.split('\n').slice(0, -1));
      text = text.slice(text.lastIndexOf('\n') + 1);
      changed();
    }
    lines.push('');
    changed();
  })();
  const next = async (): Promise<string> => {
    while (lines.length === 0) await new Promise<void>((resolve) => (changed = resolve));
    const line = lines.shift() ?? '';
    if (line === '') throw new Error('the strangers died');
    return line;
  };
  await next();
  return {
    go: () => {
      void child.stdin.write('go\n');
      void child.stdin.flush();
    },
    stop: async () => {
      await child.stdin.end();
      const spent = JSON.parse(await next()) as Spent;
      await child.exited;
      return spent;
    },
  };
}

/** Whether the system lets this process and the server have so many descriptors. */
export function descriptorsAllow(count: number): boolean {
  const text = readFileSync('/proc/self/limits', 'utf8');
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
  return soft === 'unlimited' || Number(soft) > count;
}
