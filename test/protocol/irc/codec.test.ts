// The wire of the IRC door: lines and their bounds, messages and tags, names of people and rooms, and credentials.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { requested } from '../../../src/protocol/irc/wire/capabilities';
import { takeLine } from '../../../src/protocol/irc/wire/line_reader';
import {
  escapeTag,
  formatLine,
  formatTags,
  parseMessage,
  unescapeTag,
} from '../../../src/protocol/irc/wire/message';
import {
  channelOf,
  folded,
  guestNickOf,
  nameOfNick,
  nickOf,
} from '../../../src/protocol/irc/wire/names';
import { PlainReader } from '../../../src/protocol/irc/wire/sasl';
import { isClientStart } from '../../../src/protocol/irc/wire/start';
import { limits } from '../../../src/protocol/limits';
import type { Name } from '../../../src/protocol/model';

const inboxOf = (...parts: readonly (string | Uint8Array)[]): Inbox => {
  const inbox = new Inbox();
  for (const part of parts) inbox.push(Buffer.from(part));
  return inbox;
};
const taken = (inbox: Inbox): string[] => {
  const lines: string[] = [];
  for (let line = takeLine(inbox); line; line = takeLine(inbox)) {
    lines.push(line.is === 'line' ? line.text : line.is);
  }
  return lines;
};

describe('lines', () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .filter((line) => !/[\r\n\0]/.test(line) && !line.startsWith('@'));

  test('come out as they went in, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), fc.nat(), fc.boolean(), (lines, cut, bare) => {
        const bytes = Buffer.from(lines.map((line) => `${line}${bare ? '\n' : '\r\n'}`).join(''));
        const at = bytes.length === 0 ? 0 : cut % bytes.length;
        const inbox = new Inbox();
        inbox.push(bytes.subarray(0, at));
        const first = taken(inbox);
        inbox.push(bytes.subarray(at));
        expect([...first, ...taken(inbox)]).toEqual(lines);
      }),
    );
  });

  test('a line has 512 bytes with its end, and its tags 4,096 of their own', () => {
    const longest = 'x'.repeat(limits.irc.lineBytes - 2);
    expect(taken(inboxOf(`${longest}\r\n`))).toEqual([longest]);
    expect(taken(inboxOf(`${longest}y\r\nPING\r\n`))).toEqual(['too-long', 'PING']);
    const tags = `@${'t'.repeat(limits.irc.tagBytes - 2)} `;
    expect(taken(inboxOf(`${tags}${longest}\r\n`))).toEqual([tags + longest]);
    expect(taken(inboxOf(`@t${tags.slice(1)}PING\r\n`))).toEqual(['too-long']);
  });

  test('without an end for 16 KiB there is no next line', () => {
    expect(taken(inboxOf('x'.repeat(limits.irc.unendedBytes)))).toEqual([]);
    const inbox = inboxOf('x'.repeat(limits.irc.unendedBytes + 1));
    expect(takeLine(inbox)).toEqual({ is: 'endless' });
  });

  test('what is not UTF-8 is known by its command, and NUL and a lone CR are dropped', () => {
    const bytes = Buffer.from('@a=b :x privmsg #y :\xff\r\n', 'latin1');
    expect(takeLine(inboxOf(bytes))).toEqual({ is: 'not-utf8', command: 'PRIVMSG' });
    expect(taken(inboxOf('PI\0NG\r\n'))).toEqual(['PING']);
    expect(taken(inboxOf('PRIVMSG #a :x\r:bob QUIT\r\n'))).toEqual(['PRIVMSG #a :x:bob QUIT']);
  });
});

describe('messages', () => {
  const middle = fc.stringMatching(/^[!-9;-~][!-~]{0,9}$/);

  test('are what was formatted', () => {
    fc.assert(
      fc.property(
        fc.array(middle, { maxLength: 14 }),
        fc.option(fc.stringMatching(/^[ -~]{0,20}$/), { nil: undefined }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string()),
        (params, trailing, tags) => {
          const text = formatTags(Object.entries(tags).map(([k, v]) => `${k}=${escapeTag(v)}`));
          const parsed = parseMessage(text + formatLine('a!b@c', 'PRIVMSG', params, trailing));
          expect(parsed?.command).toBe('PRIVMSG');
          expect(parsed?.params).toEqual([
            ...params,
            ...(trailing === undefined ? [] : [trailing]),
          ]);
          expect([...(parsed?.tags ?? [])]).toEqual(Object.entries(tags));
        },
      ),
    );
  });

  test('have fifteen parameters, and the last one has the rest', () => {
    const words = Array.from({ length: 17 }, (_, index) => `p${index + 1}`);
    const params = parseMessage(`foo ${words.join(' ')}`)?.params;
    expect(params).toHaveLength(15);
    expect(params?.[14]).toBe('p15 p16 p17');
  });

  test('blank lines are none, and spaces may be many', () => {
    expect(parseMessage('')).toBeUndefined();
    expect(parseMessage('   ')).toBeUndefined();
    expect(parseMessage(':only!a@source')).toBeUndefined();
    expect(parseMessage('  join   #a   k ')?.params).toEqual(['#a', 'k']);
  });

  test('a lone backslash in a tag is nothing', () => {
    expect(unescapeTag('a\\')).toBe('a');
    expect(unescapeTag('\\:\\s\\\\\\r\\n\\x')).toBe('; \\\r\nx');
  });
});

