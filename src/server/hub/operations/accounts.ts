// Accounts: registering a name for good, and giving it back.

import { ok, refused, type SessionId } from '../../../protocol/model';
import type { Define, Handlers, HubState } from '../handler';
import { accountRecipient } from '../names';
import { hasToken, requiresToken } from '../state/accounts';

const register: Define<'register'> =
  ({ accounts, looks, users }) =>
  (command, context) => {
    const { name, fullName, born, host, tokenHash = null } = command;
    if (users.isTaken(name)) {
      // Only its owner knows the token, so this is the same request again: the first reply was lost.
      const account = tokenHash === null ? undefined : accounts.find(name);
      const isRepeat = account?.name === name && account.token_hash === tokenHash;
      return isRepeat ? ok(undefined) : refused('name-taken');
    }
    context.isDurable = true;
    const registeredAt = context.seconds;
    const id = accounts.add({ name, fullName, born, host, tokenHash, registeredAt });
    looks.addAccount(id, name);
    return ok(undefined);
  };

const unregister: Define<'unregister'> =
  ({ accounts, attachments, callbacks, groups, history, membership, presence, sessions, users }) =>
  (command, context) => {
    const account = accounts.find(command.account);
    if (!account) return refused('unknown-user');
    const { id, name } = account;
    const callback = callbacks.of(id);
    if (command.session === undefined) {
      if (hasToken(account)) return refused('not-allowed');
      if (callback && callback.host !== command.host) return refused('elsewhere');
    } else if (sessions.find(command.session)?.account !== id) {
      return refused('not-allowed');
    }
    context.isDurable = true;
    const recipient = accountRecipient(id);
    if (callback) context.emit({ is: 'address-gone', recipient, opened: callback.opened });
    const here = sessions
      .removeOfAccount(id)
      .map(({ id: session, dialect }) => ({ session, name, dialect }));
    const member = here[0] ?? { session: '' as SessionId, name, dialect: '' };
    groups.recipientGone(context, { recipient, member, sessions: here });
    for (const one of here) {
      membership.leaveAll(context, one);
      context.emit({ is: 'departed', session: one.session, recipient });
    }
    for (const hash of attachments.removeOf(recipient)) context.emit({ is: 'file-released', hash });
    context.emit({ is: 'forgotten', recipient });
    history.conversations.accountGone(id);
    accounts.remove(id);
    presence.invalidate();
    if (callback || here.length > 0) users.announce(context, name, false);
    return ok(undefined);
  };

const tokenRequired: Define<'token-required'> =
  ({ accounts }) =>
  ({ required }, context, session) => {
    const account = session.account === null ? undefined : accounts.find(session.name);
    if (!account) return refused('no-account');
    if (required === undefined) return ok({ required: requiresToken(account) });
    context.isDurable = true;
    accounts.requireToken(account.id, required);
    return ok({ required: required && account.token_hash !== null });
  };

export const accountHandlers = (
  hub: HubState,
): Pick<Handlers, 'register' | 'unregister' | 'token-required'> => ({
  register: register(hub),
  unregister: unregister(hub),
  'token-required': tokenRequired(hub),
});
