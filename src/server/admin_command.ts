// `chat admin`: what the operator of a server does to people, rooms and files, over the socket in the data folder.

import { randomBytes } from 'node:crypto';

import { defineCommand } from '../cli/command';
import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { escapeForTerminal, terminalJson } from '../protocol/bytes/escape';
import { codeFrom } from '../protocol/bytes/secret';
import { hashOfSecret } from '../protocol/bytes/token';
import type { ListedRow } from '../protocol/moderation';
import { askAdmin } from './admin/client';
import { requestOf, words } from './admin/words';
import { defaultFolder } from './folder';

const codeBytes = 20;

const formWidth = 30;
const wordList = Object.values(words)
  .map(({ form, about }) => `  ${form.padEnd(formWidth)} ${about}`)
  .join('\n');

/** How a refusal ends the program, and what it says. */
const refusals: Readonly<Record<string, readonly [status: number, words: string]>> = {
  'not-allowed': [exit.notAllowed, 'that is not allowed'],
  'unknown-user': [exit.noUser, 'nobody goes by that name'],
  'unknown-room': [exit.noUser, 'there is no such room or group'],
  'unknown-file': [exit.noUser, 'there is no such file'],
  'unknown-invite': [exit.noUser, 'there is no such code'],
  'not-member': [exit.noUser, 'that user is not in the room'],
  'not-banned': [exit.noUser, 'there is no such ban'],
  'not-muted': [exit.noUser, 'that user is not muted'],
  'name-taken': [exit.notAllowed, 'that name is taken'],
  'bad-network': [exit.badData, 'that is no address and no network'],
  'bad-request': [exit.badData, 'that cannot be a name here'],
  'too-many': [exit.tryAgain, 'there are too many already'],
  'too-long': [exit.badData, 'that text is too long'],
};

export const admin = defineCommand({
  meta: {
    name: 'admin',
    description: 'Moderate and look after a server on this machine',
  },
  args: {
    what: { type: 'positional', description: `what to do:\n${wordList}` },
    first: { type: 'positional', required: false, description: 'whom, or what' },
    second: { type: 'positional', required: false, description: 'more of that' },
    third: { type: 'positional', required: false, description: 'more of that' },
    reason: {
      type: 'string',
      env: false,
      valueHint: 'TEXT',
      description: 'why; whom it concerns is told',
    },
    for: {
      type: 'duration',
      env: false,
      description: 'how long a ban, a mute or a code lasts (for good; 7 days)',
    },
    since: {
      type: 'string',
      env: false,
      valueHint: 'TIME',
      description: 'of the audit log: from then on',
    },
    data: { type: 'string', valueHint: 'DIR', description: 'where the server keeps everything' },
    json: { type: 'boolean', description: 'print one object a row, or the answer' },
  },
  examples: [
    'chat admin sessions',
    'chat admin ban 192.0.2.0/24 --for 2h --reason "a flood"',
    'chat admin role alice admin',
  ],
  async run(given, io) {
    const folder = given.data ?? defaultFolder();
    let code: string | undefined;
    const request = requestOf(given.what, {
      given: [given.first, given.second, given.third],
      reason: given.reason ?? '',
      until: given.for === undefined ? undefined : Math.floor((Date.now() + given.for) / 1000),
      hash: () => hashOfSecret((code = codeFrom(randomBytes(codeBytes).toString('base64url')))),
    });
    if ('list' in request) return printList(folder, request, given, io);
    const reply = await askAdmin(folder, request);
    if (!reply.ok) throw refusal(reply.why);
    const { count } = reply.value as { readonly count: number };
    const done = { type: 'done', count, ...(code !== undefined && { code }) };
    if (given.json) io.out.write(`${terminalJson(done)}\n`);
    else if (code !== undefined) io.out.write(`${code}\n`);
    else if (count > 0) io.err.write(`done: ${count}\n`);
    return exit.ok;
  },
});

function refusal(why: string): CliError {
  const [status, text] = refusals[why] ?? [exit.tryAgain, `the server could not do that: ${why}`];
  return new CliError(status, text);
}

/** Prints a whole list, however many rows it has. */
async function printList(
  folder: string,
  request: object,
  { json, since }: { readonly json: boolean; readonly since: string | undefined },
  io: Io,
): Promise<number> {
  const from = since === undefined ? {} : { since: secondsOf(since) };
  let after: string | undefined;
  do {
    const reply = await askAdmin(folder, {
      ...request,
      ...from,
      ...(after !== undefined && { after }),
    });
    if (!reply.ok) throw refusal(reply.why);
    const { rows, next } = reply.value as { rows: readonly ListedRow[]; next?: string };
    for (const row of rows) io.out.write(`${json ? terminalJson(shownTimes(row)) : lineOf(row)}\n`);
    after = next;
  } while (after !== undefined);
  return exit.ok;
}

/** A time that was typed: seconds since 1970, or a date as ISO 8601 writes it. */
export function secondsOf(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isFinite(ms)) return Math.floor(ms / 1000);
  throw new CliError(exit.usage, `${text} is no time`, 'write it like 2026-11-26T09:00Z');
}

const times = new Set(['at', 'until']);

/** The last second that a calendar of four digits has. */
const lastSecond = 253_402_300_799;
const timeText = (seconds: number): string =>
  new Date(Math.min(seconds, lastSecond) * 1000).toISOString().replace('.000Z', 'Z');

const shownTimes = (row: ListedRow): ListedRow =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      times.has(key) && typeof value === 'number' ? timeText(value) : value,
    ]),
  );

/** A row for people: `key=value` words, times as text, what is empty left out. */
const lineOf = (row: ListedRow): string =>
  Object.entries(shownTimes(row))
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}=${shownValue(value)}`)
    .join('  ');

const shownValue = (value: string | number): string => {
  const text = String(value);
  return /[\s"=]/.test(text) ? terminalJson(text) : escapeForTerminal(text);
};

/** The one of its words that every operator of a server by invitation needs. */
export const invite = defineCommand({
  meta: { name: 'invite', description: 'Print a code with which somebody may register' },
  args: {
    label: { type: 'positional', required: false, description: 'whom it is for' },
    for: { type: 'duration', env: false, description: 'how long it is good (7 days)' },
    data: { type: 'string', valueHint: 'DIR', description: 'where the server keeps everything' },
  },
  examples: ['chat invite bob --for 24h'],
  run: ({ label, ...given }, io) =>
    admin.run(
      {
        ...given,
        what: 'invite',
        first: label,
        second: undefined,
        third: undefined,
        reason: undefined,
        since: undefined,
        json: false,
      },
      io,
    ),
});
