// What coming in does to an account's credentials: it gets a key, and a recovery code is used up.

import type { NewKey } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import type { CredentialId } from '../../protocol/model';
import type { CommandContext } from './context';
import type { HubState } from './handler';

/** Gives an account a key, unless it has too many. One that it has already is the same request again. */
export function addKey(
  { accounts, credentials }: HubState,
  context: CommandContext,
  account: { readonly id: number },
  { hash, label }: NewKey,
): CredentialId | undefined {
  const keys = credentials.of(account.id).filter(({ kind }) => kind === 'key');
  const same = keys.find((row) => row.hash === hash);
  if (same) return same.id;
  if (keys.length >= limits.credentials.keysPerAccount) return undefined;
  context.isDurable = true;
  accounts.setHasCredential(account.id);
  return credentials.add({ account: account.id, kind: 'key', hash, label, at: context.seconds });
}

/** A recovery code that was proved is good no more. Anything else is. */
export function useUpRecovery(
  { credentials }: HubState,
  context: CommandContext,
  id: CredentialId,
): void {
  const row = credentials.find(id);
  if (row?.kind !== 'recovery') return;
  context.isDurable = true;
  credentials.remove(row);
}
