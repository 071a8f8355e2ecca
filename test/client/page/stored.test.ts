// What the page keeps over reloads, and while there is no server.

import { expect, test } from 'bun:test';

import { web } from '../../../src/protocol/web';
import { scratchFolder } from '../../support/scratch';
import { startServer } from '../../support/server';
import { describePage, openConversation, register, shownTexts, slowMs, untilShown } from './site';

describePage('what the page keeps', (site) => {
  test(
    'what was said, typed and not yet sent survives a reload, and is sent once',
    async () => {
      const queen = await site.enter('queen');
      const king = await site.enter('king');
      const field = await openConversation(queen, 'king');
      await field.fill('first');
      await field.press('Enter');
      await queen.getByLabel('delivered').waitFor();
      await field.fill('half a thou');

      // From here on connections are made and bring no answers.
      let isCut = true;
      await queen.routeWebSocket('**/socket', (socket) => {
        if (!isCut) socket.connectToServer();
      });
      await queen.reload();
      await queen.getByRole('button', { name: /king/ }).click();
      expect(await queen.getByLabel('Message to king').inputValue()).toBe('half a thou');
      await untilShown(queen, 'first');
      await queen.getByLabel('Message to king').fill('second');
      await queen.keyboard.press('Enter');
      await queen.getByLabel('sending').waitFor();
      await queen.getByLabel('Message to king').fill('half');
      isCut = false;
      await queen.reload();
      await queen.getByRole('button', { name: /king/ }).click();
      await queen.getByLabel('delivered').nth(1).waitFor();
      expect(await queen.getByLabel('Message to king').inputValue()).toBe('half');
      expect(await shownTexts(queen)).toEqual(['first', 'second']);
      await king.getByRole('button', { name: /queen/ }).click();
      await untilShown(king, 'second');
      await king.reload();
      await king.getByRole('button', { name: /queen/ }).click();
      await untilShown(king, 'second');
      expect(await shownTexts(king)).toEqual(['first', 'second']);
    },
    slowMs,
  );

  test(
    'a server that stops and comes back: the page returns by itself and says what it had to say once',
    async () => {
      const folder = await scratchFolder();
      let own = await startServer([web], { folder });
      const port = own.port('web');
      try {
        const { page, complaints } = await site.browser.open(`http://127.0.0.1:${port}/`);
        await register(page, 'duchess');
        const field = await openConversation(page, 'duchess');
        await field.fill('pepper');
        await field.press('Enter');
        await page.getByLabel('delivered').waitFor();
        await own.stop();
        await page.getByText('Offline.').waitFor();
        await field.fill('more pepper');
        await field.press('Enter');
        await page.getByLabel('sending').waitFor();
        own = await startServer([web], { folder, port });
        await page.getByLabel('delivered').nth(1).waitFor();
        expect((await shownTexts(page)).toSorted()).toEqual([
          'more pepper',
          'more pepper',
          'pepper',
          'pepper',
        ]);
        expect(complaints.filter((line) => !/WebSocket|ERR_CONNECTION_REFUSED/.test(line))).toEqual(
          [],
        );
      } finally {
        await own.stop();
      }
    },
    slowMs,
  );

  test(
    'what an older page has stored, where a conversation was called talk, is shown and sent',
    async () => {
      const page = await site.enter('dinah');
      await page.evaluate(async () => {
        const opening = indexedDB.open('chat dinah', 1);
        await new Promise((opened) => opening.addEventListener('success', opened));
        const stored = { talk: 'p:mouse', from: 'mouse', mine: false, text: 'squeak', at: 1 };
        const transaction = opening.result.transaction('messages', 'readwrite');
        transaction
          .objectStore('messages')
          .put({ ...stored, key: 'in 1 1 1 mouse', state: 'received' });
        await new Promise((ended) => transaction.addEventListener('complete', ended));
        const unsent = { key: 'never sent', talk: 'p:dinah', text: 'purr', at: Date.now() };
        localStorage.setItem('chat/dinah/outbox', JSON.stringify([unsent]));
      });
      await page.reload();
      await page.getByRole('button', { name: /mouse/ }).click();
      await untilShown(page, 'squeak');
      await page.getByRole('button', { name: /dinah.*purr/s }).click();
      await page.getByLabel('delivered').waitFor();
      expect(await shownTexts(page)).toEqual(['purr', 'purr']);
    },
    slowMs,
  );
});
