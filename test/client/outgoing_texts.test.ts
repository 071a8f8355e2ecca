// The texts that `chat send` sends: whole, or line by line, wherever the input is cut; and those it refuses.
import { describe, expect, test } from 'bun:test';

import type { Io } from '../../src/cli/io';
import { outgoingTexts, type TextSource } from '../../src/client/outgoing_texts';

/** The texts, and after `! ` the errors. */
async function read(
  source: Partial<TextSource>,
  pieces: readonly (string | Uint8Array)[] = [],
  isTerminal = false,
): Promise<string[]> {
  const stream = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(Buffer.from(piece));
        controller.close();
      },
    });
  const io = { input: { isTerminal, stream } } as unknown as Io;
  const given = {
    text: '-',
    isByLine: false,
    mayBeEmpty: false,
    takesBytes: false,
    textBytes: 10,
    dialect: 'mailbox',
    ...source,
  };
  const all = await Array.fromAsync(outgoingTexts(given, io));
  return all.map((message) => ('error' in message ? `! ${message.error.message}` : message.text));
}

describe('a text given', () => {
  test.each([
    ['hi', false, ['hi']],
    ['', false, ['! the text is empty']],
    ['a\nb\n', false, ['a\nb\n']],
    ['a\nb\n', true, ['a', 'b']],
    ['0123456789', false, ['0123456789']],
    ['0123456789a', false, ['! the text has 11 bytes, and mailbox takes at most 10']],
    ['ääääää', false, ['! the text has 12 bytes, and mailbox takes at most 10']],
  ])('%j (by line: %p)', async (text, isByLine, expected) => {
    expect(await read({ text, isByLine })).toEqual(expected);
  });

  test('without a bound, any length is sent', async () => {
    const text = 'x'.repeat(100_000);
    expect(await read({ text, textBytes: undefined })).toEqual([text]);
  });
});

describe('standard input as one message', () => {
  test.each([
    [['hi\n'], ['hi']],
    [['hi\r\n'], ['hi']],
    [['hi\r'], ['hi\r']],
    [['a\nb\n\n'], ['a\nb\n']],
    [[''], ['! the text is empty']],
    [['01234', '56789', '\n'], ['0123456789']],
    [['0123456789a'], ['! the text has more than 10 bytes, and mailbox takes at most 10']],
    [
      ['01234567890123456789\n'],
      ['! the text has more than 10 bytes, and mailbox takes at most 10'],
    ],
    [[Buffer.from([0xc3])], ['! the text is not UTF-8']],
  ])('%j', async (pieces, expected) => {
    expect(await read({}, pieces)).toEqual(expected);
  });

  test('at a terminal one line is enough', async () => {
    expect(await read({}, ['one\n', 'two\n'], true)).toEqual(['one']);
  });
});

describe('standard input line by line', () => {
  const text = 'one\r\n\ntwo\nä€😀\n0123456789\n0123456789x\nlast';
  const expected = [
    'one',
    'two',
    'ä€😀',
    '0123456789',
    '! the text has more than 10 bytes, and mailbox takes at most 10',
    'last',
  ];

  test('whole, byte by byte, and cut at every place', async () => {
    const bytes = Buffer.from(text);
    expect(await read({ isByLine: true }, [bytes])).toEqual(expected);
    expect(
      await read(
        { isByLine: true },
        Array.from(bytes, (byte) => Buffer.of(byte)),
      ),
    ).toEqual(expected);
    for (let at = 0; at <= bytes.length; at++) {
      expect(await read({ isByLine: true }, [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(
        expected,
      );
    }
  });

  test('a line without an end is not kept', async () => {
    const pieces = [...Array.from({ length: 50 }, () => 'x'.repeat(1000)), '\nok\n'];
    expect(await read({ isByLine: true }, pieces)).toEqual([
      '! the text has more than 10 bytes, and mailbox takes at most 10',
      'ok',
    ]);
  });

  test('one line is given before the next one has come', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const io = { input: { isTerminal: false, stream: () => readable } } as unknown as Io;
    const all = outgoingTexts(
      {
        text: '-',
        isByLine: true,
        mayBeEmpty: false,
        takesBytes: false,
        textBytes: 10,
        dialect: 'mailbox',
      },
      io,
    );
    const writer = writable.getWriter();
    void writer.write(Buffer.from('one\n'));
    expect((await all.next()).value).toEqual({ text: 'one' });
    void writer.write(Buffer.from('two\n'));
    expect((await all.next()).value).toEqual({ text: 'two' });
    void writer.close();
    expect((await all.next()).done).toBe(true);
  });

  test('a line that is not UTF-8 is refused, the next one is not', async () => {
    expect(await read({ isByLine: true }, [Buffer.from([0xff, 10]), 'ok\n'])).toEqual([
      '! the text is not UTF-8',
      'ok',
    ]);
  });
});
