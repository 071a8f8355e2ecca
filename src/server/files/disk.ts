// How much of a disk is free, and whether that is still enough for what must last.

import { statfsSync } from 'node:fs';

import { limits } from '../../protocol/limits';

/** The disk of a folder, in bytes. */
export interface Disk {
  readonly free: number;
  readonly size: number;
}

export function diskOf(folder: string): Disk {
  const { bavail, bsize, blocks } = statfsSync(folder);
  return { free: bavail * bsize, size: blocks * bsize };
}

/** Says whether too little is free. Asks the system seldom, and only when it is asked. */
export function lowDisk(look: () => Disk, monotonicNow: () => number): () => boolean {
  let lookedAt = -Infinity;
  let isLow = false;
  return () => {
    const now = monotonicNow();
    if (now - lookedAt < limits.hub.diskLookMs) return isLow;
    lookedAt = now;
    isLow = isTooFull(look);
    return isLow;
  };
}

function isTooFull(look: () => Disk): boolean {
  try {
    const { free, size } = look();
    return free < Math.min(limits.hub.diskFreeBytes, size * limits.hub.diskFreeShare);
  } catch {
    // A disk that cannot be asked says itself what it does not take.
    return false;
  }
}
