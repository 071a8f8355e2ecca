// What a server that was killed left in the temporary folder is removed by the next, and nothing else.

import { expect, test } from 'bun:test';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { removeStaleFolders } from '../../src/server/web/stale_folders';
import { startChat } from '../support/executable';
import { untilFolder } from '../support/folders';
import { scratchFolder } from '../support/scratch';

const everything = (folder: string): readonly string[] =>
  [...new Bun.Glob('**').scanSync({ cwd: folder, onlyFiles: false, dot: true })].toSorted();
const sorted = (folder: string): string[] => readdirSync(folder).toSorted();

test('the folders of a killed server go, and those of a living one stay', async () => {
  const TMPDIR = await scratchFolder();
  const serve = () => startChat(['serve', '--web', '0', '--memory'], { env: { TMPDIR } });
  const living = await serve();
  await living.until(/web +\d+/, { on: 'err' });
  const ofFirst = sorted(TMPDIR);
  const killed = await serve();
  await killed.until(/web +\d+/, { on: 'err' });
  const ofBoth = sorted(TMPDIR);
  expect(ofBoth).toHaveLength(2 * ofFirst.length);
  await killed.kill('SIGKILL');
  const next = await serve();
  await next.until(/web +\d+/, { on: 'err' });
  await untilFolder(TMPDIR, (names) => names.length === ofBoth.length);
  const left = sorted(TMPDIR).filter((name) => ofBoth.includes(name));
  expect(left).toEqual(ofFirst);
  await next.kill();
  await living.kill();
  expect(sorted(TMPDIR)).toEqual([]);
});

test('what a server has not made stays', async () => {
  const folder = await scratchFolder();
  const make = (name: string, ...files: readonly string[]): void => {
    mkdirSync(join(folder, name));
    for (const file of files) writeFileSync(join(folder, name, file), 'mine');
  };
  make('chat-web-abcdef', 'http');
  make('chat-web-ABCDEF', 'http', 'more');
  make('chat-web-notes', 'http');
  make('chat-web-123456');
  make('chat-memory-abcdef', 'thesis');
  make('chat-memory-ABCDEF', 'lock', 'thesis');
  writeFileSync(join(folder, 'chat-web-654321'), 'a file');
  const before = everything(folder);
  const env = { TMPDIR: folder };
  const server = await startChat(['serve', '-p', '0', '--web', '0', '--memory'], { env });
  await server.until(/web +\d+/, { on: 'err' });
  await removeStaleFolders(folder);
  await server.kill();
  expect(everything(folder)).toEqual(before);
});
