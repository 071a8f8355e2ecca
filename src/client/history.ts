// `chat history` and `chat search`: what was said in the conversations of an account, a line each or as JSON.

import { defineCommand } from '../cli/command';
import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { escapeForTerminal, escapeLines, terminalJson } from '../protocol/bytes/escape';
import { limits } from '../protocol/limits';
import type { Conversation, HistoryEntry } from '../protocol/model';
import { momentOf } from './moment';
import { WebApi, webOptions } from './web_api';

const timeOptions = {
  since: { type: 'string', valueHint: 'WHEN', description: 'not before: 2h, 30d, 2026-01-31' },
  until: { type: 'string', valueHint: 'WHEN', description: 'and before this' },
  json: { type: 'boolean', description: 'print one object an entry' },
} as const;

interface TimeFlags {
  readonly since: string | undefined;
  readonly until: string | undefined;
}

type Entry = Omit<HistoryEntry, 'origin'> & { readonly door: string };

/** What the interface answers, as far as it is used here. */
interface Page {
  readonly conversation?: Conversation;
  readonly entries: readonly Entry[];
  readonly more: boolean;
}
interface List {
  readonly conversations: readonly (Conversation & {
    readonly newest: number;
    readonly unread: number;
  })[];
  readonly more: boolean;
}
interface Found {
  readonly found: readonly { readonly in: Conversation; readonly entry: Entry }[];
  readonly next?: number;
}

const times = ({ since, until }: TimeFlags) => ({
  since: since === undefined ? undefined : momentOf('since', since, Date.now()),
  until: until === undefined ? undefined : momentOf('until', until, Date.now()),
});

/** The name of a conversation as a command names it. */
const shownName = ({ kind, name }: Conversation): string =>
  kind === 'private' ? escapeForTerminal(name) : `--room ${escapeForTerminal(name)}`;

const two = (number: number): string => String(number).padStart(2, '0');

function shownTime(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function print(io: Io, json: boolean, conversation: Conversation, entry: Entry, where = ''): void {
  if (json) {
    const { serial, ...rest } = entry;
    io.out.write(`${terminalJson({ serial, in: conversation, ...rest })}\n`);
    return;
  }
  const note = entry.file ? ` (file ${entry.file.name}, ${entry.file.size} bytes)` : '';
  const text = entry.deleted === undefined ? `${entry.text}${note}` : '(deleted)';
  const mark = entry.edited === undefined ? '' : ' (edited)';
  const [first = '', ...more] = escapeLines(text);
  io.out.write(
    `${shownTime(entry.at)} ${where}${escapeForTerminal(entry.from)}: ${first}${mark}\n`,
  );
  for (const line of more) io.out.write(`    ${line}\n`);
}

export const history = defineCommand({
  meta: { name: 'history', description: 'Print what was said in your conversations' },
  args: {
    with: {
      type: 'positional',
      required: false,
      description: 'with whom; without a name and --room, your conversations are listed',
    },
    room: { type: 'string', valueHint: 'ROOM', description: 'in a room or a group instead' },
    all: { type: 'boolean', description: 'everything, oldest first, not only the newest 100' },
    ...timeOptions,
    ...webOptions,
  },
  examples: [
    'chat history bob --as alice --since 2d',
    'chat history --all --json --as alice > everything.jsonl',
  ],
  async run({ with: name, room, all, since, until, json, ...flags }, io) {
    if (name !== undefined && room !== undefined) {
      throw new CliError(exit.usage, 'a name or --room, not both');
    }
    const api = new WebApi(flags, io.env);
    const when = times({ since, until });
    const isWhole = all || since !== undefined;
    if (name !== undefined || room !== undefined) {
      await printConversation(api, io, { with: name, room }, { ...when, isWhole, json });
      return exit.ok;
    }
    for await (const conversation of conversationsOf(api)) {
      if (isWhole) {
        const of = { conversation: conversation.conversation };
        await printConversation(api, io, of, { ...when, isWhole, json, isOneOfAll: true });
      } else if (json) io.out.write(`${terminalJson(conversation)}\n`);
      else {
        const unread = conversation.unread === 0 ? '' : `  ${conversation.unread} unread`;
        io.out.write(`${shownName(conversation)}${unread}\n`);
      }
    }
    return exit.ok;
  },
});

interface How {
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly isWhole: boolean;
  readonly json: boolean;
  readonly isOneOfAll?: boolean;
}

type Of = Readonly<Record<string, string | number | undefined>>;

/** Prints a conversation: its newest page, or page after page from its beginning. */
async function printConversation(api: WebApi, io: Io, of: Of, how: How): Promise<void> {
  const { since, until, isWhole, json } = how;
  const limit = isWhole ? limits.history.pageEntriesMost : limits.history.pageEntries;
  let after = isWhole ? 0 : undefined;
  for (let isFirst = true; ; isFirst = false) {
    const page = (await api.get('history', { ...of, since, until, limit, after })) as Page;
    const { conversation, entries, more } = page;
    if (!conversation) return;
    if (how.isOneOfAll === true && !json && isFirst && entries.length > 0) {
      io.out.write(`\n${shownName(conversation)}\n`);
    }
    for (const entry of entries) print(io, json, conversation, entry);
    after = entries.at(-1)?.serial;
    if (!isWhole || !more || after === undefined) return;
  }
}

async function* conversationsOf(api: WebApi): AsyncGenerator<List['conversations'][number]> {
  let before: number | undefined;
  for (;;) {
    const limit = limits.history.pageConversations;
    const list = (await api.get('conversations', { limit, before })) as List;
    yield* list.conversations;
    before = list.conversations.at(-1)?.newest;
    if (!list.more || before === undefined) return;
  }
}

export const search = defineCommand({
  meta: { name: 'search', description: 'Find what was said with all of some words' },
  args: {
    words: { type: 'positional', description: 'words, begin*, or "several in a row"' },
    with: { type: 'string', valueHint: 'NAME', description: 'only in the conversation with them' },
    room: { type: 'string', valueHint: 'ROOM', description: 'only in a room or a group' },
    from: { type: 'string', valueHint: 'NAME', description: 'only what they have said' },
    all: { type: 'boolean', description: 'everything that is found, not only the newest 100' },
    ...timeOptions,
    ...webOptions,
  },
  examples: ['chat search "ship tomorr*" --as alice', 'chat search cake --from bob --as alice'],
  async run({ words, with: name, room, from, all, since, until, json, ...flags }, io) {
    const api = new WebApi(flags, io.env);
    const query = { words, with: name, room, from, ...times({ since, until }) };
    let before: number | undefined;
    let left = all ? Infinity : limits.history.pageEntries;
    do {
      const limit = Math.min(left, limits.history.pageEntries);
      const page = (await api.get('search', { ...query, before, limit })) as Found;
      for (const one of page.found) {
        const where =
          one.in.kind === 'private'
            ? `${shownName(one.in)}| `
            : `${escapeForTerminal(one.in.name)}# `;
        print(io, json, one.in, one.entry, where);
      }
      left -= page.found.length;
      before = page.next;
    } while (before !== undefined && left > 0);
    return exit.ok;
  },
});
