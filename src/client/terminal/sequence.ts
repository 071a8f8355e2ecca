// Reads one key from the front of decoded terminal input, or says that more input is needed.

import { limits } from '../../protocol/limits';
import { controlName, controls, finals, numbered, smallFinals, withModifiers } from './key_names';

/** What stands at the front of the input, and how many characters it takes; `none` is dropped. */
export type Piece =
  | { readonly kind: 'text' | 'press'; readonly value: string; readonly size: number }
  | { readonly kind: 'pasteStart' | 'none'; readonly size: number }
  | { readonly kind: 'more' };

const more: Piece = { kind: 'more' };
const ESC = '\x1b';

/** Reads the piece at `at`, which must be inside the text. */
export function readPiece(text: string, at: number): Piece {
  const code = text.charCodeAt(at);
  if (code === 0x1b) return readEscape(text, at);
  if (code === 0x0d && text[at + 1] === '\n') return { kind: 'press', value: 'enter', size: 2 };
  if (isControl(code)) return { kind: 'press', value: controlName(code), size: 1 };
  let end = at + 1;
  while (end < text.length && !isControl(text.charCodeAt(end))) end++;
  // No keyboard sends C1 controls, and they would be drawn as escapes.
  const value = text.slice(at, end).replace(/[\u0080-\u009f]/g, '');
  return value === '' ? { kind: 'none', size: end - at } : { kind: 'text', value, size: end - at };
}

const isControl = (code: number): boolean => code < 0x20 || code === 0x7f;

function readEscape(text: string, at: number): Piece {
  const next = text[at + 1];
  if (next === undefined) return more;
  if (next === '[') return readCsi(text, at);
  if (next === 'O') return readSs3(text, at);
  if (next === ESC) return readDoubleEscape(text, at);
  const character = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
  const code = character.charCodeAt(0);
  const name = isControl(code) ? controlName(code) : character;
  return { kind: 'press', value: altOf(name), size: 1 + character.length };
}

/** Some terminals send alt and an arrow as ESC before the arrow's own sequence. */
function readDoubleEscape(text: string, at: number): Piece {
  const third = text[at + 2];
  if (third === undefined) return more;
  if (third !== '[' && third !== 'O') return { kind: 'press', value: 'escape', size: 1 };
  const inner = readEscape(text, at + 1);
  if (inner.kind === 'more') return more;
  if (inner.kind !== 'press') return { kind: 'press', value: 'escape', size: 1 };
  return { kind: 'press', value: altOf(inner.value), size: inner.size + 1 };
}

/** Adds `alt-`, behind a `ctrl-` if there is one, so that every combination has one name. */
function altOf(name: string): string {
  if (/^(ctrl-)?alt-/.test(name)) return name;
  return name.startsWith('ctrl-') ? `ctrl-alt-${name.slice(5)}` : `alt-${name}`;
}

/** Reads ESC [, parameters, intermediates, and a final byte. */
function readCsi(text: string, at: number): Piece {
  // The Linux console sends ESC [ [ A for f1.
  if (text[at + 2] === '[') {
    return text[at + 3] === undefined ? more : { kind: 'none', size: 4 };
  }
  let end = at + 2;
  while (end < text.length && isBetween(text.charCodeAt(end), 0x20, 0x3f)) end++;
  const size = end + 1 - at;
  if (size > limits.terminal.sequenceLength) return { kind: 'none', size: end - at };
  if (end === text.length) return more;
  const final = text[end] ?? '';
  // If this is not a final byte, the sequence was broken off, and the byte belongs to what follows. rxvt ends
  // sequences of shift with `$`, which counts as an intermediate: such a key is dropped.
  if (!isBetween(text.charCodeAt(end), 0x40, 0x7e)) return { kind: 'none', size: end - at };
  const parameters = text.slice(at + 2, end);
  if (final === '~' && parameters === '200') return { kind: 'pasteStart', size };
  const value = csiName(final, parameters);
  return value === undefined ? { kind: 'none', size } : { kind: 'press', value, size };
}

function csiName(final: string, parameters: string): string | undefined {
  if (!/^[0-9;:]*$/.test(parameters)) return undefined;
  const numbers = parameters.split(';').map((each) => Number.parseInt(each, 10) || 0);
  const first = numbers[0] ?? 0;
  const bits = Math.max(0, (numbers[1] ?? 1) - 1);
  if (final === 'u') return namedByCode(first, bits);
  if (final === '~' && first === 27) return namedByCode(numbers[2] ?? 0, bits);
  if (final === 'Z') return 'shift-tab';
  const small = smallFinals[final];
  if (small !== undefined) return withModifiers(small, 1);
  const rxvtBits = final === '^' ? 4 : final === '@' ? 5 : 0;
  const name = final === '~' || rxvtBits > 0 ? numbered[first] : finals[final];
  return name === undefined ? undefined : withModifiers(name, bits | rxvtBits);
}

/** A key that is named by its character, as terminals with extended keyboard reports do. */
function namedByCode(code: number, bits: number): string | undefined {
  const control = controls[code];
  if (control !== undefined) return withModifiers(control, bits);
  if (code < 0x20 || code > 0x10ffff || isBetween(code, 0xd800, 0xf8ff)) return undefined;
  return withModifiers(String.fromCodePoint(code).toLowerCase(), bits & ~1);
}

/** Reads ESC O and a final byte; a few terminals send a modifier before it. */
function readSs3(text: string, at: number): Piece {
  const match = /^[0-9;]{0,4}/.exec(text.slice(at + 2, at + 6));
  const digits = match?.[0] ?? '';
  const final = text[at + 2 + digits.length];
  if (final === undefined) return more;
  const size = 3 + digits.length;
  const bits = Math.max(0, (Number(digits.split(';').at(-1)) || 1) - 1);
  const small = smallFinals[final];
  const name = small === undefined ? finals[final] : small;
  if (name !== undefined) {
    return { kind: 'press', value: withModifiers(name, small === undefined ? bits : 4), size };
  }
  // It is no keypad sequence: this is alt and a capital O, and what follows is another key.
  return { kind: 'press', value: 'alt-O', size: 2 };
}

const isBetween = (code: number, low: number, high: number): boolean => code >= low && code <= high;
