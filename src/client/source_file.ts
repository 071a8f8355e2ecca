// A file of the user's own on its way to a peer: read piece by piece, never further ahead than one.

import { closeSync, constants, fstatSync, openSync, read } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

import type { ClientConnection, SourceFile } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { ok, refused, type Result } from '../protocol/model';
import type { SocketConnection } from './connection';

type Frame = Parameters<ClientConnection['sendSource']>[2];

/** An opened file; sending it closes it. */
export class OpenedFile implements SourceFile {
  readonly name: string;
  readonly size: number;
  readonly #fd: number;
  #isClosed = false;

  constructor(name: string, size: number, fd: number) {
    this.name = name;
    this.size = size;
    this.#fd = fd;
  }

  /** Bytes from `position` into `buffer`; 0 at the end of the file and when it cannot be read. */
  readInto(buffer: Uint8Array, position: number, then: (count: number) => void): void {
    read(this.#fd, buffer, 0, buffer.length, position, (error, count) => {
      then(error === null ? count : 0);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#fd);
  }
}

/** A path as it is typed at a prompt, where no shell puts the home folder in place of `~/`. */
export const typedPath = (path: string): string =>
  path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;

/** Opens a file for sending; refused unless it is a regular file that can be read. */
export function openSource(path: string): Result<OpenedFile, 'unreadable'> {
  let fd: number | undefined;
  try {
    // A pipe without a writer must not hold up the program.
    fd = openSync(typedPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(fd);
    if (status.isFile()) return ok(new OpenedFile(basename(path), status.size, fd));
  } catch {
    // Refused below, whatever the reason was.
  }
  if (fd !== undefined) closeSync(fd);
  return refused('unreadable');
}

/**
 * Writes the whole of a file to a wire. One buffer serves all pieces: the next is read when the last has
 * left. A file that has become shorter than it was fails, since its size was promised.
 */
export function sendSource(
  connection: SocketConnection,
  file: OpenedFile,
  sent: (bytes: number) => void,
  done: (result: Result<void, 'gone'>) => void,
  frame?: Frame,
): void {
  const most = Math.min(frame?.pieceBytes ?? limits.files.readBytes, limits.files.readBytes);
  const buffer = new Uint8Array(Math.max(1, Math.min(most, file.size)));
  let position = 0;
  const finish = (result: Result<void, 'gone'>): void => {
    file.close();
    done(result);
  };
  const next = (): void => {
    const left = file.size - position;
    if (left === 0) {
      finish(ok(undefined));
      return;
    }
    file.readInto(buffer.subarray(0, Math.min(buffer.length, left)), position, (count) => {
      if (count === 0 || connection.isClosed) {
        finish(refused('gone'));
        return;
      }
      position += count;
      const piece = buffer.subarray(0, count);
      for (const bytes of frame === undefined ? [piece] : frame.wrap(piece))
        connection.write(bytes);
      connection.whenDrained((left) => {
        if (!left) {
          finish(refused('gone'));
          return;
        }
        sent(position);
        next();
      });
    });
  };
  next();
}
