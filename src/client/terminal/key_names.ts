// Tables from the escape sequences that terminals send to the names of keys.

/** The last byte of `ESC [ ... X` and `ESC O X`. */
export const finals: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'begin',
  F: 'end',
  H: 'home',
  M: 'enter',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

/** What rxvt sends with shift (`ESC [ x`) and with ctrl (`ESC O x`): the same letters, small. */
export const smallFinals: Readonly<Record<string, string>> = {
  a: 'up',
  b: 'down',
  c: 'right',
  d: 'left',
};

/** The number in `ESC [ N ~`. */
export const numbered: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
};

/** Control characters that are keys, both typed and in the sequences that name a key by its character. */
export const controls: Readonly<Record<number, string>> = {
  0x00: 'ctrl-space',
  0x08: 'backspace',
  0x09: 'tab',
  0x0a: 'enter',
  0x0d: 'enter',
  0x1b: 'escape',
  0x1c: 'ctrl-\\',
  0x1d: 'ctrl-]',
  0x1e: 'ctrl-^',
  0x1f: 'ctrl-_',
  0x7f: 'backspace',
};

/** The name of a control character that was typed. */
export const controlName = (code: number): string =>
  controls[code] ?? `ctrl-${String.fromCharCode(code + 0x60)}`;

/** A key's name with its modifiers before it, always in the order ctrl, alt, shift. */
export function withModifiers(name: string, bits: number): string {
  const shift = bits & 1 ? 'shift-' : '';
  const alt = bits & (2 | 8) ? 'alt-' : '';
  const ctrl = bits & 4 ? 'ctrl-' : '';
  return ctrl + alt + shift + name;
}
