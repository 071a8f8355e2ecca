// A disk that is slow, that fails, or whose record says what a power cut leaves: disk.c, loaded into a server.

import { resolve } from 'node:path';

import { scratchFolder } from '../scratch';

/** Without a C compiler there is no such disk. */
export const hasCompiler = Bun.which('cc') !== null;

let compiled: Promise<string> | undefined;

async function library(): Promise<string> {
  const path = `${await scratchFolder()}/disk.so`;
  const source = resolve(import.meta.dir, 'disk.c');
  const { exitCode, stderr } = Bun.spawnSync(['cc', '-O2', '-shared', '-fPIC', '-o', path, source]);
  if (exitCode !== 0) throw new Error(`cc failed:\n${stderr.toString()}`);
  return path;
}

export interface TestedDisk {
  /** The folder of the database that is kept there. */
  readonly folder: string;
  /** How long a sync takes, in ms. */
  readonly syncMs: number;
  /** While these files are there, syncs wait, or fail. */
  readonly holds?: string;
  readonly fails?: string;
  /** Gets a record of what was written and when it was synced. */
  readonly record?: string;
}

/** The environment of a server whose database lies on such a disk. */
export async function onDisk({ folder, syncMs, holds, fails, record }: TestedDisk) {
  compiled ??= library();
  return {
    LD_PRELOAD: await compiled,
    DISK_FOLDER: folder,
    DISK_SYNC_US: String(Math.round(syncMs * 1000)),
    ...(holds !== undefined && { DISK_HOLDS: holds }),
    ...(fails !== undefined && { DISK_FAILS: fails }),
    ...(record !== undefined && { DISK_RECORD: record }),
  };
}
