// One call from both sides: how the server judges its end, and how the client's listener takes it.

import { describe, expect, test } from 'bun:test';

import type { Caller, CallMemory, ConnectionEvents } from '../../../src/protocol/dialect';
import { mailbox } from '../../../src/protocol/mailbox/index';
import type { Direct, Name } from '../../../src/protocol/model';
import { FakeHost, Feed } from '../../support/fake_host';
import { nul } from './support';

interface Called {
  readonly host: FakeHost;
  readonly call: ConnectionEvents;
  readonly settled: string[];
}

function call(memory: CallMemory, content = 'SEND_MESS_ACK\x001\0'): Called {
  const host = new FakeHost();
  const settled: string[] = [];
  const events = mailbox.server.callback.call(host, Buffer.from(content), memory, (result) => {
    settled.push(result);
  });
  return { host, call: events, settled };
}

describe('the server’s side', () => {
  test('says everything, ends its side, and counts on the peer’s clean end', () => {
    const memory: CallMemory = { endsCalls: false };
    const { host, call: events, settled } = call(memory);
    expect(host.bytes.length).toBe(0);
    events.opened?.();
    expect(host.text).toBe('SEND_MESS_ACK\x001\0');
    expect(host.ending).toBe('ended');
    expect(host.wakeMs).toBe(2000);
    expect(settled).toEqual([]);
    events.ended();
    events.lost('closed');
    expect(settled).toEqual(['delivered']);
    expect(memory).toEqual({ endsCalls: true });
  });

  test.each(['refused', 'reset', 'slow', 'closed'] as const)('%s is no delivery', (why) => {
    const memory: CallMemory = { endsCalls: false };
    const { call: events, settled } = call(memory);
    if (why !== 'refused') events.opened?.();
    events.lost(why);
    expect(settled).toEqual(['failed']);
    expect(memory.endsCalls).toBe(false);
  });

  test('what the peer sends meanwhile is ignored', () => {
    const { host, call: events, settled } = call({ endsCalls: false });
    events.opened?.();
    const feed = new Feed(events);
    feed.push('0\0thanks');
    expect(feed.inbox.size).toBe(0);
    expect(settled).toEqual([]);
    expect(host.bytes.length).toBe(16);
  });

  test('silence counts as delivered while the client has never ended a call; later it is short', () => {
    const memory: CallMemory = { endsCalls: false };
    const first = call(memory);
    first.call.opened?.();
    first.call.woke?.();
    expect(first.settled).toEqual(['delivered']);
    // The connection is not reset: a reset could take back what the client has not read yet.
    expect(first.host.ending).toBe('ended');
    first.call.lost('closed');
    expect(first.settled).toEqual(['delivered']);
    const second = call(memory);
    second.call.opened?.();
    expect(second.host.wakeMs).toBe(200);
    second.call.woke?.();
    expect(second.settled).toEqual(['delivered']);
  });

  test('an end that comes too late does not make a silent client one that ends its calls', () => {
    const memory: CallMemory = { endsCalls: false };
    const { call: events } = call(memory);
    events.opened?.();
    events.woke?.();
    events.ended();
    expect(memory.endsCalls).toBe(false);
  });

  test('from a client that ends its calls, silence is an error', () => {
    for (const memory of [{ endsCalls: true }, { endsCalls: true, staysSilent: true }]) {
      const { host, call: events, settled } = call(memory);
      events.opened?.();
      expect(host.wakeMs).toBe(2000);
      events.woke?.();
      expect(settled).toEqual(['failed']);
      expect(host.ending).toBe('aborted');
    }
  });

  test('from a client that asked for ATTACHES, as ours does, silence is an error from the start', () => {
    const { host, call: events, settled } = call({ endsCalls: false, isKnown: true });
    events.opened?.();
    expect(host.wakeMs).toBe(2000);
    events.woke?.();
    expect(settled).toEqual(['failed']);
    expect(host.ending).toBe('aborted');
  });

  test('the lines of the console, which no name can forge', () => {
    const message: Direct = {
      is: 'direct',
      serial: 1,
      id: 5,
      from: 'alice' as Name,
      to: 'bob' as Name,
      text: '',
      origin: 'mailbox',
      at: 0,
    };
    const { callback } = mailbox.server;
    expect(callback.printed(message, 'delivered')).toBe('s> SEND MESSAGE 5 FROM alice TO bob');
    expect(callback.printed(message, 'failed')).toBe('s> MESSAGE 5 FROM alice TO bob STORED');
    expect(callback.printed({ ...message, from: 'a\nb' as Name }, 'failed')).toBe(
      's> MESSAGE 5 FROM a b TO bob STORED',
    );
  });
});

