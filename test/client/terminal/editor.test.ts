// Every key of the line editor, on lines in several scripts.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Editor, type EditorOptions, type Effect } from '../../../src/client/terminal/editor';
import type { Key } from '../../../src/client/terminal/keys';

/** `<left>` is a key; everything else is typed. */
function keysOf(script: string): Key[] {
  const parts = script.split(/<([^<>]+)>/);
  return parts.flatMap((value, index): Key[] => {
    if (index % 2 === 1) return [{ kind: 'press', value }];
    return value === '' ? [] : [{ kind: 'text', value }];
  });
}

function type(editor: Editor, script: string): Effect[] {
  return keysOf(script).flatMap((key) => editor.press(key));
}

/** The line with `|` for the cursor. */
function shown({ edited }: Editor): string {
  return `${edited.text.slice(0, edited.cursor)}|${edited.text.slice(edited.cursor)}`;
}

function after(script: string, options?: EditorOptions): string {
  const editor = new Editor(options);
  type(editor, script);
  return shown(editor);
}

const edits: readonly (readonly [string, string])[] = [
  ['hello', 'hello|'],
  ['hello<left><left>p<right>', 'helpl|o'],
  ['hello<home>>> <end>!', '>> hello!|'],
  ['abc<ctrl-a>x<ctrl-e>y<ctrl-b><ctrl-f>', 'xabcy|'],
  ['ab<backspace>c<left><delete>', 'a|'],
  ['<backspace><left><delete>a<right>', 'a|'],
  ['abc<left><ctrl-d>', 'ab|'],
  // One visible character at a time.
  ['a漢👨‍👩‍👧é<left><left>x', 'a漢x|👨‍👩‍👧é'],
  ['👨‍👩‍👧🇩🇪<backspace><backspace>', '|'],
  ['e<home>a<end>\u0301<left>', 'a|e\u0301'],
  ['🇩<home>🇪<left>', '|🇪🇩'],
  // Words.
  ['one two-three four<ctrl-left><ctrl-left>', 'one two-|three four'],
  ['one two<home><alt-f>!<ctrl-right>?', 'one! two?|'],
  ['naïve façade<alt-b><alt-b>', '|naïve façade'],
  ['one two-three<ctrl-w>', 'one |'],
  ['one two-three <alt-backspace>', 'one two-|'],
  ['one two<home><alt-d>', '| two'],
  // Kill and yank.
  ['one two<ctrl-w><ctrl-w><ctrl-y>', 'one two|'],
  ['one two<ctrl-left><ctrl-k><home><ctrl-y>', 'two|one '],
  ['one two<ctrl-left><ctrl-u><end><ctrl-y>', 'twoone |'],
  ['one two three<ctrl-w><left><ctrl-w><home><ctrl-y>', 'two|one  '],
  ['ab<ctrl-left><alt-d><ctrl-y><ctrl-y>', 'abab|'],
  // Transpose.
  ['abc<ctrl-t>', 'acb|'],
  ['abc<left><left><ctrl-t>', 'ba|c'],
  ['a<ctrl-t><home><ctrl-t>', '|a'],
  ['漢👍🏽<ctrl-t>', '👍🏽漢|'],
];

test.each(edits)('%j leaves %j', (script, line) => {
  expect(after(script)).toBe(line);
});

test('the effects of keys', () => {
  const editor = new Editor();
  expect(type(editor, 'hi<enter>')).toEqual([{ kind: 'submit', line: 'hi' }]);
  expect(shown(editor)).toBe('|');
  expect(type(editor, '<enter>')).toEqual([{ kind: 'submit', line: '' }]);
  expect(type(editor, '<ctrl-c>')).toEqual([{ kind: 'interrupt' }]);
  expect(type(editor, 'x<ctrl-d><ctrl-u><ctrl-d>')).toEqual([{ kind: 'end' }]);
  expect(type(editor, '<ctrl-l><ctrl-z><f4>').map(({ kind }) => kind)).toEqual([
    'clear',
    'suspend',
    'bell',
  ]);
});

test('a paste submits its lines and keeps the last; controls do not enter a line', () => {
  const editor = new Editor();
  type(editor, 'say <left>');
  const effects = editor.press({ kind: 'paste', value: 'one\r\n\ttwo\x1b[A\nthr\x00ee' });
  expect(effects).toEqual([
    { kind: 'submit', line: 'sayone ' },
    { kind: 'submit', line: ' two[A' },
  ]);
  expect(shown(editor)).toBe('three|');
});

test('a line has a bound', () => {
  const editor = new Editor({ lineMax: 5 });
  expect(type(editor, 'abcd')).toEqual([]);
  expect(type(editor, 'ef')).toEqual([{ kind: 'bell' }]);
  expect(shown(editor)).toBe('abcd|');
});

