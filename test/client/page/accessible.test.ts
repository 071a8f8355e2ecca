// How the page is used: in which language, by keyboard, in light and dark, on a phone.

import { expect, test } from 'bun:test';

import { readings } from './contrast';
import { describePage, openConversation, register, slowMs } from './site';

describePage('how the page is used', (site) => {
  test(
    'in the browser’s language',
    async () => {
      for (const [locale, button, lang] of [
        ['es-MX', 'Registrarse', 'es'],
        ['pt-BR', 'Registar', 'pt'],
        ['fr-FR', 'Register', 'en'],
      ] as const) {
        const { page } = await site.open({ locale });
        await page.getByRole('button', { name: button }).waitFor();
        expect(await page.locator('html').getAttribute('lang')).toBe(lang);
        await page.context().close();
      }
    },
    slowMs,
  );

  test(
    'with the keyboard alone; everything has a name; the log is one',
    async () => {
      const { page } = await site.open();
      const type = async (text: string): Promise<void> => {
        await page.keyboard.press('Tab');
        await page.keyboard.type(text);
      };
      // First stands the way in for who has an account.
      await page.keyboard.press('Tab');
      await type('rabbit');
      await type('White Rabbit');
      await type('04051852');
      await page.keyboard.press('Enter');
      await page.getByRole('navigation').waitFor();
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').innerText()).toBe('Skip to the conversation');
      // Account, transcript, then the field that opens a conversation.
      for (let step = 0; step < 3; step++) await page.keyboard.press('Tab');
      await page.keyboard.type('rabbit');
      await page.keyboard.press('Enter');
      await page.getByLabel('Message to rabbit').waitFor();
      expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Message to rabbit');
      await page.keyboard.type('late!');
      await page.keyboard.press('Enter');
      await page.getByLabel('delivered').waitFor();

      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('button, input, textarea, [role]')]
          .filter((element) => {
            const label = element.getAttribute('aria-label') ?? element.textContent ?? '';
            const labels = 'labels' in element ? (element as HTMLInputElement).labels : undefined;
            return label.trim() === '' && (labels?.length ?? 0) === 0;
          })
          .map((element) => element.outerHTML)
          .filter((html) => !html.includes('aria-live')),
      );
      expect(nameless).toEqual([]);
      const tree = await page.locator('body').ariaSnapshot();
      for (const line of [
        'navigation "Conversations"',
        'main',
        'log "rabbit"',
        'heading "rabbit" [level=1]',
        'textbox "Message to rabbit"',
        'button "Send"',
        'button "Attach a file"',
        'img "delivered"',
      ]) {
        expect(tree).toContain(line);
      }
    },
    slowMs,
  );

  test(
    'every text can be read, in the light and in the dark',
    async () => {
      const { page } = await site.open();
      const look = async (where: string): Promise<void> => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          const all = await readings(page);
          expect(all.length).toBeGreaterThan(5);
          const faint = all.filter(({ contrast }) => contrast < 4.5);
          expect([where, colorScheme, faint]).toEqual([where, colorScheme, []]);
        }
      };
      await look('start');
      await register(page, 'lory');
      const field = await openConversation(page, 'lory');
      await field.fill('I am older than you');
      await field.press('Enter');
      await page.getByLabel('delivered').waitFor();
      await openConversation(page, 'nobody at all');
      await page.keyboard.type('hm');
      await page.keyboard.press('Enter');
      await page.getByText('not sent').waitFor();
      await look('failed');
      await page.getByRole('button', { name: 'Send again' }).waitFor();
      await page.getByRole('button', { name: /lory/ }).last().click();
      await page.getByRole('button', { name: 'Transcript' }).click();
      await look('talk');
      await page.getByRole('button', { name: /Account/ }).click();
      await look('account');
    },
    slowMs,
  );

  test(
    'on a phone nothing stands out at the side, one thing at a time, and still without motion',
    async () => {
      const { page } = await site.open({
        viewport: { width: 390, height: 844 },
        reducedMotion: 'reduce',
        hasTouch: true,
        isMobile: true,
      });
      await register(page, 'walrus');
      const isWhole = (): Promise<boolean> =>
        page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
      expect(await isWhole()).toBe(true);
      const field = await openConversation(page, 'walrus');
      await field.fill('x'.repeat(300));
      await field.press('Enter');
      await page.getByLabel('delivered').waitFor();
      expect(await isWhole()).toBe(true);
      expect(await page.getByRole('navigation').isVisible()).toBe(false);
      expect(
        await page
          .locator('.bubble')
          .first()
          .evaluate((bubble) => getComputedStyle(bubble).animationName),
      ).toBe('none');
      await page.getByRole('button', { name: 'Back' }).click();
      expect(await page.getByRole('navigation').isVisible()).toBe(true);
      for (const name of ['Transcript', /Account/]) {
        await page.getByRole('button', { name }).click();
        expect(await isWhole()).toBe(true);
        await page.keyboard.press('Escape');
      }
    },
    slowMs,
  );
});
