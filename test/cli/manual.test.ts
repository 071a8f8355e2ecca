// Manual pages, topics and the version: from the same definitions as the help pages.

import { expect, test } from 'bun:test';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { topicNames } from '../../src/cli/topics';
import { runChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';

test('every command has a page, and no page has a fault', async () => {
  const folder = await scratchFolder();
  expect((await runChat(['manual', '--write', folder])).status).toBe(0);
  const pages = await readdir(folder);
  const { out } = await runChat(['--help']);
  const names = [...out.matchAll(/^ {2,}(\w+) {2,}\S/gm)].map(([, name]) => `chat-${name}.1`);
  expect(names.length).toBeGreaterThan(5);
  expect(pages.toSorted()).toEqual(['chat.1', ...names].toSorted());
  if (Bun.which('mandoc') === null) return;
  const files = pages.map((page) => join(folder, page));
  const lint = Bun.spawnSync(['mandoc', '-T', 'lint', '-W', 'warning', ...files]);
  // A date would make the page another one with each build.
  const faults = lint.stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.includes('missing date'));
  expect(faults).toEqual([]);
});

test('a page has every option with what stands for its value, and each example', async () => {
  const { out } = await runChat(['manual', 'send']);
  expect(out).toContain('.TH CHAT\\-SEND 1');
  expect(out).toContain(
    '\\fB\\-\\-attach\\fR \\fIFILE\\fR\na file to go with it; \\- is standard input',
  );
  expect(out).toContain(
    '\\fB\\-s\\fR, \\fB\\-\\-server\\fR \\fIHOST\\fR\nwhere the server is (default localhost)',
  );
  expect(out).toContain('chat send bob "hi"');
  const unknown = await runChat(['manual', 'sned']);
  expect([unknown.status, unknown.err]).toEqual([
    64,
    'chat: manual: there is no command sned\n  did you mean send?\n',
  ]);
});

test('where the pages cannot be written', async () => {
  const { status, err } = await runChat(['manual', '--write', '/dev/null/pages']);
  expect(status).toBe(73);
  expect(err).toContain('/dev/null/pages');
});

test.each(topicNames)('chat help %s', async (name) => {
  const { out, status } = await runChat(['help', name]);
  expect(status).toBe(0);
  expect(out).toMatch(/^[A-Z ]+\n\n {2,}\S/);
});

test('chat help of what is neither a command nor a topic', async () => {
  const { status, err } = await runChat(['help', 'ulrs']);
  expect([status, err]).toEqual([
    64,
    'chat: there is no command or topic ulrs\n  did you mean urls?\n',
  ]);
});

test('the version, for people and for programs', async () => {
  const { out } = await runChat(['version']);
  expect(out).toBe((await runChat(['--version'])).out);
  const about = JSON.parse((await runChat(['version', '--json'])).out) as Record<string, unknown>;
  expect(about).toMatchObject({ name: 'chat', version: out.trim(), platform: process.platform });
  expect(about['sqlite']).toMatch(/^3\.\d+/);
});
