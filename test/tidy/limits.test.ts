// The bounds as a test: every one stands in the table, and every one of the table is kept somewhere.
import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';

import { limits } from '../../src/protocol/limits';
import { formats } from './layers';
import { bounds, everyBound, heading } from './limits_table';
import { codeOf, readSources } from './source';

const sources = readSources('src').filter(({ path }) => path !== 'src/protocol/limits.ts');

/** Any number but 0 and 1, which bound nothing. The transpiler writes 10_000 as 1e4. */
const number = String.raw`(?!(?:0|1|void 0)\b)\d[\d_.e]*`;
/** What a bound or a deadline looks like outside the table. */
const boundForms: Readonly<Record<string, RegExp>> = {
  'a name that says it is a bound': new RegExp(
    String.raw`\b(?:const|let|readonly|static)?\s*(\w+(?:Ms|Seconds|Bytes|Max|Most|Least|Limit|Window|Timeout|Patience))\s*[=:]\s*(?:${number})(?! \?)`,
    'g',
  ),
  'a time to wait': new RegExp(
    String.raw`\b(?:setTimeout|setInterval|after|wake|later|sleep)\((?:[^()]|\([^()]*\))*?\b(${number})\)`,
    'g',
  ),
  'a length that is compared': new RegExp(
    String.raw`\.(?:length|size|byteLength)\s*[<>]=?\s*(\d\d[\d_]*)`,
    'g',
  ),
  'a count of bytes': /\b(\d+ \* (?:1024|KiB|MiB)(?: \* 1024)*|1024 \* 1024)\b/g,
};

test('no bound stands outside the table of limits', () => {
  const offenders = sources.flatMap((file) =>
    Object.entries(boundForms).flatMap(([what, form]) =>
      [...codeOf(file).matchAll(form)]
        .map(([match]) => match.replace(/\s+/g, ' '))
        .filter((match) => !(formats[file.path] ?? []).some((format) => match.includes(format)))
        .map((match) => `${file.path}: ${match} (${what})`),
    ),
  );
  expect(offenders).toEqual([]);
});

test('every bound of the table is kept somewhere', () => {
  const code = sources.map(codeOf).join('\n');
  const unused = Object.entries(limits).flatMap(([owner, bounds]) =>
    Object.keys(bounds)
      .map((bound) => `limits.${owner}.${bound}`)
      .filter((bound) => !new RegExp(`${bound.replaceAll('.', String.raw`\.`)}\\b`).test(code)),
  );
  expect(unused).toEqual([]);
});

const operators = readFileSync('docs/limits.md', 'utf8');

test('docs/limits.md has every bound: else run scripts/limits.ts', () => {
  expect(operators.slice(operators.indexOf(`${heading}\n`))).toBe(everyBound());
});

test('the numbers of the operators’ table are those of the table of limits', () => {
  const known = new Set(bounds().flatMap(([, value]) => numbersIn(value)));
  const [rows] = operators.split('\n## ', 1);
  const strangers = (rows ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| resource'))
    .flatMap((line) => {
      const [, , ...cells] = line.split(' | ').slice(0, -1).join(' | ').split('|');
      return numbersIn(cells.join(' '))
        .filter((number) => !known.has(number))
        .map((number) => `${number} in ${line.slice(0, 60)}`);
    });
  expect(strangers).toEqual([]);
});

/** Numbers with their units; 1 and what is spelled out bound nothing that could change unseen. */
const numbersIn = (text: string): string[] =>
  [...text.matchAll(/(\d[\d,.]*\d|\d)(?: (KiB|MiB|GiB|ms|s|h|%)\b| %)?/g)]
    .map(([match]) => match)
    .filter((match) => match !== '1');

test('each promise of docs/security.md names a test that is there', () => {
  const named = readFileSync('docs/security.md', 'utf8').match(/(?<=`)test\/[^` ]+/g) ?? [];
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});
