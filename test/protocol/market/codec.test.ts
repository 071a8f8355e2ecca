// What lines mean, text by text: to the server, and to the client.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import {
  answerOf,
  identifierOf,
  linesOfUsers,
  messageOf,
  requestOf,
} from '../../../src/protocol/market/wire/codec';
import { forms, type ServerMessage, texts } from '../../../src/protocol/market/wire/messages';
import { dollarsOf } from '../../../src/protocol/market/wire/money';
import { type Name, recipientNameOf, type User } from '../../../src/protocol/model';

const name = (text: string): Name => text as Name;

describe('the answer to the question for the balance', () => {
  test.each([
    ['50000', 50_000],
    ['0', 0],
    ['+7', 7],
    ['007', 7],
    ['  12  ', 12],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%j is a balance', (line, amount) => {
    expect(answerOf(line)).toEqual({ is: 'balance', amount });
  });

  test.each(['-5', '1.5', '-0', '1.', '50000.00', '9007199254740992', '9'.repeat(400), '+1.0'])(
    '%j is a number, but no balance',
    (line) => {
      expect(answerOf(line)).toEqual({ is: 'bad-balance' });
    },
  );

  test.each([
    'alice',
    '1e3',
    '0x10',
    'abc',
    '5 '.trim() + 'x',
    'ñandú',
    '李',
    '-',
    '.5',
    '--5',
    '5,0',
  ])('%j is the identifier that is wanted', (line) => {
    expect(answerOf(line)).toEqual({ is: 'name', name: name(line) });
  });

  test.each([
    'two words',
    '<alice>',
    'a:b',
    'a[b',
    'a]b',
    ':u',
    '#7',
    'x'.repeat(33),
    'a\u202eb',
    'a\u200bb',
    'a\x1bb',
    'a\ufffd\x00',
  ])('%j is neither', (line) => {
    expect(answerOf(line)).toEqual({ is: 'bad-name' });
  });

  test('what clients of ours ask before they enter', () => {
    expect(answerOf(':funds')).toEqual({ is: 'funds' });
    expect(answerOf(':marks')).toEqual({ is: 'marks' });
  });

  test('nothing, and the command to leave', () => {
    expect(answerOf('')).toEqual({ is: 'blank' });
    expect(answerOf(' \t')).toEqual({ is: 'blank' });
    expect(answerOf(':q')).toEqual({ is: 'quit' });
  });

  test('an identifier has 1 to 32 characters, however many bytes', () => {
    expect(identifierOf('😀'.repeat(32))).toBe(name('😀'.repeat(32)));
    expect(identifierOf('😀'.repeat(33))).toBeUndefined();
    expect(identifierOf('')).toBeUndefined();
  });
});

describe('money', () => {
  test.each([
    '-5',
    '1.5',
    '1e3',
    '1e9',
    '0x10',
    'abc',
    '',
    ' 5',
    '5 ',
    '٣',
    '1_000',
    '$5',
    'NaN',
    'Infinity',
    '+',
    '++5',
    '0b1',
  ])('%j is no whole number of dollars', (text) => {
    expect(dollarsOf(text)).toBe('not-whole');
  });

  test('never rounded', () => {
    expect(dollarsOf('9007199254740991')).toBe(9_007_199_254_740_991);
    for (const text of ['9007199254740992', '9007199254740993', '1'.repeat(1000)]) {
      expect(dollarsOf(text)).toBe('beyond');
    }
  });
});

