// A connected session looks after its user: a server that is lost, one that has lost the user, a machine that moved.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { client, connected, type TestClient } from './client';
import { code } from './support';

const { watchMs, watchAnswerMs } = limits.mailbox;
const [firstPause, secondPause] = limits.client.reconnectMs;

/** A session at a server that does not know ATTACHES. */
function elsewhere(options: Parameters<typeof client>[0] = {}): TestClient {
  const one = client({ user: 'alice', ...options });
  one.host.answer(code(0));
  one.host.answer('');
  one.host.takeLines();
  return one;
}

describe('a server of ours', () => {
  test('is asked by ATTACHES, and nothing is shown while all is well', () => {
    const { host } = connected();
    for (let times = 0; times < 3; times++) {
      host.ringAt(watchMs);
      expect(host.answer(code(0))).toEqual(['ATTACHES', 'alice', '40001']);
    }
    expect(host.takeLines()).toEqual([]);
  });

  test('that has lost the user is told again where they listen', () => {
    const { host } = connected();
    host.ringAt(watchMs);
    host.answer(code(2));
    expect(host.answer(code(0))).toEqual(['CONNECT', 'alice', '40001']);
    expect(host.answer(code(0))).toEqual(['ATTACHES', 'alice', '40001']);
    expect(host.takeLines()).toEqual(['The server had lost alice: connected again.']);
    host.ringAt(watchMs);
    expect(host.request()).toEqual(['ATTACHES', 'alice', '40001']);
  });

  test('where the user is connected elsewhere now is told so, and a program ends', () => {
    for (const interactive of [true, false]) {
      const { host } = connected({ interactive });
      host.ringAt(watchMs);
      host.answer(code(2));
      host.answer(code(2));
      expect(host.takeLines()).toEqual(['alice is connected elsewhere now.']);
      expect(host.listeners[0]?.isStopped).toBe(true);
      expect(host.endings).toEqual(interactive ? [] : ['not-allowed']);
      expect(host.timers).toEqual([]);
    }
  });

  test('that does not know the user any more', () => {
    const { host } = connected({ interactive: true });
    host.ringAt(watchMs);
    host.answer(code(1));
    host.answer(code(1));
    expect(host.takeLines()).toEqual(['alice is not registered any more.']);
    expect(host.prompts.at(-1)).toBe('> ');
  });
});

describe('a server that is gone', () => {
  test('is told once, called again after growing pauses, and told when it is back', () => {
    const { host } = connected();
    host.ringAt(watchMs);
    host.refuse();
    host.ringAt(firstPause);
    host.refuse();
    expect(host.takeLines()).toEqual(['The server is gone; trying again.']);
    host.ringAt(secondPause);
    expect(host.answer(code(0))).toEqual(['ATTACHES', 'alice', '40001']);
    expect(host.takeLines()).toEqual(['The server is back.']);
  });

  test('is one that answers too late, and its late answer changes nothing', () => {
    const { host } = connected();
    host.ringAt(watchMs);
    host.request();
    const late = host.connections.at(-1);
    host.ringAt(watchAnswerMs);
    expect(late?.ending).toBe('aborted');
    expect(host.takeLines()).toEqual(['The server is gone; trying again.']);
    host.ringAt(firstPause);
    host.answer(code(0));
    expect(host.takeLines()).toEqual(['The server is back.']);
  });

  test('ends a session that is not to come back', () => {
    const { host } = connected({ once: true });
    host.ringAt(watchMs);
    host.refuse();
    expect(host.takeLines()).toEqual(['The server is gone.']);
    expect(host.endings).toEqual(['unreachable']);
  });

  test('is noticed within 30 s', () => {
    expect(watchMs + watchAnswerMs).toBeLessThan(30_000);
  });
});

describe('any other server', () => {
  test('is asked by CONNECT, which it refuses while it has the user', () => {
    const { host } = elsewhere();
    host.ringAt(watchMs);
    expect(host.answer(code(2))).toEqual(['CONNECT', 'alice', '40001']);
    expect(host.takeLines()).toEqual([]);
    host.ringAt(watchMs);
    host.answer(code(0));
    expect(host.takeLines()).toEqual(['The server had lost alice: connected again.']);
  });

  test('may take every CONNECT: nobody is told anything', () => {
    const { host } = elsewhere();
    for (let times = 0; times < 3; times++) {
      host.ringAt(watchMs);
      host.answer(code(0));
      host.answer('');
    }
    expect(host.takeLines()).toEqual([]);
  });

  test('that answers what nobody understands is called again', () => {
    const { host } = elsewhere();
    host.ringAt(watchMs);
    host.answer(code(3));
    host.ringAt(firstPause);
    expect(host.answer(code(2))[0]).toBe('CONNECT');
    expect(host.takeLines()).toEqual([
      'The server does not connect alice now; trying again.',
      'The server is back.',
    ]);
  });
});

test('a machine that has moved listens anew before it connects again', () => {
  const { host } = connected();
  host.ringAt(watchMs);
  host.isOnTheWay = false;
  host.answer(code(2));
  expect(host.answer(code(0))).toEqual(['CONNECT', 'alice', '40002']);
  expect(host.listeners.map(({ isStopped }) => isStopped)).toEqual([true, false]);
});

test('a user who disconnects is not looked after any more', () => {
  const one = connected();
  one.type('DISCONNECT');
  one.host.answer(code(0));
  expect(one.host.timers).toEqual([]);
});

describe('a file that waited for its user', () => {
  const note = {
    call: 'SEND_MESSAGE',
    from: 'bob',
    id: '5',
    text: 'look (file a.png, 3 bytes: GETFILE bob 5)',
  };

  test('is not taken as a note from a server that will announce it', async () => {
    const { host } = client({ user: 'alice' });
    host.answer(code(0));
    const taken = host.listeners[0]?.taken(note);
    host.answer(code(0));
    expect(await taken).toBe(false);
    expect(host.takeLines()).not.toContain('s> MESSAGE 5 FROM bob');
    host.listeners[0]?.received({
      ...note,
      call: 'SEND_MESSAGE_ATTACH',
      text: 'look',
      file: 'a.png',
    });
    expect(host.takeLines()).toContain('    FILE a.png');
  });

  test('is not taken as a note that was on its way; a text that only looks like one comes again', async () => {
    const { host } = client({ user: 'alice' });
    host.answer(code(0));
    host.answer(code(0));
    expect(await host.listeners[0]?.taken(note)).toBe(false);
    expect(await host.listeners[0]?.taken(note)).toBe(true);
    host.time += limits.mailbox.attachesMs + 1;
    expect(await host.listeners[0]?.taken({ ...note, id: '6' })).toBe(true);
  });

  test.each(['', code(2)])('is shown as the note where the server will not: %j', async (reply) => {
    const { host } = client({ user: 'alice' });
    const taken = host.listeners[0]?.taken(note);
    host.answer(code(0));
    host.answer(reply);
    expect(await taken).toBe(true);
    expect(host.takeLines()).toContain('s> MESSAGE 5 FROM bob');
  });

  test('is shown where the server takes its time', async () => {
    const { host } = client({ user: 'alice' });
    const taken = host.listeners[0]?.taken(note);
    host.answer(code(0));
    host.ringAt(limits.mailbox.attachesMs);
    expect(await taken).toBe(true);
    expect(host.takeLines()).toContain('s> MESSAGE 5 FROM bob');
  });
});
