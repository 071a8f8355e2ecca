// Which characters can be seen, and which invisible ones a script needs.

/** Scripts that are not written rightly without joiners and non-joiners inside their words. */
const joining =
  // Not a script's controls.
  '(?=[\\p{L}\\p{M}])' +
  '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Devanagari}\\p{Script=Bengali}' +
  '\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}' +
  '\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}]';
const joiningBefore = new RegExp(`(?:${joining})$`, 'u');
const joiningAfter = new RegExp(`^${joining}`, 'u');

/** Whether what stands at `offset` is a joiner or a non-joiner between letters that need it. */
export function isJoinerInWord(text: string, offset: number): boolean {
  const character = text[offset];
  if (character !== '\u200c' && character !== '\u200d') return false;
  const before = text.slice(Math.max(0, offset - 2), offset);
  const after = text.slice(offset + 1, offset + 3);
  return joiningBefore.test(before) && joiningAfter.test(after);
}

/**
 * Controls, formatting, private use, unassigned, halves of pairs, line separators, everything that Unicode has programs
 * ignore, and blanks that are no white space: of Braille, of hieroglyphs, of Khitan, and a note without a head.
 */
const invisible =
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{13441}\u{13442}\u{1d159}]|\u{16fe4}/gu;

/** Whether all of a text can be seen. Joiners stand only between letters that need them. */
export function isVisible(text: string): boolean {
  for (const { index } of text.matchAll(invisible)) if (!isJoinerInWord(text, index)) return false;
  return true;
}

/** A text without what cannot be seen. */
export const visiblePart = (text: string): string =>
  text.replace(invisible, (character, offset: number) =>
    isJoinerInWord(text, offset) ? character : '',
  );
