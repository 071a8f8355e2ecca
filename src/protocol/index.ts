// Every dialect, one line each, in the order of their doors.

import type { Dialect } from './dialect';
import { mailbox } from './mailbox/index';

export const dialects: readonly Dialect[] = [mailbox];

export const dialectNamed = (name: string): Dialect | undefined =>
  dialects.find((dialect) => dialect.name === name);