describe('names', () => {
  test.each([
    ['Bob Builder', 'Bob␣Builder'],
    ['a!b', 'a！b'],
    ['#7', '＃7'],
    ['~x~', '～x~'],
    ['a#b', 'a#b'],
    ['José', 'José'],
  ])('%s is %s, and back', (name, nick) => {
    expect(nickOf(name as Name)).toBe(nick);
    expect(nameOfNick(nick)).toBe(name as Name);
  });

  test.each([
    '',
    '7up',
    '#a',
    '&a',
    '~a',
    '+a',
    '%a',
    '$a',
    ':a',
    'a b',
    'a,b',
    'a*',
    'a?',
    'a!b',
    'a@b',
    'a！b',
    '＃7',
    'x'.repeat(33),
  ])('a guest cannot be %p', (nick) => expect(guestNickOf(nick)).toBeUndefined());

  test('a nick has 32 characters, and may be of any script', () => {
    expect(guestNickOf('x'.repeat(32))).toBe('x'.repeat(32) as Name);
    expect(guestNickOf('Ñandú')).toBe('Ñandú' as Name);
  });

  test('rooms have a # in front, groups a &, and no comma', () => {
    expect(channelOf('#market')).toEqual({ sigil: '#', room: 'market' as never });
    expect(channelOf('&tea')).toEqual({ sigil: '&', room: 'tea' as never });
    for (const text of ['market', '#', '#a,b', '#a b', `#${'x'.repeat(65)}`]) {
      expect(channelOf(text)).toBeUndefined();
    }
    expect(folded('#ABC[]Ñ')).toBe('#abc[]Ñ');
  });
});

describe('agreements', () => {
  test('a request is done as a whole or not at all', () => {
    const both = requested(0, ['echo-message', 'batch']);
    expect(both).toBeGreaterThan(0);
    expect(requested(both ?? 0, ['-echo-message', '-batch'])).toBe(0);
    expect(requested(0, ['batch', 'nonsense'])).toBeUndefined();
    expect(requested(0, ['constructor'])).toBeUndefined();
  });

  const plain = (...fields: string[]): string => Buffer.from(fields.join('\0')).toString('base64');

  test('PLAIN comes in pieces of 400', () => {
    const whole = plain('', 'alice', 'p'.repeat(400));
    const reader = new PlainReader();
    expect(reader.take(whole.slice(0, 400))).toEqual({ is: 'more' });
    expect(reader.take(whole.slice(400))).toMatchObject({ is: 'plain', account: 'alice' });
    const exact = new PlainReader();
    const fitting = plain('', 'alice', 'p'.repeat(293));
    expect(fitting).toHaveLength(400);
    expect(exact.take(fitting)).toEqual({ is: 'more' });
    expect(exact.take('+')).toMatchObject({ is: 'plain', account: 'alice' });
  });

  test('PLAIN that is none', () => {
    for (const text of [
      '+',
      '!!!',
      plain('alice', 'pw'),
      plain('bob', 'alice', 'pw'),
      plain('', '', 'x'),
    ]) {
      expect(new PlainReader().take(text)).toEqual({ is: 'failed' });
    }
    expect(new PlainReader().take('x'.repeat(401))).toEqual({ is: 'too-long' });
    expect(new PlainReader().take('*')).toEqual({ is: 'aborted' });
    const endless = new PlainReader();
    const steps = Array.from({ length: 11 }, () => endless.take('A'.repeat(400)).is);
    expect(steps.at(-1)).toBe('failed');
  });

  test('a client is known by how it begins', () => {
    const known = (text: string) => isClientStart(Buffer.from(text));
    expect(known('CAP LS 302\r\n')).toBe(true);
    expect(known('NICK a\r\nUSER a 0 * :a\r\n')).toBe(true);
    expect(known('CA')).toBeUndefined();
    expect(known('NICK a\r\n')).toBeUndefined();
    expect(known('CAPITAL')).toBe(false);
    expect(known('hello')).toBe(false);
  });
});
