// How a client's connection begins, so that other doors can tell whom it was meant for.

import { headerBytes, kinds } from './messages';

/** OI to the server, the first frame of its sender: kind, destination and sequence are 0. */
export const isClientStart = (bytes: Uint8Array): boolean =>
  bytes[0] === 0 &&
  bytes[1] === kinds.OI &&
  bytes.length >= headerBytes &&
  bytes.subarray(4, 10).every((byte) => byte === 0);
