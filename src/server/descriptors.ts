// How many file descriptors the process may have open.

import { readFileSync } from 'node:fs';

import { limits } from '../protocol/limits';

/** The soft limit as the system tells it, or a cautious guess where it does not. */
export function descriptorLimit(): number {
  try {
    const text = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
    if (soft === 'unlimited') return limits.net.descriptorsUnlimited;
    if (soft !== undefined) return Number(soft);
  } catch {
    // Not Linux.
  }
  return limits.net.descriptorsGuess;
}
