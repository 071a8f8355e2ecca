// Accounts: registering a name for good, and giving it back.

import { ok, refused, type SessionId } from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import { addKey } from '../keys';
import { accountRecipient } from '../names';
import type { AccountRow } from '../state/accounts';
import { mayActFor, requiresCredential } from '../state/credentials';

const register: Define<'register'> = (hub) => (command, context) => {
  const { accounts, credentials, invites, looks, sanctions, users } = hub;
  const { name, fullName, born, host, key, invite } = command;
  const { seconds: registeredAt } = context;
  if (sanctions.banOfHost(host, registeredAt) || sanctions.banOfNewName(name, registeredAt)) {
    return refused('banned');
  }
  const servesFiles = command.servesFiles ? 1 : 0;
  if (users.isTaken(name)) {
    // Only its owner knows the key, so this is the same request again: the first reply was lost.
    const account = key && accounts.find(name);
    const isRepeat =
      account?.name === name && credentials.of(account.id).some(({ hash }) => hash === key?.hash);
    return isRepeat ? ok(undefined) : refused('name-taken');
  }
  if (invite !== undefined && !invites.use(invite, registeredAt)) return refused('bad-invite');
  context.isDurable = true;
  const id = accounts.add({ name, fullName, born, host, registeredAt, servesFiles });
  looks.addAccount(id, name);
  if (key) addKey(hub, context, { id }, key);
  return ok(undefined);
};

/** An account goes, and all that it has and that waits for it. Gives the sessions that it had. */
export function removeAccount(
  hub: HubState,
  context: CommandContext,
  { id, name }: AccountRow,
): readonly SessionId[] {
  const { accounts, attachments, blocks, callbacks, groups, membership, presence } = hub;
  context.isDurable = true;
  const recipient = accountRecipient(id);
  const callback = callbacks.of(id);
  if (callback) context.emit({ is: 'address-gone', recipient, opened: callback.opened });
  const here = hub.sessions
    .removeOfAccount(id)
    .map(({ id: session, dialect }) => ({ session, name, dialect }));
  const member = here[0] ?? { session: '' as SessionId, name, dialect: '' };
  groups.recipientGone(context, { recipient, member, sessions: here });
  for (const one of here) {
    membership.leaveAll(context, one);
    context.emit({ is: 'departed', session: one.session, recipient });
  }
  for (const hash of attachments.removeOf(recipient)) context.emit({ is: 'file-released', hash });
  hub.rules.forgetRecipient(recipient);
  context.emit({ is: 'forgotten', recipient });
  hub.history.conversations.accountGone(id);
  accounts.remove(id);
  hub.looks.removeAccount(id, name);
  blocks.invalidate();
  hub.credentials.invalidate();
  presence.invalidate();
  if (callback || here.length > 0) hub.users.announce(context, name, false);
  return here.map(({ session }) => session);
}

const unregister: Define<'unregister'> = (hub) => (command, context) => {
  const account = hub.accounts.find(command.account);
  if (!account) return refused('unknown-user');
  if (command.credential !== undefined) {
    if (!mayActFor(hub.credentials, account, command.credential)) return refused('not-allowed');
  } else if (command.session === undefined) {
    const callback = hub.callbacks.of(account.id);
    if (account.has_credential === 1) return refused('not-allowed');
    if (callback && callback.host !== command.host) return refused('elsewhere');
  } else if (hub.sessions.find(command.session)?.account !== account.id) {
    return refused('not-allowed');
  }
  removeAccount(hub, context, account);
  return ok(undefined);
};

const credentialRequired: Define<'credential-required'> =
  ({ accounts }) =>
  ({ required }, context, session) => {
    const account = session.account === null ? undefined : accounts.find(session.name);
    if (!account) return refused('no-account');
    if (required === undefined) return ok({ required: requiresCredential(account) });
    context.isDurable = true;
    accounts.requireCredential(account.id, required);
    return ok({ required: required && account.has_credential === 1 });
  };

export const accountHandlers = (
  hub: HubState,
): Pick<Handlers, 'register' | 'unregister' | 'credential-required'> => ({
  register: register(hub),
  unregister: unregister(hub),
  'credential-required': credentialRequired(hub),
});
