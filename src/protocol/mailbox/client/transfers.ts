// The files that leave and come while their user goes on typing: how many there are, and how one is cancelled.

import type { Ending } from '../../dialect';
import { limits } from '../../limits';
import type { Asked } from './connection';

type Done = (ending: Ending) => void;

export class Transfers {
  readonly #interactive: boolean;
  /** What cancels each, by what the user calls it: the path of a file, or whose message it came with. */
  readonly #underWay = new Map<Asked, string>();

  /** `interactive`: a user types on. A script's commands are done one after the other. */
  constructor(interactive: boolean) {
    this.#interactive = interactive;
  }

  get names(): readonly string[] {
    return [...this.#underWay.values()];
  }

  /**
   * Starts a transfer. `done` is called at once where its user may type on, else when it is over. Of too many, the last
   * one is waited for.
   */
  start(name: string, ask: (over: Done) => Asked, done: Done): void {
    const isWaitedFor =
      !this.#interactive || this.#underWay.size >= limits.mailbox.transfersUnattended;
    const transfer: { asked?: Asked; isOver: boolean } = { isOver: false };
    transfer.asked = ask((ending) => {
      transfer.isOver = true;
      if (transfer.asked) this.#underWay.delete(transfer.asked);
      if (isWaitedFor) done(ending);
    });
    if (!transfer.isOver) this.#underWay.set(transfer.asked, name);
    if (!isWaitedFor) done('done');
  }

  /** Cancels those of a name, or all; how many there were. */
  cancel(name?: string): number {
    const found = [...this.#underWay].filter(([, each]) => name === undefined || each === name);
    for (const [asked] of found) asked.cancel();
    return found.length;
  }
}
