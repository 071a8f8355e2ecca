// Credentials: listed, added, revoked. What was proved before the command is checked again: it may be gone by now.

import { limits } from '../../../protocol/limits';
import { type Actor, type CredentialId, ok, refused, type Result } from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import { addKey, useUpRecovery } from '../keys';
import type { AccountRow } from '../state/accounts';
import { type CredentialRow, infoOf } from '../state/credentials';
import { closeCallback } from './callbacks';
import { endSession } from './sessions';

type Refusal = 'unknown-user' | 'not-allowed' | 'no-account';

/**
 * The account whose credentials are asked about. `host`: where a request may come from that names an account without
 * any; undefined: it is refused.
 */
function ownAccount(
  { accounts, callbacks, credentials, sessions }: HubState,
  by: Actor,
  host?: string,
): Result<AccountRow, Refusal | 'elsewhere'> {
  if ('session' in by) {
    const session = sessions.find(by.session);
    if (!session) return refused('not-allowed');
    const account = session.account === null ? undefined : accounts.find(session.name);
    return account ? ok(account) : refused('no-account');
  }
  const account = accounts.find(by.account);
  if (!account) return refused('unknown-user');
  if (by.credential !== undefined) {
    return credentials.proved(account.id, by.credential) ? ok(account) : refused('not-allowed');
  }
  if (account.has_credential === 1 || host === undefined) return refused('not-allowed');
  const callback = callbacks.of(account.id);
  return callback && callback.host !== host ? refused('elsewhere') : ok(account);
}

/** A recovery code that was proved is good no more. */
function useUp(hub: HubState, context: CommandContext, by: Actor): void {
  if ('account' in by && by.credential !== undefined) useUpRecovery(hub, context, by.credential);
}

const list: Define<'credentials'> =
  (hub) =>
  ({ by }) => {
    const account = ownAccount(hub, by);
    // Nobody is elsewhere who has no place to be.
    if (!account.ok) return refused(account.why === 'elsewhere' ? 'not-allowed' : account.why);
    return ok({ credentials: hub.credentials.of(account.value.id).map(infoOf) });
  };

const add: Define<'credential-add'> =
  (hub) =>
  ({ by, host, kind, hash, label }, context) => {
    const account = ownAccount(hub, by, host);
    if (!account.ok) return account;
    const { id } = account.value;
    if (kind === 'password') {
      context.isDurable = true;
      hub.credentials.removeKind(id, 'password');
      hub.accounts.setHasCredential(id);
      useUp(hub, context, by);
      const at = context.seconds;
      return ok({ id: hub.credentials.add({ account: id, kind, hash, label, at }) });
    }
    const key = addKey(hub, context, account.value, { hash, label });
    if (key === undefined) return refused('too-many');
    useUp(hub, context, by);
    return ok({ id: key });
  };

const renewRecovery: Define<'recovery-renew'> =
  (hub) =>
  ({ by, hashes }, context) => {
    const account = ownAccount(hub, by);
    if (!account.ok) return refused(account.why === 'elsewhere' ? 'not-allowed' : account.why);
    const { id, has_credential } = account.value;
    // Without anything else every code would be the account's only way in, until it is used up.
    if (has_credential !== 1) return refused('no-credential');
    context.isDurable = true;
    const { credentials } = hub;
    credentials.removeKind(id, 'recovery');
    const common = { account: id, kind: 'recovery', label: '', at: context.seconds } as const;
    for (const hash of hashes.slice(0, limits.credentials.recoveryCodes)) {
      credentials.add({ ...common, hash });
    }
    return ok(undefined);
  };

const revoke: Define<'credential-revoke'> =
  (hub) =>
  ({ by, id }, context) => {
    const account = ownAccount(hub, by);
    if (!account.ok) return refused(account.why === 'elsewhere' ? 'not-allowed' : account.why);
    const all = hub.credentials.of(account.value.id);
    const row = all.find((one) => one.id === id);
    if (!row) return refused('unknown-credential');
    const isWayIn = (one: CredentialRow): boolean => one.id !== id && one.kind !== 'recovery';
    if (!all.some(isWayIn)) return refused('last');
    context.isDurable = true;
    hub.credentials.remove(row);
    endAllBy(hub, context, account.value, id);
    return ok(undefined);
  };

/** What they are told who came in by what is good no more. */
const revoked = { why: 'kicked', reason: 'the key was revoked' } as const;

/** Ends the sessions and the call-back of an account; `credential`: only those that it opened. */
function endAllBy(
  hub: HubState,
  context: CommandContext,
  account: AccountRow,
  credential?: CredentialId,
): void {
  for (const { session } of hub.sessions.ofAccount(account.id, credential)) {
    const row = hub.sessions.find(session);
    if (!row) continue;
    endSession(hub, context, row);
    // What came in by it goes out, also where it says nothing.
    context.emit({ is: 'expelled', session, removed: revoked });
  }
  const callback = hub.callbacks.of(account.id);
  if (callback && (credential === undefined || callback.credential === credential)) {
    closeCallback(hub, context, callback);
  }
}

const used: Define<'credential-used'> =
  ({ credentials }) =>
  ({ credential }, context) => {
    const row = credentials.find(credential);
    if (!row) return ok(undefined);
    context.isDurable = true;
    credentials.used(row, context.seconds);
    return ok(undefined);
  };

const reset: Define<'credentials-reset'> =
  (hub) =>
  ({ account: name, hash }, context) => {
    const account = hub.accounts.find(name);
    if (!account) return refused('unknown-user');
    context.isDurable = true;
    const { id } = account;
    for (const row of hub.credentials.of(id)) hub.credentials.remove(row);
    endAllBy(hub, context, account);
    hub.accounts.setHasCredential(id);
    const at = context.seconds;
    hub.credentials.add({ account: id, kind: 'recovery', hash, label: '', at });
    return ok(undefined);
  };

export const credentialHandlers = (
  hub: HubState,
): Pick<
  Handlers,
  | 'credentials'
  | 'credential-add'
  | 'recovery-renew'
  | 'credential-revoke'
  | 'credential-used'
  | 'credentials-reset'
> => ({
  credentials: list(hub),
  'credential-add': add(hub),
  'recovery-renew': renewRecovery(hub),
  'credential-revoke': revoke(hub),
  'credential-used': used(hub),
  'credentials-reset': reset(hub),
});
