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

/** What has one form only, and no white space but the space. */
const ascii = /^[ -~]*$/;

/** A text as the eye reads it: the skeleton of UTS 39, and all white space as one space. */
export function lookOf(name: string): string {
  const bare = bareNameOf(name);
  const once = ascii.test(bare) ? shown(bare) : shown(visible(bare).normalize('NFD'));
  // Twice: a letter in a circle looks like itself, and then like its letter.
  const twice = ascii.test(once) ? shown(once) : shown(once.normalize('NFKD'));
  return (ascii.test(twice) ? twice : twice.normalize('NFD')).replace(/\s+/gu, ' ');
}

const visible = (text: string): string => text.replace(/\p{Default_Ignorable_Code_Point}/gu, '');

function shown(text: string): string {
  const looks = (prototypes ??= readPrototypes());
  let look = '';
  for (const character of text) look += looks.get(character) ?? character;
  return look;
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
  if (name === last?.name) return last.looks;
  const look = lookOf(name);
  const looks = {
    shown: [look, lookOf(look.toLowerCase())],
    variants: [lookOf(name.toLowerCase()), lookOf(name.toUpperCase())],
  };
  last = { name, looks };
  return looks;
}

/** A name is looked for, and then it is stored. */
let last: { readonly name: string; readonly looks: Looks } | undefined;
