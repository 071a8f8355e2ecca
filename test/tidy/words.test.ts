// The language as a test: comments cite the sources one way, and speak of peers and users as "they".
import { expect, test } from 'bun:test';

import { readSources, type SourceFile } from './source';

const everything = readSources('src', 'test', 'bench', 'scripts');

/** Every comment of a file with the number of its line. A comment of several lines is one text. */
function commentsOf({ text }: SourceFile): { readonly line: number; readonly text: string }[] {
  const comments: { line: number; text: string }[] = [];
  let previous = -1;
  text.split('\n').forEach((code, index) => {
    const match =
      /^\s*(?:\/\/|\/\*\*?|\*)(?!\/)(.*)$/.exec(code) ?? /[;{},()[\]] \/\/ (.*)$/.exec(code);
    if (!match) return;
    const words = (match[1] ?? '').replace(/\*\/\s*$/, '').trim();
    const last = comments.at(-1);
    if (last && previous === index - 1) last.text += ` ${words}`;
    else comments.push({ line: index + 1, text: words });
    previous = index;
  });
  return comments;
}

/** Every comment that a pattern finds, as `file:line: what was found`. */
function found(pattern: RegExp, files: readonly SourceFile[] = everything): string[] {
  return files.flatMap((file) =>
    commentsOf(file).flatMap(({ line, text }) =>
      [...text.matchAll(pattern)].map(([match]) => `${file.path}:${line}: ${match}`),
    ),
  );
}

test('a comment cites a source by its number and its place: source 000, 6.5', () => {
  // "of source 004" alone names the text as a whole.
  expect(found(/\bsources? (?!\d{3}\b)\d+/gi)).toEqual([]);
  expect(found(/\bsource \d{3},? (?:section|sections|chapter|§)/gi)).toEqual([]);
  expect(found(/\bsections? \d+\.\d+/gi)).toEqual([]);
});

test('a comment speaks of peers and users as "they"', () => {
  expect(found(/\b(?:he|him|his|himself|she|her|hers|whoever|whomever)\b/gi)).toEqual([]);
});

test('the test sees comments of every form', () => {
  const text = '// one\nconst a = 1; // two\n/** three\n * four */\nconst b = "// five";\n';
  const file = { path: 'x.ts', text, imports: [] };
  expect(commentsOf(file).map((comment) => comment.text)).toEqual(['one two three four']);
});
