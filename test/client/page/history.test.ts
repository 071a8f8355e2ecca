// The page as the only chat somebody uses: another browser of theirs has all that was said, and follows what is done.

import { expect, test } from 'bun:test';

import type { Page } from 'playwright-core';

import { en } from '../../../src/client/page/texts/en';
import { describePage, openConversation, shownTexts, slowMs, untilShown } from './site';

/** The link by which another browser gets the account's key. */
async function keyLink(page: Page, alias: string): Promise<string> {
  const token = await page.evaluate(
    (name) =>
      (JSON.parse(localStorage.getItem('chat.tokens') ?? '{}') as Record<string, string>)[name],
    alias,
  );
  return `#key=${alias}:${token}`;
}

async function say(page: Page, to: string, text: string): Promise<void> {
  const field = page.getByLabel(`Message to ${to}`);
  await field.fill(text);
  await field.press('Enter');
}

/** Does something to the message with a text. */
async function act(page: Page, text: string, action: string): Promise<void> {
  const bubble = page.locator('.bubble', { hasText: text }).last();
  await bubble.hover();
  await bubble.getByRole('button', { name: 'Actions' }).click();
  await bubble.getByRole('button', { name: action, exact: true }).click();
}

describePage('history on the page', (site) => {
  test(
    'a second browser of an account has what was said, and both follow each other',
    async () => {
      const alice = await site.enter('alice');
      const bob = await site.enter('bob');
      await openConversation(alice, 'bob');
      await say(alice, 'bob', 'the first');
      await bob.getByRole('button', { name: /alice/ }).click();
      await say(bob, 'alice', 'an answer');
      await untilShown(alice, 'an answer');

      const { page: other } = await site.open({}, site.url + (await keyLink(alice, 'alice')));
      await other.getByRole('button', { name: en.acceptKey }).click();
      await other.getByRole('button', { name: /bob/ }).click();
      await untilShown(other, 'an answer');
      expect(await shownTexts(other)).toEqual(['the first', 'an answer']);

      // What one sends, edits and deletes shows in the other, and with bob.
      await say(other, 'bob', 'from elsewhere');
      await untilShown(alice, 'from elsewhere');
      await act(other, 'from elsewhere', 'Edit');
      await other.getByLabel('Message to bob').fill('changed');
      await other.keyboard.press('Enter');
      for (const page of [alice, other, bob]) await untilShown(page, 'changed');
      await act(bob, 'changed', 'React with 👍');
      await alice.getByRole('button', { name: '👍: 1' }).waitFor();
      await act(bob, 'changed', 'Reply');
      await say(bob, 'alice', 'I see');
      await alice.locator('.quote', { hasText: 'changed' }).waitFor();
      await act(alice, 'the first', 'Delete');
      await alice.getByRole('button', { name: 'Really delete?' }).click();
      for (const page of [alice, other, bob]) await page.getByText('deleted').waitFor();
      expect(await shownTexts(bob)).toEqual(['deleted', 'an answer', 'changed', 'I see']);
    },
    slowMs,
  );

  test(
    'older messages come as one scrolls and leave the place alone; words are found and marked',
    async () => {
      const carol = await site.enter('carol');
      const dave = await site.enter('dave');
      await openConversation(carol, 'dave');
      await say(carol, 'dave', 'needle in the hay');
      await untilShown(carol, 'needle in the hay');
      const token = await keyLink(carol, 'carol');
      const authorization = `Basic ${btoa(token.replace('#key=', ''))}`;
      for (let count = 1; count <= 250; count++) {
        const body = JSON.stringify({ to: 'dave', text: `hay ${count}` });
        const headers = { authorization };
        await fetch(`${site.url}api/messages`, { method: 'POST', headers, body });
      }
      await dave.getByRole('button', { name: /carol/ }).waitFor();
      const { page: fresh } = await site.open({}, site.url + (await keyLink(dave, 'dave')));
      await fresh.getByRole('button', { name: en.acceptKey }).click();
      await fresh.getByRole('button', { name: /carol/ }).click();
      await untilShown(fresh, 'hay 250');
      const log = fresh.getByRole('log');
      expect(await shownTexts(fresh)).not.toContain('hay 100');
      // Each time the reader stays where they were, below what has come.
      for (;;) {
        await log.evaluate((at) => at.scrollTo({ top: 0 }));
        if ((await shownTexts(fresh)).includes('needle in the hay')) break;
        await fresh.waitForFunction(() => (document.querySelector('.log')?.scrollTop ?? 0) > 200);
      }
      expect((await shownTexts(fresh)).slice(0, 2)).toEqual(['needle in the hay', 'hay 1']);

      await fresh.getByLabel('Search all messages').fill('NEEDLE');
      await fresh.keyboard.press('Enter');
      await fresh.getByRole('heading', { name: '1 message found' }).waitFor();
      expect(await fresh.locator('.found mark').allInnerTexts()).toEqual(['needle']);
    },
    slowMs,
  );
});
