// The server: assembles the parts, starts and stops them. The only file that knows them all.

import { exit } from '../cli/exit';
import { localHost, ownHosts } from '../net/address';
import { type Clock, SystemClock } from '../net/clock';
import { FlushScheduler } from '../net/flush_scheduler';
import { HeldBytes } from '../net/held_bytes';
import type { SocketDeps } from '../net/socket';
import { isLoopback } from '../protocol/bytes/address';
import { escapeForTerminal } from '../protocol/bytes/escape';
import { limits } from '../protocol/limits';
import type { Address } from '../protocol/model';
import { openAdminSocket } from './admin/socket';
import { Core } from './core';
import { openCoreStore } from './core_store';
import { argon2id } from './credentials/passwords';
import { Policy, type PolicySettings } from './credentials/policy';
import { WalSync } from './durability/wal_sync';
import { type Disk, diskOf, lowDisk } from './files/disk';
import { Files } from './files/files';
import { type DataFolder, holdFolder } from './folder';
import { fileIsNeeded, neededFiles } from './hub/state/attachments';
import type { Store } from './hub/store';
import { createReport, type Report } from './log';
import { openMetricsDoor } from './metrics/door';
import { Measures } from './metrics/measures';
import { Watch, type WatchDeps } from './metrics/watch';
import { Dialer } from './net/dialer';
import type { Door } from './net/door';
import { type DoorSettings, openCertificate, openDoors, PortUnavailable } from './open_doors';
import { Rates, type RateSettings } from './quota/rates';
import { temporaryFolder } from './temporary_folder';

export interface ServerSettings extends DoorSettings {
  /** Where everything is kept. Undefined: nothing outlives the process. */
  readonly folder: string | undefined;
  /** The largest attachment, in bytes. Any size by default. */
  readonly largestFile?: number;
  /** All attachments that wait together, in bytes. As many as the disk takes by default. */
  readonly storedFiles?: number;
  /** All attachments of one account, and of one address, in bytes. A share of all by default. */
  readonly filesOfEach?: number;
  /** How long an attachment waits, in ms. */
  readonly attachmentMs?: number;
  /** How long what is said is kept, in ms (0: not at all), and in bytes. As the limits say by default. */
  readonly historyMs?: number;
  readonly historyBytes?: number;
  /** How often peers may ask. As the limits say by default. */
  readonly rates?: RateSettings;
  /** Who may come in at all. Everybody by default. */
  readonly policy?: PolicySettings;
  /** The system's by default. */
  readonly clock?: Clock;
  /** Tells the state of the disk. Asks the system by default. */
  readonly disk?: () => Disk;
  /** Where the figures of the server are told, and to which of this machine's addresses. */
  readonly metrics?: { readonly host: string; readonly port: number };
}

export interface RunningServer {
  readonly doors: readonly Pick<Door, 'dialect' | 'address' | 'isSecure'>[];
  /** Where its figures are told. */
  readonly metricsPort?: number;
  /** Reads the certificate again, and tells the operator. */
  reloadCertificate(): void;
  /** Lets no connection in, commits what was accepted, and takes leave of the peers in their dialects. */
  stop(): Promise<void>;
}

/** What outlives a connection: the folder, the database and the attachments. */
interface Storage {
  readonly folder: DataFolder;
  readonly db: Store;
  readonly files: Files;
  readonly durability: WalSync;
}

/** What leads to peers, and the time that all of it shares. */
interface Network {
  readonly sockets: SocketDeps;
  readonly dialer: Dialer;
  /** Filled as they open. */
  readonly doors: Door[];
  /** Stops the clock, unless it was handed in. */
  readonly stopClock: () => void;
}

