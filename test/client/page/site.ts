// A server with a real browser in front of it, and what users do on the page; shared by the tests of one file.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import type { Locator, Page } from 'playwright-core';

import { channels } from '../../../src/protocol/channels';
import { mailbox } from '../../../src/protocol/mailbox';
import { web } from '../../../src/protocol/web';
import { chromiumPath, TestBrowser, type Window } from '../../support/browser';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';

/** A browser is slow to start on a busy machine. */
export const slowMs = 60_000;

export class Site {
  browser!: TestBrowser;
  server!: TestServer;
  /** The server's data folder. */
  folder!: string;
  readonly #windows: Window[] = [];

  get url(): string {
    return `http://127.0.0.1:${this.server.port('web')}/`;
  }

  async start(): Promise<void> {
    this.browser = await TestBrowser.start();
    this.folder = await scratchFolder();
    this.server = await startServer([web, mailbox, channels], { folder: this.folder });
  }

  async stop(): Promise<void> {
    await this.browser[Symbol.asyncDispose]();
    await this.server.stop();
  }

  /** A window of a browser that was never used; `expectQuiet` looks at it as well. */
  async open(options: Parameters<TestBrowser['open']>[1] = {}, url = this.url): Promise<Window> {
    const window = await this.browser.open(url, options);
    this.#windows.push(window);
    return window;
  }

  /** A page on which somebody is registered and logged in. */
  async enter(alias: string): Promise<Page> {
    const { page } = await this.open();
    await register(page, alias);
    return page;
  }

  /** No window has asked for anything that its own server has not, or complained of anything. */
  expectQuiet(): void {
    const own = new URL(this.url).host;
    for (const { requests, complaints } of this.#windows) {
      expect(requests.filter((address) => new URL(address).host !== own)).toEqual([]);
      // What the server refuses on purpose is no complaint of the page.
      expect(complaints).toEqual([]);
    }
  }
}

/** Tests on one site; skipped where there is no browser. Each has users of its own. */
export function describePage(about: string, tests: (site: Site) => void): void {
  describe.skipIf(chromiumPath === undefined)(about, () => {
    const site = new Site();
    beforeAll(() => site.start(), slowMs);
    afterAll(() => site.stop());
    tests(site);
    test('asked for nothing but what its own server has, and complained of nothing', () =>
      site.expectQuiet());
  });
}

export async function register(page: Page, alias: string): Promise<void> {
  await page.getByLabel('Alias').fill(alias);
  await page.getByLabel('Full name').fill(alias);
  await page.getByLabel('Date of birth').fill('1852-05-04');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('navigation').waitFor();
}

/** Opens the conversation with a user; its field for messages. */
export async function openConversation(page: Page, name: string): Promise<Locator> {
  await page.getByLabel('Write to…').fill(name);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  return page.getByLabel(`Message to ${name}`);
}

/** The texts of the conversation's messages. */
export const shownTexts = (page: Page): Promise<string[]> =>
  page.locator('.bubble .text').allInnerTexts();

/** Waits until a text stands in the conversation. */
export const untilShown = (page: Page, text: string): Promise<void> =>
  page.getByRole('log').getByText(text, { exact: true }).waitFor();
