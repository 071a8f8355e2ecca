// A lost browser is no lost name: password, recovery codes and keys of an account, in real browsers.

import { expect, test } from 'bun:test';

import type { Page } from 'playwright-core';

import { en } from '../../../src/client/page/texts/en';
import { describePage, slowMs } from './site';

const right = 'correct horse battery';

describePage('ways into an account', (site) => {
  const openAccount = (page: Page): Promise<void> =>
    page.getByRole('button', { name: en.account }).first().click();

  async function signIn(alias: string, secret: string): Promise<Page> {
    const { page } = await site.open();
    await page.getByRole('button', { name: en.haveAccount }).click();
    await page.getByLabel(en.alias).fill(alias);
    await page.getByLabel(en.secret).fill(secret);
    await page.getByRole('button', { name: en.signIn }).click();
    return page;
  }
  /** The page opens before the server has answered; then the browser keeps its key. */
  async function untilIn(page: Page): Promise<void> {
    await page.getByRole('navigation').waitFor();
    await page.waitForFunction(() => localStorage.getItem('chat.current') !== null);
  }

  async function setPassword(page: Page): Promise<void> {
    await openAccount(page);
    await page.getByLabel(en.newPassword).fill(right);
    await page.getByRole('button', { name: en.setPassword, exact: true }).click();
    await page.locator('.keys').getByText(en.password).waitFor();
  }

  test(
    'a password lets a new browser in, which gets a key of its own that can be revoked',
    async () => {
      const first = await site.enter('ada');
      await setPassword(first);
      const second = await signIn('ada', right);
      await untilIn(second);
      await second.reload();
      await untilIn(second);
      await openAccount(second);
      await second.locator('.keys li').nth(2).waitFor();
      // The first browser's own key is the first.
      await second.locator('.keys li').first().getByRole('button', { name: en.revoke }).click();
      await first.getByText('the key was revoked').waitFor();
    },
    slowMs,
  );

  test(
    'what is wrong is said, and the register form is still there',
    async () => {
      const first = await site.enter('ben');
      await setPassword(first);
      const page = await signIn('ben', 'no such password');
      await page.getByText(en.wrongSecret).waitFor();
      await page.getByRole('button', { name: en.newHere }).click();
      await page.getByLabel(en.fullName).waitFor();
    },
    slowMs,
  );

  test(
    'a recovery code lets a browser in once',
    async () => {
      const first = await site.enter('cleo');
      await openAccount(first);
      await first.getByRole('button', { name: en.newCodes(0) }).click();
      await first.locator('.codes li').nth(7).waitFor();
      const codes = await first.locator('.codes li').allTextContents();
      expect(new Set(codes).size).toBe(8);
      const code = codes[0] ?? '';
      await untilIn(await signIn('cleo', code.toUpperCase()));
      const again = await signIn('cleo', code);
      await again.getByText(en.wrongSecret).waitFor();
    },
    slowMs,
  );

  test(
    'a new key is shown once, and opens the account over HTTP',
    async () => {
      const page = await site.enter('dan');
      await openAccount(page);
      await page.getByRole('button', { name: en.addKey }).click();
      const key = await page.getByLabel(en.addedKey).inputValue();
      const answer = await fetch(`${site.url}api/users`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(answer.status).toBe(200);
    },
    slowMs,
  );
});
