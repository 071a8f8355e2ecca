// Attachments that wait for their recipient: found, taken, expired.

import { ok, refused } from '../../../protocol/model';
import type { Define, Handlers, HubState } from '../handler';
import { accountRecipient, keyOf } from '../names';
import { mayActFor } from '../state/credentials';
import { recipientOf } from '../state/users';

const fileFind: Define<'file-find'> =
  ({ accounts, attachments, callbacks, credentials, sanctions, sessions }) =>
  (command, context) => {
    if (command.session !== undefined) {
      const session = sessions.find(command.session);
      if (!session) return refused('not-allowed');
      const isOwn =
        session.account === null
          ? session.key === keyOf(command.account)
          : session.account === accounts.find(command.account)?.id;
      if (!isOwn) return refused('not-allowed');
      const file = attachments.newest(recipientOf(session), command.from, command.id);
      return file ? ok(file) : refused('unknown-file');
    }
    const account = accounts.find(command.account);
    if (!account) return refused('unknown-user');
    if (!mayActFor(credentials, account, command.credential)) return refused('not-allowed');
    if (sanctions.banOfAccount(account.name, context.seconds)) return refused('not-allowed');
    const isAtHome = callbacks.of(account.id)?.host === command.host;
    if (command.credential === undefined && !isAtHome) return refused('elsewhere');
    const file = attachments.newest(accountRecipient(account.id), command.from, command.id);
    return file ? ok(file) : refused('unknown-file');
  };

const fileNamed: Define<'file-named'> =
  ({ accounts, attachments, callbacks, credentials }) =>
  ({ account: name, fileName, host, credential }) => {
    const account = accounts.find(name);
    if (!account) return refused('unknown-user');
    if (!mayActFor(credentials, account, credential)) return refused('not-allowed');
    if (callbacks.of(account.id)?.host !== host) return refused('elsewhere');
    const file = attachments.named(accountRecipient(account.id), fileName);
    return file ? ok(file) : refused('unknown-file');
  };

const filesWaiting: Define<'files-waiting'> =
  ({ attachments }) =>
  ({ after = 0 }, _context, session) =>
    ok({ files: attachments.delivered(recipientOf(session), after) });

const fileTaken: Define<'file-taken'> =
  ({ attachments }) =>
  ({ serial }, context) => {
    const hash = attachments.remove(serial);
    if (hash === undefined) return refused('unknown-file');
    context.isDurable = true;
    context.emit({ is: 'file-released', hash });
    return ok(undefined);
  };

const fileExpire: Define<'file-expire'> =
  ({ attachments }) =>
  ({ before, most }, context) => {
    const hashes = attachments.removeOlder(before, most);
    if (hashes.length > 0) context.isDurable = true;
    for (const hash of hashes) context.emit({ is: 'file-released', hash });
    return ok({ more: hashes.length === most });
  };

export const fileHandlers = (
  hub: HubState,
): Pick<Handlers, 'file-find' | 'file-named' | 'files-waiting' | 'file-taken' | 'file-expire'> => ({
  'file-find': fileFind(hub),
  'file-named': fileNamed(hub),
  'files-waiting': filesWaiting(hub),
  'file-taken': fileTaken(hub),
  'file-expire': fileExpire(hub),
});
