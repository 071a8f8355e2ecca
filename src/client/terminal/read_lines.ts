// Cuts a stream of bytes into lines. It reads no further than the line that is wanted.

import { limits } from '../../protocol/limits';

/**
 * The lines of a stream of UTF-8, without their LF or CR LF. Bytes that are not UTF-8 become U+FFFD; the last
 * line may have no line end. An error of the stream is thrown.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const bytes of input) {
    // What is held has no line end.
    const seen = held.length;
    held += decoder.decode(bytes, { stream: true });
    let start = 0;
    for (let end = held.indexOf('\n', seen); end >= 0; end = held.indexOf('\n', start)) {
      yield withoutReturn(held.slice(start, end));
      start = end + 1;
    }
    held = held.slice(start);
    if (held.length > limits.terminal.scriptLineLength) {
      yield held;
      held = '';
    }
  }
  held += decoder.decode();
  if (held !== '') yield withoutReturn(held);
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
