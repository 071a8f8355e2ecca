// What tests wait with: changes, received things, and scripts.

import { describe, expect, test } from 'bun:test';

import { Changes } from './changes';
import { Conversation } from './conversation';
import { Received } from './received';

describe('changes', () => {
  test('a wait ends when a change makes it true, and not before', async () => {
    const changes = new Changes();
    let count = 0;
    let isOver = false;
    const wait = changes.until(
      () => count === 2,
      () => 'never',
    );
    void wait.then(() => (isOver = true));
    for (const expected of [false, true]) {
      count++;
      changes.changed();
      await Promise.resolve();
      await Promise.resolve();
      await new Promise((next) => setImmediate(next));
      expect(isOver).toBe(expected);
    }
  });

  test('a wait that is true already ends at once', () =>
    new Changes().until(
      () => true,
      () => 'never',
    ));

  test('a wait that fails says what is missing, and so does one whose condition throws', async () => {
    const wait = new Changes().until(
      () => false,
      () => 'nothing came',
      1,
    );
    expect(wait).rejects.toThrow('nothing came (within 1 ms)');
    const broken = new Changes().until(
      () => {
        throw new Error('the program ended');
      },
      () => '',
    );
    expect(broken).rejects.toThrow('the program ended');
  });

  test('the next change is one that comes later', async () => {
    const changes = new Changes();
    changes.changed();
    const next = changes.next(() => 'never');
    changes.changed();
    await next;
  });
});

test('what came first and fits is taken, once; the rest is kept', async () => {
  const received = new Received<number>('numbers');
  received.add(1, 2);
  const third = received.take((number) => number > 2);
  received.add(3, 4);
  expect(await third).toBe(3);
  expect(await received.take((number) => number > 1)).toBe(2);
  expect(received.rest).toEqual([1, 4]);
});

class Peer implements AsyncDisposable {
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Notes its steps. */
class Noted extends Conversation<Peer> {
  readonly steps: string[] = [];

  protected override get moreSteps() {
    return { 'waves at': async (who: string, text: string) => this.#note('wave', who, text) };
  }
  async connect(who: string): Promise<Peer> {
    this.#note('connect', who);
    const peer = new Peer();
    this.peers.set(who, peer);
    return peer;
  }
  async send(who: string, text: string): Promise<void> {
    this.#note('send', who, text);
  }
  async reads(who: string, text: string): Promise<void> {
    this.#note('read', who, text);
  }
  async hearsNothing(who: string): Promise<void> {
    this.#note('nothing', who);
  }
  protected async readsEnd(who: string): Promise<void> {
    this.#note('end', who);
  }
  protected close(): void {
    this.#note('close');
  }
  #note(...step: readonly string[]): void {
    this.steps.push(step.join(' '));
  }
}

describe('a script', () => {
  test('is played line by line, verbs of the protocol among them', async () => {
    const conversation = new Noted(0);
    await conversation.play(`
      -- a comment
      ann connects
      ann > hello  there
      ann <  with a space before it
      ann >
      ann waves at bob
      ann .
      ann |
    `);
    expect(conversation.steps).toEqual([
      'connect ann',
      'send ann hello  there',
      'read ann  with a space before it',
      'send ann ',
      'wave ann bob',
      'nothing ann',
      'end ann',
      'close',
    ]);
  });

  test('fails at a line that is no step, and at a client that is not there', () => {
    expect(new Noted(0).play('ann dances')).rejects.toThrow('this is no step: ann dances');
    expect(new Noted(0).play('ann leaves')).rejects.toThrow('ann is not connected');
  });
});
