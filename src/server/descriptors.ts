// How many file descriptors the process may have open.

import { readFileSync } from 'node:fs';

/** The soft limit as the system tells it; a cautious guess where it does not. */
export function descriptorLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
    if (soft === 'unlimited') return 1_000_000;
    if (soft !== undefined) return Number(soft);
  } catch {
    // Not Linux.
  }
  return 1024;
}
