// Hub time beside a clock that is wrong: it goes on as time does, nothing expires, and it comes back to what is right.

import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { limits } from '../../src/protocol/limits';
import { HubTime } from '../../src/server/journal/hub_time';
import { answerTo, ask, attachment, getFile } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { untilEmpty } from '../support/folders';
import { HandClock } from '../support/hand_clock';
import { named, TestHub } from '../support/journal';
import { scratchFolder } from '../support/scratch';
import { bytesOf, started } from './attachment_server';

const start = Date.UTC(2026, 0, 1);
const hour = 3_600_000;
const day = 24 * hour;

/** Hub time over a clock in the test's hands. `logged`: what the store knows of time. */
function stage(logged = { at: 0, provedAt: 0 }) {
  const clock = new HandClock(start);
  const warnings: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  const time = new HubTime(logged, { clock, warn });
  /** Hub time since the start, and whether it is proved. */
  const read = () => [time.now() - start, time.provedNow() !== undefined];
  return { clock, warnings, time, read };
}

describe('a clock that jumps', () => {
  test.each([31 * day, -31 * day])('by %d ms is not followed until time has proved it', (ms) => {
    const { clock, warnings, read } = stage();
    expect(read()).toEqual([0, true]);
    clock.jump(ms);
    expect(read()).toEqual([0, false]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('but it should be 2026-01-01T00:00:00.000Z');
    clock.pass(hour - 1);
    expect(read()).toEqual([hour - 1, false]);
    clock.pass(1);
    expect(read()).toEqual([hour + ms, true]);
    expect(warnings).toHaveLength(1);
  });

  test('and is set right again was never followed', () => {
    const { clock, read } = stage();
    read();
    clock.jump(31 * day);
    clock.pass(hour / 2);
    expect(read()).toEqual([hour / 2, false]);
    clock.jump(-31 * day);
    clock.pass(1);
    expect(read()).toEqual([hour / 2 + 1, true]);
  });

  test('and jumps again must be proved anew', () => {
    const { clock, warnings, read } = stage();
    read();
    for (const count of [1, 2, 3]) {
      clock.jump(2 * hour);
      expect(read()).toEqual([(count - 1) * (hour - 1), false]);
      clock.pass(hour - 1);
    }
    expect(read()).toEqual([3 * (hour - 1), false]);
    expect(warnings).toHaveLength(3);
  });

  test('by an hour is only set; hub time waits for it where it went back', () => {
    const { clock, warnings, read } = stage();
    read();
    clock.jump(hour);
    expect(read()).toEqual([hour, true]);
    clock.jump(-hour);
    clock.pass(1);
    expect(read()).toEqual([hour, true]);
    clock.pass(hour);
    expect(read()).toEqual([hour + 1, true]);
    expect(warnings).toEqual([]);
  });

  test('a machine that slept is believed', () => {
    const clock = new HandClock(start);
    let slept = 0;
    const sleepy = {
      now: () => clock.now() + slept,
      monotonicNow: () => clock.monotonicNow(),
      uptime: () => clock.uptime() + slept,
    };
    const time = new HubTime({ at: 0, provedAt: 0 }, { clock: sleepy, warn: () => {} });
    time.now();
    slept = 3 * day;
    expect(time.provedNow()).toBe(start + 3 * day);
  });
});

describe('a start', () => {
  test('soon after the last one is believed', () => {
    const { read } = stage({ at: start - hour, provedAt: start - hour });
    expect(read()).toEqual([0, true]);
  });

  test('long after it bears the time of the clock, which is proved later, and is nothing to speak of', () => {
    const { clock, warnings, read } = stage({ at: start - day, provedAt: start - day });
    expect(read()).toEqual([0, false]);
    clock.pass(hour);
    expect(read()).toEqual([hour, true]);
    expect(warnings).toEqual([]);
  });

  test('before it waits for the clock to be proved, or set right', () => {
    const logged = { at: start + 31 * day, provedAt: start + 31 * day };
    const kept = stage(logged);
    expect(kept.read()).toEqual([31 * day, false]);
    expect(kept.warnings).toHaveLength(1);
    kept.clock.pass(hour);
    expect(kept.read()).toEqual([hour, true]);
    const right = stage(logged);
    right.read();
    right.clock.jump(31 * day);
    expect(right.read()).toEqual([31 * day, true]);
  });

  test('after one whose clock was wrong: what was not proved does not count', () => {
    const { read } = stage({ at: start + 31 * day, provedAt: start - hour });
    expect(read()).toEqual([0, true]);
  });

  test('with a wrong clock, restarted before that was proved, proves nothing', async () => {
    const path = join(await scratchFolder(), 'chat.db');
    const first = new TestHub(path);
    first.register('alice');
    first.db.close();
    for (let times = 0; times < 3; times++) {
      const hub = new TestHub(path);
      hub.wrong = 31 * day;
      hub.register(`user${times}`);
      expect(hub.journal.provedNow()).toBeUndefined();
      hub.db.close();
    }
    const last = new TestHub(path);
    last.register('bob');
    expect(last.journal.provedNow()).toBe(last.now);
  });
});

test('outcomes that a jump makes old are remembered', () => {
  const hub = new TestHub();
  for (const name of ['alice', 'bob']) hub.register(name);
  const command = {
    do: 'direct',
    from: { account: named('alice') },
    to: named('bob'),
    text: 'hi',
    origin: 'test',
  } as const;
  const first = hub.ask(command, 'key');
  hub.wrong = 2 * limits.journal.outcomeMs;
  expect(hub.ask(command, 'key')).toEqual(first);
});

describe('a server whose clock jumps 31 days ahead', () => {
  const jump = limits.files.attachmentMs + day;

  test('deletes nothing, says so, and keeps the attachments when it is set right', async () => {
    const clock = new HandClock(start);
    await using all = await started({ clock });
    const { port, files, server } = all;
    await ask(port, attachment('alice', 'bob', 'a', bytesOf(9)));
    clock.jump(jump);
    clock.pass(limits.server.maintenanceMs);
    await server.console.until(({ warnings }) =>
      warnings.some((line) => line.startsWith('1 attachment has waited too long by the clock')),
    );
    expect(server.console.warnings.join()).toContain('the clock says 2026-02-01');
    clock.jump(-jump);
    clock.pass(2 * hour);
    await answerTo(port, nul('UNREGISTER', 'zed'));
    expect(readdirSync(files)).toHaveLength(1);
    expect(await getFile(port, 'bob', 'alice', 1)).toEqual(new Uint8Array(bytesOf(9)));
  });

  test('believes it when an hour has passed', async () => {
    const clock = new HandClock(start);
    await using all = await started({ clock });
    await ask(all.port, attachment('alice', 'bob', 'a', bytesOf(9)));
    clock.jump(jump);
    clock.pass(limits.server.maintenanceMs);
    expect(readdirSync(all.files)).toHaveLength(1);
    clock.pass(hour + limits.server.maintenanceMs);
    await untilEmpty(all.files);
  });
});
