// Transfers: what their lines show, how often they are drawn, and how they go away.

import { expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { bytes, duration, Meter } from '../../../src/client/terminal/meter';
import { openProgress, ProgressBoard } from '../../../src/client/terminal/progress_board';
import { HandClock } from '../../support/hand_clock';
import { TestOutput } from './test_output';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [10_188, '9.9 KiB'],
  [10_190, '10 KiB'],
  [1024 * 1024 - 1, '1.0 MiB'],
  [2 ** 40 * 3, '3.0 TiB'],
])('%d bytes are %j', (count, text) => {
  expect(bytes(count)).toBe(text);
});

test.each([
  [0, '0:00'],
  [6.2, '0:07'],
  [59.5, '1:00'],
  [3599.5, '1:00:00'],
  [11_100, '3:05:00'],
  [172_800, '2 d'],
])('%d seconds are %j', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('name, percent, bar, bytes, rate and time left', () => {
  const meter = new Meter('photo.jpg', 4096, 0);
  expect(meter.line(80)).toBe(`photo.jpg    0%  [${'-'.repeat(30)}]  0 B of 4.0 KiB`);
  meter.update(1024, 1000);
  const bar = `[${'#'.repeat(7)}${'-'.repeat(23)}]`;
  expect(meter.line(100)).toBe(`photo.jpg   25%  ${bar}  1.0 KiB of 4.0 KiB  1.0 KiB/s  0:03 left`);
  expect(meter.line(62)).toBe('photo.jpg   25%  1.0 KiB of 4.0 KiB  1.0 KiB/s  0:03 left');
  expect(meter.line(30)).toBe('photo.j…   25%  1.0 KiB of 4.…');
});

test('without a total, and without a byte', () => {
  const meter = new Meter('\x1b[2J', undefined, 0);
  meter.update(2048, 1000);
  expect(meter.line(80)).toBe('\\x1b[2J  2.0 KiB  2.0 KiB/s');
  expect(new Meter('empty', 0, 0).line(60)).toContain('100%');
});

test('no line is wider than it may be', () => {
  const counts = fc.nat(10 ** 9);
  fc.assert(
    fc.property(
      fc.string(),
      fc.option(counts),
      counts,
      fc.nat(9999),
      fc.integer({ min: 1, max: 200 }),
      (name, total, done, ms, columns) => {
        const meter = new Meter(name, total ?? undefined, 0);
        meter.update(done, ms);
        expect(Bun.stringWidth(meter.line(columns))).toBeLessThanOrEqual(columns);
      },
    ),
  );
});

test('it is drawn ten times a second, however often it is updated', () => {
  const clock = new HandClock();
  let draws = 0;
  const board = new ProgressBoard(() => draws++, clock);
  const progress = board.start('a', 1000);
  for (let done = 1; done <= 1000; done++) {
    progress.update(done);
    clock.pass(1);
  }
  expect(draws).toBe(10);
  progress.end();
  progress.end();
  expect(draws).toBe(11);
  clock.pass(1000);
  expect(draws).toBe(11);
  expect(board.lines(80)).toEqual([]);
});

test('many at once: some are shown, the others counted', () => {
  const board = new ProgressBoard(() => {}, new HandClock());
  for (let each = 0; each < 6; each++) board.start(`f${each}`, 10);
  expect(board.lines(80)).toHaveLength(5);
  expect(board.lines(80).at(-1)).toBe('… and 2 more');
});

test('on an output of its own, but only if that is a terminal', () => {
  const clock = new HandClock();
  for (const isTTY of [true, false]) {
    const output = new TestOutput({ isTTY, columns: 60, rows: 10 });
    const shown = openProgress(output, clock);
    const progress = shown.start('photo.jpg', 100);
    progress.update(50);
    clock.pass(100);
    progress.end();
    shown.close();
    expect(output.text.includes('photo.jpg')).toBe(isTTY);
    expect(output.text.endsWith('\r\x1b[J')).toBe(isTTY);
    expect(output.listenerCount('resize')).toBe(0);
  }
});
