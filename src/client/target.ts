// Whom and where: a name and flags, or a URL that says it all.

import { CliError, exit } from '../cli';
import { nearest } from '../cli/nearest';
import type { Caller, Target } from '../protocol/dialect';
import { dialects } from '../protocol/index';

/** A dialect that a client can speak. */
export interface Speech {
  readonly dialect: string;
  readonly caller: Caller;
}

const speeches: readonly Speech[] = dialects.flatMap(({ name, caller }) =>
  caller === undefined ? [] : [{ dialect: name, caller }],
);

export const speechNames: readonly string[] = speeches.map(({ dialect }) => dialect);

/** Flags that say where the server is, for every command that calls one. */
export const serverOptions = {
  server: {
    type: 'string',
    short: 's',
    hint: 'HOST',
    about: 'where the server is',
    default: 'localhost',
  },
  port: { type: 'port', short: 'p', about: "its port, instead of the dialect's own" },
  dialect: {
    type: 'choice',
    short: 'd',
    choices: speechNames,
    hint: 'NAME',
    about: `how to speak to it: ${speechNames.join(', ')}`,
  },
} as const;

/** What those flags were given. */
export interface ServerFlags {
  readonly server: string;
  readonly port: number | undefined;
  readonly dialect: string | undefined;
}

export interface Goal extends Speech {
  readonly target: Target;
  /** How people write the place: the dialect and the server, without anybody's name. */
  readonly place: string;
}

/**
 * What to add to a failure to reach a server: where it was looked for, unless what was shown says so
 * already. Empty if nothing is to be added.
 */
export function whereSought({ target, place }: Goal, shown: string): string {
  return shown.includes(`${target.host}:${target.port}`) ? '' : `  no server answers at ${place}\n`;
}

const urlLike = /^([a-z][a-z0-9+.-]*):\/\//i;

/** Whether a word is a URL; if not, it is somebody's name. */
export const isUrl = (word: string): boolean => urlLike.test(word);

/** The server that the flags name, for `user`. */
export function goalOfFlags(flags: ServerFlags, user: string | undefined): Goal {
  const speech = speechNamed(flags.dialect ?? speechNames[0] ?? '');
  const port = flags.port ?? speech.caller.defaultPort;
  return goal(speech, { ...(user !== undefined && { user }), host: flags.server, port, path: '' });
}

/** The server that a URL names: `dialect://USER@HOST:PORT/PATH`, everything but the host may be left out. */
export function goalOfUrl(text: string): Goal {
  const scheme = (urlLike.exec(text)?.[1] ?? '').toLowerCase();
  const speech = speechNamed(scheme);
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
  return goal(speech, {
    ...(user !== '' && { user }),
    host: decode(url.hostname.replace(/^\[(.*)\]$/, '$1')),
    port: url.port === '' ? speech.caller.defaultPort : Number(url.port),
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
export const goalOf = (word: string | undefined, flags: ServerFlags): Goal =>
  word !== undefined && isUrl(word) ? goalOfUrl(word) : goalOfFlags(flags, word);

function goal(speech: Speech, target: Target): Goal {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return { ...speech, target, place: `${speech.dialect}://${host}:${target.port}` };
}

function speechNamed(name: string): Speech {
  const found = speeches.find(({ dialect }) => dialect === name);
  if (found !== undefined) return found;
  const meant = nearest(name, speechNames);
  throw new CliError(
    exit.usage,
    `unknown protocol ${name}`,
    meant === undefined ? `known: ${speechNames.join(', ')}` : `did you mean ${meant}?`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new CliError(exit.usage, `${text} is not percent-encoded UTF-8`);
  }
}
