// Hub time: the time of commands. A clock that jumps is not followed, and lets nothing expire, until time has proved it.

import { limits } from '../../protocol/limits';

/** The clocks of the machine, all in ms. */
export interface Clocks {
  /** Since 1970, as long as nobody sets it wrong. */
  now(): number;
  /** Since any moment. */
  monotonicNow(): number;
  /** Since the machine started, while it slept, too. It costs more to ask. */
  uptime(): number;
}

interface HubTimeDeps {
  readonly clock: Clocks;
  warn(line: string): void;
}

/** What the store knows of time, in ms since 1970. */
export interface LoggedTime {
  /** Hub time of the last command that lasts. */
  readonly at: number;
  /** The same of the last one whose time was proved. 0: there is none. */
  readonly provedAt: number;
}

/** All clocks at one moment, in ms. */
interface Reading {
  readonly wall: number;
  readonly monotonic: number;
  readonly uptime: number;
}

const isNear = (one: number, other: number): boolean =>
  Math.abs(one - other) <= limits.journal.clockJumpMs;
const shown = (ms: number): string => new Date(ms).toISOString();

export class HubTime {
  readonly #deps: HubTimeDeps;
  readonly #logged: LoggedTime;
  readonly #startUptime: number;
  #last: number;
  /** When the clock was last found right. Undefined until it is proved after a start. */
  #proved: Reading | undefined;
  /** The clock is wrong, or was until now: the time at which the machine would have started, and since when it is so. */
  #doubt: { readonly epoch: number; readonly since: number } | undefined;

  constructor(logged: LoggedTime, deps: HubTimeDeps) {
    this.#deps = deps;
    this.#logged = logged;
    this.#last = logged.at;
    this.#startUptime = deps.clock.uptime();
  }

  /**
   * Milliseconds since 1970. Goes back only where the clock was wrong by more than `clockJumpMs` and has been
   * right since then for `clockProofMs`.
   */
  now(): number {
    const { clock } = this.#deps;
    const wall = clock.now();
    const proved = this.#proved;
    // All that a quiet clock costs: the others are asked only where these two differ.
    const passed = proved && proved.wall + clock.monotonicNow() - proved.monotonic;
    if (this.#doubt === undefined && passed !== undefined && isNear(wall, passed)) {
      return this.#notBefore(wall);
    }
    return this.#look({ wall, monotonic: clock.monotonicNow(), uptime: clock.uptime() });
  }

  /** Hub time, if time has proved the clock: only then may anything expire. */
  provedNow(): number | undefined {
    const now = this.now();
    return this.#doubt === undefined ? now : undefined;
  }

  /** A step back that is no jump is waited for. */
  #notBefore(wall: number): number {
    if (wall > this.#last || !isNear(wall, this.#last)) this.#last = wall;
    return this.#last;
  }

  #look(reading: Reading): number {
    const { wall, uptime } = reading;
    if (this.#isExpected(reading)) return this.#prove(reading);
    const epoch = wall - uptime;
    if (this.#doubt === undefined || !isNear(epoch, this.#doubt.epoch)) {
      this.#doubt = { epoch, since: uptime };
      this.#warn(reading);
    }
    if (uptime - this.#doubt.since >= limits.journal.clockProofMs) return this.#prove(reading);
    if (this.#proved !== undefined) {
      return this.#notBefore(this.#proved.wall + uptime - this.#proved.uptime);
    }
    // Nobody knows for how long the server was away, so its messages bear the time that the clock says.
    const { provedAt } = this.#logged;
    if (wall >= provedAt - limits.journal.clockJumpMs) return this.#notBefore(wall);
    return this.#notBefore(provedAt + uptime - this.#startUptime);
  }

  #isExpected({ wall, uptime }: Reading): boolean {
    const { provedAt } = this.#logged;
    if (this.#proved !== undefined) {
      // The machine may have slept, which only this clock counts.
      return isNear(wall, this.#proved.wall + uptime - this.#proved.uptime);
    }
    return provedAt === 0 || isNear(wall, provedAt + uptime - this.#startUptime);
  }

  #prove(reading: Reading): number {
    this.#proved = reading;
    this.#doubt = undefined;
    return this.#notBefore(reading.wall);
  }

  #warn({ wall, uptime }: Reading): void {
    const { provedAt } = this.#logged;
    const expected =
      this.#proved === undefined
        ? provedAt + uptime - this.#startUptime
        : this.#proved.wall + uptime - this.#proved.uptime;
    // A server that was away for long is nothing to speak of.
    if (this.#proved === undefined && wall > expected) return;
    this.#deps.warn(
      `the clock says ${shown(wall)}, but it should be ${shown(expected)}: it is believed in an hour, and nothing expires until then`,
    );
  }
}
