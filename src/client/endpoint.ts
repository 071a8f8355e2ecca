// The endpoint of a command: which server, by which dialect, as which user. Flags say it, or a URL does.

import { CliError, exit } from '../cli/exit';
import { hostAndPort } from '../protocol/bytes/address';
import { didYouMean } from '../protocol/bytes/nearest';
import { clients } from '../protocol/clients';
import type { AccountKeys, Client, Target } from '../protocol/dialect';
import type { Security } from './security';

/** A dialect that has a client. */
export interface ClientDialect {
  readonly dialect: string;
  readonly client: Client;
}

const clientDialects: readonly ClientDialect[] = Object.entries(clients).map(
  ([dialect, client]) => ({ dialect, client }),
);

const clientDialectNames: readonly string[] = clientDialects.map(({ dialect }) => dialect);

/** Flags that say how the server is spoken to where others may listen. */
export const securityOptions = {
  tls: { type: 'boolean', description: 'speak TLS to the server, as +tls in a URL does' },
  ca: {
    type: 'string',
    valueHint: 'FILE',
    description: 'with TLS, trust only who an authority in this file vouches for',
  },
} as const;

/** Flags that say where the server is, for every command that connects to one. */
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
  ...securityOptions,
} as const;

/** The flag of commands that say something. */
export const paddingOptions = {
  'relay-pad': {
    type: 'boolean',
    description:
      'pad texts to 156 bytes from the first on, for relay servers that read whole structures',
  },
} as const;

/** The flag of commands that the server calls back. */
export const listenOptions = {
  'listen-port': {
    type: 'port',
    description:
      'where the server calls you back, for firewalls: it must reach this port (any free one)',
  },
} as const;

/** The values of those flags. */
export interface ServerFlags {
  readonly server: string;
  readonly port: number | undefined;
  readonly dialect: string | undefined;
  readonly tls?: boolean;
  readonly ca?: string | undefined;
  readonly 'relay-pad'?: boolean;
}

export interface Endpoint extends ClientDialect {
  readonly target: Target;
  /** The server as a URL with its dialect, and without a user: `mailbox://localhost:8888`. */
  readonly serverUrl: string;
  /** Whether somebody said the port; else it is the dialect's usual one. */
  readonly isPortNamed: boolean;
  /** Whether to speak TLS. */
  readonly isSecure: boolean;
  /** The file of the only authorities to trust. */
  readonly ca?: string | undefined;
  /** Who is believed to be the server: known once the endpoint is. */
  readonly security?: Security;
  /** The user's keys there, and a code that lets somebody register; only where the protocol can show one. */
  readonly keys?: AccountKeys;
  readonly invite?: string;
}

const urlLike = /^([a-z][a-z0-9+.-]*):\/\//i;

/** Whether a word is a URL; if not, it is a user's name. */
export const isUrl = (word: string): boolean => urlLike.test(word);

/** The endpoint of a name or a URL. A URL wins over the flags. */
export function endpointOf(word: string | undefined, flags: ServerFlags): Endpoint {
  const isUrlGiven = word !== undefined && isUrl(word);
  const found = isUrlGiven ? endpointOfUrl(word) : endpointOfFlags(flags, word);
  const isSecure = found.isSecure || flags.tls === true;
  const endpoint = makeEndpoint(found, found.target, { ...found, isSecure, ca: flags.ca });
  if (flags['relay-pad'] !== true) return endpoint;
  return { ...endpoint, target: { ...endpoint.target, padded: true } };
}

/** The server that the flags name, for `user`. */
export function endpointOfFlags(flags: ServerFlags, user: string | undefined): Endpoint {
  const clientDialect = clientDialectNamed(flags.dialect ?? clientDialectNames[0] ?? '');
  const port = flags.port ?? clientDialect.client.defaultPort;
  const target = { ...(user !== undefined && { user }), host: flags.server, port, path: '' };
  const isPortNamed = flags.port !== undefined;
  return makeEndpoint(clientDialect, target, {
    isPortNamed,
    isSecure: flags.tls === true,
    ca: flags.ca,
  });
}

