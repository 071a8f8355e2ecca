// A round sign for a person, a room or a group: the same name has always the same colour.

import type { Kind } from '../state';

/** Classes `colour-0` to `colour-7`. */
const colours = 8;
/** The largest prime below 2^16, so that similar names get different colours. */
const modulus = 65_521;

interface AvatarProps {
  readonly name: string;
  readonly kind?: Kind;
  readonly isHere?: boolean | undefined;
}

export function Avatar({ name, kind = 'p', isHere }: AvatarProps) {
  let hash = 0;
  for (const character of name) hash = (hash * 137 + (character.codePointAt(0) ?? 0)) % modulus;
  const [first = '?'] = name.replace(/^#/, '') || '?';
  const sign = kind === 'r' ? '#' : first.toUpperCase();
  return (
    <span class={`avatar kind-${kind} colour-${hash % colours}`} aria-hidden="true">
      {sign}
      {isHere === true && <i />}
    </span>
  );
}
