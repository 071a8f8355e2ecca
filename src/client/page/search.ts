// The search through all that was said: what was found, and where to go on.

import { signal } from '@preact/signals';

import type { ReplyOf } from '../../protocol/web/wire/messages';
import { reasonFor } from './faults';
import { session } from './server';
import { hint } from './state';

type Found = ReplyOf<'search'>['found'][number];

export interface SearchState {
  readonly words: string;
  readonly found: readonly Found[];
  /** Go on before this serial; undefined: there is no more. */
  readonly next: number | undefined;
}

/** Undefined: nothing is looked for. */
export const searched = signal<SearchState | undefined>(undefined);

export function search(words: string, before?: number): void {
  const known = before === undefined ? [] : (searched.value?.found ?? []);
  const from = before === undefined ? {} : { before };
  session.request({ do: 'search', words, limit: 30, ...from }, (outcome) => {
    if (!outcome.ok) {
      hint.value = reasonFor(outcome.why);
      return;
    }
    const { found, next } = outcome.value;
    searched.value = { words, found: [...known, ...found], next };
  });
}

const folded = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** A text in pieces, every second of which is one of the words that were looked for. */
export function markedParts(text: string, words: string): string[] {
  const wanted = folded(words).match(/[\p{L}\p{N}]+/gu) ?? [];
  const parts: string[] = [''];
  for (const [piece] of text.matchAll(/[\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+/gu)) {
    const isFound = wanted.some((word) => folded(piece).startsWith(word));
    if (isFound === (parts.length % 2 === 0)) parts[parts.length - 1] += piece;
    else parts.push(piece);
  }
  return parts;
}
