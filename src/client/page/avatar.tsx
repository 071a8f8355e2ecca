// A round sign for a person, a room or a group, always in the same colour for the same name.

const colours = 8;

interface AvatarProps {
  readonly name: string;
  readonly kind?: 'p' | 'r' | 'g';
  readonly isHere?: boolean | undefined;
}

export function Avatar({ name, kind = 'p', isHere }: AvatarProps) {
  let sum = 0;
  for (const character of name) sum = (sum * 137 + (character.codePointAt(0) ?? 0)) % 65_521;
  const [first = '?'] = name.replace(/^#/, '') || '?';
  const sign = kind === 'r' ? '#' : first.toUpperCase();
  return (
    <span class={`avatar kind-${kind} colour-${sum % colours}`} aria-hidden="true">
      {sign}
      {isHere === true && <i />}
    </span>
  );
}
