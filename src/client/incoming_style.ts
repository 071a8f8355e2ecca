// How what others say looks at a terminal: when it came, where one is named, and where the unread begins.

import { limits } from '../protocol/limits';

export interface IncomingStyleOptions {
  /** Whether colours and weights may be used. */
  readonly color: boolean;
  /** The user's own name, which is highlighted where others say it. */
  readonly self?: string | undefined;
  /** The time of day where the user is. */
  readonly now?: () => Date;
}

const dim = (text: string): string => `\x1b[2m${text}\x1b[22m`;
const striking = (text: string): string => `\x1b[1;33m${text}\x1b[22;39m`;
const rule = (text: string): string => `──── ${text} ────`;

export class IncomingStyle {
  readonly #color: boolean;
  readonly #self: RegExp | undefined;
  readonly #now: () => Date;
  #day: string | undefined;
  /** Since the mark was drawn, the user has pressed no key. */
  #isMarked = false;

  constructor({ color, self, now = () => new Date() }: IncomingStyleOptions) {
    this.#color = color;
    this.#self = self === undefined ? undefined : wordOf(self);
    this.#now = now;
  }

  /** The lines with the time before the first; the others are set in, so that none looks like a new one. */
  dated(lines: readonly string[]): string[] {
    const now = this.#now();
    const time = `${two(now.getHours())}:${two(now.getMinutes())}`;
    const indent = ' '.repeat(time.length);
    return lines.map((line, index) => `${index === 0 ? time : indent} ${line}`);
  }

  /**
   * What stands above a message: the date where a new day has begun, and a mark where the user has been away.
   * `idleMs`: how long ago they last pressed a key.
   */
  above(idleMs: number): string[] {
    const now = this.#now();
    const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
    const isNewDay = this.#day !== undefined && this.#day !== day;
    this.#day = day;
    const isAway = idleMs >= limits.terminal.awayMs;
    const isUnread = isAway && !this.#isMarked;
    this.#isMarked = isAway;
    return [...(isNewDay ? [rule(day)] : []), ...(isUnread ? [rule('new')] : [])];
  }

  /** Paints a line that is safe already. */
  readonly paint = (line: string): string => {
    if (!this.#color) return line;
    const [, time = '', rest = ''] = /^(\d\d:\d\d|)(.*)$/su.exec(line) ?? [];
    const named =
      this.#self === undefined ? rest : rest.replace(this.#self, (name) => striking(name));
    return time === '' ? named : dim(time) + named;
  };

  /** Paints a line that stands above messages. */
  readonly paintAbove = (line: string): string => (this.#color ? dim(line) : line);
}

const two = (number: number): string => String(number).padStart(2, '0');

/** Where a name stands as a word; undefined for one that is a number (relay), which says nothing in a text. */
function wordOf(name: string): RegExp | undefined {
  if (!/\p{L}/u.test(name)) return undefined;
  const pattern = name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll('\\-', '-');
  return new RegExp(`(?<![\\p{L}\\p{N}_])${pattern}(?![\\p{L}\\p{N}_])`, 'giu');
}
