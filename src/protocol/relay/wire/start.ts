// How a client's connection begins, so that other doors can tell whom it was meant for.

import { headerBytes, kinds } from './messages';

/** OI to the server, the first frame of its sender: kind, destination and sequence are 0. */
export function isClientStart(bytes: Uint8Array): boolean | undefined {
  const begins = bytes.length === 0 || bytes[0] === 0;
  const isOi = bytes.length < 2 || bytes[1] === kinds.OI;
  if (!begins || !isOi || !bytes.subarray(4, 10).every((byte) => byte === 0)) return false;
  return bytes.length >= headerBytes || undefined;
}
