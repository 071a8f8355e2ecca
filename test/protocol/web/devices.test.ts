// Three devices of one account, whose connections break: in the end all of them show the same, and what the server has.

import { expect, test } from 'bun:test';

import { web } from '../../../src/protocol/web';
import type { ReplyOf } from '../../../src/protocol/web/wire/messages';
import { seeded } from '../../support/random';
import { startServer } from '../../support/server';
import { join, WebPerson } from './person';

type Entry = ReplyOf<'history'>['entries'][number];
/** What a person sees of a message. */
type Shown = Pick<Entry, 'text' | 'reactions'> & { readonly isDeleted: boolean };

const shownOf = ({ text, reactions, deleted }: Entry): Shown => ({
  text,
  isDeleted: deleted !== undefined,
  ...(reactions && { reactions }),
});

/** Shows one conversation as a page does: what it is told at once, and after each login what it has missed. */
class Device {
  readonly person: WebPerson;
  readonly shown = new Map<number, Shown>();
  seen = 0;
  conversation = 0;
  #changed = 0;
  #told = 0;
  #messages = 0;
  readonly #stale = new Set<number>();
  #newestAtCut = 0;
  isCut = false;

  constructor(port: number) {
    this.person = new WebPerson(() => port);
  }

  get newest(): number {
    return Math.max(0, ...this.shown.keys());
  }

  /** Takes what was told since the last time. */
  take(): void {
    const { messages, news } = this.person;
    for (const { serial, text } of messages.slice(this.#messages)) {
      this.shown.set(serial, { text, isDeleted: false });
    }
    this.#messages = messages.length;
    for (const notice of news.slice(this.#told)) {
      if (notice.is === 'sent')
        this.shown.set(notice.serial, { text: notice.text, isDeleted: false });
      if (notice.is === 'read') this.seen = Math.max(this.seen, notice.seen);
      if (notice.is === 'changed') this.#change(notice.serial, notice);
    }
    this.#told = news.length;
  }

  #change(serial: number, change: { what: string; text?: string | undefined }): void {
    const known = this.shown.get(serial);
    if (!known) return;
    if (change.what === 'edited') this.shown.set(serial, { ...known, text: change.text ?? '' });
    else if (change.what === 'deleted') this.shown.set(serial, { text: '', isDeleted: true });
    else this.#stale.add(serial);
  }

  /** Asks for what it has not: behind the newest that it had when it came. */
  async sync(newest: number): Promise<void> {
    const { conversations } = await this.person.ask({ do: 'conversations' });
    const listed = conversations.find(({ name }) => name === 'bob');
    if (!listed) return;
    this.conversation = listed.conversation;
    this.seen = Math.max(this.seen, listed.seen);
    let after = newest;
    for (let more = true; more;) {
      const page = await this.person.ask({ do: 'history', with: 'bob', after, limit: 3 });
      for (const entry of page.entries) this.shown.set(entry.serial, shownOf(entry));
      after = page.entries.at(-1)?.serial ?? after;
      ({ more } = page);
    }
    const { conversation } = this;
    for (let more = true; more;) {
      const page = await this.person.ask({ do: 'changes', conversation, after: this.#changed });
      for (const entry of page.entries) this.shown.set(entry.serial, shownOf(entry));
      this.#changed = page.upTo;
      ({ more } = page);
    }
    this.#stale.clear();
  }

  /** Comes back after its connection broke. */
  async comeBack(): Promise<void> {
    await this.person.until(({ state }) => state.is === 'online');
    await this.sync(this.#newestAtCut);
    this.isCut = false;
    this.take();
  }

  /** Its connection breaks. */
  async cut(): Promise<void> {
    this.take();
    // What comes with the next connection lies behind what it missed.
    this.#newestAtCut = this.newest;
    this.isCut = true;
    this.person.cut();
    await this.person.until(({ state }) => state.is !== 'online');
  }

  /** In the order of the serials, with the marks that only a look at the server tells. */
  async state(): Promise<unknown> {
    this.take();
    for (const serial of this.#stale) {
      const after = serial - 1;
      const page = await this.person.ask({ do: 'history', with: 'bob', after, limit: 1 });
      for (const entry of page.entries) this.shown.set(entry.serial, shownOf(entry));
    }
    this.#stale.clear();
    return { seen: this.seen, shown: [...this.shown].sort(([one], [other]) => one - other) };
  }
}

test.each([1, 2, 3, 4])(
  'three devices end with the same, whatever broke: seed %i',
  async (seed) => {
    const chance = seeded(seed);
    const pick = (most: number): number => Math.floor(chance() * most);
    await using server = await startServer([web]);
    const port = server.port('web');
    await using bob = await join(port, 'bob');
    await (await join(port, 'alice'))[Symbol.asyncDispose]();
    const devices = [new Device(port), new Device(port), new Device(port)];
    await bob.insist({ do: 'send', to: 'alice', text: 'the first', key: 'the first key' });
    for (const device of devices) {
      await device.person.enter('alice');
      await device.sync(0);
    }
    let keys = 0;
    const serials: number[] = [];
    for (let step = 0; step < 60; step++) {
      const device = devices[pick(3)] ?? devices[0];
      if (!device) continue;
      const { person } = device;
      const key = `device key ${++keys}`;
      const serial = serials[pick(serials.length)] ?? 0;
      // What breaks off is lost; what the server has done shows everywhere all the same.
      const tried = async (request: Promise<unknown>): Promise<void> =>
        void (await request.catch(() => {}));
      const kind = chance();
      if (device.isCut) await device.comeBack();
      else if (kind < 0.25) {
        const sent = await person.insist({ do: 'send', to: 'bob', text: `text ${step}`, key });
        device.shown.set(sent.serial, { text: `text ${step}`, isDeleted: false });
        serials.push(sent.serial);
      } else if (kind < 0.4) {
        const sent = await bob.insist({ do: 'send', to: 'alice', text: `bob ${step}`, key });
        serials.push(sent.serial);
      } else if (kind < 0.55) {
        await tried(person.ask({ do: 'edit', serial, text: `edited ${step}` }));
      } else if (kind < 0.62) await tried(person.ask({ do: 'delete', serial }));
      else if (kind < 0.72) {
        await tried(person.ask({ do: 'react', serial, mark: '👍', on: chance() < 0.7 }));
      } else if (kind < 0.8) {
        const { conversation } = device;
        const marked = await person.ask({ do: 'mark', conversation, seen: serial }).catch(() => {});
        if (marked) device.seen = Math.max(device.seen, serial);
      } else await device.cut();
    }
    for (const device of devices) {
      if (!device.isCut) await device.cut();
      await device.comeBack();
    }
    const fresh = new Device(port);
    await fresh.person.enter('alice');
    await fresh.sync(0);
    const wanted = await fresh.state();
    for (const device of devices) {
      await device.sync(device.newest);
      expect(await device.state()).toEqual(wanted as never);
    }
    expect((wanted as { shown: unknown[] }).shown.length).toBe(serials.length + 1);
    for (const { person } of [...devices, fresh]) await person[Symbol.asyncDispose]();
  },
);
