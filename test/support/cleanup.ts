// What tests leave behind is removed when the whole run ends; loaded before every test file by bunfig.toml.
import { afterAll } from 'bun:test';

const removals = new Set<() => void>();

/**
 * Calls `remove` at the end of the run, and gives back what takes that back. Bun's test runner emits no `exit` event,
 * and a hook of a module that several test files share belongs to the first of them alone.
 */
export function removeAtEnd(remove: () => void): () => void {
  removals.add(remove);
  return () => void removals.delete(remove);
}

function removeAll(): void {
  for (const remove of removals) remove();
  removals.clear();
}

// A script that builds on what the tests share runs outside of their runner, which alone knows such hooks.
if (Bun.main.endsWith('/scripts/screenshots.ts')) process.once('exit', removeAll);
else afterAll(removeAll);
