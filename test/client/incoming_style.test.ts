// What comes from others at a terminal: its time, one's own name, the mark of what is unread.

import { expect, test } from 'bun:test';

import { IncomingStyle } from '../../src/client/incoming_style';
import { DialogueView } from '../../src/client/view';
import type { Shown } from '../../src/protocol/dialect';
import { limits } from '../../src/protocol/limits';

const dim = (text: string): string => `\x1b[2m${text}\x1b[22m`;
const striking = (text: string): string => `\x1b[1;33m${text}\x1b[22;39m`;

function stage(color: boolean, self?: string) {
  const state = { now: new Date(2026, 10, 26, 9, 5), idleMs: 0, printed: [] as string[] };
  const style = new IncomingStyle({ color, self, now: () => state.now });
  const dialogue = {
    isInteractive: true,
    get idleMs() {
      return state.idleMs;
    },
    print(lines: readonly string[], paint = (line: string) => line) {
      state.printed.push(...lines.map(paint));
      return true;
    },
  };
  const err = { write() {}, isTerminal: true, color };
  const view = new DialogueView(dialogue as never, err, false, style);
  const hear = (...lines: string[]): string[] => {
    view.show({ kind: 'incoming', lines, json: {} } satisfies Shown);
    return state.printed.splice(0);
  };
  return { state, view, hear };
}

test('every message has its time, and its further lines are set in', () => {
  const { hear } = stage(false);
  expect(hear('<bob>: hi')).toEqual(['09:05 <bob>: hi']);
  expect(hear('s> MESSAGE 1 FROM bob', '    hi', '    END')).toEqual([
    '09:05 s> MESSAGE 1 FROM bob',
    '          hi',
    '          END',
  ]);
});

test('a text with line ends cannot look like a message with a time of its own', () => {
  const { hear } = stage(false);
  expect(hear('<bob>: hi\n09:05 <carol>: forged')).toEqual([
    '09:05 <bob>: hi',
    '      09:05 <carol>: forged',
  ]);
});

test('what the user asked for is shown as it is', () => {
  const { state, view } = stage(true, 'alice');
  view.show({ kind: 'result', lines: ['alice 1'], json: {} });
  expect(state.printed).toEqual(['alice 1']);
});

test("one's own name is highlighted where it is a word, in any case, and the time is dim", () => {
  const { hear } = stage(true, 'alice');
  expect(hear('<bob>: Alice, malice; alice~2')).toEqual([
    `${dim('09:05')} <bob>: ${striking('Alice')}, malice; ${striking('alice')}~2`,
  ]);
  const { hear: hearDots } = stage(true, 'a.b*');
  expect(hearDots('aXb* a.b*')).toEqual([`${dim('09:05')} aXb* ${striking('a.b*')}`]);
});

test('a number is no name that a text could mention', () => {
  expect(stage(true, '7').hear('Message from 8: 7 apples')).toEqual([
    `${dim('09:05')} Message from 8: 7 apples`,
  ]);
});

test('what comes while the user is away is marked once, until they press a key', () => {
  const { state, hear } = stage(false);
  state.idleMs = limits.terminal.awayMs - 1;
  expect(hear('a')).toEqual(['09:05 a']);
  state.idleMs = limits.terminal.awayMs;
  expect(hear('b')).toEqual(['──── new ────', '09:05 b']);
  expect(hear('c')).toEqual(['09:05 c']);
  state.idleMs = 0;
  expect(hear('d')).toEqual(['09:05 d']);
  state.idleMs = limits.terminal.awayMs;
  expect(hear('e')).toEqual(['──── new ────', '09:05 e']);
});

test('a new day is told', () => {
  const { state, hear } = stage(false);
  hear('before midnight');
  state.now = new Date(2026, 10, 27, 0, 1);
  expect(hear('after')).toEqual(['──── 2026-11-27 ────', '00:01 after']);
});
