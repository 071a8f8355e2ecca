// The server: assembles the parts, starts them, stops them; the only file that knows them all.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createConsola, LogLevels } from 'consola/basic';

import { localHost, ownHosts } from '../net/address';
import { type Clock, SystemClock } from '../net/clock';
import { FlushScheduler } from '../net/flush_scheduler';
import type { SocketDeps } from '../net/socket';
import type { Dialect, ServerFlagValues } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import type { Address } from '../protocol/model';
import type { Console } from './console';
import { Core, openCoreStore } from './core';
import { descriptorLimit } from './descriptors';
import { Door } from './door';
import { Files } from './files/files';
import { holdFolder } from './folder';
import { fileIsNeeded, neededFiles } from './hub/state/attachments';
import { Admission } from './net/admission';
import { Dialer } from './net/dialer';
import { WebDoor } from './web/door';

export interface DoorRequest {
  readonly dialect: Dialect;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface ServerSettings {
  readonly host: string;
  readonly doors: readonly DoorRequest[];
  /** Where everything is kept; undefined: nothing outlives the process. */
  readonly folder: string | undefined;
  readonly flags: ServerFlagValues;
  readonly console: Console;
  /** The largest attachment, in bytes; any size by default. */
  readonly largestFile?: number;
  /** All attachments that wait together, in bytes; as many as the disk takes by default. */
  readonly storedFiles?: number;
  /** How long an attachment waits, in ms. */
  readonly attachmentMs?: number;
  /** The system's by default. */
  readonly clock?: Clock;
  /** File descriptors that the process may have open; as the system says by default. */
  readonly descriptors?: number;
}

export interface RunningServer {
  readonly doors: readonly { readonly dialect: Dialect; readonly address: Address }[];
  /** No new connections; what is accepted is committed; peers are told in their dialect. */
  stop(): Promise<void>;
}

/** A door's port cannot be had. */
export class PortUnavailable extends Error {
  override readonly name = 'PortUnavailable';

  constructor(host: string, port: number, cause: unknown) {
    const { code, message } = cause as { code?: string; message?: string };
    super(portFaults[code ?? '']?.(host, port) ?? `port ${port} cannot be opened: ${message}`, {
      cause,
    });
  }
}

const portFaults: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (_, port) => `port ${port} is in use`,
  EACCES: (_, port) => `port ${port} cannot be opened without more rights`,
  EADDRNOTAVAIL: (host) => `${host} is no address of this machine`,
};

/**
 * Starts a server, whole or not at all. Throws FolderInUse, NewerDatabase, PortUnavailable, and the system's
 * errors of the data folder.
 */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const undo: (() => void)[] = [];
  try {
    return await assemble(settings, undo);
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

async function assemble(settings: ServerSettings, undo: (() => void)[]): Promise<RunningServer> {
  const { console } = settings;
  // Whatever goes wrong is told with its stack and its causes, through the console that never blocks.
  const stderr = { write: (text: string) => console.warn(text.trimEnd()) };
  const log = createConsola({
    level: LogLevels.info,
    formatOptions: { date: false, colors: false },
    stdout: stderr as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  });
  const report = (what: string, error: unknown): void => log.withTag(what).error(error);

  // The store, and the folder of files beside it.
  const held = settings.folder === undefined ? undefined : holdFolder(settings.folder);
  if (held) undo.push(() => held.release());
  const db = openCoreStore(held?.database ?? ':memory:');
  undo.push(() => db.close());
  const passing = held ? undefined : mkdtempSync(join(tmpdir(), 'chat-'));
  if (passing !== undefined) undo.push(() => rmSync(passing, { recursive: true, force: true }));
  const files = new Files({
    folder: held?.files ?? join(passing ?? tmpdir(), 'files'),
    ...(settings.largestFile !== undefined && { largest: settings.largestFile }),
    ...(settings.storedFiles !== undefined && { total: settings.storedFiles }),
    needed: fileIsNeeded(db),
    report,
  });
  await files.start(neededFiles(db));

  // The chat, and the world that it lives in.
  const ownClock = new SystemClock();
  const clock = settings.clock ?? ownClock;
  const flushes = new FlushScheduler((flush) => void setImmediate(flush));
  const sockets: SocketDeps = { clock, flushes, budget: { blockedBytes: 0 } };
  const dialer = new Dialer(sockets);
  const own = ownHosts();
  const doors: (Door | WebDoor)[] = [];
  const dialects = settings.doors.map(({ dialect }) => dialect);
  const core = new Core(db, dialects, {
    clock,
    files,
    console,
    soon: (step) => void setImmediate(step),
    flush: () => flushes.flush(),
    dial: (address, open) => dialer.dial(address, open),
    isOwnDoor: ({ host, port }) =>
      doors.some(({ address }) => address.port === port) && own.has(host),
    report,
  });

  // The doors.
  const host = localHost(settings.host);
  const admission = new Admission(settings.descriptors ?? descriptorLimit());
  undo.push(() => doors.forEach((door) => door.close()));
  for (const { dialect, port } of settings.doors) {
    const Opened = dialect.transport === 'websocket' ? WebDoor : Door;
    try {
      const door = new Opened({
        dialect,
        settings: settings.flags,
        host: settings.host,
        port,
        deps: core.hostDeps(dialect.name, { host, port }),
        sockets,
        admission,
      });
      doors.push(door);
    } catch (error) {
      throw new PortUnavailable(settings.host, port, error);
    }
  }
  let cancelExpiry = (): void => {};
  const expire = (): void => {
    const before = clock.now() - (settings.attachmentMs ?? limits.files.attachmentMs);
    core.submit({ do: 'file-expire', before });
    cancelExpiry = clock.after(limits.files.expiryMs, expire);
  };
  expire();
  for (const door of doors) {
    const listening = { host, port: door.address.port };
    for (const line of door.dialect.server?.banner?.(listening) ?? []) console.print(line);
    if (door.dialect.server?.prompt !== undefined) console.prompt(door.dialect.server.prompt);
  }
  core.start();

  return {
    doors: doors.map(({ dialect, address }) => ({ dialect, address })),
    async stop() {
      cancelExpiry();
      for (const door of doors) door.close();
      dialer.close();
      core.closing();
      const deadline = Date.now() + limits.server.stopMs;
      while (core.connections.size > 0 && Date.now() < deadline) {
        await pause(10);
        core.flush();
      }
      for (const door of doors) door.drop();
      dialer.drop();
      core.close();
      await Promise.race([files.close(), pause(limits.server.stopFilesMs)]);
      ownClock.stop();
      db.close();
      held?.release();
      if (passing !== undefined) rmSync(passing, { recursive: true, force: true });
      await Promise.race([console.close(), pause(limits.server.stopConsoleMs)]);
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
