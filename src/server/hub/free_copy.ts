// Finds a free one among numbered copies of a name, in few looks however many are taken.

/** The first copy of a name is its second holder's. */
const firstCopy = 2;

/**
 * A free number whose predecessor is taken, or the first. Doubles its steps until it meets a free number, then halves
 * the gap behind it: about twice as many looks as the number has bits.
 */
export function freeCopy(isTaken: (copy: number) => boolean): number {
  if (!isTaken(firstCopy)) return firstCopy;
  let taken = firstCopy;
  let free = 2 * firstCopy;
  while (isTaken(free)) {
    taken = free;
    free *= 2;
  }
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (isTaken(middle)) taken = middle;
    else free = middle;
  }
  return free;
}
