// How a client's connection begins, so that other doors can tell whom it was meant for.

import { frameBytes } from './frames';

const space = 0x20;
/** Spaces at the end of a frame that nobody would have typed. */
const padding = 16;

/** The name, padded to a frame, and perhaps whole frames behind it, without any line. */
export const isClientStart = (bytes: Uint8Array): boolean =>
  bytes.length > 0 &&
  bytes.length % frameBytes === 0 &&
  bytes.subarray(frameBytes - padding, frameBytes).every((byte) => byte === space) &&
  bytes.every((byte) => byte >= space);
