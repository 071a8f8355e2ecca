// The bounds as a test: every one stands in the table, and every one of the table is kept somewhere.
import { expect, test } from 'bun:test';

import { limits } from '../../src/protocol/limits';
import { formats } from './layers';
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
