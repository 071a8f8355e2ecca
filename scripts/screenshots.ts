// Draws pictures of the page, of which docs/ has the best: people of several doors, in both themes and both sizes.
// Run: bun scripts/screenshots.ts [folder]

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { channels } from '../src/protocol/channels';
import { mailbox } from '../src/protocol/mailbox';
import { web } from '../src/protocol/web';
import { TestBrowser } from '../test/support/browser';
import { startServer } from '../test/support/server';
import { connectTcp } from '../test/support/tcp';

const folder = process.argv[2] ?? 'dist/screenshots';
mkdirSync(folder, { recursive: true });
await using server = await startServer([web, mailbox, channels]);
await using browser = await TestBrowser.start();
const url = `http://127.0.0.1:${server.port('web')}/`;

async function enter(alias: string, name: string): Promise<Page> {
  const { page } = await browser.open(url);
  await page.getByLabel('Alias').fill(alias);
  await page.getByLabel('Full name').fill(name);
  await page.getByLabel('Date of birth').fill('1852-05-04');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('navigation').waitFor();
  return page;
}

async function say(page: Page, to: string, ...texts: readonly string[]): Promise<void> {
  await page.getByLabel('Write to…').fill(to);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  for (const text of texts) {
    await page.getByLabel(`Message to ${to}`).fill(text);
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText(text, { exact: true }).waitFor();
  }
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.mouse.move(1, 1);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}

const alice = await enter('alice', 'Alice Liddell');
const hatter = await enter('hatter', 'Theophilus Carter');
const inés = await enter('inés', 'Inés de la Cruz');
await using scott = await connectTcp(server.port('channels'));
await scott.send('Scott'.padEnd(200));
await using dormouse = await connectTcp(server.port('channels'));
await dormouse.send('dormouse'.padEnd(200));
await alice.getByRole('button', { name: /dormouse/ }).waitFor();

await alice.getByLabel('New room').fill('tea-party');
await alice.getByLabel('New room').press('Enter');
await alice.getByLabel('New group').fill('croquet');
await alice.getByLabel('New group').press('Enter');
await say(inés, 'alice', '¿Vienes al croquet esta tarde?');
await say(alice, 'hatter', 'Why is a raven like a writing-desk?');
await say(hatter, 'alice', 'I haven’t the slightest idea.');
await alice.getByLabel('Message to hatter').focus();
await say(alice, 'hatter', 'It is always six o’clock with you. Bring the tea things?');
await alice.locator('.picker').setInputFiles({
  name: 'invitation.pdf',
  mimeType: 'application/pdf',
  buffer: Buffer.alloc(248_000, 1),
});
await alice.getByRole('log').getByText('invitation.pdf').waitFor();
await say(hatter, 'alice', 'Two lumps, no wasps. There’s plenty of room!');
await alice.getByRole('log').getByText('Two lumps', { exact: false }).waitFor();
await say(hatter, 'nobody-yet', 'Anyone there?');

for (const colorScheme of ['light', 'dark'] as const) {
  await alice.emulateMedia({ colorScheme });
  await alice.setViewportSize({ width: 1280, height: 800 });
  await shoot(alice, `desk-${colorScheme}`);
  await alice.getByRole('button', { name: 'Transcript' }).click();
  await shoot(alice, `transcript-${colorScheme}`);
  await alice.getByRole('button', { name: 'Close' }).click();
  await alice.getByRole('button', { name: /Account/ }).click();
  await shoot(alice, `account-${colorScheme}`);
  await alice.keyboard.press('Escape');
  await alice.setViewportSize({ width: 390, height: 844 });
  await shoot(alice, `phone-${colorScheme}`);
  await alice.getByRole('button', { name: 'Back' }).click();
  await shoot(alice, `phone-list-${colorScheme}`);
  await alice
    .getByRole('button', { name: /^hatter|hatter/ })
    .first()
    .click();
}
const { page: start } = await browser.open(url, { locale: 'es-ES' });
await shoot(start, 'start-es');
