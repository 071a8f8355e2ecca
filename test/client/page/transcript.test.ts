// The transcript: the window of (source 000, 5 and 6) on the page.

import { expect, test } from 'bun:test';

import type { Locator } from 'playwright-core';

import { describePage, slowMs } from './site';

describePage('the transcript', (site) => {
  test(
    'the transcript: each of the seven buttons prints what the source prints',
    async () => {
      const { page } = await site.open();
      await page.getByRole('button', { name: 'Transcript' }).click();
      const panel = page.locator('.transcript');
      const press = (name: string): Promise<void> =>
        panel.getByRole('button', { name, exact: true }).click();
      const client = panel.getByRole('log', { name: 'Client' });
      const answers = panel.getByRole('log', { name: 'Server' });
      const until = (pane: Locator, line: string): Promise<void> =>
        pane.getByText(line).last().waitFor();

      await press('CONNECTED USERS');
      await press('DISCONNECT');
      await press('UNREGISTER');
      await panel.getByLabel('Full name').fill('Mock Turtle');
      await panel.getByLabel('Alias').fill('turtle');
      await press('CONNECT');
      await until(answers, 'CONNECT FAIL, USER DOES NOT EXIST');
      await press('REGISTER');
      await until(answers, 's> REGISTER FAIL');
      await panel.getByLabel('Date of birth').fill('1990-01-01');
      await panel.getByLabel('Full name').fill('Text');
      await press('REGISTER');
      await answers.getByText(/REGISTER FAIL[^]*REGISTER FAIL/).waitFor();
      await panel.getByLabel('Full name').fill('Mock Turtle');
      await press('REGISTER');
      await until(answers, 's> REGISTER OK');
      await press('REGISTER');
      await until(answers, 's> USERNAME IN USE');
      await press('CONNECT');
      await until(answers, 's> CONNECT OK');
      await press('CONNECT');
      await until(answers, 's> USER ALREADY CONNECTED');
      await panel.getByLabel('Dest').fill('nobody');
      await panel.getByLabel('Message', { exact: true }).fill('soup');
      await press('SEND');
      await until(answers, 's> SEND FAIL / USER DOES NOT EXIST');
      await panel.getByLabel('Dest').fill('turtle');
      await press('SEND');
      await until(answers, 's> SEND MESSAGE 1 OK');
      const file = { name: 'song.txt', mimeType: 'text/plain', buffer: Buffer.from('la') };
      await panel.getByLabel('File').setInputFiles(file);
      await press('SENDATTACH');
      await until(answers, 's> SENDATTACH MESSAGE 2 song.txt OK');
      await press('DISCONNECT');
      await until(answers, 's> DISCONNECT OK');
      // One need not be connected for this.
      await press('UNREGISTER');
      await until(answers, 's> UNREGISTER OK');

      const lines = async (pane: Locator) => (await pane.innerText()).split('\n');
      expect(await lines(client)).toEqual([
        'c> CONNECTEDUSERS',
        'c> DISCONNECT',
        'c> UNREGISTER',
        'c> CONNECT turtle',
        'c> REGISTER turtle',
        'c> REGISTER turtle',
        'c> REGISTER turtle',
        'c> REGISTER turtle',
        'c> CONNECT turtle',
        'c> CONNECT turtle',
        'c> SEND nobody soup',
        'c> SEND turtle soup',
        's> MESSAGE 1 FROM turtle',
        '    soup',
        '    END',
        'c> SENDATTACH turtle song.txt soup',
        's> MESSAGE 2 FROM turtle',
        '    soup',
        '    END',
        '    FILE song.txt',
        'c> DISCONNECT turtle',
        'c> UNREGISTER turtle',
      ]);
      expect((await lines(answers)).toSorted()).toEqual(
        [
          's> CONNECTED USERS FAIL / USER IS NOT CONNECTED',
          's> DISCONNECT FAIL / USER NOT CONNECTED',
          's> USER DOES NOT EXIST',
          's> CONNECT FAIL, USER DOES NOT EXIST',
          's> REGISTER FAIL',
          's> REGISTER FAIL',
          's> REGISTER OK',
          's> USERNAME IN USE',
          's> CONNECT OK',
          's> USER ALREADY CONNECTED',
          's> SEND FAIL / USER DOES NOT EXIST',
          's> SEND OK - MESSAGE 1',
          's> SEND MESSAGE 1 OK',
          's> SENDATTACH OK - MESSAGE 2',
          's> SENDATTACH MESSAGE 2 song.txt OK',
          's> DISCONNECT OK',
          's> UNREGISTER OK',
        ].toSorted(),
      );
    },
    slowMs,
  );
});
