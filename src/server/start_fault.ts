// Why the server could not start, in words for its operator.

import { tmpdir } from 'node:os';

import { CliError, exit } from '../cli/exit';
import { FolderInUse, LostDatabase } from './folder';
import { ForeignDatabase, NewerDatabase } from './hub/store';
import { BadCertificate } from './net/certificate';
import { PortUnavailable } from './open_doors';

/** The error for the operator; what is our bug stays as it is. `folder`: where everything is kept. */
export function explained(error: unknown, folder: string | undefined): unknown {
  if (error instanceof FolderInUse || error instanceof PortUnavailable) {
    return new CliError(exit.unavailable, error.message);
  }
  if (error instanceof BadCertificate) {
    return new CliError(exit.badData, error.message, error.hint);
  }
  if (error instanceof RangeError) {
    const hint = 'write addresses or networks, with commas between them: 10.0.0.2,10.1.0.0/16';
    return new CliError(exit.usage, `--proxy-protocol: ${error.message} is neither`, hint);
  }
  if (error instanceof NewerDatabase) {
    return new CliError(exit.badData, error.message, 'use the newer chat, or another --data');
  }
  if (error instanceof ForeignDatabase) {
    return new CliError(exit.badData, error.message, 'use another --data');
  }
  if (error instanceof LostDatabase) {
    const hint = 'bring the database back, or move what is left to another place';
    return new CliError(exit.badData, error.message, hint);
  }
  const { code = '', message } = error as { code?: string; message?: string };
  const place = folder ?? tmpdir();
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    return new CliError(exit.badData, `the database in ${place} is damaged: ${message ?? code}`);
  }
  // The system's own errors: ENOENT, EACCES, SQLITE_CANTOPEN and whatever else a disk has to say.
  if (/^(E[A-Z0-9]+|SQLITE_[A-Z_]+)$/.test(code)) {
    return new CliError(exit.cannotCreate, `${place} cannot be written: ${message ?? code}`);
  }
  return error;
}
