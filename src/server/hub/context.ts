// What a handler gets with each command: its time, its place in the log, and a list for its events.

import type { Notice } from '../../protocol/model';
import type { Audience, HubEvent } from './events';

const msPerSecond = 1000;

export class CommandContext {
  /** Hub time in milliseconds since 1970: never runs backwards. */
  readonly at: number;
  /** The command's place in the log: grows, and is never given to another command that lasts. */
  readonly position: number;
  readonly events: HubEvent[] = [];
  /** Set by every handler that writes to the durable schema: its batch advances the log's position. */
  isDurable = false;

  constructor(at: number, position: number) {
    this.at = at;
    this.position = position;
  }

  /** Hub time in seconds, as messages carry it. */
  get seconds(): number {
    return Math.floor(this.at / msPerSecond);
  }

  emit(event: HubEvent): void {
    this.events.push(event);
  }

  notify(to: Audience, notice: Notice): void {
    this.events.push({ is: 'notice', to, notice });
  }
}
