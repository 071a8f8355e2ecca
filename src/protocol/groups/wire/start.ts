// How a client's connection begins, so that other doors can tell whom it was meant for.

import { limits } from '../../limits';

/** The first two letters of those names, in lower case: nearly all other connections begin otherwise. */
const beginnings = ['ip', 'si', 'ac'].map((letters) => Buffer.from(letters).readUInt16BE());
const lowerCase = 0x20_20;
/** A first line that nothing but a header block has. */
const line =
  /^(?:IP: *[\da-f.:]+|Side: *client|Action: *(?:Re[qg]\.|File_transfer)[^\r\n]*) *\r?\n/i;

export const isClientStart = (bytes: Uint8Array): boolean =>
  beginnings.includes(((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0) | lowerCase) &&
  line.test(Buffer.from(bytes.subarray(0, limits.net.firstLineBytes)).toString('latin1'));
