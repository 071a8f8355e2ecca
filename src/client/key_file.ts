// The file of the user's keys: a line for each, by server and name. It only grows, so that two programs lose none.

import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

import { CliError, exit } from '../cli/exit';
import { keyForm } from '../protocol/bytes/secret';
import { limits } from '../protocol/limits';

/** What stands behind a key: nobody has taken it yet, or it is good no more. */
export type KeyMark = 'pending' | 'dropped';

/** The bits of a mode that let others in. */
const othersMode = 0o077;

export interface KeptKey {
  readonly key: string;
  readonly isPending: boolean;
}

/** The keys of a file, each list in the order in which they came. */
export type KeysByPlace = ReadonlyMap<string, readonly KeptKey[]>;

/** The name of an account at a server, in one form: `mailbox://alice@localhost:8888`. */
export function placeOf(serverUrl: string, alias: string): string {
  const name = encodeURIComponent(alias.normalize('NFC').toLowerCase());
  return serverUrl.toLowerCase().replace('://', `://${name}@`);
}

/** What is in a private file; undefined where there is none. Throws a CliError where others can read it. */
export function readPrivate(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw unusable(path, error);
  }
  try {
    const { mode, size } = fstatSync(file);
    if ((mode & othersMode) !== 0) {
      const hint = `chmod 600 ${path}`;
      throw new CliError(
        exit.notAllowed,
        `${path} can be read by others, so its keys are not used`,
        hint,
      );
    }
    if (size > limits.client.keyFileBytes) {
      throw new CliError(exit.badData, `${path} is too large for a file of keys`);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof CliError ? error : unusable(path, error);
  } finally {
    closeSync(file);
  }
}

/** The keys in a text as `chat key export` prints it. What is no line of that form is left out. */
export function keysIn(text: string): KeysByPlace {
  const keys = new Map<string, KeptKey[]>();
  for (const line of text.split('\n')) {
    const [place = '', key = '', mark] = line.trim().split(/\s+/);
    if (!place.includes('://') || !keyForm.test(key)) continue;
    const rest = (keys.get(place) ?? []).filter((one) => one.key !== key);
    const isDropped = mark === ('dropped' satisfies KeyMark);
    const isPending = mark === ('pending' satisfies KeyMark);
    keys.set(place, isDropped ? rest : [...rest, { key, isPending }]);
  }
  return keys;
}

/** Writes a key down, or what has become of it. One write, so that lines of several programs stand one behind the other. */
export function noteKey(path: string, place: string, key: string, mark?: KeyMark): void {
  const line = [place, key, mark ?? []].flat().join(' ');
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(path, 'a', 0o600);
    try {
      // The one before may have been cut off.
      writeSync(file, `\n${line}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unusable(path, error);
  }
}

const unusable = (path: string, error: unknown): CliError =>
  new CliError(
    exit.cannotCreate,
    `${path}: ${error instanceof Error ? error.message : String(error)}`,
  );
