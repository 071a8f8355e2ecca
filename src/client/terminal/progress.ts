// One transfer as it is shown to the user.

export interface Progress {
  /** `done` bytes have been transferred in all. */
  update(done: number): void;
  /** Takes the transfer's line away. */
  end(): void;
}

/** Shows nothing: for scripts, pipes, and commands without a terminal. */
export const noProgress: Progress = { update() {}, end() {} };
