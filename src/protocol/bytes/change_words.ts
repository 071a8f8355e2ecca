// Changes of what was said, in sentences for people, for every dialect that has no words of its own for it.

import type { Changed, Name } from '../model';

/** A change in one text, as it stands behind a star; undefined for what only a page can show. */
export function changeSentence(
  { what, by, text = '' }: Changed,
  shown: (name: Name) => string,
): string | undefined {
  switch (what) {
    case 'edited':
      return `* ${shown(by)} edited: ${text}`;
    case 'deleted':
      return `* ${shown(by)} deleted a message`;
    case 'reacted':
      return undefined;
  }
}
