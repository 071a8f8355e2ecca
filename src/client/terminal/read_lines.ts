// Cuts a stream of bytes into lines, reading no further than the line that is wanted.

/** A longer line arrives in pieces, in UTF-16 units: nobody's memory is ours to fill. */
const lineMax = 1024 * 1024;

/**
 * The lines of a stream of UTF-8 (what is not UTF-8 becomes U+FFFD), without their LF or CR LF; the last
 * one may lack it. An error of the stream is thrown.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const bytes of input) {
    held += decoder.decode(bytes, { stream: true });
    let start = 0;
    for (let end = held.indexOf('\n'); end >= 0; end = held.indexOf('\n', start)) {
      yield withoutReturn(held.slice(start, end));
      start = end + 1;
    }
    held = held.slice(start);
    if (held.length > lineMax) {
      yield held;
      held = '';
    }
  }
  held += decoder.decode();
  if (held !== '') yield withoutReturn(held);
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
