// `chat key` and `chat password`: what an account can be entered with, and the keys that this machine keeps.

import { defineCommand } from '../cli/command';
import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { escapeForTerminal, terminalJson } from '../protocol/bytes/escape';
import { isPassword, keyForm } from '../protocol/bytes/secret';
import type { CredentialAnswer, CredentialRequest } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import type { CredentialInfo } from '../protocol/model';
import { type Endpoint, endpointOf, serverOptions } from './endpoint';
import { keysIn, noteKey, placeOf } from './key_file';
import { keyFileOf, type KeyFlags, keyOptions, newKey, withKeys } from './keys';
import { lastSender } from './last_sender';
import { atOpenDoor } from './local_doors';
import { oneShot, report } from './one_shot';
import { readAll } from './read_input';
import { askSecret } from './secret_line';
import { OneShotView } from './view';

/** An endpoint whose user is known, and whose server knows credentials. */
interface Account {
  readonly endpoint: Endpoint;
  readonly alias: string;
}

type Flags = Parameters<typeof endpointOf>[1] & KeyFlags;

const actions = ['list', 'add', 'revoke', 'codes', 'export', 'import'] as const;

export const key = defineCommand({
  meta: { name: 'key', description: 'Look after the keys of your account' },
  args: {
    action: {
      type: 'positional',
      description:
        'list, add (a key for another machine; for this one, if it has none), revoke NUMBER, ' +
        'codes (for when all keys are lost), export or import',
    },
    number: {
      type: 'positional',
      required: false,
      description: 'of revoke: which, as list shows it',
    },
    ...serverOptions,
    ...keyOptions,
    as: { type: 'string', valueHint: 'NAME', description: 'whose account', env: 'CHAT_USER' },
    label: {
      type: 'string',
      valueHint: 'TEXT',
      description: 'what you will know the new key by',
      env: false,
    },
    json: { type: 'boolean', description: 'print one object a key' },
  },
  examples: [
    'chat key list --as alice',
    'chat key export --as alice | ssh laptop chat key import',
    'chat key add --label laptop',
  ],
  async run({ action, number, as, label, json, ...flags }, io) {
    if (!(actions as readonly string[]).includes(action)) {
      throw new CliError(exit.usage, `key: no ${action}`, `use ${actions.join(', ')}`);
    }
    if (action === 'import') return importKeys(io);
    const account = await accountOf(as, flags, io);
    switch (action) {
      case 'list':
        return ask(account, { do: 'list' }, io, ({ credentials = [] }) =>
          credentials.map((one) => lineOf(one, json)),
        );
      case 'add':
        return addKey(account, label ?? '', io);
      case 'revoke':
        return revoke(account, number, io);
      case 'codes':
        return ask(account, { do: 'renew-recovery' }, io, ({ codes = [] }) => codes);
      default:
        return exportKey(account, io);
    }
  },
});

export const password = defineCommand({
  meta: { name: 'password', description: 'Set the password of your account; it is asked for' },
  args: {
    ...serverOptions,
    ...keyOptions,
    as: { type: 'string', valueHint: 'NAME', description: 'whose account', env: 'CHAT_USER' },
  },
  examples: ['chat password --as alice'],
  async run({ as, ...flags }, io) {
    const account = await accountOf(as, flags, io);
    const secret = await shownOr(account, 'Password or recovery code until now: ', io);
    const wanted = await askSecret(`New password of ${account.alias}: `, io);
    if (!isPassword(wanted)) {
      const least = limits.credentials.passwordCharacters;
      throw new CliError(
        exit.badData,
        `a password has ${least} characters at least, and 255 bytes at most`,
      );
    }
    if (io.input.isTerminal && (await askSecret('The same again: ', io)) !== wanted) {
      throw new CliError(exit.badData, 'the two are not the same');
    }
    return ask(account, { do: 'set-password', password: wanted, ...secret }, io, () => []);
  },
});

