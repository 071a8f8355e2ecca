// The page in a real browser: what people do on it, what it keeps, what it never does.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import type { Locator, Page, Route } from 'playwright-core';

import { channels } from '../../../src/protocol/channels';
import { mailbox } from '../../../src/protocol/mailbox';
import { web } from '../../../src/protocol/web';
import { chromiumPath, TestBrowser, type Window } from '../../support/browser';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';
import { connectTcp, listenTcp } from '../../support/tcp';
import { readings } from './contrast';

const withBrowser = describe.skipIf(chromiumPath === undefined);
const slowMs = 60_000;

let browser: TestBrowser;
let server: TestServer;
const windows: Window[] = [];
const url = (): string => `http://127.0.0.1:${server.port('web')}/`;

/** The tests of one file share a server; each has users of its own. */
async function open(options: Parameters<TestBrowser['open']>[1] = {}): Promise<Page> {
  const window = await browser.open(url(), options);
  windows.push(window);
  return window.page;
}

async function register(page: Page, alias: string): Promise<void> {
  await page.getByLabel('Alias').fill(alias);
  await page.getByLabel('Full name').fill(alias);
  await page.getByLabel('Date of birth').fill('1852-05-04');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('navigation').waitFor();
}

async function enter(alias: string): Promise<Page> {
  const page = await open();
  await register(page, alias);
  return page;
}

async function talkTo(page: Page, name: string): Promise<Locator> {
  await page.getByLabel('Write to…').fill(name);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  return page.getByLabel(`Message to ${name}`);
}

/** The conversation's messages, as they read. */
const said = (page: Page): Promise<string[]> => page.locator('.bubble .text').allInnerTexts();
const heard = (page: Page, text: string): Promise<void> =>
  page.getByRole('log').getByText(text, { exact: true }).waitFor();

