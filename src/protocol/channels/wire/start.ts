// How a client's connection begins, so that other doors can tell whom it was meant for.

import { frameBytes } from './frames';

const space = 0x20;
/** Spaces at the end of a frame that nobody would have typed. */
const padding = 16;

/** The name, padded to a frame, and perhaps whole frames behind it, without any line. */
export function isClientStart(bytes: Uint8Array): boolean | undefined {
  if (bytes.some((byte) => byte < space)) return false;
  const isWhole = bytes.length > 0 && bytes.length % frameBytes === 0;
  if (bytes.length >= frameBytes) {
    const end = bytes.subarray(frameBytes - padding, frameBytes);
    if (!end.every((byte) => byte === space)) return false;
  }
  return isWhole || undefined;
}
