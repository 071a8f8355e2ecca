// The exit status of the program for each way in which an operation can end.

import { exit } from '../cli/exit';
import type { Ending } from '../protocol/dialect';

export const statusOf: Readonly<Record<Ending, number>> = {
  done: exit.ok,
  usage: exit.usage,
  'bad-data': exit.badData,
  'unknown-user': exit.noUser,
  unreachable: exit.unavailable,
  unwritable: exit.cannotCreate,
  'try-later': exit.tryAgain,
  'not-allowed': exit.notAllowed,
};