withBrowser('the page', () => {
  beforeAll(async () => {
    browser = await TestBrowser.start();
    server = await startServer([web, mailbox, channels]);
  }, slowMs);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await server.stop();
  });

  test(
    'two browsers, a mailbox user and a channels user talk',
    async () => {
      const alice = await enter('alice');
      const bob = await enter('bob');
      const field = await talkTo(alice, 'bob');
      await field.fill('Tea at <b>four</b>?');
      await field.press('Enter');
      await alice.getByLabel('delivered').waitFor();
      await bob.getByRole('button', { name: /alice.*1 unread/s }).click();
      await heard(bob, 'Tea at <b>four</b>?');
      expect(await bob.locator('.unread, .count').count()).toBe(0);
      await bob.getByLabel('Message to alice').fill('Gladly.');
      await bob.getByRole('button', { name: 'Send', exact: true }).click();
      await heard(alice, 'Gladly.');

      // A mailbox user: his listener takes one call a message.
      await using listener = listenTcp();
      const ask = async (...fields: readonly string[]): Promise<string> => {
        await using peer = await connectTcp(server.port('mailbox'));
        await peer.send(fields.map((one) => `${one}\0`).join(''));
        return Buffer.from(await peer.readToEnd()).toString('latin1');
      };
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
      await heard(alice, 'All have won.');

      // A room, with a channels client in it.
      await alice.getByLabel('New room').fill('wonderland');
      await alice.getByLabel('New room').press('Enter');
      await alice.getByLabel('Message to wonderland').waitFor();
      await using scott = await connectTcp(server.port('channels'));
      await scott.send('Scott'.padEnd(200) + '/join wonderland'.padEnd(200));
      await alice.getByRole('log').getByText('Scott has joined').waitFor();
      await alice.getByLabel('Message to wonderland').fill('Who are you?');
      await alice.keyboard.press('Enter');
      expect(
        Buffer.from(await scott.read(200))
          .toString()
          .trim(),
      ).toBe('[alice] Who are you?');
      await scott.send('I hardly know'.padEnd(200));
      await heard(alice, 'I hardly know');
    },
    slowMs,
  );

  test(
    'the transcript: each of the seven buttons prints what the source prints',
    async () => {
      const page = await open();
      await page.getByRole('button', { name: 'Transcript' }).click();
      const panel = page.locator('.window');
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

  test(
    'a dropped file of 50 MB arrives whole; one under way can be cancelled; a pasted one goes too',
    async () => {
      const gryphon = await enter('gryphon');
      const hare = await enter('hare');
      await talkTo(gryphon, 'hare');
      const size = 50_000_000;
      /** Lets go of a file over the conversation; every byte depends on its place. */
      const drop = (bytes: number, name: string): Promise<void> =>
        gryphon.evaluate(
          ([length, called]) => {
            const content = new Uint8Array(length);
            for (let index = 0; index < length; index++) content[index] = (index * 31 + 7) >> 3;
            const data = new DataTransfer();
            data.items.add(new File([content], called));
            const target = document.querySelector('.talk');
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
    'an upload that breaks off, and one whose answer is lost, are tried again and arrive once',
    async () => {
      // Its console complains of the network, as it should.
      const { page: knave } = await browser.open(url());
      await register(knave, 'knave');
      await talkTo(knave, 'knave');
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

  test(
    'what was said, typed and not yet sent survives a reload, and is sent once',
    async () => {
      const queen = await enter('queen');
      const king = await enter('king');
      const field = await talkTo(queen, 'king');
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
      await heard(queen, 'first');
      await queen.getByLabel('Message to king').fill('second');
      await queen.keyboard.press('Enter');
      await queen.getByLabel('sending').waitFor();
      await queen.getByLabel('Message to king').fill('half');
      isCut = false;
      await queen.reload();
      await queen.getByRole('button', { name: /king/ }).click();
      await queen.getByLabel('delivered').nth(1).waitFor();
      expect(await queen.getByLabel('Message to king').inputValue()).toBe('half');
      expect(await said(queen)).toEqual(['first', 'second']);
      await king.getByRole('button', { name: /queen/ }).click();
      await heard(king, 'second');
      await king.reload();
      await king.getByRole('button', { name: /queen/ }).click();
      await heard(king, 'second');
      expect(await said(king)).toEqual(['first', 'second']);
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
        const { page, complaints } = await browser.open(`http://127.0.0.1:${port}/`);
        await register(page, 'duchess');
        const field = await talkTo(page, 'duchess');
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
        expect((await said(page)).toSorted()).toEqual([
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
    'groups by invitation, money, the link to another browser, and leaving for good',
    async () => {
      const mouse = await enter('mouse');
      const cat = await enter('cat');
      await mouse.getByLabel('New group').fill('tale');
      await mouse.getByLabel('New group').press('Enter');
      await mouse.getByLabel('Invite whom?').fill('cat');
      await mouse.getByRole('button', { name: 'Invite' }).click();
      await cat.getByRole('button', { name: 'Accept' }).click();
      await cat.getByLabel('Message to tale').fill('a long tail');
      await cat.keyboard.press('Enter');
      await heard(mouse, 'a long tail');

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
      const elsewhere = await browser.open(link);
      windows.push(elsewhere);
      await elsewhere.page.getByRole('button', { name: /cat.*Account/s }).waitFor();
      expect(elsewhere.page.url()).toBe(url());
      expect(elsewhere.requests.some((address) => address.includes('#key'))).toBe(false);

      // Nobody is made somebody else by a link: where there is an account, its owner is asked.
      await mouse.goto(link);
      await mouse.getByRole('button', { name: 'Continue as mouse' }).waitFor();
      await mouse.getByRole('button', { name: 'Continue as cat' }).click();
      await mouse.getByRole('button', { name: /cat.*Account/s }).waitFor();

      await cat.getByRole('button', { name: 'Unregister' }).click();
      await cat.getByRole('button', { name: 'Yes, delete' }).click();
      await cat.getByRole('heading', { name: 'New here?' }).waitFor();
      expect(await cat.evaluate(() => Object.keys(localStorage).join())).not.toContain('cat');
    },
    slowMs,
  );

  test(
    'in the browser’s language',
    async () => {
      for (const [locale, button, lang] of [
        ['es-MX', 'Registrarse', 'es'],
        ['pt-BR', 'Registar', 'pt'],
        ['fr-FR', 'Register', 'en'],
      ] as const) {
        const page = await open({ locale });
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
      const page = await open();
      const type = async (text: string): Promise<void> => {
        await page.keyboard.press('Tab');
        await page.keyboard.type(text);
      };
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
      const page = await open();
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
      const field = await talkTo(page, 'lory');
      await field.fill('I am older than you');
      await field.press('Enter');
      await page.getByLabel('delivered').waitFor();
      await talkTo(page, 'nobody at all');
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
      const page = await open({
        viewport: { width: 390, height: 844 },
        reducedMotion: 'reduce',
        hasTouch: true,
        isMobile: true,
      });
      await register(page, 'walrus');
      const isWhole = (): Promise<boolean> =>
        page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
      expect(await isWhole()).toBe(true);
      const field = await talkTo(page, 'walrus');
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

  test('asked for nothing but what its own server has, and complained of nothing', () => {
    const own = new URL(url()).host;
    for (const { requests, complaints } of windows) {
      expect(requests.filter((address) => new URL(address).host !== own)).toEqual([]);
      // What the server refuses on purpose is no complaint of the page.
      expect(complaints).toEqual([]);
    }
  });
});
