// Every figure that the server tells of itself: names are for good, since dashboards and alerts are built on them.

import { operations } from '../../protocol/commands';
import type { Family } from './exposition';
import type { Measures } from './measures';

/** What is looked at when somebody asks. */
export interface Snapshot {
  /** Connections by door. */
  readonly connections: ReadonlyMap<string, number>;
  /** Private messages that wait for accounts. */
  readonly pending: number;
  readonly files: { readonly count: number; readonly bytes: number };
  /** Bytes of the database and of its log of writes. */
  readonly database: { readonly main: number; readonly wal: number };
  readonly queuedCommands: number;
  readonly memory: { readonly resident: number; readonly heap: number };
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly version: string;
  readonly runtime: string;
}

export function families(measures: Measures, now: Snapshot): readonly Family[] {
  return [
    {
      name: 'chat_build',
      type: 'info',
      help: 'The executable.',
      labels: { version: now.version, bun: now.runtime },
    },
    gauge('chat_start_time_seconds', 'When the server was started, since 1970.', now.startedAt),
    {
      name: 'chat_connections',
      type: 'gauge',
      help: 'Connections that are open now, by door; calls to users included.',
      samples: [...now.connections].map(([door, count]) => [{ door }, count]),
    },
    ...commandFamilies(measures),
    counter('chat_batches', 'Groups of commands applied together.', measures.batches),
    {
      name: 'chat_commit_seconds',
      type: 'histogram',
      help: 'How long a commit took that lasts.',
      histogram: measures.commitSeconds,
    },
    {
      name: 'chat_loop_lag_seconds',
      type: 'histogram',
      help: 'How late the event loop was.',
      histogram: measures.loopLagSeconds,
    },
    gauge('chat_queued_commands', 'Commands that wait to be applied.', now.queuedCommands),
    gauge('chat_pending_messages', 'Private messages that wait for accounts.', now.pending),
    gauge('chat_files', 'Files that are kept.', now.files.count),
    gauge('chat_files_bytes', 'Their bytes.', now.files.bytes),
    {
      name: 'chat_database_bytes',
      type: 'gauge',
      help: 'The database on disk: its main file, and the log of writes beside it.',
      samples: [
        [{ file: 'main' }, now.database.main],
        [{ file: 'wal' }, now.database.wal],
      ],
    },
    gauge('chat_resident_memory_bytes', 'Memory of the process.', now.memory.resident),
    gauge('chat_heap_bytes', 'Of it, what its objects use.', now.memory.heap),
  ];
}

function commandFamilies({ commands }: Measures): readonly Family[] {
  // A kind that was never asked for stands with 0, so that a rate of it can be asked for from the start.
  const names = Object.keys(operations) as (keyof typeof operations)[];
  return [
    {
      name: 'chat_commands',
      type: 'counter',
      help: 'Commands that were done, by kind.',
      samples: names.map((command) => [{ command }, commands.get(command)?.done ?? 0]),
    },
    {
      name: 'chat_refusals',
      type: 'counter',
      help: 'Commands that were refused, by kind and reason.',
      samples: [...commands].flatMap(([command, { refused }]) =>
        Array.from(refused, ([why, count]) => [{ command, why }, count] as const),
      ),
    },
  ];
}

const gauge = (name: string, help: string, value: number): Family => ({
  name,
  type: 'gauge',
  help,
  samples: [[{}, value]],
});

const counter = (name: string, help: string, value: number): Family => ({
  name,
  type: 'counter',
  help,
  samples: [[{}, value]],
});
