// The page's words: every language has them all, and the transcript's are the source's.

import { expect, test } from 'bun:test';

import { en } from '../../../src/client/page/texts/en';
import { es } from '../../../src/client/page/texts/es';
import { languageFor } from '../../../src/client/page/texts/index';
import { pt } from '../../../src/client/page/texts/pt';
import { outcomes } from '../../../src/client/page/transcript';
import { resultOf } from '../../../src/protocol/mailbox/client/render';
import type { Code } from '../../../src/protocol/mailbox/wire/messages';

test.each([
  ['es', es],
  ['pt', pt],
])('%s has every text, none empty, none left in English', (_language, texts) => {
  expect(Object.keys(texts).toSorted()).toEqual(Object.keys(en).toSorted());
  expect(Object.keys(texts.reasons).toSorted()).toEqual(Object.keys(en.reasons).toSorted());
  const words = (of: typeof texts | typeof en): [string, string][] =>
    Object.entries(of).flatMap(([key, text]): [string, string][] =>
      typeof text === 'string' ? [[key, text]] : [],
    );
  const english = new Map(words(en));
  const same = words(texts).filter(([key, text]) => text === english.get(key) || text === '');
  // The source's own names of fields.
  expect(same.map(([key]) => key).toSorted()).toEqual(['alias', 'dest']);
});

test.each([
  [['es-AR', 'en'], 'es', 'es-AR'],
  [['fr', 'PT-br'], 'pt', 'PT-br'],
  [['fr'], 'en', 'en'],
  [[], 'en', 'en'],
  [['constructor'], 'en', 'en'],
])('%j is spoken as %s', (wanted, language, locale) => {
  expect(languageFor(wanted)).toMatchObject({ language, locale });
});

test('the transcript says word for word what the mailbox’s own client says', () => {
  const codes: Readonly<Record<string, Code>> = { ok: 0, 'name-taken': 1, 'unknown-user': 1 };
  for (const [operation, lines] of Object.entries(outcomes)) {
    for (const [why, line] of Object.entries(lines)) {
      const isDoubt = operation === 'CONNECTEDUSERS' || operation === 'CONNECT';
      const second = operation === 'CONNECTEDUSERS' ? 1 : 2;
      const code = codes[why] ?? (why === 'else' ? 3 : isDoubt ? second : 2);
      const result = resultOf(operation as keyof typeof outcomes, code);
      expect(`s> ${line}`).toBe(result.line);
    }
  }
});