async function accountOf(as: string | undefined, flags: Flags, io: Io): Promise<Account> {
  const there = await atOpenDoor(endpointOf(undefined, flags), io);
  const alias = as ?? lastSender(there, io.env);
  if (there.client.credentials === undefined) {
    throw new CliError(exit.usage, `${there.dialect} has no keys; use --dialect mailbox`);
  }
  if (alias === undefined) throw new CliError(exit.usage, 'whose account? --as NAME, or CHAT_USER');
  const target = { ...there.target, user: alias };
  return { endpoint: withKeys({ ...there, target }, flags, io), alias };
}

/** Asks the server, prints the lines of its answer, and gives the exit status. */
async function ask(
  { endpoint, alias }: Account,
  request: CredentialRequest,
  io: Io,
  linesOf: (answer: CredentialAnswer) => readonly string[],
): Promise<number> {
  const view = new OneShotView();
  const result = await oneShot<CredentialAnswer>(endpoint, view, (host, done) => {
    endpoint.client.credentials?.(host, endpoint.target, alias, request, (answer) =>
      done(answer.ok ? { ending: 'done', value: answer.value } : { ending: answer.why }),
    );
  });
  if (result.value) for (const line of linesOf(result.value)) io.out.write(`${line}\n`);
  return report(endpoint, io, view, result);
}

/** What is shown where no key is kept: nothing is asked of who has one. */
async function shownOr(
  { endpoint, alias }: Account,
  question: string,
  io: Io,
): Promise<{ readonly secret?: string }> {
  if (endpoint.keys?.of(alias) !== undefined) return {};
  return { secret: await askSecret(question, io) };
}

/** For another machine it is printed, once; for this one it is kept. */
async function addKey(account: Account, label: string, io: Io): Promise<number> {
  const { endpoint, alias } = account;
  const isForHere = endpoint.keys?.of(alias) === undefined;
  const secret = await shownOr(account, `Password or recovery code of ${alias}: `, io);
  const made = newKey();
  const path = keyFileOf(io.env);
  const place = placeOf(endpoint.serverUrl, alias);
  if (isForHere) noteKey(path, place, made, 'pending');
  const status = await ask(account, { do: 'add-key', key: made, label, ...secret }, io, () =>
    isForHere ? [] : [`${place} ${made}`],
  );
  if (isForHere && status !== exit.unavailable) {
    noteKey(path, place, made, ...(status === exit.ok ? [] : (['dropped'] as const)));
  }
  return status;
}

function revoke(account: Account, number: string | undefined, io: Io): Promise<number> {
  const id = /^\d{1,15}$/.test(number ?? '') ? Number(number) : undefined;
  if (id === undefined) {
    throw new CliError(exit.usage, 'key: which one?', 'chat key list shows their numbers');
  }
  return ask(account, { do: 'revoke', id }, io, () => []);
}

function exportKey({ endpoint, alias }: Account, io: Io): number {
  const kept = endpoint.keys?.of(alias);
  if (kept === undefined || !keyForm.test(kept)) {
    throw new CliError(exit.noUser, `no key of ${alias} is kept here`);
  }
  io.out.write(`${placeOf(endpoint.serverUrl, alias)} ${kept}\n`);
  return exit.ok;
}

/** Takes the lines that `export` prints, from standard input. */
async function importKeys(io: Io): Promise<number> {
  const bytes = await readAll(io.input.stream(), limits.client.keyFileBytes, io.input.isTerminal);
  const found = keysIn(bytes ? Buffer.from(bytes).toString() : '');
  if (found.size === 0) {
    throw new CliError(exit.badData, 'no key came in', 'chat key export prints what import takes');
  }
  for (const [place, kept] of found) {
    for (const { key: one } of kept) noteKey(keyFileOf(io.env), place, one);
  }
  return exit.ok;
}

const msPerSecond = 1000;
const day = (seconds: number | undefined): string =>
  seconds === undefined ? 'never' : new Date(seconds * msPerSecond).toISOString().slice(0, 10);

function lineOf(one: CredentialInfo, isJson: boolean): string {
  if (isJson) return terminalJson({ ...one });
  const { id, kind, madeAt, usedAt, label } = one;
  const columns = [
    String(id).padStart(5),
    kind.padEnd(8),
    `made ${day(madeAt)}`,
    `used ${day(usedAt)}`,
  ];
  return `${columns.join('  ')}  ${escapeForTerminal(label)}`.trimEnd();
}
