// What the tests of the channels protocol share: frames made and read without the code under test.

/** A message as a client of the course pads it. */
export const padded = (text: string): Buffer => {
  const bytes = Buffer.alloc(200, ' ');
  if (Buffer.byteLength(text) > 200) throw new Error('longer than a frame');
  bytes.write(text);
  return bytes;
};

/** A stream as frames, each without the white space at its end. */
export function cut(stream: Uint8Array): Buffer[] {
  const bytes = Buffer.from(stream);
  if (bytes.length % 200 !== 0) throw new Error(`${bytes.length} bytes are no frames`);
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 200) {
    let end = at + 200;
    while (end > at && ' \t\n\v\f\r'.includes(String.fromCharCode(bytes[end - 1] ?? 0))) end--;
    frames.push(bytes.subarray(at, end));
  }
  return frames;
}

/** The texts of a stream of frames. */
export const textsOf = (stream: Uint8Array): string[] =>
  cut(stream).map((frame) => frame.toString());
