// How far a transfer is: its rate, its time left, and the line that shows them.

import { escapeForTerminal } from '../../protocol/bytes/escape';
import { limits } from '../../protocol/limits';
import { cutToWidth } from './layout';

/** The widths of the bar, in columns: a narrower one would say nothing, a wider one nothing more. */
const barWidths = { min: 8, max: 30 };
const nameWidthMin = 8;

export class Meter {
  readonly #name: string;
  readonly #total: number | undefined;
  #done = 0;
  #at: number;
  /** Bytes a second; undefined until it has been measured. */
  #rate: number | undefined;

  /** `total` in bytes, if it is known; `nowMs` from a clock that never goes back. */
  constructor(name: string, total: number | undefined, nowMs: number) {
    this.#name = escapeForTerminal(name);
    this.#total = total;
    this.#at = nowMs;
  }

  /** `done` bytes have been transferred in all. */
  update(done: number, nowMs: number): void {
    const passed = nowMs - this.#at;
    const isLast = done === this.#total;
    if (passed < limits.terminal.rateStepMs && !isLast) return;
    if (passed > 0) {
      const rate = ((done - this.#done) / passed) * 1000;
      const weight = this.#rate === undefined ? 1 : 1 - Math.exp(-passed / limits.terminal.rateMs);
      this.#rate = (this.#rate ?? 0) * (1 - weight) + rate * weight;
    }
    this.#done = done;
    this.#at = nowMs;
  }

  /** One line of at most `columns`: name, percent, bar, bytes, rate, time left. */
  line(columns: number): string {
    const total = this.#total;
    const amount =
      total === undefined ? bytes(this.#done) : `${bytes(this.#done)} of ${bytes(total)}`;
    const parts = [amount];
    if (this.#rate !== undefined) parts.push(`${bytes(this.#rate)}/s`);
    const left = this.#secondsLeft();
    if (left !== undefined) parts.push(`${duration(left)} left`);
    if (total === undefined) return this.#named(parts, columns);
    const share = total === 0 ? 1 : Math.min(1, this.#done / total);
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const withoutBar = [percent, ...parts].join('  ');
    const room = columns - Bun.stringWidth(this.#name) - withoutBar.length - 6;
    const barWidth = Math.min(barWidths.max, room);
    if (barWidth < barWidths.min) return this.#named([percent, ...parts], columns);
    const filled = Math.floor(share * barWidth);
    const bar = `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`;
    return this.#named([percent, bar, ...parts], columns);
  }

  #secondsLeft(): number | undefined {
    if (this.#total === undefined || this.#rate === undefined || this.#rate <= 0) return undefined;
    return Math.ceil(Math.max(0, this.#total - this.#done) / this.#rate);
  }

  /** The name is cut first, then what stands last. */
  #named(parts: readonly string[], columns: number): string {
    const rest = parts.join('  ');
    const name = cutToWidth(this.#name, Math.max(nameWidthMin, columns - rest.length - 2));
    return cutToWidth(`${name}  ${rest}`, columns);
  }
}

/** Bytes as people read them: `999 B`, `1.5 KiB`, `20 MiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = count;
  let unit = 0;
  // 1023.5 would be rounded to 1024.
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? value.toFixed(1) : String(Math.round(value));
  return `${digits} ${units[unit]}`;
}

/** Seconds as people read them: `0:07`, `12:30`, `3:05:00`, `2 d`. */
export function duration(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const whole = Math.ceil(seconds);
  if (whole >= 48 * 3600) return `${Math.round(whole / 86_400)} d`;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(whole % 60)}`;
  return `${minutes}:${two(whole % 60)}`;
}
