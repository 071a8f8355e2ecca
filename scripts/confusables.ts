// Makes src/server/hub/confusables.ts of Unicode's table of characters that look alike (UTS 39, section 4).
// Run: bun scripts/confusables.ts confusables.txt (from https://www.unicode.org/Public/security/), then bun fmt.
// Looks are stored: a new table needs a migration that makes them again, as the one that introduced them.

const [source = ''] = process.argv.slice(2);
const text = await Bun.file(source).text();
const version = /^# Version: (\S+)/m.exec(text)?.[1] ?? 'unknown';

const characterOf = (code: string): string => String.fromCodePoint(Number.parseInt(code, 16));
const textOf = (codes: string): string => codes.trim().split(/\s+/).map(characterOf).join('');

const prototypes = new Map<string, string>();
for (const line of text.split('\n')) {
  const [from = '', to] = (line.split('#')[0] ?? '').split(';');
  if (to !== undefined) prototypes.set(textOf(from), textOf(to));
}

const mapped = (name: string): string =>
  Array.from(name.normalize('NFD'), (character) => prototypes.get(character) ?? character)
    .join('')
    .normalize('NFD');

// The compatibility decomposition comes by itself: what it leads to needs no entry.
const byTarget = new Map<string, string[]>();
for (const from of prototypes.keys()) {
  const decomposed = from.normalize('NFKD');
  const to = mapped(from);
  if (decomposed !== from && mapped(decomposed) === to) continue;
  byTarget.set(to, [...(byTarget.get(to) ?? []), from]);
}

const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16);
const entries = Array.from(
  byTarget,
  ([to, from]) => `${Array.from(to, hex).join('+')} ${from.map(hex).join(' ')}`,
);
const lines: string[] = [''];
for (const word of entries.join(', ').split(' ')) {
  const last = lines.at(-1) ?? '';
  if (last.length + word.length < 110)
    lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  else lines.push(word);
}

await Bun.write(
  'src/server/hub/confusables.ts',
  `// Characters that look alike, from Unicode's confusables.txt ${version} (© Unicode, Inc., Unicode License V3).
// Made by scripts/confusables.ts, and not to be edited.
// long because it is a table of all scripts.

/** Entries between commas: what is shown (code points in hexadecimal, joined by +), and the characters that look so. */
export const confusables = \`
${lines.join('\n')}
\`;
`,
);
