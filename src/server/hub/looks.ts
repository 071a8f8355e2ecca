// What a name looks like: names that could be taken for one another share a look.

import { confusables } from './confusables';
import { bareNameOf } from './names';

/** What each character is shown as; read when it is needed, since most names are of a few letters. */
let prototypes: ReadonlyMap<string, string> | undefined;

function readPrototypes(): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  const characterOf = (code: string): string => String.fromCodePoint(Number.parseInt(code, 16));
  for (const entry of confusables.split(',')) {
    const [shown = '', ...characters] = entry.trim().split(/\s+/);
    const look = shown.split('+').map(characterOf).join('');
    for (const character of characters) read.set(characterOf(character), look);
  }
  return read;
}

/** A text as the eye reads it: the skeleton of UTS 39, and all white space as one space. */
export function lookOf(name: string): string {
  const bare = bareNameOf(name).replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  // Twice: a letter in a circle looks like itself, and then like its letter.
  const once = shown(bare.normalize('NFD'));
  return shown(once.normalize('NFKD')).normalize('NFD').replace(/\s+/gu, ' ');
}

function shown(text: string): string {
  const looks = (prototypes ??= readPrototypes());
  return Array.from(text, (character) => looks.get(character) ?? character).join('');
}

export interface Looks {
  /** What the name looks like as it stands, and that in lower case. */
  readonly shown: readonly string[];
  /** What it looks like in another case. */
  readonly variants: readonly string[];
}

/**
 * The looks of a name. Two names are taken for one another where one of them is shown as the other is, or as the other
 * would be in another case: `Alice` and `AIice`, `ALlCE` and `alice`. That leaves `Karl` and `Kari` two names, though
 * an `i` in upper case looks like an `l`.
 */
export function looksOf(name: string): Looks {
  const look = lookOf(name);
  return {
    shown: [look, lookOf(look.toLowerCase())],
    variants: [lookOf(name.toLowerCase()), lookOf(name.toUpperCase())],
  };
}
