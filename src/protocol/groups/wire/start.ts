// How a client's connection begins, so that other doors can tell whom it was meant for.

import { limits } from '../../limits';

const firstBytes = new Set(Buffer.from('IiSsAa'));
/** A first line that nothing but a header block has. */
const line =
  /^(?:IP: *[\da-f.:]+|Side: *client|Action: *(?:Re[qg]\.|File_transfer)[^\r\n]*) *\r?\n/i;

export const isClientStart = (bytes: Uint8Array): boolean =>
  firstBytes.has(bytes[0] ?? 0) &&
  line.test(Buffer.from(bytes.subarray(0, limits.net.firstLineBytes)).toString('latin1'));
