// Answers a shell that asks how a line goes on: one candidate a line, a tab and what it is behind it.
import type { CommandTable } from '../run';
import { candidates, type Known } from './candidates';
import { filesLine } from './scripts';

/** A candidate is one line and one word of it: what could break either is left out. */
const isPlain = (text: string): boolean =>
  !/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]/.test(text);

export async function answerShell(
  table: CommandTable,
  words: readonly string[],
  known: Known,
): Promise<string> {
  const { values, files } = await candidates(table, words, known);
  const lines = values
    .filter(({ value }) => isPlain(value))
    .map(({ value, description }) => `${value}\t${description}`);
  return [...lines, ...(files ? [filesLine] : [])].map((line) => `${line}\n`).join('');
}
