// The space that files take: what is stored, what is reserved for those on their way, and whose it is.

import { limits } from '../../protocol/limits';
import type { FileHash } from '../../protocol/model';
import type { Disk } from './disk';

/** The peer who brings a file: its address as it is counted, and the account that it has proved to be. */
export interface FileOwner {
  readonly address: string;
  readonly account?: string;
}

/** A file on its way in. */
export interface Reservation {
  readonly size: number;
  readonly owners: readonly string[];
  /** Bytes that the disk has. */
  written: number;
  /** Bytes that nobody else gets: those that came, and a step ahead of them, however many were announced. */
  reserved: number;
}

export interface SpaceSettings {
  /** The largest file taken, in bytes. None by default. */
  readonly largest?: number;
  /** All files together, in bytes, those on their way in included. None by default. */
  readonly total?: number;
  /** All files of one account, and of one address, in bytes. A share of all by default. */
  readonly each?: number;
  disk(): Disk;
}

type Refusal = 'no-space' | 'too-large';

interface StoredFile {
  readonly size: number;
  readonly owners: readonly string[];
}

export class FileSpace {
  readonly #settings: SpaceSettings;
  readonly #stored = new Map<FileHash, StoredFile>();
  /** The sum of their sizes. */
  #storedBytes = 0;
  readonly #reservations = new Set<Reservation>();
  /** Bytes stored and reserved of each owner. */
  readonly #usage = new Map<string, number>();

  constructor(settings: SpaceSettings) {
    this.#settings = settings;
  }

  /** How many files are kept, and how many bytes they have together. */
  get usage(): { readonly count: number; readonly bytes: number } {
    return { count: this.#stored.size, bytes: this.#storedBytes };
  }

  /** A file is announced. Nothing is reserved yet. */
  open(size: number, owner: FileOwner | undefined): Reservation {
    const owners =
      owner === undefined
        ? []
        : [`address ${owner.address}`, ...(owner.account ? [`account ${owner.account}`] : [])];
    const reservation: Reservation = { size, owners, written: 0, reserved: 0 };
    this.#reservations.add(reservation);
    return reservation;
  }

  /** Why an announced file cannot be taken, if so. The whole of it must fit now, but only a step is reserved. */
  admit(reservation: Reservation): Refusal | undefined {
    const { size, owners } = reservation;
    const { largest } = this.#settings;
    if (largest !== undefined && size > largest) return 'too-large';
    if (owners.some((owner) => this.#uploadsOf(owner) > limits.files.uploadsPerOwner)) {
      return 'no-space';
    }
    if (!this.#fits(reservation, size)) return 'no-space';
    this.#reserve(reservation, Math.min(size, limits.files.reserveBytes));
    return undefined;
  }

  /** Reserves what is about to be written; false where there is no space for it any more. */
  extend(reservation: Reservation, bytes: number): boolean {
    const wanted = reservation.written + bytes;
    if (wanted <= reservation.reserved) return true;
    const ahead = Math.min(reservation.size, wanted + limits.files.reserveBytes);
    for (const goal of [ahead, wanted]) {
      const more = goal - reservation.reserved;
      if (!this.#fits(reservation, more)) continue;
      this.#reserve(reservation, more);
      return true;
    }
    return false;
  }

  /** The file is over, or whole: nothing is reserved for it any more. */
  close(reservation: Reservation): void {
    this.#reserve(reservation, -reservation.reserved);
    this.#reservations.delete(reservation);
  }

  stored(hash: FileHash, size: number, owners: readonly string[] = []): void {
    // The same bytes take no more space when another user brings them.
    if (this.#stored.has(hash)) return;
    this.#stored.set(hash, { size, owners });
    this.#storedBytes += size;
    for (const owner of owners) this.#use(owner, size);
  }

  deleted(hash: FileHash): void {
    const { size = 0, owners = [] } = this.#stored.get(hash) ?? {};
    this.#stored.delete(hash);
    this.#storedBytes -= size;
    for (const owner of owners) this.#use(owner, -size);
  }

  #fits({ owners }: Reservation, more: number): boolean {
    let reserved = 0;
    let unwritten = 0;
    for (const other of this.#reservations) {
      reserved += other.reserved;
      unwritten += other.reserved - other.written;
    }
    const { total, each } = this.#settings;
    if (total !== undefined && this.#storedBytes + reserved + more > total) return false;
    const disk = this.#settings.disk();
    // A share stays free for the database.
    const free = disk.free - unwritten - disk.size * limits.files.diskFree;
    if (more > free) return false;
    const all = total ?? this.#storedBytes + reserved + free;
    const most = each ?? all * limits.files.ownerShare;
    return owners.every((owner) => (this.#usage.get(owner) ?? 0) + more <= most);
  }

  #reserve(reservation: Reservation, more: number): void {
    reservation.reserved += more;
    for (const owner of reservation.owners) this.#use(owner, more);
  }

  #use(owner: string, bytes: number): void {
    const usage = (this.#usage.get(owner) ?? 0) + bytes;
    if (usage > 0) this.#usage.set(owner, usage);
    else this.#usage.delete(owner);
  }

  #uploadsOf(owner: string): number {
    let uploads = 0;
    for (const { owners } of this.#reservations) if (owners.includes(owner)) uploads++;
    return uploads;
  }
}
