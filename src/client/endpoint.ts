// Whom and where: a name and flags, or a URL that says it all.

import { CliError, exit } from '../cli/exit';
import { nearest } from '../cli/nearest';
import type { Client, Target } from '../protocol/dialect';
import { dialects } from '../protocol/index';

/** A dialect that a client can speak. */
export interface ClientDialect {
  readonly dialect: string;
  readonly client: Client;
}

const clientDialects: readonly ClientDialect[] = dialects.flatMap(({ name, client }) =>
  client === undefined ? [] : [{ dialect: name, client }],
);

export const clientDialectNames: readonly string[] = clientDialects.map(({ dialect }) => dialect);

/** Flags that say where the server is, for every command that calls one. */
export const serverOptions = {
  server: {
    type: 'string',
    alias: 's',
    valueHint: 'HOST',
    description: 'where the server is',
    default: 'localhost',
  },
  port: { type: 'port', alias: 'p', description: "its port, instead of the dialect's own" },
  dialect: {
    type: 'enum',
    alias: 'd',
    options: clientDialectNames,
    valueHint: 'NAME',
    description: `how to speak to it: ${clientDialectNames.join(', ')}`,
  },
} as const;

/** What those flags were given. */
export interface ServerFlags {
  readonly server: string;
  readonly port: number | undefined;
  readonly dialect: string | undefined;
}

export interface Endpoint extends ClientDialect {
  readonly target: Target;
  /** How people write the place: the dialect and the server, without anybody's name. */
  readonly serverUrl: string;
}

/**
 * What to add to a failure to reach a server: where it was looked for, unless what was shown says so
 * already. Empty if nothing is to be added.
 */
export function unreachableHint({ target, serverUrl }: Endpoint, shown: string): string {
  return shown.includes(`${target.host}:${target.port}`)
    ? ''
    : `  no server answers at ${serverUrl}\n`;
}

const urlLike = /^([a-z][a-z0-9+.-]*):\/\//i;

/** Whether a word is a URL; if not, it is somebody's name. */
export const isUrl = (word: string): boolean => urlLike.test(word);

/** The server that the flags name, for `user`. */
export function endpointOfFlags(flags: ServerFlags, user: string | undefined): Endpoint {
  const clientDialect = clientDialectNamed(flags.dialect ?? clientDialectNames[0] ?? '');
  const port = flags.port ?? clientDialect.client.defaultPort;
  return endpoint(clientDialect, {
    ...(user !== undefined && { user }),
    host: flags.server,
    port,
    path: '',
  });
}

/** The server that a URL names: `dialect://USER@HOST:PORT/PATH`, everything but the host may be left out. */
export function endpointOfUrl(text: string): Endpoint {
  const scheme = (urlLike.exec(text)?.[1] ?? '').toLowerCase();
  const clientDialect = clientDialectNamed(scheme);
  // A room may be called `#talk`, and a URL has no other use for what comes after `#` or `?`.
  const escaped = text.replace(/[?#]/g, encodeURIComponent);
  let url: URL;
  try {
    url = new URL(escaped);
  } catch {
    throw new CliError(exit.usage, `${text} is no URL`, `write ${scheme}://NAME@HOST:PORT`);
  }
  if (url.hostname === '') throw new CliError(exit.usage, `${text} names no host`);
  if (url.password !== '') {
    throw new CliError(exit.usage, `${text} has a password, which no protocol here knows`);
  }
  const user = decode(url.username);
  return endpoint(clientDialect, {
    ...(user !== '' && { user }),
    host: decode(url.hostname.replace(/^\[(.*)\]$/, '$1')),
    port: url.port === '' ? clientDialect.client.defaultPort : Number(url.port),
    path: decode(url.pathname.replace(/^\//, '')),
  });
}

/** With what proves who the user is, from the environment: flags and URLs can be read by others. */
export function withToken(
  target: Target,
  env: Readonly<Record<string, string | undefined>>,
): Target {
  const token = env['CHAT_TOKEN'];
  return token === undefined || token === '' ? target : { ...target, token };
}

/** A name or a URL; the URL wins over the flags. */
export const endpointOf = (word: string | undefined, flags: ServerFlags): Endpoint =>
  word !== undefined && isUrl(word) ? endpointOfUrl(word) : endpointOfFlags(flags, word);

function endpoint(clientDialect: ClientDialect, target: Target): Endpoint {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return {
    ...clientDialect,
    target,
    serverUrl: `${clientDialect.dialect}://${host}:${target.port}`,
  };
}

function clientDialectNamed(name: string): ClientDialect {
  const found = clientDialects.find(({ dialect }) => dialect === name);
  if (found !== undefined) return found;
  const meant = nearest(name, clientDialectNames);
  throw new CliError(
    exit.usage,
    `unknown protocol ${name}`,
    meant === undefined ? `known: ${clientDialectNames.join(', ')}` : `did you mean ${meant}?`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new CliError(exit.usage, `${text} is not percent-encoded UTF-8`);
  }
}