/** What a URL's scheme has behind the dialect's name where TLS is spoken. */
const secureSuffix = '+tls';

/**
 * The server that a URL names: `dialect://USER@HOST:PORT/PATH`, or `dialect+tls://...`. Everything but the host may be
 * missing.
 */
export function endpointOfUrl(text: string): Endpoint {
  const scheme = (urlLike.exec(text)?.[1] ?? '').toLowerCase();
  const { clientDialect, isSecure, port } = doorOfScheme(scheme);
  // A room may be called `#talk`; a query or a fragment has no other use in our URLs.
  const escaped = text.replace(/[?#]/g, encodeURIComponent);
  let url: URL;
  try {
    // The URL of a known scheme loses a port that is usual there.
    url = new URL(escaped.replace(urlLike, 'chat://'));
  } catch {
    throw new CliError(exit.usage, `${text} is no URL`, `write ${scheme}://NAME@HOST:PORT`);
  }
  if (url.hostname === '') throw new CliError(exit.usage, `${text} names no host`);
  if (url.password !== '') {
    throw new CliError(exit.usage, `${text} has a password, which no protocol here knows`);
  }
  const user = decode(url.username);
  const target = {
    ...(user !== '' && { user }),
    host: decode(url.hostname.replace(/^\[(.*)\]$/, '$1')),
    port: Number(url.port === '' ? (port ?? clientDialect.client.defaultPort) : url.port),
    path: decode(url.pathname.replace(/^\//, '')),
  };
  const isPortNamed = url.port !== '' || port !== undefined;
  return makeEndpoint(clientDialect, target, { isPortNamed, isSecure });
}

/** The dialect of a URL's scheme. `port`: the one that the scheme itself means. */
function doorOfScheme(scheme: string): {
  readonly clientDialect: ClientDialect;
  readonly isSecure: boolean;
  readonly port?: number;
} {
  for (const clientDialect of clientDialects) {
    const { schemes = {} } = clientDialect.client;
    const known = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
    if (known) return { clientDialect, ...known };
  }
  const isSecure = scheme.endsWith(secureSuffix);
  const name = isSecure ? scheme.slice(0, -secureSuffix.length) : scheme;
  return { clientDialect: clientDialectNamed(name), isSecure };
}

/**
 * The line to add when a server was not reached: where it was expected, and whether there is such a place. Empty if what
 * was shown already says so.
 */
export function unreachableHint(
  { target, serverUrl, security }: Endpoint,
  shown: string,
  isHostUnknown: boolean,
): string {
  if (security?.hasFault === true) return '';
  if (isHostUnknown) return `  ${hostUnknown(target.host)}\n`;
  const isShown = shown.includes(`${target.host}:${target.port}`);
  return isShown ? '' : `  no server answers at ${serverUrl}\n`;
}

export const hostUnknown = (host: string): string =>
  `there is no host ${host}, or no way to look it up`;

function makeEndpoint(
  { dialect, client }: ClientDialect,
  target: Target,
  how: Pick<Endpoint, 'isPortNamed' | 'isSecure' | 'ca'>,
): Endpoint {
  const { isPortNamed, isSecure, ca } = how;
  const serverUrl = `${schemeOf(dialect, isSecure)}://${hostAndPort(target)}`;
  return { dialect, client, target, serverUrl, isPortNamed, isSecure, ca };
}

/** How a URL begins that leads to a door of this dialect. */
export const schemeOf = (dialect: string, isSecure: boolean): string =>
  isSecure ? dialect + secureSuffix : dialect;

/** The same at another port. */
export const withPort = (endpoint: Endpoint, port: number): Endpoint =>
  makeEndpoint(endpoint, { ...endpoint.target, port }, { ...endpoint, isPortNamed: true });

function clientDialectNamed(name: string): ClientDialect {
  const found = clientDialects.find(({ dialect }) => dialect === name);
  if (found !== undefined) return found;
  const hint = didYouMean(name, clientDialectNames) ?? `known: ${clientDialectNames.join(', ')}`;
  throw new CliError(exit.usage, `unknown protocol ${name}`, hint);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new CliError(exit.usage, `${text} is not percent-encoded UTF-8`);
  }
}
