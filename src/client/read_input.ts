// Reads a stream of bytes as one text or line by line, and never keeps more of it than one text may have.

import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';

const lineFeed = 10;
const carriageReturn = 13;

/**
 * A whole stream without its final line end; undefined if that is more than `maxBytes`. A user who types it
 * ends it with the first line.
 */
export async function readAll(
  input: AsyncIterable<Uint8Array>,
  maxBytes: number,
  isTyped: boolean,
): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of input) {
    pieces.push(piece);
    length += piece.length;
    if (length > maxBytes + 2) return undefined;
    if (isTyped && piece.includes(lineFeed)) break;
  }
  const whole = withoutLineEnd(Buffer.concat(pieces));
  return whole.length > maxBytes ? undefined : whole;
}

/** The lines of a stream; undefined for each that has more than `maxBytes`. Empty lines are left out. */
export async function* linesIn(
  input: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array | undefined, void> {
  /** The pieces of the line that has not ended. */
  let held: Uint8Array[] = [];
  let length = 0;
  const hold = (piece: Uint8Array): void => {
    length += piece.length;
    // A line that is too long is not kept.
    if (length > maxBytes + 1) held = [];
    else if (piece.length > 0) held.push(piece);
  };
  const line = (): Uint8Array | undefined => {
    const bytes = withoutReturn(Buffer.concat(held));
    const isWhole = length <= maxBytes + 1 && bytes.length <= maxBytes;
    held = [];
    length = 0;
    return isWhole ? bytes : undefined;
  };
  for await (const piece of input) {
    let start = 0;
    for (let end = piece.indexOf(lineFeed); end >= 0; end = piece.indexOf(lineFeed, start)) {
      hold(piece.subarray(start, end));
      start = end + 1;
      const bytes = line();
      if (bytes?.length !== 0) yield bytes;
    }
    hold(piece.subarray(start));
  }
  if (length > 0) yield line();
}

/** The bytes without one LF or CR LF at their end. */
function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === lineFeed ? withoutReturn(bytes.subarray(0, -1)) : bytes;
}

function withoutReturn(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
}

/** The bytes of standard input. Some inputs can be opened but not read, for instance a folder. */
export async function* inputOf(io: Io): AsyncGenerator<Uint8Array, void> {
  try {
    yield* io.input.stream();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(exit.badData, `standard input cannot be read: ${why}`);
  }
}
