// A file of the user's on its way to a peer: it is read piece by piece, and never more than one piece ahead.

import { closeSync, constants, fstatSync, openSync, read } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

import type { ClientConnection, SourceFile, Unreadable } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { ok, refused, type Result } from '../protocol/model';
import type { SocketConnection } from './connection';

type Frame = Parameters<ClientConnection['sendSource']>[2];

/** An opened file. Sending it closes it. */
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

  /** Reads from `position` into `buffer`; the count is 0 at the end of the file, and if it cannot be read. */
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

/** A path as it was typed at our prompt, where no shell replaces `~/` by the home folder. */
export const typedPath = (path: string): string =>
  path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;

const reasons: Readonly<Record<string, Unreadable>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  // A socket, or a pipe or device that cannot be opened so.
  ENXIO: 'no-file',
};

/** Opens a file for sending. Refuses what is not a regular file that can be read. */
export function openSource(path: string, name = basename(path)): Result<OpenedFile, Unreadable> {
  let fd: number | undefined;
  let why: Unreadable;
  try {
    // Without O_NONBLOCK, a pipe without a writer would block the program.
    fd = openSync(typedPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(fd);
    if (status.isFile()) return ok(new OpenedFile(name, status.size, fd));
    why = status.isDirectory() ? 'folder' : 'no-file';
  } catch (error) {
    why = reasons[(error as { code?: string }).code ?? ''] ?? 'unreadable';
  }
  if (fd !== undefined) closeSync(fd);
  return refused(why);
}

/**
 * Writes a whole file to a connection. One buffer is used for all pieces: the next is read when the last has
 * left. A file that has become shorter fails, because its size was announced.
 */
export function sendSource(
  connection: SocketConnection,
  file: OpenedFile,
  sent: (bytes: number) => void,
  done: (result: Result<void, 'gone'>) => void,
  frame?: Frame,
): void {
  const pieceBytes = Math.min(frame?.pieceBytes ?? limits.files.readBytes, limits.files.readBytes);
  const buffer = new Uint8Array(Math.max(1, Math.min(pieceBytes, file.size)));
  let position = 0;
  const finish = (result: Result<void, 'gone'>): void => {
    file.close();
    done(result);
  };
  const next = (): void => {
    const rest = file.size - position;
    if (rest === 0) {
      finish(ok(undefined));
      return;
    }
    file.readInto(buffer.subarray(0, Math.min(buffer.length, rest)), position, (count) => {
      if (count === 0 || connection.isClosed) {
        finish(refused('gone'));
        return;
      }
      position += count;
      const piece = buffer.subarray(0, count);
      for (const bytes of frame === undefined ? [piece] : frame.wrap(piece))
        connection.write(bytes);
      connection.whenDrained((isSent) => {
        if (!isSent) {
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
