// The server: assembles the parts, starts them, stops them; the only file that knows them all.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Callback, Dialect, DoorSettings } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import type { Address, SessionId } from '../protocol/model';
import type { Console } from './console';
import { CalledOutlet } from './delivery/calls';
import { Delivery } from './delivery/delivery';
import { descriptorLimit } from './descriptors';
import { Door } from './door';
import { Files } from './files/files';
import { holdFolder } from './folder';
import { allAddresses } from './hub/addresses';
import { forgetGuestsGroups } from './hub/closed_rooms';
import { fileIsNeeded, forgetGuestsFiles, neededFiles } from './hub/files';
import { openHub } from './hub/hub';
import { readWaiting } from './hub/mail';
import { openStore } from './hub/store';
import type { CallAddress } from './hub/turn';
import { LocalJournal } from './journal/local';
import { localHost, ownHosts } from './net/addresses';
import { SystemClock } from './net/clock';
import { Conversation, type Surroundings } from './net/conversation';
import { Dialer } from './net/dial';
import { Outbox } from './net/link';
import { Admission } from './net/listen';
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
  readonly flags: DoorSettings;
  readonly console: Console;
  /** The largest attachment, in bytes; any size by default. */
  readonly largestFile?: number;
  /** How long an attachment waits, in ms. */
  readonly attachmentMs?: number;
}

export interface RunningServer {
  readonly doors: readonly { readonly dialect: Dialect; readonly address: Address }[];
  /** No new connections; what is accepted is committed; peers are told in their dialect. */
  stop(): Promise<void>;
}

/** One machine for now; commands and addresses carry the name from the first day. */
const machine = 'm1';

/**
 * Starts a server, whole or not at all. Throws FolderInUse, NewerDatabase, and the system's errors of the data
 * folder and of the ports.
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
  const report = (what: string, error: unknown): void => {
    console.warn(
      `chat: ${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  };

  // The store, and the folder of files beside it.
  const held = settings.folder === undefined ? undefined : holdFolder(settings.folder);
  if (held) undo.push(() => held.release());
  const db = openStore(held?.database ?? ':memory:');
  undo.push(() => db.close());
  forgetGuestsFiles(db);
  forgetGuestsGroups(db);
  const passing = held ? undefined : mkdtempSync(join(tmpdir(), 'chat-'));
  if (passing !== undefined) undo.push(() => rmSync(passing, { recursive: true, force: true }));
  const files = new Files({
    folder: held?.files ?? join(passing ?? tmpdir(), 'files'),
    ...(settings.largestFile !== undefined && { largest: settings.largestFile }),
    needed: fileIsNeeded(db),
    report,
  });
  await files.start(neededFiles(db));

  // The chat: hub, journal, delivery.
  const clock = new SystemClock();
  const outbox = new Outbox();
  const conversations = new Set<Conversation>();
  const entered = new Map<SessionId, Conversation>();
  const dialects = settings.doors.map(({ dialect }) => dialect);
  const reservedRooms = dialects.flatMap(({ door }) => door?.room ?? []);
  const journal: LocalJournal = new LocalJournal(
    db,
    openHub(db, { reservedRooms }),
    (events) => delivery.take(events),
    {
      now: () => Date.now(),
      soon: (flush) => void setImmediate(flush),
      later: (flush, ms) => void setTimeout(flush, ms),
      report,
    },
  );
  journal.onGroupDone = () => outbox.flush();
  const delivery: Delivery = new Delivery({
    waiting: readWaiting(db),
    settle: (recipient, serial, { status, urgent, done }) => {
      const settled = { do: 'settle', recipient, serial, status } as const;
      if (urgent) journal.submit(settled, done);
      else journal.submitLater(settled, done);
    },
    after: (ms, then) => clock.after(ms, then),
    connection: (session) => entered.get(session),
    caller,
    released: ({ hash }) => files.release(hash),
  });

  // The net: doors, and calls to the addresses that users left.
  const dialer = new Dialer(outbox, clock);
  const callbacks = new Map<string, Callback>(
    dialects.flatMap(({ name, door }) => (door?.callback ? [[name, door.callback]] : [])),
  );
  const own = ownHosts();
  const doors: (Door | WebDoor)[] = [];
  const boot = Date.now().toString(36);
  let connections = 0;
  const nextSession = (): SessionId => `${machine}-${boot}-${++connections}` as SessionId;
  const server: Address = { host: localHost(settings.host), port: 0 };
  const around = (dialect: string, port: number): Surroundings => ({
    dialect,
    machine,
    server: { ...server, port },
    clock,
    files,
    submit: (command, done, key) => journal.submit(command, done, key),
    isOwnDoor: ({ host, port: wanted }) =>
      doors.some(({ address }) => address.port === wanted) && own.has(host),
    print: (line) => console.print(line),
    warn: (line) => console.warn(line),
    output: (bytes, taken) => console.raw(bytes, taken),
    report,
    nextSession,
    began: (conversation) => void conversations.add(conversation),
    entered: (conversation) => void entered.set(conversation.session, conversation),
    over: (conversation, session) => {
      conversations.delete(conversation);
      if (session !== undefined) entered.delete(session);
    },
  });
  let starting = true;
  function caller(at: CallAddress): CalledOutlet | undefined {
    const callback = callbacks.get(at.dialect);
    if (at.machine !== machine || !callback) return undefined;
    const calls = around(at.dialect, 0);
    return new CalledOutlet(
      { ...at, callback, fresh: !starting },
      {
        dial: (address, open) =>
          dialer.dial(address, (link) => {
            const conversation = new Conversation(link, calls);
            conversation.start(open(conversation));
            return conversation;
          }),
        after: (ms, then) => clock.after(ms, then),
        now: () => clock.now(),
        unreachable: () =>
          journal.submit(
            { do: 'callback-lost', recipient: at.recipient, opened: at.opened },
            () => {},
          ),
        print: (line) => console.print(line),
      },
    );
  }

  const admission = new Admission(descriptorLimit());
  undo.push(() => doors.forEach((door) => door.close()));
  for (const { dialect, port } of settings.doors) {
    const surroundings = around(dialect.name, port);
    const Opened = dialect.transport === 'websocket' ? WebDoor : Door;
    const door = new Opened({
      dialect,
      settings: settings.flags,
      host: settings.host,
      port,
      around: surroundings,
      outbox,
      admission,
    });
    doors.push(door);
  }
  const expiry = setInterval(() => {
    const before = Date.now() - (settings.attachmentMs ?? limits.attachmentMs);
    journal.submit({ do: 'file-expire', before }, () => {});
  }, limits.expiryMs);
  for (const door of doors) {
    const listening = { host: server.host, port: door.address.port };
    for (const line of door.dialect.door?.banner?.(listening) ?? []) console.print(line);
    if (door.dialect.door?.prompt !== undefined) console.prompt(door.dialect.door.prompt);
  }
  for (const at of allAddresses(db)) delivery.open(at);
  starting = false;

  return {
    doors: doors.map(({ dialect, address }) => ({ dialect, address })),
    async stop() {
      clearInterval(expiry);
      for (const door of doors) door.close();
      dialer.close();
      journal.flush();
      for (const conversation of conversations) conversation.closing();
      outbox.flush();
      const deadline = Date.now() + limits.stopMs;
      while (conversations.size > 0 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        journal.flush();
      }
      for (const door of doors) door.drop();
      journal.close();
      clock.stop();
      db.close();
      held?.release();
      if (passing !== undefined) rmSync(passing, { recursive: true, force: true });
      await Promise.race([console.close(), new Promise((resolve) => setTimeout(resolve, 300))]);
    },
  };
}