describe('the client’s side', () => {
  /** `isLate`: the test says itself whether the user has it. */
  function answer(
    isLate = false,
    caller: Caller = { isServer: true, sendFile: () => false },
  ): {
    host: FakeHost;
    feed: Feed;
    events: ConnectionEvents;
    received: unknown[];
    settlements: ((isTaken: boolean) => void)[];
  } {
    const host = new FakeHost();
    const received: unknown[] = [];
    const settlements: ((isTaken: boolean) => void)[] = [];
    const events = mailbox.client.callback(
      host,
      (incoming, settled) => {
        received.push(incoming);
        settlements.push(settled);
        if (!isLate) settled(true);
      },
      caller,
    );
    return { host, feed: new Feed(events), events, received, settlements };
  }

  test('from another address than the server’s nothing counts but the question for a file', () => {
    const asked: unknown[] = [];
    const caller: Caller = {
      isServer: false,
      sendFile: (asker, name, begin) => {
        asked.push([asker, name, Buffer.from(begin(1234)).toString()]);
        return name === 'a.txt';
      },
    };
    const message = answer(false, caller);
    message.feed.push(nul('SEND_MESSAGE', 'bob', '5', 'forged'));
    expect(message.received).toEqual([]);
    expect(message.host.ending).toBe('aborted');
    const strange = answer(false, caller);
    strange.feed.push('GET / HTTP/1.1\r\n\r\n');
    strange.events.ended();
    expect([strange.received, strange.host.ending]).toEqual([[], 'aborted']);
    const sent = answer(false, caller);
    sent.feed.drip(nul('GET_FILE', 'bob', 'a.txt'));
    expect(sent.host.ending).toBe('open');
    const refused = answer(true, { ...caller, isServer: true });
    refused.feed.push(nul('GET_FILE', 'bob', '/etc/passwd'));
    expect(refused.host.ending).toBe('ended');
    expect(asked).toEqual([
      ['bob', 'a.txt', '1234\0'],
      ['bob', '/etc/passwd', '1234\0'],
    ]);
    expect([sent.received, refused.received]).toEqual([[], []]);
  });

  test('tells the whole call, then ends cleanly; what follows is ignored', () => {
    const { host, feed, events, received } = answer();
    feed.drip(nul('SEND_MESSAGE', 'bob', '5', 'hola'));
    expect(received).toEqual([{ call: 'SEND_MESSAGE', from: 'bob', id: '5', text: 'hola' }]);
    expect(host.ending).toBe('ended');
    expect(host.wakeMs).toBeUndefined();
    feed.push('one more\0');
    expect(feed.inbox.size).toBe(0);
    events.ended();
    events.lost('closed');
    expect(received.length).toBe(1);
    expect(host.ending).toBe('ended');
  });

  test.each([
    [true, 'ended'],
    [false, 'aborted'],
  ] as const)('ends only when the user has it (%p), or is reset', (isTaken, ending) => {
    const { host, feed, settlements } = answer(true);
    feed.drip(nul('SEND_MESSAGE', 'bob', '5', 'hola'));
    expect(host.ending).toBe('open');
    settlements[0]?.(isTaken);
    expect(host.ending).toBe(ending);
  });

  test('the last NUL, which some servers leave out, is not missed when they end', () => {
    for (const bytes of ['SEND_MESSAGE\0bob\x005\0hola', 'SEND_MESS_ACK\x0012']) {
      const { host, feed, events, received } = answer();
      feed.drip(bytes);
      expect(received).toEqual([]);
      events.ended();
      expect(received.length).toBe(1);
      expect(host.ending).toBe('ended');
    }
  });

  test.each(['', 'SEND_MESSAGE', 'SEND_MESSAGE\0bob\x005', 'SEND_MESSAGE\0bob\0', 'HELLO'])(
    'a call that breaks off is reset, so that it counts as undelivered: %j',
    (bytes) => {
      const { host, feed, events, received } = answer();
      feed.push(bytes);
      events.ended();
      expect(host.ending).toBe('aborted');
      // What came is told as it came, and is no message.
      const strange = bytes.replaceAll('\0', ' ').trim();
      expect(received).toEqual(strange === '' ? [] : [{ strange }]);
    },
  );

  test.each(['HELLO\0', 'x'.repeat(20_000)])('so is what is no call', (bytes) => {
    const { host, feed } = answer();
    feed.push(bytes);
    expect(host.ending).toBe('aborted');
    feed.push('more');
    expect(feed.inbox.size).toBe(0);
  });

  test('so is one that takes too long', () => {
    const { host, feed, events } = answer();
    expect(host.wakeMs).toBe(30_000);
    feed.push('SEND_');
    events.woke?.();
    expect(host.ending).toBe('aborted');
  });
});
