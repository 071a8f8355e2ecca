// Files on the page: dropped, pasted, cancelled, broken off, and fetched.

import { expect, test } from 'bun:test';

import type { Route } from 'playwright-core';

import { describePage, openConversation, register, slowMs } from './site';

describePage('files', (site) => {
  test(
    'a dropped file of 50 MB arrives whole; one under way can be cancelled; a pasted one goes too',
    async () => {
      const gryphon = await site.enter('gryphon');
      const hare = await site.enter('hare');
      await openConversation(gryphon, 'hare');
      const size = 50_000_000;
      /** Lets go of a file over the conversation; every byte depends on its place. */
      const drop = (bytes: number, name: string): Promise<void> =>
        gryphon.evaluate(
          ([length, called]) => {
            const content = new Uint8Array(length);
            for (let index = 0; index < length; index++) content[index] = (index * 31 + 7) >> 3;
            const data = new DataTransfer();
            data.items.add(new File([content], called));
            const target = document.querySelector('.conversation');
            for (const type of ['dragover', 'drop']) {
              target?.dispatchEvent(
                new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }),
              );
            }
          },
          [bytes, name] as const,
        );
      await drop(size, 'big.bin');
      await gryphon.getByLabel('delivered').waitFor({ timeout: 30_000 });
      await hare.getByRole('button', { name: /gryphon/ }).click();
      const downloading = hare.waitForEvent('download');
      await hare.getByRole('button', { name: 'Download' }).click();
      const download = await downloading;
      expect(download.suggestedFilename()).toBe('big.bin');
      const got = Bun.file((await download.path()) ?? '');
      const wanted = new Uint8Array(size);
      for (let index = 0; index < size; index++) wanted[index] = (index * 31 + 7) >> 3;
      expect(got.size).toBe(size);
      const hash = (bytes: Uint8Array): string => Bun.SHA256.hash(bytes, 'hex');
      expect(hash(await got.bytes())).toBe(hash(wanted));
      await hare.getByText('downloaded').waitFor();
      // The server keeps it until its user has said that it has come.
      const button = (name: string) => hare.getByRole('button', { name });
      const again = hare.waitForEvent('download');
      await button('Download').click();
      expect(Bun.file((await (await again).path()) ?? '').size).toBe(size);
      await button('I have it').click();
      await button('I have it').waitFor({ state: 'detached' });
      // The history keeps it as long as its message.
      expect(await button('Download').count()).toBe(1);

      // Cancelled: nothing is sent, nothing is left. The upload is held up where it cannot end by itself.
      const { promise: held, resolve: hold } = Promise.withResolvers<Route>();
      await gryphon.route('**/api/files?*', hold);
      await drop(1000, 'never.bin');
      await gryphon.getByRole('button', { name: 'Cancel' }).click();
      await gryphon.getByText('never.bin').last().waitFor({ state: 'detached' });
      await (await held).abort();
      await gryphon.unroute('**/api/files?*');

      await gryphon.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(['pasted'], 'pasted.txt'));
        document
          .querySelector('.composer textarea')
          ?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
      });
      await hare.getByRole('log').getByText('pasted.txt').waitFor();
      expect(await hare.getByText('never.bin').count()).toBe(0);
    },
    slowMs,
  );

  test(
    'a name that is written backwards shows what does so, and is saved without it',
    async () => {
      const dormouse = await site.enter('dormouse');
      await openConversation(dormouse, 'dormouse');
      const buffer = Buffer.from('x');
      const file = { name: '-photo\u202egpj.exe', mimeType: 'text/plain', buffer };
      await dormouse.locator('.picker').setInputFiles(file);
      const received = dormouse.locator('.bubble.theirs', { hasText: '-photo⟨U+202E⟩gpj.exe' });
      await received.waitFor();
      const downloading = dormouse.waitForEvent('download');
      await received.getByRole('button', { name: 'Download' }).click();
      expect((await downloading).suggestedFilename()).toBe('photogpj.exe');
    },
    slowMs,
  );

  test(
    'an upload that breaks off, and one whose answer is lost, are tried again and arrive once',
    async () => {
      // Its console complains of the network, as it should.
      const { page: knave } = await site.browser.open(site.url);
      await register(knave, 'knave');
      await openConversation(knave, 'knave');
      let attempts = 0;
      await knave.route('**/api/files?*', async (route) => {
        attempts++;
        if (attempts === 1) return route.abort();
        if (attempts > 2) return route.continue();
        // The server has it, and the page does not learn of it.
        await route.fetch();
        return route.abort();
      });
      const tarts = { name: 'tarts.txt', mimeType: 'text/plain', buffer: Buffer.from('stolen') };
      await knave.locator('.picker').setInputFiles(tarts);
      await knave.getByLabel('delivered').waitFor();
      expect(attempts).toBe(3);
      expect(await knave.locator('.bubble .file', { hasText: 'tarts.txt' }).count()).toBe(2);
    },
    slowMs,
  );
});
