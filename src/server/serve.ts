// `chat serve`: opens the doors that were asked for and serves until it is told to stop.

import { realpathSync } from 'node:fs';
import { relative } from 'node:path';

import { defineCommand, type Option } from '../cli/command';
import { CliError, exit } from '../cli/exit';
import { everywhere, isAny } from '../net/address';
import { hostAndPort } from '../protocol/bytes/address';
import { terminalJson } from '../protocol/bytes/escape';
import type { Dialect, ServerFlagValues } from '../protocol/dialect';
import { dialects } from '../protocol/index';
import { limits } from '../protocol/limits';
import { announce } from './announcement';
import { SystemConsole } from './console';
import { policyOf, policyOptions } from './credentials/flags';
import { defaultFolder } from './folder';
import type { CertificateFiles } from './net/certificate';
import { wayTo } from './net/wrong_door';
import type { DoorRequest } from './open_doors';
import { readRates } from './quota/flag';
import { type RunningServer, startServer } from './server';
import { explained } from './start_fault';

/** The door that `-p` opens, and that is open when no other is named. */
const first = dialects[0];

/** Doors that `--all` opens, in this order, from `-p` on. */
const all = dialects.filter(({ server }) => server !== undefined && server.oneAtATime !== true);

/** The flag that opens a door with TLS. */
const secureFlag = ({ name }: Dialect): string => `${name}-tls`;

const doorOptions: Record<string, Option> = {};
for (const dialect of dialects) {
  if (!dialect.server) continue;
  if (dialect !== first) {
    doorOptions[dialect.name] = { type: 'port', description: `open the ${dialect.name} door` };
  }
  const description = `open the ${dialect.name} door with TLS`;
  doorOptions[secureFlag(dialect)] = { type: 'port', description };
  for (const { name, ...option } of dialect.server.flags ?? []) doorOptions[name] = option;
}

const dayMs = 24 * 3_600_000;
const unitMs = { d: dayMs, h: 3_600_000, m: 60_000, s: 1000 } as const;

const options = {
  port: { type: 'port', alias: 'p', description: `open the ${first?.name ?? 'first'} door (8888)` },
  all: {
    type: 'boolean',
    description: 'open every door, on the ports from -p on; with a certificate, also each with TLS',
  },
  'tls-cert': {
    type: 'string',
    valueHint: 'FILE',
    description: 'the certificate in PEM, with those between it and its authority',
  },
  'tls-key': { type: 'string', valueHint: 'FILE', description: 'its private key in PEM' },
  'proxy-protocol': {
    type: 'string',
    valueHint: 'ADDRESS,...',
    description: 'your proxies, as 10.0.0.2 or 10.0.0.0/24: they say whose connections they carry',
  },
  host: { type: 'string', description: 'the address to listen on (all of them, of IPv6 and IPv4)' },
  data: { type: 'string', valueHint: 'DIR', description: 'where everything is kept' },
  memory: { type: 'boolean', description: 'keep nothing' },
  'max-file': { type: 'size', description: 'refuse larger attachments (no limit)' },
  'max-files': {
    type: 'size',
    description: 'all attachments that wait, together (what the disk takes)',
  },
  'max-files-each': {
    type: 'size',
    description: 'those of one account, and of one address (half of all)',
  },
  'keep-files': {
    type: 'integer',
    valueHint: 'DAYS',
    min: 1,
    max: limits.files.attachmentDaysMost,
    description: 'how long an attachment waits',
    default: limits.files.attachmentMs / dayMs,
  },
  history: {
    type: 'string',
    valueHint: 'DURATION',
    description: 'how long what is said is kept: 30d, 12h, or off',
    default: '30d',
    // Another command's `--history` means the lines that were typed.
    env: 'CHAT_KEEP_HISTORY',
  },
  'history-size': {
    type: 'size',
    description: 'all that is kept, together; then the oldest goes first (4G)',
  },
  ...policyOptions,
  rate: {
    type: 'string',
    valueHint: 'KIND=N,...',
    description: 'how much one address may do in a second, or off (messages=1000, names=50, ...)',
  },
  'exempt-loopback': { type: 'boolean', description: 'hold peers on this machine to no rate' },
  metrics: {
    type: 'port',
    description: 'open a port for monitoring: /metrics, /health/live, /health/ready',
  },
  'metrics-host': {
    type: 'string',
    description: 'the address of that port; others than this machine can read it then',
    default: '127.0.0.1',
  },
  quiet: { type: 'boolean', description: 'print no console lines' },
} as const satisfies Record<string, Option>;

