// Presence by call-back address: an account says where it can be called, and the server remembers it.

import { type CredentialId, type Name, ok, refused } from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import { accountOf, accountRecipient } from '../names';
import type { AccountRow } from '../state/accounts';
import { callbackAddress, type CallbackRow } from '../state/callbacks';
import { mayActFor } from '../state/credentials';

/**
 * The account that a request names. One that has a credential is never connected without it, whatever else its owner
 * allows: who is called is told everything that its owner is written.
 */
function accountNamed(
  { accounts, credentials }: HubState,
  { account: name, credential }: { readonly account: Name; readonly credential?: CredentialId },
): AccountRow | 'unknown-user' | 'not-allowed' {
  const account = accounts.find(name);
  if (!account) return 'unknown-user';
  const isUnproved = credential === undefined && account.has_credential === 1;
  return isUnproved || !mayActFor(credentials, account, credential) ? 'not-allowed' : account;
}

export function closeCallback(hub: HubState, context: CommandContext, row: CallbackRow): void {
  context.isDurable = true;
  hub.callbacks.remove(row.opened);
  hub.presence.invalidate();
  const recipient = accountRecipient(row.account);
  context.emit({ is: 'address-gone', recipient, opened: row.opened });
  if (!hub.presence.isReachable(row.account)) hub.users.announce(context, row.name, false);
}

const callbackOpen: Define<'callback-open'> = (hub) => (command, context) => {
  const { callbacks, presence, users } = hub;
  const account = accountNamed(hub, command);
  if (typeof account === 'string') return refused(account);
  const { sanctions } = hub;
  if (
    sanctions.banOfAccount(account.name, context.seconds) ||
    sanctions.banOfHost(command.address.host, context.seconds)
  ) {
    return refused('banned');
  }
  if (callbacks.of(account.id)) return refused('already-connected');
  context.isDurable = true;
  const wasReachable = presence.isReachable(account.id);
  const { address, credential = null, dialect, machine } = command;
  const { host, port } = address;
  const row = callbacks.add({
    account: account.id,
    credential,
    host,
    port,
    dialect,
    machine,
    at: context.at,
  });
  presence.invalidate();
  context.emit({ is: 'address', at: callbackAddress(row) });
  if (!wasReachable) users.announce(context, account.name, true);
  return ok(undefined);
};

const callbackClose: Define<'callback-close'> = (hub) => (command, context) => {
  const account = accountNamed(hub, command);
  if (typeof account === 'string') return refused(account);
  const row = hub.callbacks.of(account.id);
  if (!row) return refused('not-connected');
  if (row.host !== command.host) return refused('elsewhere');
  closeCallback(hub, context, row);
  return ok(undefined);
};

const callbackLost: Define<'callback-lost'> = (hub) => (command, context) => {
  const account = accountOf(command.recipient);
  const row = account === undefined ? undefined : hub.callbacks.of(account);
  if (!row || row.opened !== command.opened) return refused('not-connected');
  closeCallback(hub, context, row);
  return ok(undefined);
};

const callbackWantsFiles: Define<'callback-wants-files'> = (hub) => (command, context) => {
  const account = accountNamed(hub, command);
  if (typeof account === 'string') return refused(account);
  const row = hub.callbacks.of(account.id);
  const { host, port = row?.port } = command;
  if (!row || row.host !== host || row.port !== port) return refused('not-connected');
  // A client asks again to learn whether it is still connected, and for what waits: then there is nothing to write.
  if (row.wants_files === 0) {
    context.isDurable = true;
    hub.callbacks.wantFiles(row.opened);
  }
  context.emit({ is: 'address', at: callbackAddress({ ...row, wants_files: 1 }) });
  return ok(undefined);
};

const accountServesFiles: Define<'account-serves-files'> = (hub) => (command, context) => {
  const account = accountNamed(hub, command);
  if (typeof account === 'string') return refused(account);
  // Its program says so again and again: then there is nothing to write.
  if (!hub.accounts.servesFiles(account.id)) {
    context.isDurable = true;
    hub.accounts.serveFiles(account.id);
    hub.presence.invalidate();
    const row = hub.callbacks.of(account.id);
    if (row) context.emit({ is: 'address', at: callbackAddress(row) });
  }
  return ok(undefined);
};

export const callbackHandlers = (
  hub: HubState,
): Pick<
  Handlers,
  | 'callback-open'
  | 'callback-close'
  | 'callback-lost'
  | 'callback-wants-files'
  | 'account-serves-files'
> => ({
  'callback-open': callbackOpen(hub),
  'callback-close': callbackClose(hub),
  'callback-lost': callbackLost(hub),
  'callback-wants-files': callbackWantsFiles(hub),
  'account-serves-files': accountServesFiles(hub),
});
