// The keys of the user's accounts: kept by server and name, or handed over for one command.

import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { keyForm } from '../protocol/bytes/secret';
import type { AccountKeys } from '../protocol/dialect';
import { ok, refused, type Result } from '../protocol/model';
import { type Endpoint, schemeOf } from './endpoint';
import { type KeyMark, type KeysByPlace, keysIn, noteKey, placeOf, readPrivate } from './key_file';
import { areOfOneServer } from './local_doors';
import { stateFolder } from './state_folder';

/** The flag of every command that may act for an account. */
export const keyOptions = {
  'key-file': {
    type: 'string',
    valueHint: 'FILE',
    description: 'the file with your key, instead of the one that is kept (or CHAT_KEY)',
  },
} as const;

export interface KeyFlags {
  readonly 'key-file': string | undefined;
}

/** A key, of 256 bits. */
export const newKey = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');

export const keyFileOf = (env: Io['env']): string => `${stateFolder(env)}/keys`;

export class ClientKeys implements AccountKeys {
  readonly #path: string;
  readonly #serverUrl: string;
  readonly #given: { readonly alias: string; readonly secret: string } | undefined;
  #kept: KeysByPlace;

  /** `given`: what is shown for an alias, whatever is kept. Throws a CliError where the file cannot be used. */
  constructor(
    env: Io['env'],
    serverUrl: string,
    given?: { readonly alias: string; readonly secret: string },
  ) {
    this.#path = keyFileOf(env);
    this.#serverUrl = serverUrl;
    this.#given = given;
    this.#kept = this.#read();
  }

  #read(): KeysByPlace {
    return keysIn(readPrivate(this.#path) ?? '');
  }

  of(alias: string): string | undefined {
    if (this.#given !== undefined && this.#given.alias === alias) return this.#given.secret;
    const kept = this.#kept.get(placeOf(this.#serverUrl, alias)) ?? [];
    return (kept.findLast(({ isPending }) => !isPending) ?? kept.at(-1))?.key;
  }

  make(alias: string): Result<string, 'unwritable'> {
    if (this.#given?.alias === alias && keyForm.test(this.#given.secret)) {
      return ok(this.#given.secret);
    }
    const kept = this.#kept.get(placeOf(this.#serverUrl, alias)) ?? [];
    const pending = kept.findLast(({ isPending }) => isPending);
    if (pending) return ok(pending.key);
    const key = newKey();
    try {
      this.#note(alias, key, 'pending');
    } catch {
      return refused('unwritable');
    }
    return ok(key);
  }

  confirm(alias: string, key: string): void {
    if (this.#given?.alias !== alias) this.#note(alias, key);
  }

  drop(alias: string, key: string): void {
    if (this.#given?.alias !== alias) this.#note(alias, key, 'dropped');
  }

  #note(alias: string, key: string, mark?: KeyMark): void {
    noteKey(this.#path, placeOf(this.#serverUrl, alias), key, mark);
    this.#kept = this.#read();
  }
}

/** The endpoint with the user's keys at that server, where its protocol can show any. */
export function withKeys(endpoint: Endpoint, flags: KeyFlags, { env }: Pick<Io, 'env'>): Endpoint {
  const { client, serverUrl, target } = endpoint;
  const invite = env['CHAT_INVITE'] || undefined;
  if (client.takesKeys === undefined) return endpoint;
  const alias = target.user;
  const secret = givenSecret(flags['key-file'], env);
  const given = alias === undefined || secret === undefined ? undefined : { alias, secret };
  const keys = new ClientKeys(env, serverUrl, given);
  const shown = alias === undefined ? secret : (keys.of(alias) ?? keyOfDoors(endpoint, alias, env));
  return {
    ...endpoint,
    keys,
    ...(invite !== undefined && { invite }),
    target: shown === undefined ? target : { ...target, secret: shown },
  };
}

/** The key that another door of the same server has given, where nobody comes in without one. */
function keyOfDoors(
  { client, dialect, isSecure, target: { host, port } }: Endpoint,
  alias: string,
  env: Io['env'],
): string | undefined {
  if (client.takesKeys !== 'needed') return undefined;
  return keyBeside(alias, { 'key-file': undefined }, env, (door) => {
    const doors = { [door.scheme]: door.port, [schemeOf(dialect, isSecure)]: port };
    return areOfOneServer(door.host, doors, env) && areOfOneServer(host, doors, env);
  });
}

/**
 * The key of an account for a request beside the doors: the one handed over, or the newest that is kept for a door of the
 * same server. `isSameServer`: whether a door that a kept key belongs to is one of that server's, so that no other
 * program that listens on its machine is shown the key.
 */
export function keyBeside(
  alias: string,
  flags: KeyFlags,
  env: Io['env'],
  isSameServer: (door: {
    readonly scheme: string;
    readonly host: string;
    readonly port: number;
  }) => boolean,
): string | undefined {
  const given = givenSecret(flags['key-file'], env);
  if (given !== undefined) return given;
  const wanted = alias.normalize('NFC').toLowerCase();
  for (const [place, keys] of [...keysIn(readPrivate(keyFileOf(env)) ?? '')].reverse()) {
    if (!URL.canParse(place)) continue;
    const { protocol, username, hostname, port } = new URL(place);
    const door = { scheme: protocol.slice(0, -1), host: hostname, port: Number(port) };
    const isOwn = decodeURIComponent(username) === wanted && isSameServer(door);
    const key = keys.findLast(({ isPending }) => !isPending)?.key;
    if (isOwn && key !== undefined) return key;
  }
  return undefined;
}

/** What the user hands over: never on the command line, which everybody on the machine can read. */
function givenSecret(file: string | undefined, env: Io['env']): string | undefined {
  // CHAT_TOKEN is what CHAT_KEY was called.
  if (file === undefined) return env['CHAT_KEY'] || env['CHAT_TOKEN'] || undefined;
  const text = readPrivate(file);
  if (text === undefined) throw new CliError(exit.badData, `there is no file ${file}`);
  // A key alone, or a line as `chat key export` prints it.
  const first = text.split('\n').find((line) => line.trim() !== '') ?? '';
  const secret = [...keysIn(first).values()][0]?.[0]?.key ?? first.trim();
  if (secret === '') throw new CliError(exit.badData, `${file} holds no key`);
  return secret;
}
