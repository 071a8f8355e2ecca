// Masks: `*` stands for anything, `?` for one character.

import { folded } from '../wire/names';

/** Whether a text fits a mask, without case. Takes time in proportion to both, whatever the mask is. */
export function globOf(mask: string): (text: string) => boolean {
  const wanted = Array.from(folded(mask).replace(/\*+/g, '*'));
  return (text) => fits(wanted, Array.from(folded(text)));
}

/** The classic walk: after a mismatch it goes back to the last star, and never to one before. */
function fits(mask: readonly string[], text: readonly string[]): boolean {
  let [inMask, inText, star, starText] = [0, 0, -1, 0];
  while (inText < text.length) {
    const wanted = mask[inMask];
    if (wanted === '*') [star, starText] = [inMask++, inText];
    else if (wanted !== undefined && (wanted === '?' || wanted === text[inText])) {
      inMask++;
      inText++;
    } else if (star >= 0) {
      inMask = star + 1;
      inText = ++starText;
    } else return false;
  }
  while (mask[inMask] === '*') inMask++;
  return inMask === mask.length;
}
