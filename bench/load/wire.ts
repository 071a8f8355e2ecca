// The generator's own codec of the mailbox wire, apart from the code that is measured: fields that end with NUL.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The bytes of a request or a call: each field with its NUL. */
export const encodeFields = (...fields: readonly string[]): Uint8Array =>
  encoder.encode(fields.map((field) => `${field}\0`).join(''));

/** The fields of a call, or undefined unless it is nothing but whole fields. */
export function decodeFields(bytes: Uint8Array): string[] | undefined {
  if (bytes.at(-1) !== 0) return undefined;
  try {
    return decoder.decode(bytes.subarray(0, -1)).split('\0');
  } catch {
    return undefined;
  }
}

/** An answer as it must be: one raw byte, then fields. */
export function encodeAnswer(code: number, ...fields: readonly string[]): Uint8Array {
  const rest = encodeFields(...fields);
  const answer = new Uint8Array(1 + rest.length);
  answer[0] = code;
  answer.set(rest, 1);
  return answer;
}

export const areEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

export const join = (before: Uint8Array | undefined, bytes: Uint8Array): Uint8Array =>
  before === undefined ? bytes : Buffer.concat([before, bytes]);

/** Bytes as they stand in a report of what was wrong. */
export const shown = (bytes: Uint8Array | undefined): string =>
  bytes === undefined
    ? 'nothing'
    : JSON.stringify(Buffer.from(bytes.subarray(0, 80)).toString('latin1'));
