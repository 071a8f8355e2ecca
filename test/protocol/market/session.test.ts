// The states of one market client, without a network: lines without ends, every way to end, any bytes.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import type { Command } from '../../../src/protocol/commands';
import { limits } from '../../../src/protocol/limits';
import { texts } from '../../../src/protocol/market/wire/messages';
import { opening, SessionClient } from './session_client';

describe('lines without ends', () => {
  test('what stands 150 ms is a line, until the first LF', () => {
    const client = new SessionClient();
    client.host.takeText();
    client.says('50');
    client.says('00');
    expect(client.host.wakeMs).toBe(limits.market.standingMs);
    client.session.woke();
    expect(client.host.takeText()).toBe(`${texts.balanceSet(5000)}\n`);
    expect(client.host.wakeMs).toBeUndefined();
    client.says('hola');
    expect(client.host.wakeMs).toBe(limits.market.standingMs);
    client.session.woke();
    expect(client.says(':fun')).toBe('');
    expect(client.says('ds\nchao')).toBe(`${texts.funds(3000)}\n`);
    expect(client.host.wakeMs).toBeUndefined();
    expect(client.host.commands.slice(3)).toMatchObject([
      { do: 'say', text: 'hola' },
      { do: 'funds' },
    ]);
  });

  test('the whole conversation without a single line end', () => {
    const client = new SessionClient();
    for (const line of ['alice', '50000', 'hola', ':t - <bob> - 5', ':q']) {
      client.feed.push(line);
      client.session.woke();
    }
    expect(client.host.takeText()).toBe(
      `${opening}${texts.question}\n${texts.balanceSet(50_000)}\n${texts.sent(5, 'bob')}\n${texts.farewell}\n`,
    );
  });

  test('what stands is not looked at while an answer is awaited, and still counts afterwards', () => {
    const client = new SessionClient();
    client.host.hold = true;
    client.says('alice');
    client.session.woke();
    client.says('5');
    expect(client.host.wakeMs).toBeUndefined();
    client.session.woke();
    client.host.release();
    expect(client.host.wakeMs).toBe(limits.market.standingMs);
    client.session.woke();
    expect(client.did).toEqual(['name-free', 'enter', 'balance-set', 'room-join']);
  });

  test('a held inbox is left alone', () => {
    const client = new SessionClient();
    client.feed.push('50');
    client.feed.inbox.held = true;
    client.session.woke();
    client.feed.inbox.held = false;
    client.feed.push('00');
    client.session.woke();
    expect(client.host.text).toContain(texts.balanceSet(5000));
  });
});

