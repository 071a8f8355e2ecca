// The statuses that the process exits with, and the error that carries one of them to the user.

/** The numbers are those of sysexits.h, which other programs use too; 130 is that of SIGINT. */
export const exit = {
  ok: 0,
  usage: 64,
  badData: 65,
  noUser: 67,
  unavailable: 69,
  bug: 70,
  cannotCreate: 73,
  diskFailed: 74,
  tryAgain: 75,
  notAllowed: 77,
  /** After a signal it is this and the signal's number, as shells count. */
  signalled: 128,
  interrupted: 130,
} as const;

/** A failure that the user can do something about. It is printed as one line and a hint, without a stack. */
export class CliError extends Error {
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.name = 'CliError';
    this.status = status;
    this.hint = hint;
  }
}