/**
 * Starts a server, whole or not at all. Throws FolderInUse, LostDatabase, ForeignDatabase, NewerDatabase, PortUnavailable, BadCertificate,
 * RangeError for what is no address of a proxy, and the system's errors of the data folder.
 */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const undo: (() => void)[] = [];
  try {
    const report = createReport(settings.console);
    const storage = await openStorage(settings, report, undo);
    const network = openNetwork(settings);
    const measures = new Measures();
    const core = assembleCore(settings, storage, network, { report, measures });
    const certificate = openCertificate(settings, network.sockets.clock);
    undo.push(() => certificate?.close());
    undo.push(() => network.doors.forEach((door) => door.close()));
    openDoors(settings, network, core, certificate?.inForce);
    const maintenance = core.maintain(settings.attachmentMs ?? limits.files.attachmentMs, {
      ms: settings.historyMs ?? limits.history.keptMs,
      bytes: settings.historyBytes ?? limits.history.bytes,
    });
    undo.push(() => maintenance.stop());
    const admin =
      settings.folder === undefined ? undefined : await openAdminSocket(settings.folder, core);
    undo.push(() => admin?.close());
    const watch = new Watch(watchDeps(settings, storage, core, measures));
    undo.push(() => watch.stopping());
    const metrics = openMetrics(settings, watch);
    undo.push(() => void metrics?.stop(true));
    printBanners(settings, network);
    core.start();
    return {
      doors: network.doors,
      reloadCertificate: () => certificate?.reload(),
      ...(metrics?.port !== undefined && { metricsPort: metrics.port }),
      async stop() {
        watch.stopping();
        maintenance.stop();
        admin?.close();
        await stopNetwork(network, core);
        await stopStorage(storage);
        void metrics?.stop(true);
        await Promise.race([settings.console.close(), pause(limits.server.stopConsoleMs)]);
      },
    };
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

async function openStorage(
  settings: ServerSettings,
  report: Report,
  undo: (() => void)[],
): Promise<Storage> {
  const folder = settings.folder === undefined ? temporaryFolder() : holdFolder(settings.folder);
  undo.push(() => folder.release());
  const db = openCoreStore(folder.database, (line) =>
    settings.console.warn(`${folder.database}: ${escapeForTerminal(line)}`),
  );
  undo.push(() => db.close());
  const files = new Files({
    folder: folder.files,
    ...(settings.largestFile !== undefined && { largest: settings.largestFile }),
    ...(settings.storedFiles !== undefined && { total: settings.storedFiles }),
    ...(settings.filesOfEach !== undefined && { each: settings.filesOfEach }),
    ...(settings.disk && { disk: settings.disk }),
    needed: fileIsNeeded(db),
    report,
  });
  const strangers = await files.start(neededFiles(db));
  if (strangers > 0) {
    const what = strangers === 1 ? '1 name' : `${strangers} names`;
    settings.console.warn(`${folder.files}: ${what} that chat has not made, left alone`);
  }
  const durability = new WalSync(db, folder.database, {
    monotonicNow: () => performance.now(),
    fatal(error) {
      const why = error instanceof Error ? error.message : String(error);
      settings.console.warn(`the disk did not take what is to last, so the server ends: ${why}`);
      process.exit(exit.diskFailed);
    },
  });
  return { folder, db, files, durability };
}

function openNetwork(settings: ServerSettings): Network {
  const ownClock = new SystemClock();
  const sockets: SocketDeps = {
    clock: settings.clock ?? ownClock,
    // Not a microtask, because those run between two sockets' input of one turn.
    flushes: new FlushScheduler((flush) => void setImmediate(flush)),
    waiting: new HeldBytes(limits.net.sendQueueBytesInAll),
  };
  const dialer = new Dialer(sockets);
  return { sockets, dialer, doors: [], stopClock: () => ownClock.stop() };
}

function assembleCore(
  settings: ServerSettings,
  { folder, db, files, durability }: Storage,
  { sockets, dialer, doors }: Network,
  { report, measures }: { readonly report: Report; readonly measures: Measures },
): Core {
  const dialects = [...new Set(settings.doors.map(({ dialect }) => dialect))];
  const { clock } = sockets;
  const look = settings.disk ?? ((): Disk => diskOf(folder.files));
  return new Core(db, dialects, {
    clock,
    // Without a folder nothing lasts.
    isDiskLow:
      settings.folder === undefined ? () => false : lowDisk(look, () => clock.monotonicNow()),
    files,
    durability,
    passwords: argon2id,
    policy: new Policy(settings.policy),
    rates: new Rates(() => sockets.clock.monotonicNow(), settings.rates),
    console: settings.console,
    soon: (step) => void setImmediate(step),
    flush: () => sockets.flushes.flush(),
    dial: (address, open) => dialer.dial(address, open),
    // All of 127.0.0.0/8 leads here. Addresses come and go while the server runs.
    isOwnDoor: ({ host, port }) =>
      doors.some(({ address }) => address.port === port) &&
      (isLoopback(host) || ownHosts().has(host)),
    measures,
    report,
  });
}

function watchDeps(
  { console, metrics }: ServerSettings,
  { folder, db, files }: Storage,
  core: Core,
  measures: Measures,
): WatchDeps {
  const pending = db.prepare<{ count: number }, []>('SELECT count(*) AS count FROM message');
  return {
    measures,
    dialects: () => Array.from(core.connections, ({ dialect }) => dialect),
    countPending: () => pending.get()?.count ?? 0,
    files: () => files.usage,
    queuedCommands: () => core.queuedCommands,
    database: folder.database,
    proveCommit: (done) => core.submit({ do: 'prove-commit' }, done),
    // Who does not watch the server is not told of every moment that the machine was busy elsewhere.
    warn: metrics === undefined ? () => {} : (line) => console.warn(line),
  };
}

function openMetrics({ metrics }: ServerSettings, watch: Watch): Bun.Server<unknown> | undefined {
  if (metrics === undefined) return undefined;
  try {
    return openMetricsDoor(watch, metrics.host, metrics.port);
  } catch (error) {
    throw new PortUnavailable(metrics.host, metrics.port, error);
  }
}

function printBanners({ host, console, policy }: ServerSettings, { doors }: Network): void {
  for (const { dialect, address } of doors) {
    const listening: Address = { host: localHost(host), port: address.port };
    for (const line of dialect.server?.banner?.(listening) ?? []) console.print(line);
  }
  for (const door of doors) {
    const { dialect } = door;
    // Its second door, with TLS, is the same to who may come in.
    if (doors.find((other) => other.dialect === dialect) !== door) continue;
    if (dialect.server?.prompt !== undefined) console.prompt(dialect.server.prompt);
  }
  const { exposure } = new Policy(policy);
  if (exposure !== undefined && !isLoopback(host) && host !== 'localhost') console.warn(exposure);
}

async function stopNetwork({ doors, dialer, stopClock }: Network, core: Core): Promise<void> {
  for (const door of doors) door.close();
  dialer.close();
  core.closing();
  const deadline = Date.now() + limits.server.stopMs;
  while (core.connections.size > 0 && Date.now() < deadline) {
    await pause(limits.server.stopPollMs);
    core.flush();
  }
  // Bun's listeners know nothing of connections that TLS has taken over.
  for (const connection of core.connections) connection.drop();
  for (const door of doors) door.drop();
  dialer.drop();
  core.close();
  stopClock();
}

async function stopStorage({ folder, db, files, durability }: Storage): Promise<void> {
  await Promise.race([files.close(), pause(limits.server.stopFilesMs)]);
  await durability.close();
  db.close();
  durability.release();
  folder.release();
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
