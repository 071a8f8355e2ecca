// What one session says in a row: told together, encoded once, and never out of order for anybody.

import { describe, expect, test } from 'bun:test';

import type { Command } from '../../../src/protocol/commands';
import type { Direct, Notice, Said } from '../../../src/protocol/model';
import { Delivery } from '../../../src/server/delivery/delivery';
import type { Outlet } from '../../../src/server/delivery/outlet';
import { named, roomNamed, sessionOf, TestHub } from '../../support/journal';

const room = roomNamed('talk');

/** An outlet that writes down what it is told, and in how many calls. */
class Ear implements Outlet {
  readonly dialect: string;
  readonly #log: string[];
  readonly #name: string;
  readonly runs: (readonly Said[])[] = [];
  readonly #takesRuns: boolean;
  constructor(log: string[], name: string, dialect = 'test', takesRuns = true) {
    this.#log = log;
    this.#name = name;
    this.dialect = dialect;
    this.#takesRuns = takesRuns;
  }
  deliver(_: Direct): void {}
  tell(notice: Notice): void {
    this.#log.push(`${this.#name} < ${notice.is === 'said' ? notice.text : notice.is}`);
  }
  tellAll(run: readonly Said[]): boolean {
    if (!this.#takesRuns) return false;
    this.runs.push(run);
    this.#log.push(`${this.#name} < ${run.map(({ text }) => text).join(' ')}`);
    return true;
  }
}

/** A journal whose events go to a delivery with outlets for every session that enters. */
function house() {
  const log: string[] = [];
  const ears = new Map<string, Ear>();
  const delivery = new Delivery({
    pending: () => ({ messages: [], hasMore: false, last: '' }),
    invitations: () => [],
    settle() {},
    after: () => () => {},
    connection: (session) => ears.get(session),
    callbackOutlet: () => undefined,
    isBlocked: () => false,
    banned() {},
    released() {},
  });
  const hub = new TestHub(':memory:', undefined, (events) => delivery.take(events));
  const enter = (name: string, dialect = 'test', takesRuns = true): Ear => {
    const session = sessionOf(name);
    const ear = new Ear(log, name, dialect, takesRuns);
    ears.set(session, ear);
    const address = { host: '127.0.0.1', port: 1 };
    const wanted = { name: named(name) };
    const machine = 'm1';
    hub.must({ do: 'enter', session, wanted, collision: 'refuse', dialect, machine, address });
    return ear;
  };
  const submit = (command: Command): void =>
    hub.journal.submit(command, () => log.push(`done ${command.do}`));
  const say = (name: string, text: string): void =>
    submit({ do: 'say', session: sessionOf(name), text });
  const join = (name: string): void =>
    hub.must({ do: 'room-join', session: sessionOf(name), room, only: true });
  return { hub, log, enter, submit, say, join };
}

/** Three in a room; the log is empty. */
function three(dialect = 'test', takesRuns = true) {
  const all = house();
  const ears = ['ann', 'ben', 'eve'].map((name) =>
    name === 'eve' ? all.enter(name, dialect, takesRuns) : all.enter(name),
  );
  all.hub.must({ do: 'room-create', session: sessionOf('ann'), room });
  for (const name of ['ann', 'ben', 'eve']) all.join(name);
  all.log.length = 0;
  return { ...all, ears };
}

describe('what is said in a row', () => {
  test('is told at once to each, behind its own answers', () => {
    const { hub, log, say } = three();
    say('ann', '1');
    say('ann', '2');
    say('ann', '3');
    hub.turn();
    expect(log).toEqual(['done say', 'done say', 'done say', 'ben < 1 2 3', 'eve < 1 2 3']);
  });

  test('is the same array for everybody, so that it is encoded once', () => {
    const { hub, ears, say } = three();
    say('ann', '1');
    say('ann', '2');
    hub.turn();
    expect(ears[1]?.runs[0]).toBe(ears[2]?.runs[0] as readonly Said[]);
  });

  test('ends where another session speaks', () => {
    const { hub, log, say } = three();
    say('ann', '1');
    say('ann', '2');
    say('ben', '3');
    say('ann', '4');
    hub.turn();
    expect(log.filter((line) => line.startsWith('eve'))).toEqual([
      'eve < 1 2',
      'eve < 3',
      'eve < 4',
    ]);
  });

  test("does not move behind anybody else's answer", () => {
    const { hub, log, say, submit } = three();
    say('ann', '1');
    say('ann', '2');
    submit({ do: 'rooms', session: sessionOf('ben') });
    say('ann', '3');
    hub.turn();
    expect(log).toEqual([
      'done say',
      'done say',
      'ben < 1 2',
      'eve < 1 2',
      'done rooms',
      'done say',
      'ben < 3',
      'eve < 3',
    ]);
  });

  test('ends where its speaker moves', () => {
    const { hub, log, say, submit } = three();
    say('ann', '1');
    submit({ do: 'room-leave', session: sessionOf('ann'), room });
    say('ann', 'lost');
    submit({ do: 'room-join', session: sessionOf('ann'), room });
    say('ann', '2');
    hub.turn();
    expect(log.filter((line) => line.startsWith('ben'))).toEqual([
      'ben < 1',
      'ben < left',
      'ben < joined',
      'ben < 2',
    ]);
  });

  test('is told one by one to an outlet that takes no runs', () => {
    const { hub, log, say } = three('other', false);
    say('ann', '1');
    say('ann', '2');
    hub.turn();
    expect(log.slice(2)).toEqual(['ben < 1 2', 'eve < 1', 'eve < 2']);
  });

  test('is cleaned once for everybody of another dialect', () => {
    const { hub, ears, log, say, enter, join } = three('other');
    const more = enter('joe', 'other');
    join('joe');
    log.length = 0;
    say('ann', 'a\u001bb');
    say('ann', 'c');
    hub.turn();
    expect(log.slice(2)).toEqual(['ben < a\u001bb c', 'eve < ab c', 'joe < ab c']);
    expect(ears[2]?.runs[0]).toBe(more.runs[0] as readonly Said[]);
  });
});
