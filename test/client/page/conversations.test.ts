// What people do on the page with each other: private messages, rooms, groups, money, and the link to another browser.

import { expect, test } from 'bun:test';

import { ChannelsPeer } from '../../protocol/channels/person';
import { operation } from '../../protocol/mailbox/person';
import { join } from '../../protocol/web/person';
import { listenTcp } from '../../support/tcp';
import { describePage, openConversation, slowMs, untilShown } from './site';

describePage('conversations', (site) => {
  test(
    'two browsers, a mailbox user and a channels user talk',
    async () => {
      const alice = await site.enter('alice');
      const bob = await site.enter('bob');
      const field = await openConversation(alice, 'bob');
      await field.fill('Tea at <b>four</b>?');
      await field.press('Enter');
      await alice.getByLabel('delivered').waitFor();
      await bob.getByRole('button', { name: /alice.*1 unread/s }).click();
      await untilShown(bob, 'Tea at <b>four</b>?');
      expect(await bob.locator('.unread, .count').count()).toBe(0);
      await bob.getByLabel('Message to alice').fill('Gladly.');
      await bob.getByRole('button', { name: 'Send', exact: true }).click();
      await untilShown(alice, 'Gladly.');

      // A mailbox user, whose listener takes one call a message.
      await using listener = listenTcp();
      const ask = (...fields: readonly string[]): Promise<string> =>
        operation(site.server.port('mailbox'), ...fields);
      await ask('REGISTER', 'Dodo', 'dodo', '01/01/1990');
      expect(await ask('CONNECT', 'dodo', String(listener.port))).toBe('\0');
      await alice.getByRole('button', { name: /dodo here now by mailbox/ }).click();
      await alice.getByLabel('Message to dodo').fill('Caucus?');
      await alice.keyboard.press('Enter');
      await using call = await listener.accept();
      expect(Buffer.from(await call.read(29)).toString()).toBe(
        'SEND_MESSAGE\0alice\x002\0Caucus?\0',
      );
      call.close();
      await alice.getByLabel('delivered').waitFor();
      expect(await ask('SEND', 'dodo', 'alice', 'All have won.')).toBe('\x001\0');
      await untilShown(alice, 'All have won.');

      // A room, with a channels client in it.
      await alice.getByLabel('New room').fill('wonderland');
      await alice.getByLabel('New room').press('Enter');
      await alice.getByLabel('Message to wonderland').waitFor();
      await using scott = new ChannelsPeer(site.server.port('channels'));
      scott.send('Scott', '/join wonderland');
      await alice.getByRole('log').getByText('Scott has joined').waitFor();
      await alice.getByLabel('Message to wonderland').fill('Who are you?');
      await alice.keyboard.press('Enter');
      expect(await scott.read()).toBe('[alice] Who are you?');
      scott.send('I hardly know');
      await untilShown(alice, 'I hardly know');
    },
    slowMs,
  );

  test(
    'a text of thousands of lines is no taller than others, until its reader wants all of it',
    async () => {
      const page = await site.enter('duchess');
      await openConversation(page, 'jabber');
      await using jabber = await join(site.server.port('web'), 'jabber');
      const heights = (): Promise<number[]> =>
        page.locator('.bubble').evaluateAll((all) => all.map((one) => one.clientHeight));
      const texts = [`begin${'\n'.repeat(60_000)}end`, 'moral '.repeat(10_000)];
      for (const [index, text] of texts.entries()) {
        await jabber.ask({ do: 'send', to: 'duchess', text, key: `a tall text ${index}` });
        await page.getByRole('button', { name: 'Show all' }).nth(index).waitFor();
      }
      expect(Math.max(...(await heights()))).toBeLessThan(2_000);
      const last = page.locator('.bubble').last();
      await last.getByRole('button', { name: 'Show all' }).click();
      expect(Math.max(...(await heights()))).toBeGreaterThan(5_000);
      await last.getByRole('button', { name: 'Show less' }).click();
      expect(Math.max(...(await heights()))).toBeLessThan(2_000);
    },
    slowMs,
  );

  test(
    'groups by invitation, money, the link to another browser, and leaving for good',
    async () => {
      const mouse = await site.enter('mouse');
      const cat = await site.enter('cat');
      await mouse.getByLabel('New group').fill('tale');
      await mouse.getByLabel('New group').press('Enter');
      await mouse.getByLabel('Invite whom?').fill('cat');
      await mouse.getByRole('button', { name: 'Invite' }).click();
      await cat.getByRole('button', { name: 'Accept' }).click();
      await cat.getByLabel('Message to tale').fill('a long tail');
      await cat.keyboard.press('Enter');
      await untilShown(mouse, 'a long tail');

      for (const [page, amount] of [
        [mouse, '10'],
        [cat, '0'],
      ] as const) {
        await page.getByRole('button', { name: /Account/ }).click();
        await page.getByLabel('Amount (whole dollars)').first().fill(amount);
        await page.getByRole('button', { name: 'Set balance' }).click();
        await page.locator('.balance', { hasText: `$${amount}` }).waitFor();
      }
      await mouse.getByLabel('Transfer to').fill('cat');
      await mouse.getByLabel('Amount (whole dollars)').last().fill('4');
      await mouse.getByRole('button', { name: 'Transfer', exact: true }).click();
      await mouse.locator('.balance', { hasText: '$6' }).waitFor();
      await cat.locator('.balance', { hasText: '$4' }).waitFor();

      await cat.getByRole('button', { name: 'Show the link' }).click();
      const link = await cat.getByLabel('Use this alias in another browser').inputValue();
      const elsewhere = await site.open({}, link);
      await elsewhere.page.getByRole('button', { name: 'Use this key' }).click();
      await elsewhere.page.getByRole('button', { name: /cat.*Account/s }).waitFor();
      expect(elsewhere.page.url()).toBe(site.url);
      expect(elsewhere.requests.some((address) => address.includes('#key'))).toBe(false);

      // A link alone does not change the account: the user chooses.
      await mouse.goto(link);
      await mouse.getByRole('heading', { name: 'Use cat in this browser?' }).waitFor();
      await mouse.getByRole('button', { name: 'Use this key' }).click();
      await mouse.getByRole('button', { name: /cat.*Account/s }).waitFor();

      await cat.getByRole('button', { name: 'Unregister' }).click();
      await cat.getByRole('button', { name: 'Yes, delete' }).click();
      await cat.getByRole('heading', { name: 'New here?' }).waitFor();
      expect(await cat.evaluate(() => Object.keys(localStorage).join())).not.toContain('cat');
    },
    slowMs,
  );
});
