// How a client's connection begins, so that other doors can tell whom it was meant for.

import { frameBytes } from './frames';

const space = 0x20;
/** Spaces at the end of a frame that nobody would have typed. */
const padding = 16;

/** The name alone, padded to a frame: no line, and nothing behind it. */
export const isClientStart = (bytes: Uint8Array): boolean =>
  bytes.length === frameBytes &&
  bytes.subarray(-padding).every((byte) => byte === space) &&
  bytes.every((byte) => byte >= space);
