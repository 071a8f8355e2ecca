// Who may import whom: the architecture as a table. A file belongs to the first row whose pattern fits it.

export interface Layer {
  readonly files: string;
  /** Patterns of files it may import. NAME stands for what `*` is in `files`: a dialect may import its own folder. */
  readonly may: readonly string[];
  /** Packages and modules of the runtime that it may import; any, if absent. */
  readonly external?: readonly string[];
}

const commands = [
  'src/server/{serve,cert,ledger,admin_command,audit_command}.ts',
  'src/client/{connect,history,key,receive,send,register,users}.ts',
  'src/client/doctor/doctor.ts',
] as const;
/** What a subcommand needs of the command line: its definition, its ends, its streams. */
const cliForCommands = 'src/cli/{command,exit,io}.ts';
const contract =
  'src/protocol/{model,commands,moderation,dialect,client,connection,limits,errors,bounded}.ts';
const bytes = 'src/protocol/bytes/**';
const lanes = 'src/server/journal/lanes.ts';
const clientKit = 'src/protocol/client_kit/**';

export const layers: readonly Layer[] = [
  {
    files: 'src/main.ts',
    may: ['src/cli/**', ...commands, 'src/client/known_names.ts', 'package.json'],
  },
  { files: 'src/cli/**', may: ['src/cli/**', 'src/protocol/bytes/nearest.ts'] },

  // The ground: pure, and every dialect a stranger to every other.
  {
    files: 'src/protocol/index.ts',
    may: ['src/protocol/*.ts', 'src/protocol/*/index.ts'],
    external: [],
  },
  {
    files: 'src/protocol/clients.ts',
    may: [contract, 'src/protocol/*/client/index.ts'],
    external: [],
  },
  { files: 'src/protocol/moderation_schema.ts', may: [contract], external: ['valibot'] },
  { files: 'src/protocol/*.ts', may: [contract, bytes], external: [] },
  { files: bytes, may: [contract, bytes], external: [] },
  { files: clientKit, may: [clientKit, contract, bytes], external: [] },
  // Three rooms a protocol: the two programs meet in the bytes alone.
  {
    files: 'src/protocol/*/wire/**',
    may: ['src/protocol/NAME/wire/**', contract, bytes],
    external: ['valibot'],
  },
  {
    files: 'src/protocol/*/server/**',
    may: [
      'src/protocol/NAME/{wire,server}/**',
      contract,
      'src/protocol/moderation_schema.ts',
      bytes,
    ],
    external: [],
  },
  {
    files: 'src/protocol/*/client/**',
    may: ['src/protocol/NAME/{wire,client}/**', clientKit, contract, bytes],
    external: [],
  },
  {
    files: 'src/protocol/*/index.ts',
    may: ['src/protocol/NAME/**', contract],
    external: [],
  },

  // What both programs know of the system's sockets.
  { files: 'src/net/**', may: ['src/net/**', contract, bytes] },

  // The hub knows commands and events, and no one who carries them.
  {
    files: 'src/server/hub/**',
    may: [
      'src/server/hub/**',
      'src/protocol/{model,commands,moderation,limits}.ts',
      'src/protocol/bytes/{network,text,visible}.ts',
    ],
    external: ['bun:sqlite'],
  },
  // Towards the hub: the journal runs it, delivery reads its events; the parts that carry bytes know neither.
  { files: 'src/server/journal/**', may: ['src/server/{journal,hub}/**', contract] },
  {
    files: 'src/server/durability/**',
    may: [
      'src/server/durability/**',
      'src/server/hub/store.ts',
      'src/server/journal/durability.ts',
      contract,
    ],
  },
  { files: 'src/server/delivery/**', may: ['src/server/{delivery,hub}/**', contract, bytes] },
  { files: 'src/server/files/**', may: ['src/server/files/**', contract, bytes] },
  // How often peers may ask, and the flag that changes it.
  {
    files: 'src/server/quota/**',
    may: ['src/net/**', 'src/server/quota/**', contract, bytes, cliForCommands],
    external: [],
  },
  // What peers show is checked before a command, against what the hub has of it.
  {
    files: 'src/server/credentials/**',
    may: ['src/net/**', 'src/server/{credentials,quota,hub}/**', contract, bytes],
  },
  {
    files: 'src/server/net/**',
    may: [
      'src/net/**',
      'src/server/{net,credentials,delivery,files,quota}/**',
      lanes,
      contract,
      bytes,
    ],
  },
  // The operator's socket, and what is said over it.
  {
    files: 'src/server/admin/**',
    may: [
      'src/server/admin/**',
      contract,
      'src/protocol/moderation_schema.ts',
      bytes,
      cliForCommands,
    ],
  },
  // HTTP beside one dialect: it shares that dialect's schemas, and serves the page.
  {
    files: 'src/server/web/**',
    may: [
      'src/net/**',
      'src/server/{web,net,credentials,files}/**',
      lanes,
      contract,
      bytes,
      'src/protocol/web/wire/**',
      'src/client/page/index.html',
    ],
  },
  {
    files: 'src/server/{serve,cert,ledger,admin_command,audit_command,database_reader}.ts',
    may: [cliForCommands, 'src/net/**', 'src/server/**', 'src/protocol/*.ts', bytes],
  },
  // What the server counts, and the port that tells it.
  { files: 'src/server/metrics/**', may: ['src/server/metrics/**', contract, 'package.json'] },
  {
    files: 'src/server/*.ts',
    may: ['src/cli/exit.ts', 'src/net/**', 'src/server/**', 'src/protocol/**'],
  },

  // The page is downloaded by others: nothing of the terminal's may be dragged along.
  {
    files: 'src/client/page/**',
    may: ['src/client/page/**', clientKit, contract, bytes, 'src/protocol/web/{wire,client}/**'],
  },
  {
    // No server's half: a command that says one thing and exits would load it for nothing.
    files: 'src/client/**',
    may: [
      cliForCommands,
      'src/net/**',
      'src/client/**',
      'src/protocol/clients.ts',
      clientKit,
      contract,
      bytes,
    ],
  },
];

