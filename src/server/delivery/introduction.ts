// What a user who comes in is told of the time before: in slices, each once the peer has taken the one before.

import { limits } from '../../protocol/limits';
import type { Notice, RecipientId, RoomName } from '../../protocol/model';
import type { ReadInvitations, WaitingInvitation } from '../hub/state/invitations';
import type { Outlet } from './outlet';

interface IntroductionDeps {
  readonly invitations: ReadInvitations;
  after(ms: number, then: () => void): () => void;
  tell(notice: Notice): void;
}

export class Introduction {
  readonly recipient: RecipientId;
  readonly #outlet: Outlet;
  readonly #deps: IntroductionDeps;
  /** Groups whose invitation the user was told of meanwhile, when it was made. */
  readonly #told = new Set<RoomName>();
  #last: WaitingInvitation | undefined;
  #isOver = false;

  /** `done` is called once, when all is told. */
  constructor(recipient: RecipientId, outlet: Outlet, deps: IntroductionDeps, done: () => void) {
    this.recipient = recipient;
    this.#outlet = outlet;
    this.#deps = deps;
    this.#soon(done);
  }

  /** The user is gone. */
  end(): void {
    this.#isOver = true;
  }

  /** The user was told of an invitation that was made just now. */
  toldOf(group: RoomName): void {
    this.#told.add(group);
  }

  /** Others have their turn before the next slice, and it waits for a peer who is behind. */
  #soon(done: () => void): void {
    this.#deps.after(limits.delivery.introductionRestMs, () => {
      if (this.#isOver) return;
      if (this.#outlet.whenRead) this.#outlet.whenRead(() => this.#slice(done));
      else this.#slice(done);
    });
  }

  #slice(done: () => void): void {
    if (this.#isOver) return;
    const most = limits.delivery.introducedAtOnce;
    const slice = this.#deps.invitations(this.recipient, most, this.#last);
    for (const { group: room, by, origin } of slice)
      if (!this.#told.has(room)) this.#deps.tell({ is: 'invited', room, by, origin });
    this.#last = slice.at(-1);
    if (slice.length === most) this.#soon(done);
    else done();
  }
}
