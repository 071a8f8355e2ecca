// What a power cut leaves of a database: all that was synced, and by chance some sectors of the rest, whole or old.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** As disk.c numbers them. */
const kind = { write: 1, truncate: 2, syncBegins: 3, syncEnds: 4 } as const;
const names = ['chat.db', 'chat.db-wal'] as const;
const headBytes = 24;
const sectorBytes = 512;

interface Operation {
  readonly what: number;
  readonly file: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A file as it grows. */
class Content {
  #bytes: Buffer;
  size: number;

  constructor(path: string) {
    this.#bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    this.size = this.#bytes.length;
  }

  write(bytes: Uint8Array, offset: number): void {
    this.resize(Math.max(this.size, offset + bytes.length));
    this.#bytes.set(bytes, offset);
  }

  resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(size, 2 * this.#bytes.length));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    if (size < this.size) this.#bytes.fill(0, size, this.size);
    this.size = size;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }
}

function readRecord(path: string, size: number): Operation[] {
  const record = readFileSync(path).subarray(0, size);
  const operations: Operation[] = [];
  for (let at = 0; at + headBytes <= record.length;) {
    const length = Number(record.readBigUInt64LE(at + 16));
    const bytes = record.subarray(at + headBytes, at + headBytes + length);
    // Cut off in the middle: this had not happened yet.
    if (bytes.length < length) break;
    operations.push({
      what: record.readUInt32LE(at),
      file: record.readUInt32LE(at + 4),
      offset: Number(record.readBigUInt64LE(at + 8)),
      bytes,
    });
    at += headBytes + length;
  }
  return operations;
}

/** For each file, where in the record the last sync began that has ended. What is before that is on the disk. */
function syncedUpTo(operations: readonly Operation[]): number[] {
  const began = new Map<number, number>();
  const upTo = names.map(() => 0);
  for (const [at, { what, file, offset }] of operations.entries()) {
    if (what === kind.syncBegins) began.set(offset, at);
    if (what === kind.syncEnds) upTo[file] = Math.max(upTo[file] ?? 0, began.get(offset) ?? 0);
  }
  return upTo;
}

export interface Cut {
  /** The folder as it was when the record began. */
  readonly before: string;
  readonly record: string;
  /** How much of the record had been written when the power went. */
  readonly size: number;
  /** The folder that gets what is left. */
  readonly after: string;
  readonly random: () => number;
}

/** Sectors are written whole. Each that was not synced is there, or not yet, or as it was at any time since. */
export function cutPower({ before, record, size, after, random }: Cut): void {
  const operations = readRecord(record, size);
  const upTo = syncedUpTo(operations);
  // Some cuts leave nearly all of it, some nearly nothing.
  const kept = random() * 1.4 - 0.2;
  const isKept = (at: number, file: number): boolean => at < (upTo[file] ?? 0) || random() < kept;
  const disks = names.map((name) => new Content(join(before, name)));
  const caches = names.map((name) => new Content(join(before, name)));
  for (const [at, { what, file, offset, bytes }] of operations.entries()) {
    const [disk, cache] = [disks[file], caches[file]];
    if (!disk || !cache) throw new Error(`no file ${file}`);
    if (what === kind.truncate) {
      cache.resize(offset);
      if (isKept(at, file)) disk.resize(offset);
    }
    if (what !== kind.write) continue;
    cache.write(bytes, offset);
    const first = offset - (offset % sectorBytes);
    for (let sector = first; sector < offset + bytes.length; sector += sectorBytes) {
      if (isKept(at, file)) disk.write(cache.bytes.slice(sector, sector + sectorBytes), sector);
    }
  }
  mkdirSync(after, { recursive: true });
  for (const [file, name] of names.entries()) {
    const { bytes } = disks[file] ?? {};
    if (bytes && bytes.length > 0) writeFileSync(join(after, name), bytes);
  }
}