/** The folders that must give the same answer to the same input, wherever and whenever. */
export const pureFolders = ['src/protocol/', 'src/server/hub/'];

/** What reaches out of a pure folder. `new Date(ms)` does not; `new Date()` does. */
export const impure: Readonly<Record<string, RegExp>> = {
  'the clock':
    /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(|\bperformance\.|\bTemporal\.Now\b/,
  'a timer': /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/,
  chance: /\bMath\.random\b|\bcrypto\.(?:random|getRandom)/,
  'the environment': /(?<![.\w])process\.|\bimport\.meta\b/,
  // stripANSI, stringWidth and hashes are plain functions; all else of it is the world.
  'the runtime': /\bBun\.(?!(?:stringWidth|stripANSI|hash|SHA\w+|CryptoHasher)\b)/,
  'the network': /\bfetch\(|\bnew (?:WebSocket|Worker|EventSource)\b/,
  'the console': /\bconsole\./,
};

/**
 * Where a dialect may be named besides its own folder: the lists, and the command line's door flags. The reserved
 * rooms are words of the hub as well, so there they say nothing about a dialect.
 */
export const mayNameDialects: Readonly<Record<string, readonly string[] | 'all'>> = {
  'src/protocol/index.ts': 'all',
  'src/protocol/clients.ts': 'all',
  'src/server/serve.ts': 'all',
  // HTTP stands beside one dialect, and has no client's half.
  'src/client/web_api.ts': ['web'],
  'src/protocol/limits.ts': ['market', 'relay'],
  'src/protocol/model.ts': ['market', 'relay'],
  // The hub's groups, not the protocol of that name.
  'src/protocol/moderation.ts': ['groups'],
  'src/server/hub/operations/moderation_lists.ts': ['groups'],
  'src/server/admin/words.ts': ['groups'],
};

/** Numbers that a wire's format fixes and that bound nothing of ours, by the file that may hold them. */
export const formats: Readonly<Record<string, readonly string[]>> = {
  // A day, and the clocks furthest ahead of Greenwich.
  'src/protocol/bytes/validation.ts': ['daySeconds', 'furthestAheadSeconds'],
  'src/server/serve.ts': ['dayMs'],
  // Sizes that a source fixes for every program.
  'src/protocol/channels/wire/frames.ts': ['frameBytes'],
  'src/protocol/mailbox/wire/messages.ts': ['textBytes', 'fieldBytes'],
  'src/protocol/relay/wire/messages.ts': ['headerBytes', 'textBytesMax', 'idsMax'],
  // What the system takes as a path of a socket, and the size of a code.
  'src/server/admin/address.ts': ['pathBytes'],
  'src/server/admin_command.ts': ['codeBytes'],
  // The size of a secret, and the resolution of a timer.
  'src/server/web/tickets.ts': ['ticketBytes'],
  'src/net/clock.ts': ['exactMs'],
  // An hour.
  'src/server/make_certificate.ts': ['hourMs'],
  // The length of a line that version 1 of the PROXY protocol fixes.
  'src/server/net/proxy_header.ts': ['longestLine'],
};
