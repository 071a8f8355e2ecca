// Padding: how many of the NULs after a short MSG belong to it, in a stream where an OI begins with NULs too.

/**
 * How many NULs at the start of `bytes` are padding of a MSG that can have at most `most` of them; undefined
 * while more bytes are needed to know it. Peers that pad do so to the whole 156 bytes. A shorter padding is
 * understood too, if a frame of `origin` follows it. Where `origin` is undefined no OI can come, so a frame of any
 * origin will do.
 */
export function paddingAt(
  bytes: Uint8Array,
  most: number,
  origin: number | undefined,
): number | undefined {
  const first = bytes.findIndex((byte) => byte !== 0);
  if (first < 0) return bytes.length > most ? most : undefined;
  // Every kind is below 256, so a frame begins with a NUL of its own.
  if (first <= 1) return 0;
  if (first > most) return most;
  if (origin === undefined) return first - 1;
  if (bytes.length < first + 3) return undefined;
  const kind = bytes[first] ?? 0;
  const from = ((bytes[first + 1] ?? 0) << 8) | (bytes[first + 2] ?? 0);
  if (kind <= 6 && from === origin) return first - 1;
  // No frame of this peer follows: all of it is padding, or the OI of a program that says it a second time.
  return first === most ? most : 0;
}
