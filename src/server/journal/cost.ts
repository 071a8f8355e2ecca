// What a command costs, in small commands: an answer that lists much costs as much as many.

import { type OperationName, operations } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import type { Result } from '../../protocol/model';

/**
 * The cost of a command by its outcome: the journal counts, because looking at the clock is no cheaper. What writes lists
 * nothing.
 */
export function costOf(operation: OperationName, outcome: Result<unknown, string>): number {
  if (operations[operation].effect === 'writes') return 1;
  return 1 + (outcome.ok ? itemsOf(outcome.value) / limits.journal.itemsPerCommand : 0);
}

/** The items of the lists that an answer holds. */
function itemsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let items = 0;
  for (const key in value) {
    const list: unknown = (value as Readonly<Record<string, unknown>>)[key];
    if (Array.isArray(list)) items += list.length;
  }
  return items;
}