describe('the end', () => {
  const gone = '[SERVER] Client: <alice> disconnected!';

  test(':q answers what was asked before, says goodbye, ends', () => {
    const client = SessionClient.entered();
    client.host.hold = true;
    client.says(':funds\n:q\nhola\n');
    expect(client.host.ending).toBe('open');
    client.host.release();
    expect(client.host.takeText()).toBe(`${texts.funds(3000)}\n${texts.farewell}\n`);
    expect(client.did).toEqual(['funds']);
    expect(client.host.ending).toBe('ended');
    expect(client.host.printed).toEqual([gone]);
    client.feed.end();
    client.session.lost();
    expect(client.host.printed).toEqual([gone]);
  });

  test('the peer ends its side: its last line needs no end', () => {
    const client = SessionClient.entered();
    client.says('hola\n:t - bob - 5');
    client.feed.end();
    expect(client.host.takeText()).toBe(`${texts.sent(5, 'bob')}\n${texts.farewell}\n`);
    expect(client.did).toEqual(['say', 'transfer']);
  });

  test('the peer says everything and ends at once', () => {
    const client = new SessionClient();
    client.host.hold = true;
    client.feed.push('alice\n5\nhola');
    client.feed.end();
    for (let round = 0; round < 5; round++) client.host.release();
    expect(client.did).toEqual(['name-free', 'enter', 'balance-set', 'room-join', 'say']);
    expect(client.host.text).toEndWith(`${texts.balanceSet(5)}\n${texts.farewell}\n`);
    expect(client.host.ending).toBe('ended');
  });

  test('the peer ends while so much is under way that the rest is held', () => {
    const client = SessionClient.entered();
    client.feed.inbox.held = true;
    client.feed.push(':funds\n');
    client.feed.end();
    expect(client.host.ending).toBe('open');
    client.feed.inbox.held = false;
    expect(client.says('')).toBe(`${texts.funds(3000)}\n${texts.farewell}\n`);
  });

  test('the connection breaks', () => {
    const client = SessionClient.entered();
    client.session.lost();
    expect(client.host.printed).toEqual([gone]);
    expect(client.says('hola\n')).toBe('');
    expect(client.did).toEqual([]);
  });

  test('it breaks before the client has entered: no user is told', () => {
    const client = new SessionClient();
    client.session.lost();
    expect(client.host.printed).toEqual([]);
  });

  test('the server stops', () => {
    const client = SessionClient.entered();
    client.session.closing();
    expect(client.host.takeText()).toBe(`${texts.farewell}\n`);
    expect(client.host.ending).toBe('ended');
    client.session.closing();
    expect(client.host.takeText()).toBe('');
  });

  test('the server stops while a client enters', () => {
    const client = new SessionClient();
    client.host.hold = true;
    client.says('5\n');
    client.session.closing();
    client.host.release();
    expect(client.host.takeText()).toEndWith(`${texts.balanceSet(5)}\n${texts.farewell}\n`);
    expect(client.did).toEqual(['enter', 'balance-set', 'room-join']);
    expect(client.host.printed).toHaveLength(2);
  });

  test('the question for the balance has its time, and every new question has it anew', () => {
    const client = new SessionClient();
    expect(client.host.wakeMs).toBe(limits.market.questionMs);
    client.host.now += 100;
    client.says('-5\n');
    expect(client.host.wakeMs).toBe(limits.market.questionMs);
    client.host.now += 100;
    client.session.woke();
    expect(client.host.wakeMs).toBe(limits.market.questionMs - 100_000);
    client.host.now += limits.market.questionMs / 1000 - 100;
    client.host.takeText();
    client.session.woke();
    expect(client.host.takeText()).toBe(`${texts.farewell}\n`);
    expect(client.host.ending).toBe('ended');
    client.session.woke();
    expect(client.host.wakeMs).toBeUndefined();
  });

  test('who has entered may be quiet for ever', () => {
    expect(SessionClient.entered().host.wakeMs).toBeUndefined();
  });
});

test('any bytes in any pieces are survived; nothing is submitted before entering but entering', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .constantFrom(
        'alice\n',
        '5\n',
        ':q\n',
        ':u\n',
        ':t - bob - 5\n',
        ':p - bob - x\r\n',
        'hola',
        '\n',
      )
      .map((text) => Buffer.from(text)),
    fc.constantFrom('woke', 'ended', 'release'),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.boolean(), (pieces, hold) => {
      const client = new SessionClient();
      client.host.hold = hold;
      let hasEnded = false;
      for (const step of pieces) {
        if (step === 'woke') client.session.woke();
        else if (step === 'release') client.host.release(1);
        else if (step === 'ended') {
          if (!hasEnded) client.feed.end();
          hasEnded = true;
        } else if (!hasEnded) client.feed.push(step);
      }
      client.host.release();
      client.session.lost();
      const entered = client.host.commands.findIndex((command: Command) => command.do === 'enter');
      const before = client.host.commands.slice(0, entered < 0 ? undefined : entered);
      for (const command of before) expect(command.do).toBe('name-free');
      expect(client.host.text).toStartWith(opening);
      expect(client.host.text).toEndWith('\n');
    }),
  );
});