export const serve = defineCommand({
  meta: { name: 'serve', description: 'Run the chat server' },
  args: { ...doorOptions, ...options },
  examples: ['chat serve -p 8888', 'chat serve --all'],
  async run(given) {
    const flags = given as Readonly<Record<string, string | number | boolean | undefined>>;
    // All that the server writes is for its own user's eyes, in whatever folder.
    process.umask(0o077);
    const console = new SystemConsole(given.quiet);
    const folder = given.memory ? undefined : (given.data ?? defaultFolder());
    const certificate = certificateOf(given['tls-cert'], given['tls-key']);
    let server: RunningServer;
    try {
      server = await startServer({
        host: given.host ?? everywhere,
        doors: requested(given.port, given.all, flags, certificate),
        ...(certificate && { certificate }),
        ...(given['proxy-protocol'] !== undefined && {
          proxies: given['proxy-protocol'].split(',').map((part) => part.trim()),
        }),
        ...(given.metrics !== undefined && {
          metrics: { host: given['metrics-host'], port: given.metrics },
        }),
        folder,
        flags: doorFlags(flags),
        console,
        ...(given['max-file'] !== undefined && { largestFile: given['max-file'] }),
        ...(given['max-files'] !== undefined && { storedFiles: given['max-files'] }),
        ...(given['max-files-each'] !== undefined && { filesOfEach: given['max-files-each'] }),
        attachmentMs: given['keep-files'] * dayMs,
        historyMs: readHistory(given.history),
        ...(given['history-size'] !== undefined && { historyBytes: given['history-size'] }),
        policy: policyOf(given),
        rates: {
          ...(given.rate !== undefined && { perSecond: readRates(given.rate) }),
          exemptLoopback: given['exempt-loopback'],
        },
      });
    } catch (error) {
      throw explained(error, folder);
    }
    // One door that was asked for by its number needs no word: its banner has said it.
    const expected = server.doors.length === 1 && server.doors[0]?.dialect === first;
    if (!expected || server.doors[0]?.address.port !== given.port) {
      for (const line of doorTable(server)) console.warn(line);
    }
    if (server.metricsPort !== undefined) {
      const at = hostAndPort({ host: given['metrics-host'], port: server.metricsPort });
      console.warn(`metrics  http://${at}/metrics`);
    }
    const forget = announce(
      Object.fromEntries(server.doors.map((door) => [schemeOf(door), door.address.port])),
    );
    if (certificate) process.on('SIGHUP', () => server.reloadCertificate());
    await stopSignal();
    forget();
    await server.stop();
    return exit.ok;
  },
});

/** How long history is kept, in ms; 0 for `off`. */
function readHistory(text: string): number {
  if (text === 'off') return 0;
  const match = /^(\d{1,9})(d|h|m|s)$/.exec(text);
  const ms = match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : 0;
  if (ms > 0 && ms <= limits.history.keptMsMost) return ms;
  const hint = 'write --history 30d, 12h, 90m, or off';
  throw new CliError(exit.usage, `--history: ${terminalJson(text)} is not a duration`, hint);
}

/** The open doors, and what to type to come in by each. */
function doorTable({ doors }: RunningServer): string[] {
  const width = Math.max(...doors.map((door) => schemeOf(door).length));
  const program = programName();
  return doors.map((door) => {
    const { host, port } = door.address;
    const how = wayTo(door, isAny(host) ? 'localhost' : host, program, '$USER');
    return `${schemeOf(door).padEnd(width)}  ${String(port).padStart(5)}  ${how.replace('open ', '')}`;
  });
}

/** This program as the operator's shell finds it. */
function programName(): string {
  const [name, path] = ['chat', process.execPath];
  const found = Bun.which(name);
  if (found !== null && realpathSync(found) === realpathSync(path)) return name;
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near.includes('/') ? near : `./${near}`;
}

function requested(
  port: number | undefined,
  everything: boolean,
  flags: Readonly<Record<string, unknown>>,
  certificate: CertificateFiles | undefined,
): DoorRequest[] {
  const from = port ?? 8888;
  const named = (flag: string): number | undefined => {
    const value = flags[flag];
    return typeof value === 'number' ? value : undefined;
  };
  const plain = dialects.flatMap((dialect): DoorRequest[] => {
    const wanted = dialect === first ? port : named(dialect.name);
    if (wanted !== undefined) return [{ dialect, port: wanted }];
    if (!everything || !all.includes(dialect)) return [];
    return [{ dialect, port: from === 0 ? 0 : from + all.indexOf(dialect) }];
  });
  // Behind those without TLS, in the same order.
  const secure = dialects.flatMap((dialect): DoorRequest[] => {
    const flag = secureFlag(dialect);
    const wanted = named(flag);
    if (wanted !== undefined && !certificate) {
      const hint = 'chat cert HOST makes one for trying out';
      throw new CliError(exit.usage, `serve: --${flag} needs --tls-cert and --tls-key`, hint);
    }
    if (wanted !== undefined) return [{ dialect, port: wanted, isSecure: true }];
    if (!everything || !certificate || !all.includes(dialect)) return [];
    const next = from === 0 ? 0 : from + all.length + all.indexOf(dialect);
    return [{ dialect, port: next, isSecure: true }];
  });
  const doors = [...plain, ...secure];
  // Who names a certificate must not believe that what is open in clear is protected.
  if (certificate && secure.length === 0) {
    const hint = 'add --NAME-tls PORT, as --web-tls 443, or --all';
    throw new CliError(exit.usage, 'serve: there is a certificate, and no door with TLS', hint);
  }
  return doors.length > 0 || !first ? doors : [{ dialect: first, port: from }];
}

/** How clients name the door: `channels`, or `channels+tls`. */
const schemeOf = ({ dialect, isSecure }: RunningServer['doors'][number]): string =>
  isSecure ? `${dialect.name}+tls` : dialect.name;

function certificateOf(
  cert: string | undefined,
  key: string | undefined,
): CertificateFiles | undefined {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  const missing = cert === undefined ? '--tls-cert' : '--tls-key';
  throw new CliError(exit.usage, `serve: ${missing} is missing`, 'a certificate needs its key');
}

function doorFlags(flags: Readonly<Record<string, unknown>>): ServerFlagValues {
  const settings: Record<string, string | boolean> = {};
  for (const { server } of dialects) {
    for (const { name } of server?.flags ?? []) {
      const value = flags[name];
      if (typeof value === 'string' || typeof value === 'boolean') settings[name] = value;
    }
  }
  return settings;
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(exit.interrupted);
      asked = true;
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
