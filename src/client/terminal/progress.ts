// The transfers under way, shown as one line each and drawn anew at most ten times a second.

import type { Clock } from '../../net/clock';
import { Meter } from './meter';
import { Screen, type Size } from './screen';
import type { TextOutput } from './system';

/** One transfer on show. */
export interface Progress {
  /** So many bytes are done in all. */
  update(done: number): void;
  /** Takes the transfer's line away. */
  end(): void;
}

const redrawMs = 100;
/** So many transfers have a line of their own; the others are counted. */
const linesMax = 4;

export class ProgressBoard {
  readonly #changed: () => void;
  readonly #clock: Clock;
  readonly #meters = new Set<Meter>();
  #cancel: (() => void) | undefined;

  /** `changed` is called when `lines` has something new to show. */
  constructor(changed: () => void, clock: Clock) {
    this.#changed = changed;
    this.#clock = clock;
  }

  start(name: string, total?: number): Progress {
    const meter = new Meter(name, total, this.#clock.monotonicNow());
    this.#meters.add(meter);
    this.#soon();
    return {
      update: (done) => {
        meter.update(done, this.#clock.monotonicNow());
        this.#soon();
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
    const lines = meters.slice(0, linesMax).map((meter) => meter.line(columns));
    if (meters.length > linesMax) lines.push(`… and ${meters.length - linesMax} more`);
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

  #soon(): void {
    this.#cancel ??= this.#clock.after(redrawMs, () => {
      this.#cancel = undefined;
      this.#changed();
    });
  }
}

/**
 * Shows transfers on an output of their own, without a prompt, as `chat send` does on stderr; shows
 * nothing if the output is no terminal. `close` takes the lines away.
 */
export function openProgress(
  output: TextOutput,
  clock: Clock,
): { start(name: string, total?: number): Progress; close(): void } {
  if (!output.isTTY) return { start: () => ({ update() {}, end() {} }), close() {} };
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
