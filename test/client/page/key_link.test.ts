// Links that bring a key: they ask first, log in before anything is kept, and take no key away.

import { expect, test } from 'bun:test';

import type { Page } from 'playwright-core';

import { en } from '../../../src/client/page/texts/en';
import { describePage, register, slowMs } from './site';

const read = async (page: Page, key: string): Promise<unknown> =>
  JSON.parse((await page.evaluate((name) => localStorage.getItem(name), key)) ?? '{}');
const stored = async (page: Page) => (await read(page, 'chat.tokens')) as Record<string, string>;
const former = (page: Page) => read(page, 'chat.tokens.former');
const wrong = 'T'.repeat(43);

describePage('a link with a key', (site) => {
  const linkOf = (name: string, token: string): string =>
    `${site.url}#key=${encodeURIComponent(name)}:${token}`;
  const tokenOf = async (page: Page, name: string): Promise<string> =>
    (await stored(page))[name] ?? '';
  /** Follows a link as a click on it does, until the question stands there. */
  async function follow(page: Page, link: string, name: string): Promise<void> {
    await page.goto(link);
    await page.getByRole('heading', { name: en.useKey(name) }).waitFor();
  }
  const accept = (page: Page): Promise<void> =>
    page.getByRole('button', { name: en.acceptKey }).click();
  const decline = (page: Page): Promise<void> =>
    page.getByRole('button', { name: en.refuseKey }).click();
  const untilIn = (page: Page, name: string): Promise<void> =>
    page.getByRole('navigation').getByText(name, { exact: true }).first().waitFor();

  test(
    'is asked about; declined, nothing has changed',
    async () => {
      const other = await site.enter('ada');
      const page = await site.enter('ben');
      const before = await stored(page);
      await follow(page, linkOf('ada', await tokenOf(other, 'ada')), 'ada');
      expect(page.url()).toBe(site.url);
      expect(await stored(page)).toEqual(before);
      await decline(page);
      await page.getByRole('navigation').waitFor();
      expect(await stored(page)).toEqual(before);
      expect(await page.evaluate(() => localStorage.getItem('chat.current'))).toBe('"ben"');
    },
    slowMs,
  );

  test(
    'accepted, it brings its account, and the key of the other one stays',
    async () => {
      const other = await site.enter('cleo');
      const page = await site.enter('dan');
      const token = await tokenOf(other, 'cleo');
      await follow(page, linkOf('cleo', token), 'cleo');
      await accept(page);
      await page.getByRole('navigation').waitFor();
      expect(await stored(page)).toEqual({ dan: await tokenOf(page, 'dan'), cleo: token });
      await page.reload();
      await page.getByRole('navigation').waitFor();
      expect(await page.evaluate(() => localStorage.getItem('chat.current'))).toBe('"cleo"');
      // The same link again has nothing to ask.
      await page.goto(linkOf('cleo', token));
      await page.getByRole('navigation').waitFor();
    },
    slowMs,
  );

  test(
    'with a key that the server refuses overwrites nothing, also if it is accepted',
    async () => {
      const page = await site.enter('eve');
      const before = await stored(page);
      await follow(page, linkOf('eve', wrong), 'eve');
      await accept(page);
      await page.getByText(en.wrongToken).waitFor();
      expect(await stored(page)).toEqual(before);
      expect(await former(page)).toEqual({});
      await decline(page);
      await page.getByRole('navigation').waitFor();
      expect(await stored(page)).toEqual(before);
    },
    slowMs,
  );

  test(
    'that replaces a key keeps the other one, which is tried when the new one is refused',
    async () => {
      const other = await site.enter('fay');
      const token = await tokenOf(other, 'fay');
      const { page } = await site.open();
      await page.evaluate((old) => {
        localStorage.setItem('chat.tokens', JSON.stringify({ fay: old }));
      }, wrong);
      await follow(page, linkOf('fay', token), 'fay');
      await accept(page);
      await page.getByRole('navigation').waitFor();
      expect(await stored(page)).toEqual({ fay: token });
      expect(await former(page)).toEqual({ fay: [wrong] });

      await page.evaluate(
        ([now, then]) => {
          localStorage.setItem('chat.tokens', JSON.stringify({ fay: now }));
          localStorage.setItem('chat.tokens.former', JSON.stringify({ fay: [then] }));
        },
        [wrong, token],
      );
      await page.reload();
      await page.getByText(en.wrongToken).waitFor();
      await page.getByRole('button', { name: en.enterAs('fay') }).click();
      await page.getByRole('navigation').waitFor();
      expect(await stored(page)).toEqual({ fay: token });
    },
    slowMs,
  );

  test.each([
    ['%E0%A4%A', wrong],
    ['ada%E2%80%AEgro', wrong],
    ['ada%0A', wrong],
    ['ada', 'short'],
    ['', wrong],
    ['ada', `${wrong}x`],
  ])(
    '%s:%s is no key: the page says so, and stands',
    async (name, token) => {
      const { page } = await site.open({}, `${site.url}#key=${name}:${token}`);
      await page.getByText(en.badLink).waitFor();
      expect(await stored(page)).toEqual({});
      const alias = `user${Bun.hash(name + token).toString(36)}`;
      await register(page, alias);
      await untilIn(page, alias);
    },
    slowMs,
  );
});