describe('history', () => {
  const history = ['one', 'two', 'three'];

  test.each([
    ['<up>', 'three|'],
    ['<up><up><up><up>', 'one|'],
    ['typed<left><up><up><down><down>', 'typed|'],
    ['<up>!<down>', '|'],
    ['<down>', '|'],
    ['<ctrl-p><ctrl-p><ctrl-n>', 'three|'],
  ])('%j leaves %j', (script, line) => {
    expect(after(script, { history })).toBe(line);
  });

  test('keeps no blank lines and no repetitions, within its bound', () => {
    const editor = new Editor({ history, historyMax: 4 });
    for (const line of ['three', ' ', 'four', 'five']) editor.remember(line);
    // Those of before are kept by others already.
    expect(editor.history).toEqual(['four', 'five']);
    for (let lines = 0; lines < 9; lines++) editor.press({ kind: 'press', value: 'up' });
    expect(editor.edited.text).toBe('two');
  });
});

describe('search', () => {
  const history = ['send bob hi', 'users', 'send carol yo', 'quit'];

  test.each([
    ['<ctrl-r>send', "(search 'send') ", '|send carol yo'],
    ['<ctrl-r>send<ctrl-r>', "(search 'send') ", '|send bob hi'],
    ['<ctrl-r>send<ctrl-r><ctrl-r>', "(no search 'send') ", '|send bob hi'],
    ['<ctrl-r>sendx<backspace>', "(search 'send') ", '|send carol yo'],
    ['<ctrl-r>bob<right>', undefined, 'send b|ob hi'],
    ['<ctrl-r>bob<end>!', undefined, 'send bob hi!|'],
    ['typed<ctrl-r>bob<ctrl-g>', undefined, 'typed|'],
    ['typed<ctrl-r>nothing', "(no search 'nothing') ", 'typed|'],
  ])('%j', (script, prompt, line) => {
    const editor = new Editor({ history });
    type(editor, script);
    expect(editor.edited.prompt).toBe(prompt);
    expect(shown(editor)).toBe(line);
  });

  test('enter submits what was found', () => {
    const editor = new Editor({ history });
    expect(type(editor, '<ctrl-r>us<enter>')).toEqual([{ kind: 'submit', line: 'users' }]);
  });
});

describe('Tab', () => {
  const complete = () => ['SEND', 'SENDATTACH', 'QUIT', 'ünal', 'dir/'];

  test.each([
    ['q<tab>', 'QUIT |'],
    ['s<tab>', 'SEND|'],
    ['senda<tab>bob', 'SENDATTACH bob|'],
    ['x q y<left><left><tab>', 'x QUIT| y'],
    ['zz<tab>', 'zz|'],
    ['Ü<tab>', 'ünal |'],
    ['d<tab>', 'dir/|'],
  ])('%j leaves %j', (script, line) => {
    expect(after(script, { complete })).toBe(line);
  });

  test('the second one lists the candidates', () => {
    const editor = new Editor({ complete });
    expect(type(editor, 'SEND<tab>')).toEqual([{ kind: 'bell' }]);
    const list = { kind: 'list', candidates: ['SEND', 'SENDATTACH'] } as const;
    expect(type(editor, '<tab>')).toEqual([list]);
    expect(type(editor, 'A<backspace><tab>')).toEqual([{ kind: 'bell' }]);
  });
});

test('any keys in any order: the cursor is between two visible characters of the line', () => {
  const names = [
    'left',
    'right',
    'home',
    'end',
    'backspace',
    'delete',
    'ctrl-t',
    'ctrl-k',
    'ctrl-y',
  ];
  const more = [
    'ctrl-w',
    'alt-b',
    'alt-f',
    'alt-d',
    'up',
    'down',
    'enter',
    'tab',
    'ctrl-r',
    'escape',
  ];
  const pieces = [
    'a',
    ' ',
    '漢',
    'e\u0301',
    '\u0301',
    '👨‍👩‍👧',
    '\u200d',
    '👩',
    '🇩',
    '🏽',
    '\ud83d',
    '\udc69',
  ];
  const keys = fc.oneof(
    fc.constantFrom(...names, ...more).map((value): Key => ({ kind: 'press', value })),
    fc.constantFrom(...pieces).map((value): Key => ({ kind: 'text', value })),
    fc.constantFrom('a\nb', ...pieces).map((value): Key => ({ kind: 'paste', value })),
  );
  const segmenter = new Intl.Segmenter('en');
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 60 }), (some) => {
      const editor = new Editor({ complete: () => ['alpha', 'al'] });
      for (const key of some) {
        for (const effect of editor.press(key))
          if (effect.kind === 'submit') editor.remember(effect.line);
        const { text, cursor, prompt } = editor.edited;
        const borders = [...segmenter.segment(text)].map(({ index }) => index);
        if (prompt === undefined) expect([...borders, text.length]).toContain(cursor);
      }
    }),
    { numRuns: 500 },
  );
});
