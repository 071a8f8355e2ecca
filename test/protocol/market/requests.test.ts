// A client in the market: what it asks, how that is answered in order, every refusal, what it is told.

import { describe, expect, test } from 'bun:test';

import type { Outcome } from '../../../src/protocol/commands';
import { limits } from '../../../src/protocol/limits';
import { texts } from '../../../src/protocol/market/wire/messages';
import type { Direct, Notice } from '../../../src/protocol/model';
import { yes } from '../../support/fake_host';
import { name, no, SessionClient } from './session_client';

describe('in the market', () => {
  test('what is said goes to the room, emojis drawn', () => {
    const client = SessionClient.entered();
    expect(client.says('hola :smile\r\n :q\n')).toBe('');
    expect(client.host.commands).toMatchObject([
      { do: 'say', room: 'market', text: 'hola :~)' },
      { do: 'say', room: 'market', text: ' :q' },
    ]);
  });

  test('blank lines are nothing', () => {
    const client = SessionClient.entered();
    expect(client.says('\n\r\n  \n')).toBe('');
    expect(client.did).toEqual([]);
  });

  test('answers come in the order of the questions', () => {
    const client = SessionClient.entered();
    client.host.hold = true;
    expect(client.says(':funds\n:x\n:t - <bob> - 10\n:p\n')).toBe('');
    client.host.release();
    expect(client.host.takeText()).toBe(
      [
        texts.funds(3000),
        texts.unknownCommand,
        texts.sent(10, 'bob'),
        texts.malformed(':p - <ID> - text'),
        '',
      ].join('\n'),
    );
  });

  test("the source's transfer beyond one's funds", () => {
    const client = SessionClient.entered({ transfer: () => no('insufficient') });
    expect(client.says(':funds\n:t - <bob> - 10000\n')).toBe(
      "[SERVER] Client: You have 3000 dollars.\n[SERVER] Client: You don't have sufficient funds for the transaction.\n",
    );
  });

  const transferRefusals: [Extract<Outcome<'transfer'>, { ok: false }>['why'], string][] = [
    ['insufficient', texts.insufficient],
    ['to-oneself', texts.payOneself],
    ['not-connected', '[SERVER] Client: <bob> is not connected.'],
    ['recipient-no-account', '[SERVER] Client: <bob> has no account here.'],
    ['no-account', texts.busy],
    ['bad-amount', texts.badAmount],
    ['too-much', texts.tooMuch('bob')],
    ['not-entered', texts.busy],
    ['storage', texts.busy],
    ['overloaded', texts.busy],
    ['internal', texts.busy],
  ];
  test.each(transferRefusals)('a transfer that is refused: %s', (why, text) => {
    const client = SessionClient.entered({ transfer: () => no(why) });
    expect(client.says(':t - bob - 10\n')).toBe(`${text}\n`);
  });

  test.each([
    [':t - bob - -5', texts.badAmount],
    [':t - bob - 0', texts.badAmount],
    [':t - bob - 1e9', texts.badAmount],
    [':t - bob - 0x10', texts.badAmount],
    [':t - bob - 9007199254740992', texts.insufficient],
    [':t - #x - 5', texts.notConnected('#x')],
    [':t - bob', texts.malformed(':t - <ID> - amount')],
    [':p - alice - hi', texts.writeOneself],
    [':p - <alice> - hi', texts.writeOneself],
    [':p - #x - hi', texts.notConnected('#x')],
    [':zap', texts.unknownCommand],
    ['x'.repeat(limits.hub.textBytes + 1), texts.tooLong(limits.hub.textBytes)],
  ])('%.30s is refused before the hub is asked', (line, why) => {
    const client = SessionClient.entered();
    expect(client.says(`${line}\n`)).toBe(`${why}\n`);
    expect(client.did).toEqual([]);
  });

  test('the longest line is said', () => {
    const client = SessionClient.entered();
    client.says(`${'x'.repeat(limits.hub.textBytes)}\r\n`);
    expect(client.host.commands).toMatchObject([
      { do: 'say', text: 'x'.repeat(limits.hub.textBytes) },
    ]);
  });

  test('a private line goes to one, and says nothing when all is well', () => {
    const client = SessionClient.entered();
    expect(client.says(':p - <bob> - hola :angry\n')).toBe('');
    expect(client.host.commands).toEqual([
      {
        do: 'direct',
        from: { session: client.host.session },
        to: name('bob'),
        text: 'hola >:(',
        origin: 'market',
      },
    ]);
  });

  test('a private line to an unknown user, to a full box, to a user who is away', () => {
    const answer = (outcome: Outcome<'direct'>) =>
      SessionClient.entered({ direct: () => outcome }).says(':p - bob - hi\n');
    expect(answer(no('unknown-user'))).toBe('[SERVER] Client: <bob> is not connected.\n');
    expect(answer(no('full'))).toBe(`${texts.full('bob')}\n`);
    expect(answer(no('storage'))).toBe(`${texts.busy}\n`);
    expect(answer(yes<'direct'>({ id: 1, serial: 1, waiting: true }))).toBe(
      `${texts.waiting('bob')}\n`,
    );
  });

  test('the hub refuses the rest', () => {
    const refuse = {
      say: () => no('overloaded'),
      users: () => no('storage'),
      funds: () => no('internal'),
    } as const;
    const client = SessionClient.entered(refuse);
    expect(client.says('hola\n:u\n:funds\n')).toBe(`${texts.busy}\n`.repeat(3));
  });

  test('the users', () => {
    const address = { host: 'h', port: 1 };
    const users = [
      { name: name('carol'), kind: 'account', dialect: 'mailbox', address },
      { name: name('alice'), kind: 'guest', dialect: 'market', address },
    ] as const;
    const client = SessionClient.entered({ users: () => yes<'users'>({ users }) });
    expect(client.says(':u\n')).toBe('[SERVER] Client: Connected users:\n<alice>\n<carol>\n');
  });

  test('is told what happens, and settles each private message once', () => {
    const client = SessionClient.entered();
    const paid: Notice = { is: 'paid', from: name('bob'), origin: 'market', amount: 10 };
    client.session.tell(paid);
    client.session.tell({ is: 'presence', name: name('bob'), here: true });
    const direct: Direct = {
      is: 'direct',
      serial: 1,
      id: 1,
      from: name('bob'),
      to: name('alice'),
      text: 'hi',
      origin: 'market',
      at: 0,
    };
    const settled: string[] = [];
    client.session.deliver(direct, (result) => settled.push(result));
    expect(client.host.takeText()).toBe(`${texts.paid('bob', 10)}\n<bob>: hi\n`);
    client.says(':q\n');
    client.session.deliver(direct, (result) => settled.push(result));
    client.session.tell(paid);
    expect(settled).toEqual(['delivered', 'failed']);
    expect(client.host.takeText()).toBe('');
  });
});
