// The system's clock: it wakes once, and calls nobody once it is stopped.

import { expect, test } from 'bun:test';

import { SystemClock, type Wakeable } from '../../src/net/clock';

const wakeable = (woke: () => void): Wakeable => ({ woke });

test('a target is woken once, and its last timer replaces the others', async () => {
  const clock = new SystemClock();
  const woken: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const a = wakeable(() => woken.push('a'));
  const b = wakeable(() => {
    woken.push('b');
    resolve();
  });
  clock.wake(a, 1);
  clock.wake(a, undefined);
  clock.wake(b, 60_000);
  clock.wake(b, 5);
  await promise;
  expect(woken).toEqual(['b']);
  clock.stop();
});

test('a stopped clock calls nobody, and keeps no process alive', async () => {
  const script = `
    const { SystemClock } = await import('${import.meta.dir}/../../src/net/clock');
    const clock = new SystemClock();
    const fail = () => process.exit(1);
    clock.after(1, fail);
    clock.wake({ woke: fail }, 1);
    clock.wake({ woke: fail }, 60_000);
    clock.stop();
    clock.after(1, fail);
    clock.wake({ woke: fail }, 60_000);`;
  const child = Bun.spawn([process.execPath, '-e', script], { stderr: 'inherit' });
  expect(await child.exited).toBe(0);
});
