// Tab for paths: what of the user's own files begins as typed.

import { expect, test } from 'bun:test';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { pathsFrom } from '../../src/client/path_completion';
import { completeWord } from '../../src/client/terminal/completion';
import { quotedWord, typedWords } from '../../src/protocol/client_kit/words';
import { scratchFolder } from '../support/scratch';

test('files and folders, hidden ones for a dot only, nothing of a folder that is none', async () => {
  const folder = await scratchFolder();
  await mkdir(join(folder, 'Notes'));
  await symlink(join(folder, 'Notes'), join(folder, 'notes-link'));
  await symlink(join(folder, 'absent'), join(folder, 'notes-broken'));
  for (const name of ['notes.txt', 'other', '.hidden']) await writeFile(join(folder, name), '');
  const from = (typed: string) =>
    pathsFrom(`${folder}/${typed}`).map((path) => path.slice(folder.length + 1));
  expect(from('no').sort()).toEqual(['Notes/', 'notes-broken', 'notes-link/', 'notes.txt']);
  expect(from('.')).toEqual(['.hidden']);
  expect(from('absent/')).toEqual([]);
  expect(from('other/x')).toEqual([]);
});

test.each([
  ['', ['']],
  ['SENDATTACH bob ', ['SENDATTACH', 'bob', '']],
  ['SENDATTACH bob "my fi', ['SENDATTACH', 'bob', 'my fi']],
  ['SENDATTACH "Bob B" no', ['SENDATTACH', 'Bob B', 'no']],
  ['SENDATTACH "Bob B"', ['SENDATTACH', 'Bob B', '']],
])('the words of %j', (before, words) => {
  expect(typedWords(before)).toEqual(words);
});

test('a path with blanks is quoted, and a folder leaves the quotes open', () => {
  const complete = (line: string, ...paths: string[]) =>
    completeWord(line, line.length, () => paths.map(quotedWord));
  expect(complete('file my', 'my file.txt')).toMatchObject({
    start: 5,
    replacement: '"my file.txt" ',
  });
  expect(complete('file "my f', 'my file.txt')).toMatchObject({
    start: 5,
    replacement: '"my file.txt" ',
  });
  expect(complete('file my', 'my folder/')).toMatchObject({ replacement: '"my folder/' });
  expect(complete('file no', 'notes/')).toMatchObject({ replacement: 'notes/' });
});
