// Moderation on the page: roles and acts on people, who leads a room, and blocking somebody.

import { expect, test } from 'bun:test';

import type { Page } from 'playwright-core';

import { askAdmin } from '../../../src/server/admin/client';
import { ChannelsPeer } from '../../protocol/channels/person';
import { describePage, openConversation, slowMs, untilShown } from './site';

/** Fills in the form for acts, and waits for its answer. */
async function act(page: Page, verb: string, fields: Readonly<Record<string, string>>) {
  const form = page.locator('.act-form');
  await form.getByRole('combobox', { name: 'What to do' }).selectOption({ label: verb });
  for (const [label, text] of Object.entries(fields)) await form.getByLabel(label).fill(text);
  // The answer to the act before is marked, so that only another one counts.
  await form.evaluate((at) => at.querySelector('[role=status]')?.setAttribute('data-old', ''));
  await form.getByRole('button', { name: 'Do it' }).click();
  const answer = form.locator('[role=status]:not([data-old])');
  await answer.waitFor();
  return answer.innerText();
}
const whom = (name: string, reason?: string) => ({
  'Name (or address, room)': name,
  ...(reason !== undefined && { Reason: reason }),
});

describePage('moderation', (site) => {
  test(
    'an admin kicks, bans and reads the audit log; a member has no such view',
    async () => {
      const page = await site.enter('warden');
      await page.locator('.sidebar .me').click();
      await page.getByRole('button', { name: 'Log out' }).waitFor();
      expect(await page.getByRole('button', { name: 'Moderation' }).count()).toBe(0);
      await askAdmin(site.folder, { act: { do: 'role', account: 'warden', role: 'admin' } });
      await page.reload();
      await page.locator('.sidebar .me').click();
      await page.getByRole('button', { name: 'Moderation' }).click();

      await using scott = new ChannelsPeer(site.server.port('channels'));
      scott.send('Scott');
      await scott.settled();
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.locator('.listed').getByText('Scott').waitFor();
      expect(await act(page, 'Put out', whom('Scott', 'go home'))).toBe('Done.');
      expect(await scott.read()).toBe('You were kicked: go home');
      expect(await act(page, 'Ban', whom('Scott'))).toBe('Done.');
      await using again = new ChannelsPeer(site.server.port('channels'));
      again.send('scott');
      expect(await again.read()).toBe('You are banned here.');
      expect(await act(page, 'Make an admin', whom('warden'))).toBe('You may not do that.');

      await page.getByRole('combobox', { name: 'What to list' }).selectOption('audit');
      await page.locator('.listed').getByText('go home').waitFor();
      await act(page, 'Invite (7 days)', { Text: 'for carol' });
      await page.getByText(/^The code, shown only now: [\da-z-]{23}/).waitFor();
    },
    slowMs,
  );

  test(
    'who is banned is told, and comes in no more',
    async () => {
      const page = await site.enter('jabber');
      await askAdmin(site.folder, {
        act: { do: 'ban', whom: { name: 'jabber' }, reason: 'too loud' },
      });
      await page.getByText(/You are banned\..*too loud/).waitFor();
    },
    slowMs,
  );

  test(
    'who makes a room leads it: topic, kick, mute',
    async () => {
      const page = await site.enter('queen');
      await page.getByLabel('New room').fill('croquet');
      await page.getByLabel('New room').press('Enter');
      await page.getByLabel('Message to croquet').waitFor();
      const guest = await site.enter('knave');
      await guest.getByRole('button', { name: /croquet/ }).click();
      await guest.getByRole('button', { name: 'Join' }).first().click();
      await guest.getByLabel('Message to croquet').waitFor();

      await page.getByRole('button', { name: 'About' }).click();
      expect(await act(page, 'Set the topic', { Text: 'Off with heads' })).toBe('Done.');
      await untilShown(guest, 'queen: the topic is “Off with heads”');
      expect(await act(page, 'Mute', whom('knave'))).toBe('Done.');
      await untilShown(guest, 'knave may not speak here');
      await guest.getByRole('button', { name: 'About' }).click();
      await guest.locator('.moderation').getByText('Off with heads').waitFor();
      expect(await guest.locator('.act-form').count()).toBe(0);
      expect(await act(page, 'Put out', whom('knave', 'tarts'))).toBe('Done.');
      await guest.getByText('You were put out of croquet by queen: tarts').first().waitFor();
      await guest.getByRole('button', { name: 'Join' }).first().waitFor();
    },
    slowMs,
  );

  test(
    'a person who is blocked is not told, and nothing of theirs comes',
    async () => {
      const page = await site.enter('rabbit');
      const other = await site.enter('lizard');
      await openConversation(page, 'lizard');
      await page.getByRole('button', { name: 'Block', exact: true }).click();
      await page.getByRole('button', { name: 'Unblock' }).waitFor();
      const field = await openConversation(other, 'rabbit');
      await field.fill('Are you there?');
      await field.press('Enter');
      await other.getByLabel('delivered').waitFor();
      await page.getByRole('button', { name: 'Unblock' }).click();
      await page.getByRole('button', { name: 'Block', exact: true }).waitFor();
      await field.fill('And now?');
      await field.press('Enter');
      await untilShown(page, 'And now?');
      expect(await page.getByText('Are you there?').count()).toBe(0);
    },
    slowMs,
  );
});