describe('what a line asks for', () => {
  test.each([
    [':q', { is: 'quit' }],
    [':q ', { is: 'quit' }],
    [':u', { is: 'users' }],
    [':funds', { is: 'funds' }],
    [':p - <bob> - hi', { is: 'private', to: 'bob', text: 'hi' }],
    [':p - bob - hi', { is: 'private', to: 'bob', text: 'hi' }],
    [':p - bob - hi - there', { is: 'private', to: 'bob', text: 'hi - there' }],
    [':p - mary-ann - hi', { is: 'private', to: 'mary-ann', text: 'hi' }],
    [':p - Ada Lovelace - hi', { is: 'private', to: 'Ada Lovelace', text: 'hi' }],
    [':p - <a - b> - hi', { is: 'private', to: 'a - b', text: 'hi' }],
    [':p - <bob> - hi :smile', { is: 'private', to: 'bob', text: 'hi :~)' }],
    [':p - <127.0.0.1:4000> - x', { is: 'private', to: '127.0.0.1:4000', text: 'x' }],
    [':p-<bob>-hi', { is: 'private', to: 'bob', text: 'hi' }],
    [':p  -  bob  -  hi', { is: 'private', to: 'bob', text: 'hi' }],
    [':p - bob - :q', { is: 'private', to: 'bob', text: ':q' }],
    [':block - <bob>', { is: 'block', name: 'bob' }],
    [':block - a - b', { is: 'block', name: 'a - b' }],
    [':unblock - Ada Lovelace', { is: 'unblock', name: 'Ada Lovelace' }],
    [':t - <bob> - 10', { is: 'transfer', to: 'bob', amount: 10 }],
    [':t - bob - 10', { is: 'transfer', to: 'bob', amount: 10 }],
    [':t - - - 3', { is: 'transfer', to: '-', amount: 3 }],
    [':t - bob - 9007199254740992', { is: 'beyond-money' }],
  ] as const)('%j', (line, request) => {
    expect(requestOf(line)).toEqual(request);
  });

  test.each(['0', '-5', '1.5', '1e3', '1e9', '0x10', 'abc', '10 dollars', '$5', '5 5', '- 5'])(
    'an amount of %j is refused',
    (amount) => {
      expect(requestOf(`:t - bob - ${amount}`)).toEqual({ is: 'bad-amount' });
    },
  );

  test.each([
    [':p', forms.private],
    [':p - bob', forms.private],
    [':p - bob - ', forms.private],
    [':p - bob - \x07', forms.private],
    [':p bob hi', forms.private],
    [':p - <> - hi', forms.private],
    [':p - < > - hi', forms.private],
    [':p - <bob - hi', forms.private],
    [':block', forms.block],
    [':block bob', forms.block],
    [':unblock - <>', forms.unblock],
    [':t', forms.transfer],
    [':t - bob', forms.transfer],
    [':t - - 5', forms.transfer],
    [':t bob 5', forms.transfer],
    [':q now', forms.quit],
    [':u all', forms.users],
    [':funds 5', forms.funds],
  ])('%j lacks something, or has too much', (line, form) => {
    expect(requestOf(line)).toEqual({ is: 'malformed', form });
  });

  test.each([':x', ':quit', ':Q', ':help me', ':S', ':ñ', ':ps - bob - hi'])(
    '%j is no command',
    (line) => {
      expect(requestOf(line)).toEqual({ is: 'unknown' });
    },
  );

  test.each([
    ['hola', 'hola'],
    [':smile', ':~)'],
    [':angry', '>:('],
    [':confused', ':S'],
    ['I am :angry, no :smile and :confused:smile', 'I am >:(, no :~) and :S:~)'],
    [':smile and :q', ':~) and :q'],
    ['a:smileb', 'a:~)b'],
    [':)', ':)'],
    [':', ':'],
    [': q', ': q'],
    [' :q', ' :q'],
    [':1', ':1'],
    ['12:30 :u', '12:30 :u'],
    ['tab\there', 'tab here'],
    ['bell\x07 \x1b[31mred\u202e', 'bell [31mred'],
    ['x\r[SERVER] Client: forged', 'x\n[SERVER] Client: forged'],
  ])('%j is said', (line, text) => {
    expect(requestOf(line)).toEqual({ is: 'say', text });
  });

  test.each(['', '   ', '\t', '\x00\x07'])('%j is nothing', (line) => {
    expect(requestOf(line)).toEqual({ is: 'blank' });
  });

  test('any line means something, and no amount comes of it that is not whole and above 0', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(
          fc.constantFrom(':p', ':t', ':q', ':'),
          fc.array(fc.constantFrom(' ', '-', ' - ', '<', '>', 'bob', '5', '1e9', '-5', '\u2028')),
        )
        .map(([word, rest]) => word + rest.join('')),
    );
    fc.assert(
      fc.property(line, (text) => {
        const request = requestOf(text);
        if (request.is === 'transfer') {
          expect(Number.isSafeInteger(request.amount) && request.amount > 0).toBe(true);
        }
        const answer = answerOf(text);
        if (answer.is === 'balance') expect(Number.isSafeInteger(answer.amount)).toBe(true);
      }),
    );
  });

  test('a long line of the worst kind is dealt with at once', () => {
    const started = performance.now();
    for (const part of [' ', '- ', ' - ', '<', 'a ', ':smile', '> -']) {
      requestOf(`:p - ${part.repeat(65_536 / part.length)}`);
      requestOf(`:t - <${part.repeat(65_536 / part.length)}`);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

test('whom a command names', () => {
  expect(recipientNameOf('bob')).toBe(name('bob'));
  expect(recipientNameOf('#1007')).toBe(name('#1007'));
  expect(recipientNameOf('#x')).toBeUndefined();
  expect(recipientNameOf('a\x07')).toBeUndefined();
});

test('the list of users: the market first, then everybody else, as this door writes names', () => {
  const user = (called: string, dialect: string): User => ({
    name: name(called),
    kind: 'guest',
    dialect,
    address: { host: 'h', port: 1 },
  });
  const users = [
    user('c:h', 'channels'),
    user('bob', 'market'),
    user('#7', 'relay'),
    user('al', 'market'),
  ];
  expect(linesOfUsers(users, 'market')).toEqual([
    '[SERVER] Client: Connected users:',
    '<bob>',
    '<al>',
    '<ch>',
    '<#7>',
  ]);
});

describe('what the client makes of each text', () => {
  const heard: readonly (readonly [string, ServerMessage])[] = [
    [texts.welcome, { is: 'welcome' }],
    [texts.farewell, { is: 'farewell' }],
    [texts.question, { is: 'question' }],
    [texts.balanceSet(50_000), { is: 'balance-set', amount: '50000' }],
    [texts.joined('bob'), { is: 'joined', name: 'bob' }],
    [texts.left('bob'), { is: 'left', name: 'bob' }],
    [texts.funds(3000), { is: 'funds', amount: '3000' }],
    [texts.sent(10, 'bob'), { is: 'sent', to: 'bob', amount: '10' }],
    [texts.paid('bob', 10), { is: 'paid', from: 'bob', amount: '10' }],
    [texts.users, { is: 'users' }],
    ['<bob>', { is: 'user', name: 'bob' }],
    ['[PRIVATE] <bob>: hi', { is: 'said', from: 'bob', text: 'hi', isPrivate: true }],
    ['<bob>: [PRIVATE] <carol>: hi', { is: 'said', from: 'bob', text: '[PRIVATE] <carol>: hi' }],
    ['[PRIVATE] <bob>', { is: 'told' }],
    ['<bob>: hi: there', { is: 'said', from: 'bob', text: 'hi: there' }],
    [
      '<bob>: [SERVER] Client: <x> connected!',
      { is: 'said', from: 'bob', text: '[SERVER] Client: <x> connected!' },
    ],
    ['<bob>:', { is: 'said', from: 'bob', text: '' }],
    [texts.inUse('bob'), { is: 'refused', why: 'in-use' }],
    [texts.badName, { is: 'refused', why: 'bad-name' }],
    [texts.badBalance, { is: 'refused', why: 'bad-balance' }],
    [texts.badAmount, { is: 'refused', why: 'bad-amount' }],
    [texts.insufficient, { is: 'refused', why: 'insufficient' }],
    [texts.notConnected('bob'), { is: 'refused', why: 'not-connected' }],
    [texts.noAccount('bob'), { is: 'refused', why: 'no-account' }],
    [texts.payOneself, { is: 'refused', why: 'oneself' }],
    [texts.writeOneself, { is: 'refused', why: 'oneself' }],
    [texts.tooMuch('bob'), { is: 'refused', why: 'too-much' }],
    [texts.full('bob'), { is: 'refused', why: 'full' }],
    [texts.undelivered('bob'), { is: 'refused', why: 'undelivered' }],
    [texts.malformed(forms.private), { is: 'refused', why: 'malformed' }],
    [texts.unknownCommand, { is: 'refused', why: 'unknown-command' }],
    [texts.tooLong(65_536), { is: 'refused', why: 'too-long' }],
    [texts.busy, { is: 'refused', why: 'busy' }],
    [texts.waiting('bob'), { is: 'told' }],
    ['[SERVER] Client: Happy new year', { is: 'told' }],
    ['anything else', { is: 'told' }],
  ];
  for (const [line, meaning] of heard) {
    test(line, () => {
      expect(messageOf(line)).toEqual(meaning);
    });
  }
});

test("the source's texts, byte for byte", () => {
  expect([
    texts.welcome,
    texts.question,
    texts.balanceSet(50_000),
    texts.joined('Identifier3'),
    texts.left('Identifier3'),
    texts.farewell,
    texts.funds(3000),
    texts.insufficient,
  ]).toEqual([
    'Welcome to the best chat in the universe!',
    '[SERVER] Client: What is your balance?',
    '[SERVER] Client: The balance of 50000 has been set to your account.',
    '[SERVER] Client: <Identifier3> connected!',
    '[SERVER] Client: <Identifier3> disconnected!',
    'You have been disconnected from the best chat in the universe!',
    '[SERVER] Client: You have 3000 dollars.',
    "[SERVER] Client: You don't have sufficient funds for the transaction.",
  ]);
});
