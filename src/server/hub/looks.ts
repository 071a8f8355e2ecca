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
  const look = ascii.test(bare) ? skeletonOfAscii(bare) : skeleton(visible(bare));
  return spaces.test(look) ? look.replace(/\s+/gu, ' ') : look;
}

/** White space that is not one space. */
const spaces = /[^\S ]| {2}/u;

function skeleton(text: string): string {
  const once = shown(ascii.test(text) ? text : text.normalize('NFD'));
  // Twice: a letter in a circle looks like itself, and then like its letter.
  const twice = ascii.test(once) ? shown(once) : shown(once.normalize('NFKD'));
  return ascii.test(twice) ? twice : twice.normalize('NFD');
}

/** The characters of nearly all names that have another skeleton than themselves. None of them joins with another. */
let changing: { readonly any: RegExp; readonly skeletons: ReadonlyMap<string, string> } | undefined;

function skeletonOfAscii(text: string): string {
  changing ??= readChanging();
  const { any, skeletons } = changing;
  return text.replace(any, (character) => skeletons.get(character) ?? character);
}

function readChanging(): NonNullable<typeof changing> {
  const characters = Array.from({ length: 0x7f }, (_, code) => String.fromCharCode(code));
  const skeletons = new Map(
    characters
      .filter((character) => ascii.test(character) && skeleton(character) !== character)
      .map((character) => [character, skeleton(character)]),
  );
  const codes = [...skeletons.keys()].map(codeEscape).join('');
  return { any: new RegExp(`[${codes}]`, 'g'), skeletons };
}

/** A character as a regular expression has it, whatever it means there. */
const codeEscape = (character: string): string =>
  `\\x${character.charCodeAt(0).toString(hexadecimal).padStart(2, '0')}`;
const hexadecimal = 16;

const visible = (text: string): string => text.replace(/\p{Default_Ignorable_Code_Point}/gu, '');

function shown(text: string): string {
  const looks = (prototypes ??= readPrototypes());
  let look = '';
  for (const character of text) look += looks.get(character) ?? character;
  return look;
}

/** One look of a name. */
export interface Look {
  readonly look: string;
  /**
   * The look without its case, and with `i` as `l`: the same for nearly all looks of one name, so that they stand beside each
   * other where they are stored.
   */
  readonly shape: string;
  /** Whether the name looks like this as it stands; else it would in another case. */
  readonly isShown: boolean;
}

/**
 * The looks of a name, each once: as it stands, that in lower case, and the name in lower and in upper case. Two names
 * are taken for one another where one of them is shown as the other is, or as the other would be in another case: `Alice`
 * and `AIice`, `ALlCE` and `alice`. That leaves `Karl` and `Kari` two names, though an `i` in upper case looks like an `l`.
 */
export function looksOf(name: string): readonly Look[] {
  if (name === last?.name) return last.looks;
  const look = lookOf(name);
  const looks: Look[] = [];
  const add = (one: string, isShown: boolean): void => {
    if (looks.some((other) => other.look === one)) return;
    looks.push({ look: one, shape: one.toLowerCase().replaceAll('i', 'l'), isShown });
  };
  const [lower, lowerLook] = [name.toLowerCase(), look.toLowerCase()];
  add(look, true);
  // Most names have no case to lose: then both are the look that is there.
  if (lowerLook !== look || !ascii.test(look)) add(lookOf(lowerLook), true);
  if (lower !== name) add(lookOf(lower), false);
  add(lookOf(name.toUpperCase()), false);
  last = { name, looks };
  return looks;
}

/** A name is looked for, and then it is stored. */
let last: { readonly name: string; readonly looks: readonly Look[] } | undefined;
