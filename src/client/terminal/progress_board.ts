// The transfers under way, shown in one line each and drawn again only after a pause.

import type { Clock } from '../../net/clock';
import { limits } from '../../protocol/limits';
import { Meter } from './meter';
import { noProgress, type Progress } from './progress';
import { Screen, type Size } from './screen';
import type { TextOutput } from './system';

export class ProgressBoard {
  readonly #changed: () => void;
  readonly #clock: Clock;
  readonly #meters = new Set<Meter>();
  #cancel: (() => void) | undefined;

  /** `changed` is called when `lines` gives something new. */
  constructor(changed: () => void, clock: Clock) {
    this.#changed = changed;
    this.#clock = clock;
  }

  start(name: string, total?: number): Progress {
    const meter = new Meter(name, total, this.#clock.monotonicNow());
    this.#meters.add(meter);
    this.#redrawSoon();
    return {
      update: (done) => {
        meter.update(done, this.#clock.monotonicNow());
        this.#redrawSoon();
      },
      end: () => {
        if (!this.#meters.delete(meter)) return;
        if (this.#meters.size === 0) this.#stopTimer();
        this.#changed();
      },
    };
  }

  lines(columns: number): string[] {
    const meters = [...this.#meters];
    const lines = meters
      .slice(0, limits.terminal.transferLines)
      .map((meter) => meter.line(columns));
    if (meters.length > limits.terminal.transferLines)
      lines.push(`… and ${meters.length - limits.terminal.transferLines} more`);
    return lines;
  }

  close(): void {
    this.#stopTimer();
    this.#meters.clear();
  }

  #stopTimer(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #redrawSoon(): void {
    this.#cancel ??= this.#clock.after(limits.terminal.redrawMs, () => {
      this.#cancel = undefined;
      this.#changed();
    });
  }
}

/**
 * Shows transfers on an output of their own, without a prompt, as `chat send` does on stderr. Shows nothing
 * if the output is not a terminal. `close` takes the lines away.
 */
export function openProgress(
  output: TextOutput,
  clock: Clock,
): { start(name: string, total?: number): Progress; close(): void } {
  if (!output.isTTY) return { start: () => noProgress, close() {} };
  const size = (): Size => ({ columns: output.columns ?? 0, rows: output.rows ?? 0 });
  const screen = new Screen((text) => output.write(text), size);
  const draw = (): void => {
    screen.show({ status: board.lines((output.columns ?? 80) - 1) });
    screen.flush();
  };
  const board = new ProgressBoard(draw, clock);
  const resized = (): void => screen.resized();
  output.on('resize', resized);
  return {
    start: (name, total) => board.start(name, total),
    close() {
      board.close();
      draw();
      output.off('resize', resized);
    },
  };
}
